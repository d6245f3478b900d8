import { z } from 'zod';
import { startRedis } from '../../sandbox/services/redis';
import { drawRequest } from '../../src/bot/message/message';
import { rawText } from '../../src/bot/outbox/raw';
import { catalogueOf } from '../../src/handlers/index';
import { type Change, defineChange } from '../../src/handlers/operation';
import { decidedOf, hasEnded, type Request } from '../../src/jobs/request/request';
import type { Workers } from '../../src/jobs/work/worker';
import { approval, byName, type JobsUnderTest, openJobs, raise, type Shelf } from '../support/jobs';
import { idOf, NAMES, PREFIX, restore } from '../support/older-records';
import { everySystem } from '../support/systems';

/** After an upgrade: what an older version of the bot left in Redis is read, ended, and never done as something else. */
const SOON = { beatEvery: 100, beatLasts: 300, sweepEvery: 50, lostAfter: 500, lastStepAfter: 10_000 };
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers | null = null;
let shelf: Shelf;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  // As that version left them: `g` was started and not raised, `!l` was raised.
  shelf = {
    values: new Map([...['e', 'f', 'g', 'h', 'i', '!k'].map((name) => [name, 1] as const), ['!l', 2]]),
    writes: 0,
  };
  under = openJobs(redis.url, { prefix: PREFIX });
  await under.jobs.connected(2_000);
  await restore(under.redis);
});
afterEach(async () => {
  await workers?.close();
  workers = null;
  await under.close();
});

function work(change: Change = raise(shelf, { sealed: true })): void {
  workers = under.jobs.work(byName(change), SOON);
}

async function load(name: string): Promise<Request> {
  const request = await under.jobs.store.load(idOf(name));
  if (!request) throw new Error(`${name} is lost`);
  return request;
}

async function outcomeOf(name: string) {
  const { state } = await under.until(idOf(name), 'finished');
  if (state.kind !== 'finished') throw new Error('not finished');
  return state.outcome;
}

test('the message of each can be drawn, and its data given', async () => {
  for (const name of NAMES) {
    const request = await load(name);
    const drawn = drawRequest(request, { partial: null, approvers: 'somebody', cluster: null });
    expect(`${name}: ${JSON.stringify(drawn)}`).not.toMatch(/undefined|NaN (s|min|h)/);
    const data = await rawText(request, under.jobs.attachments);
    expect(JSON.parse(data)).toMatchObject({ request: idOf(name), cluster: 'default' });
  }
});

test('the account and the timeline of each can be told', async () => {
  for (const name of NAMES) {
    const id = idOf(name);
    expect(await under.jobs.ledger.find(id)).toMatchObject({ id, requester: 'UANA' });
    const { chapters } = await under.jobs.ledger.timeline({ request: id });
    expect(chapters).toMatchObject([{ request: id, channel: 'C0INC42' }]);
    expect(chapters[0]?.events[0]?.event).toBe('asked');
  }
});

test('what was asked then is listed', async () => {
  const listed = await under.jobs.ledger.newest(100);
  expect(listed.map(({ id }) => id).sort()).toEqual(NAMES.map(idOf).sort());
});

test('a stored plan of every operation can still be read', async () => {
  const systems = everySystem();
  const catalogue = catalogueOf(systems);
  const plans = (await Promise.all(NAMES.map(load))).flatMap((request) => {
    const plan = decidedOf(request.state)?.proposed.plan;
    return plan === undefined || request.operation === 'test raise' ? [] : [{ name: request.operation, plan }];
  });
  for (const { name, plan } of plans) {
    const change = catalogue.byName(name);
    if (change?.kind !== 'change') throw new Error(`${name} is no change any more`);
    expect(change.restore(plan).plan).toEqual(plan);
  }
  expect(new Set(plans.map(({ name }) => name)).size).toBe(6);
  await systems.close();
});

test('what was too long for a message then is given whole', async () => {
  const request = await load('answered long');
  const data = await rawText(request, under.jobs.attachments);
  expect(data).toContain('row 79');
  expect(data).toContain('399');
  expect(data.split('a line of text').length).toBeGreaterThan(300);
});

test('the chain that was begun then is whole, and goes on', async () => {
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
  const before = await under.jobs.store.trail.head();
  expect((await under.jobs.requests.decide(idOf('planned raise'), approval('UBEN'))).ok).toBe(true);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole', entries: before.seq + 1 });
});

test('an approval of then counts, and what was approved under another meaning is not performed', async () => {
  work();
  await under.jobs.requests.decide(idOf('half approved'), approval('UCHO'));
  for (const name of ['half approved', 'approved']) {
    expect(await outcomeOf(name)).toMatchObject({ kind: 'stale', why: expect.stringContaining('another version') });
  }
  expect(shelf.writes).toBe(0);
});

test('a plan that this version cannot read ends stale and leaves nothing locked', async () => {
  const other = defineChange<null, { wanted: string }>({
    ...{ name: 'test raise', usage: '', summary: 'Adds one.', examples: ['test raise'] },
    schema: z.strictObject({ wanted: z.string() }),
    parse: () => ({ ok: true, args: null }),
    danger: () => 'reversible',
    plan: async () => ({ kind: 'plan', plan: { wanted: 'more' } }),
    targets: () => [{ key: 'test/h', label: 'h' }],
    preview: () => ({ title: 'x', tone: 'neutral', parts: [] }),
    execute: async function* () {
      shelf.writes += 1;
      yield { target: 'test/h', status: 'done', text: 'done' };
    },
    verify: async () => [],
    render: () => ({ title: 'x', tone: 'good', parts: [] }),
  });
  work(other);
  expect(await outcomeOf('approved')).toMatchObject({ kind: 'stale', why: expect.stringContaining('another version') });
  expect(shelf.writes).toBe(0);
  const held = (await under.jobs.ledger.locks()).filter(({ request }) => request === idOf('approved'));
  expect(held).toEqual([]);
});

test('what ran when the bot was stopped ends as what is there', async () => {
  work();
  expect(await outcomeOf('running')).toMatchObject({ kind: 'failed', findings: [{ verdict: 'contradicted' }] });
  expect(await outcomeOf('begun')).toMatchObject({ kind: 'succeeded', findings: [{ verdict: 'confirmed' }] });
  expect(shelf.writes).toBe(0);
  // Nobody has looked at what was left in doubt.
  expect((await under.jobs.ledger.locks()).map(({ target }) => target)).toEqual(['test/f']);
});

test('what was asked and not read is read', async () => {
  work();
  expect((await under.until(idOf('queued'), 'planned', 'finished')).state).toMatchObject({ kind: 'planned' });
  expect(await outcomeOf('queued query')).toMatchObject({ kind: 'refused' });
});

test('what was left in doubt can be cleared', async () => {
  expect(await under.jobs.ledger.clear(idOf('uncertain'), 'R7K2M9QF')).toBe(true);
  expect((await under.jobs.ledger.locks()).map(({ target }) => target)).not.toContain('test/f');
});

test('nothing is lost: whatever need not wait for people ends', async () => {
  work();
  const waiting = NAMES.filter((name) => name.startsWith('planned') || name === 'half approved' || name === 'queued');
  for (const name of NAMES.filter((one) => !waiting.includes(one))) {
    const { state } = await under.until(idOf(name), 'finished', 'denied', 'withdrawn', 'expired');
    expect([name, hasEnded(state)]).toEqual([name, true]);
  }
  for (const name of waiting.filter((one) => one !== 'queued')) expect((await load(name)).state.kind).toBe('planned');
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
});
