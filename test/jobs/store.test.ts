import { startRedis } from '../../sandbox/services/redis';
import type { Slot } from '../../src/handlers/operation';
import { inTheWay } from '../../src/jobs/request/claims';
import { decide, finish, plan, start as starting } from '../../src/jobs/request/lifecycle';
import { keysOf } from '../../src/jobs/store/redis';
import { createStore } from '../../src/jobs/store/store';
import { createChain } from '../../src/jobs/store/writer';
import { ASKED, approval, type JobsUnderTest, openJobs, standing } from '../support/jobs';

let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
});
afterEach(() => under.close());

const view = { title: 'v', tone: 'neutral', parts: [] } as const;
const asked = (id: string) => ({ id, kind: 'change', operation: 'test raise', words: ['a'], ...ASKED }) as const;
const PLAN = { plan: {}, danger: 'reversible', procedure: [], preview: view, needs: 1, recheckAfterMs: null } as const;
const us = standing();
const start = starting(us);

/** A request that is approved and touches these targets. */
async function approved(id: string, ...keys: string[]) {
  await approvedIn(id, keys, []);
}

async function approvedIn(id: string, keys: readonly string[], slots: readonly Slot[]) {
  const { store } = under.jobs;
  await store.open(asked(id), us);
  const targets = keys.map((key) => ({ key, label: key }));
  await store.move(id, plan({ ...PLAN, targets, slots }, us));
  await store.move(id, decide(approval('UBEN'), us));
}

test('200 requests at once are all stored, in one whole chain', async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `R${1000 + n}`);
  const opened = await Promise.all(ids.map((id) => under.jobs.store.open(asked(id), us)));
  expect(opened.every(({ ok }) => ok)).toBe(true);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole', entries: 200 });
});

test('an id that belongs to another question is an error, and nothing of it is lost', async () => {
  await under.jobs.store.open(asked('R1'), us);
  expect(await under.jobs.store.open(asked('R1'), us)).toMatchObject({ ok: true });
  await expect(under.jobs.store.open({ ...asked('R1'), words: ['b'] }, us)).rejects.toThrow('ask once more');
  await expect(under.jobs.store.open({ ...asked('R1'), requester: 'UBEN' }, us)).rejects.toThrow('ask once more');
  expect(await under.jobs.store.load('R1')).toMatchObject({ words: ['a'], requester: 'UANA' });
});

test('several writers share one chain: whoever built on an old head builds again', async () => {
  const others = Array.from({ length: 3 }, () => createStore(under.redis, keysOf(under.prefix), createChain()));
  await Promise.all(
    others.flatMap((store, w) => Array.from({ length: 40 }, (_, n) => store.open(asked(`R${w}000${n}`), us))),
  );
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole', entries: 120 });
});

test('of many who start the same request one wins', async () => {
  await approved('RAAAA', 'test/a');
  const started = await Promise.all(Array.from({ length: 10 }, () => under.jobs.store.move('RAAAA', start)));
  expect(started.filter(({ ok }) => ok)).toHaveLength(1);
});

test.each([
  ['the same target', 'palm/servers/x', 'palm/servers/x', false],
  ['a target below a locked one', 'palm/servers', 'palm/servers/x', false],
  ['a target above a locked one', 'palm/servers/x', 'palm/servers', false],
  ['a neighbour', 'palm/servers/x', 'palm/servers/y', true],
  ['a name that only begins alike', 'palm/servers', 'palm/servers-old/x', true],
])('a lock and %s', async (_name, held, wanted, free) => {
  await approved('RAAAA', held);
  await approved('RBBBB', wanted);
  await under.jobs.store.move('RAAAA', start);
  // What a preview says beforehand is what the script does.
  const claims = { claim: [{ key: wanted, label: '' }], slots: [] };
  expect(inTheWay(claims, await under.jobs.store.locks())?.holder.request).toBe(free ? undefined : 'RAAAA');
  const second = await under.jobs.store.move('RBBBB', start);
  expect(second.ok).toBe(free);
  if (!second.ok)
    expect(second.refusal).toMatchObject({ rule: 'busy', why: expect.arrayContaining([{ user: 'UANA' }]) });
});

test('of requests in one slot at most so many start at once, and the next as soon as one has ended', async () => {
  const slots = [{ key: 'test/moves', most: 2 }];
  const ids = ['RAAAA', 'RBBBB', 'RCCCC'];
  for (const id of ids) await approvedIn(id, [`test/${id}`], slots);
  const found = async () => inTheWay({ claim: [], slots }, await under.jobs.store.locks());
  expect(await found()).toBeNull();
  const started = await Promise.all(ids.map((id) => under.jobs.store.move(id, start)));
  expect(started.filter(({ ok }) => ok)).toHaveLength(2);
  const [busy] = started.flatMap((one) => (one.ok ? [] : [one.refusal]));
  expect(busy?.rule).toBe('busy');
  expect(JSON.stringify(busy?.why)).toContain('At most 2 at once in test/moves');
  expect(await found()).toMatchObject({ target: 'test/moves', most: 2 });
  const done = ids.find((_id, at) => started[at]?.ok) ?? '';
  await under.jobs.store.move(done, finish({ kind: 'succeeded', steps: [], findings: [], view }, 'running'));
  expect(await found()).toBeNull();
  const waiting = ids.find((_id, at) => !started[at]?.ok) ?? '';
  expect(await under.jobs.store.move(waiting, start)).toMatchObject({ ok: true });
});

test('two that want the same target in the same instant: one gets it', async () => {
  await approved('RAAAA', 'test/a');
  await approved('RBBBB', 'test/a');
  const both = await Promise.all([under.jobs.store.move('RAAAA', start), under.jobs.store.move('RBBBB', start)]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
});

test('the end of a request frees its targets and only its own', async () => {
  await approved('RAAAA', 'test/a');
  await approved('RBBBB', 'test/b');
  await under.jobs.store.move('RAAAA', start);
  await under.jobs.store.move('RBBBB', start);
  await under.jobs.store.move('RAAAA', finish({ kind: 'succeeded', steps: [], findings: [], view }, 'running'));
  expect((await under.jobs.ledger.locks()).map((lock) => lock.target)).toEqual(['test/b']);
});

test('a trail that was edited in Redis is found out', async () => {
  await under.jobs.store.open(asked('RAAAA'), us);
  await under.jobs.store.open(asked('RBBBB'), us);
  const { trail } = keysOf(under.prefix);
  await under.redis.xdel(trail, '1-1');
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'broken', at: 1 });
});

test('a request that does not exist cannot be moved', async () => {
  expect(await under.jobs.store.move('RNONE', start)).toMatchObject({ ok: false, refusal: { rule: 'gone' } });
});

test('a Redis that hangs is reported within a second, and works again by itself', async () => {
  await under.jobs.store.open(asked('RAAAA'), us);
  redis.pause();
  const begun = performance.now();
  await expect(under.jobs.store.open(asked('RBBBB'), us)).rejects.toThrow(/timed out/);
  expect(performance.now() - begun).toBeLessThan(1_100);
  redis.resume();
  await under.jobs.connected(3_000);
  expect(await under.jobs.store.open(asked('RCCCC'), us)).toMatchObject({ ok: true, request: { id: 'RCCCC' } });
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
});
