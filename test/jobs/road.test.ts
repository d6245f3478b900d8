import { startRedis } from '../../sandbox/services/redis';
import type { Change } from '../../src/handlers/operation';
import { parseWindow } from '../../src/jobs/rules/calendar';
import type { Rule, Rules } from '../../src/jobs/rules/rules';
import { USUAL_TIMING, type Workers } from '../../src/jobs/work/worker';
import { ASKED, approval, byName, type JobsUnderTest, openJobs, raise, type Shelf } from '../support/jobs';

let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
let shelf: Shelf;
let change: Change;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  shelf = {
    values: new Map([
      ['a', 1],
      ['b', 1],
      ['!c', 1],
      ['?d', 1],
    ]),
    writes: 0,
  };
  change = raise(shelf);
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
  workers = under.jobs.work(byName(change));
});
afterEach(async () => {
  await workers.close();
  await under.close();
});

const ask = (words: string[], delivery = words.join(' ')) =>
  under.jobs.requests.open({ delivery, operation: change, words, ...ASKED });
const approve = (id: string, by: string) => under.jobs.requests.decide(id, approval(by));

async function asked(...words: string[]) {
  const opened = await ask(words);
  if (!opened.ok) throw new Error('not opened');
  return under.until(opened.request.id, 'planned', 'finished');
}

test('a reversible change runs once after one other person approved it', async () => {
  const { id } = await asked('a');
  expect(shelf.writes).toBe(0);
  expect((await approve(id, 'UBEN')).ok).toBe(true);
  const request = await under.until(id, 'finished');
  expect(request.state).toMatchObject({ outcome: { kind: 'succeeded', view: { title: 'a is raised' } } });
  expect(shelf).toMatchObject({ writes: 1 });
  expect(await under.jobs.ledger.locks()).toEqual([]);
});

test('what leaves nothing to be read back counts as the steps tell it', async () => {
  await workers.close();
  change = raise(shelf, {
    untraced: (_plan, steps) => [
      { target: 'test/said', verdict: 'contradicted', text: `${steps.length} step, not that one` },
    ],
  });
  workers = under.jobs.work(byName(change));
  const { id } = await asked('a');
  await approve(id, 'UBEN');
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'partial', findings: [{}, { text: '1 step, not that one' }] } });
});

test('an irreversible change waits for two different people', async () => {
  const { id } = await asked('!c');
  await approve(id, 'UBEN');
  expect(await approve(id, 'UBEN')).toMatchObject({ ok: false, refusal: { rule: 'already counted' } });
  expect((await under.jobs.store.load(id))?.state.kind).toBe('planned');
  await approve(id, 'UCHO');
  await under.until(id, 'finished');
  expect(shelf.writes).toBe(1);
});

test('the requester can never approve, also as an approver', async () => {
  const { id } = await asked('a');
  expect(await approve(id, 'UANA')).toMatchObject({ ok: false, refusal: { rule: 'own request' } });
  expect(shelf.writes).toBe(0);
});

test('who asks beforehand whether a denial would count is told by the clock of Redis, not by one that is an hour off', async () => {
  const { id } = await asked('a');
  const denial = { decision: 'deny', by: 'UBEN', road: 'form', reason: 'not now' } as const;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  expect(await under.jobs.requests.refusal(id, denial)).toBeNull();
  clock.mockRestore();
});

test('two simultaneous clicks of two people count once each', async () => {
  const { id } = await asked('!c');
  const votes = await Promise.all(['UBEN', 'UCHO', 'UBEN', 'UCHO', 'UBEN'].map((by) => approve(id, by)));
  expect(votes.filter((vote) => vote.ok)).toHaveLength(2);
  await under.until(id, 'finished');
  expect(shelf.writes).toBe(1);
});

test('what changed between preview and approval is not written over, and the difference is shown', async () => {
  const { id } = await asked('a');
  shelf.values.set('a', 7);
  await approve(id, 'UBEN');
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({
    outcome: { kind: 'stale', view: { parts: [{ rows: [['from', '1', '7']] }, { kind: 'next' }] } },
  });
  expect(shelf.writes).toBe(0);
});

test('the same delivery three times is one request and runs once', async () => {
  const opened = await Promise.all([ask(['a'], 'same'), ask(['a'], 'same'), ask(['a'], 'same')]);
  const ids = new Set(opened.map((one) => one.ok && one.request.id));
  expect(ids.size).toBe(1);
  const [id = ''] = [...ids].map(String);
  await under.until(id, 'planned');
  await approve(id, 'UBEN');
  await under.until(id, 'finished');
  expect(shelf.writes).toBe(1);
});

test('an answer that was lost is read back: done is done, and it is not done again', async () => {
  await workers.close();
  workers = under.jobs.work(byName(raise(shelf, { unknown: true })));
  const { id } = await asked('a');
  await approve(id, 'UBEN');
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({
    outcome: { kind: 'succeeded', steps: [{ status: 'unknown' }], findings: [{ verdict: 'confirmed' }] },
  });
  expect(shelf.writes).toBe(1);
});

test('a change that is only shown is answered with what it would do, and nobody can approve it', async () => {
  const { id, state } = await asked('?d');
  expect(state).toMatchObject({ kind: 'finished', outcome: { kind: 'answered', view: { title: 'would raise ?d' } } });
  expect(await approve(id, 'UBEN')).toMatchObject({ ok: false, refusal: { rule: 'not waiting' } });
  expect(shelf.writes).toBe(0);
});

test('a process that ends lets a procedure stop between two steps, and the end says what is true', async () => {
  await workers.close();
  let reached = () => {};
  const inFirst = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let go = () => {};
  shelf.afterWrite = () => {
    reached();
    return new Promise<void>((resolve) => {
      go = resolve;
    });
  };
  workers = under.jobs.work(byName(raise(shelf, { again: true, procedure: ['one', 'two'] })), {
    ...USUAL_TIMING,
    lastStepAfter: 0,
  });
  const { id } = await asked('a');
  await approve(id, 'UBEN');
  await inFirst;
  const closed = workers.close();
  // Timers of the same length fire in their order, so the end has begun by then.
  setTimeout(() => go(), 1);
  await closed;
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'succeeded', steps: [{ text: 'raised' }] } });
  expect(shelf.writes).toBe(1);
});

test('the audit trail of it all is whole', async () => {
  const { id } = await asked('a');
  await approve(id, 'UBEN');
  await under.until(id, 'finished');
  const verdict = await under.jobs.ledger.verifyAudit();
  expect(verdict).toMatchObject({ kind: 'whole', entries: 6 });
  const events = (await under.jobs.ledger.audit(10)).map((line) => line.event);
  expect(events).toEqual(['finished', 'step', 'started', 'approved', 'planned', 'asked']);
});

test('on a named cluster: its own operation works, its locks are its own, and no other cluster finds it to undo', async () => {
  const opened = await under.jobs.requests.open({
    ...{ delivery: 'eu', operation: change, words: ['a'], ...ASKED, cluster: 'prod-eu' },
  });
  const id = opened.ok ? opened.request.id : '';
  await under.until(id, 'planned');
  shelf.beforeWrite = async () => {
    expect((await under.jobs.ledger.locks()).map(({ target }) => target)).toEqual(['prod-eu:test/a']);
  };
  await approve(id, 'UBEN');
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'succeeded' } });
  expect(await under.jobs.ledgerOf('prod-eu').performed(id)).toMatchObject({ operation: 'test raise' });
  expect(await under.jobs.ledger.performed(id)).toBeNull();
  expect((await under.jobs.ledger.find(id))?.command).toBe('test raise a --on prod-eu');
});

test('an operation that its cluster does not have is refused, and not looked for on another', async () => {
  const elsewhere = under.jobs.work((name, cluster) => (cluster === 'default' ? byName(change)(name) : null));
  await workers.close();
  workers = elsewhere;
  const opened = await under.jobs.requests.open({
    ...{ delivery: 'eu', operation: change, words: ['a'], ...ASKED, cluster: 'prod-eu' },
  });
  const { state } = await under.until(opened.ok ? opened.request.id : '', 'finished');
  expect(state).toMatchObject({
    outcome: { kind: 'refused', why: expect.stringContaining('does not know test raise on prod-eu') },
  });
});

test.each(['schedule', 'webhook'] as const)(
  'a change that a %s asks for is stored as refused and nothing else',
  async (road) => {
    const asking = { delivery: road, operation: change, words: ['a'], ...ASKED, road };
    expect(await under.jobs.requests.open(asking)).toMatchObject({ ok: false, refusal: { rule: 'road' } });
    expect(await under.jobs.ledger.newest(5)).toMatchObject([{ state: 'refused' }]);
    expect(await under.jobs.store.openIds()).toEqual([]);
  },
);

describe('with rules', () => {
  const rules = (...list: Omit<Rule, 'name' | 'match'>[]) => ({
    rules: list.map((rule, at) => ({ name: `rule ${at + 1}`, match: {}, ...rule })),
  });
  async function reopen(given: Partial<Rules>, performing: Change = change): Promise<void> {
    await workers.close();
    await under.close();
    under = openJobs(redis.url, { rules: given });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(performing));
  }

  test('a floor is judged when it is planned, and again under the lock', async () => {
    let leaves = 5;
    const pool = () => ({ key: 'test', name: 'things', removes: 1, leaves });
    const floored = raise(shelf, { pool });
    await reopen(rules({ floors: { left: 3 } }), floored);
    const { id } = await asked('a');
    leaves = 2;
    await approve(id, 'UBEN');
    expect((await under.until(id, 'finished')).state).toMatchObject({ outcome: { kind: 'refused' } });
    expect((await asked('b')).state).toMatchObject({ kind: 'finished', outcome: { kind: 'refused' } });
    expect(shelf.writes).toBe(0);
    expect(await under.jobs.ledger.locks()).toEqual([]);
  });

  test('an approved change that finds itself in a freeze is refused, by the clock of Redis', async () => {
    const [seconds] = await under.redis.time();
    const minute = (after: number) =>
      new Date((Number(seconds) + after) * 1_000).toISOString().slice(0, 16).replace('T', ' ');
    const frozen = {
      zone: 'UTC',
      windows: [parseWindow(`${minute(-120)} – ${minute(3_600)}`)].flatMap((one) => one ?? []),
    };
    const { id } = await asked('a');
    await workers.close();
    await approve(id, 'UBEN');
    // The rules came into force between the approval and its start.
    const { prefix } = under;
    await under.close();
    under = openJobs(redis.url, { prefix, rules: rules({ frozen }) });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(change), { ...USUAL_TIMING, sweepEvery: 50, lostAfter: 100 });
    expect((await under.until(id, 'finished')).state).toMatchObject({
      outcome: { kind: 'refused', why: expect.arrayContaining(['Frozen until ']) },
    });
    expect(shelf.writes).toBe(0);
    expect(await under.jobs.requests.open({ delivery: 'f', operation: change, words: ['b'], ...ASKED })).toMatchObject({
      ok: false,
      refusal: { rule: 'frozen' },
    });
  });

  test('people of user groups are looked up inside: whoever asks brings no membership along', async () => {
    await workers.close();
    await under.close();
    let members: readonly string[] | null = null;
    under = openJobs(redis.url, { rules: { approvers: ['S0OPS'] }, people: { membersOf: async () => members } });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(change));
    const { id } = await asked('a');
    expect(await approve(id, 'UBEN')).toMatchObject({ ok: false, refusal: { rule: 'approvers unknown' } });
    members = ['UCHO'];
    expect(await approve(id, 'UBEN')).toMatchObject({ ok: false, refusal: { rule: 'not an approver' } });
    expect((await approve(id, 'UCHO')).ok).toBe(true);
    await under.until(id, 'finished');
    expect(shelf.writes).toBe(1);
  });
});
