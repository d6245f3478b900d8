import { once } from 'node:events';
import { startRedis } from '../../sandbox/services/redis';
import type { Change } from '../../src/handlers/operation';
import { opsClear } from '../../src/handlers/ops/clear';
import { finish, start, step } from '../../src/jobs/request/lifecycle';
import type { Workers } from '../../src/jobs/work/worker';
import {
  ASKED,
  approval,
  byName,
  type JobsUnderTest,
  openJobs,
  raise,
  type Shelf,
  type ShelfOptions,
  standing,
} from '../support/jobs';

/** What happens when the performer is gone, and what nobody may do. */
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
  shelf = {
    values: new Map([
      ['a', 1],
      ['b', 1],
    ]),
    writes: 0,
  };
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
});
afterEach(async () => {
  await workers?.close();
  workers = null;
  await under.close();
});

function work(...changes: Change[]): void {
  workers = under.jobs.work(byName(...changes), SOON);
}

async function planned(change: Change, name = 'a') {
  const opened = await under.jobs.requests.open({
    delivery: `${change.name} ${name}`,
    operation: change,
    words: [name],
    ...ASKED,
  });
  if (!opened.ok) throw new Error('not opened');
  return (await under.until(opened.request.id, 'planned')).id;
}
const approve = (id: string) => under.jobs.requests.decide(id, approval('UBEN'));

/** Approved and started by a performer that is gone at once. */
async function abandoned(options: ShelfOptions): Promise<string> {
  work(raise(shelf, options));
  const id = await planned(raise(shelf));
  await workers?.close();
  await approve(id);
  expect((await under.jobs.store.move(id, start(standing()))).ok).toBe(true);
  return id;
}

const outcomeOf = async (id: string) => {
  const { state } = await under.until(id, 'finished');
  return state.kind === 'finished' ? state.outcome.kind : state.kind;
};
const lockedTargets = async () => (await under.jobs.ledger.locks()).map((lock) => lock.target);

test('an abandoned change whose door can be closed ends as what is there: nothing was done', async () => {
  const id = await abandoned({ sealed: true });
  work(raise(shelf, { sealed: true }));
  expect(await outcomeOf(id)).toBe('failed');
  expect(await lockedTargets()).toEqual([]);
  expect(shelf.writes).toBe(0);
});

test('an abandoned change that may still land is uncertain, and its target stays locked until two people clear it', async () => {
  const id = await abandoned({ sealed: false });
  const clear = opsClear(under.jobs.ledger);
  work(raise(shelf), clear);
  expect(await outcomeOf(id)).toBe('uncertain');
  expect(await lockedTargets()).toEqual(['test/a']);
  const opened = await under.jobs.requests.open({
    delivery: 'clear',
    operation: clear,
    words: [id],
    ...ASKED,
  });
  const clearing = opened.ok ? opened.request.id : '';
  await under.until(clearing, 'planned');
  await approve(clearing);
  expect(await outcomeOf(clearing)).toBe('succeeded');
  expect(await lockedTargets()).toEqual([]);
});

test('a procedure abandoned between two steps is uncertain: its next write may have left already', async () => {
  const procedure = ['raising', 'raising again'];
  const id = await abandoned({ procedure });
  const stored = await under.jobs.store.move(id, step({ target: 'test/a', status: 'done', text: 'raised' }));
  expect(stored.ok).toBe(true);
  work(raise(shelf, { procedure }));
  expect(await outcomeOf(id)).toBe('uncertain');
  expect(await lockedTargets()).toEqual(['test/a']);
});

test('a procedure whose last step was stored has nothing that can still land', async () => {
  const procedure = ['raising'];
  const id = await abandoned({ procedure });
  await under.jobs.store.move(id, step({ target: 'test/a', status: 'done', text: 'raised' }));
  work(raise(shelf, { procedure }));
  expect(await outcomeOf(id)).toBe('partial');
  expect(await lockedTargets()).toEqual([]);
});

test('a version of the bot that does not know the operation frees nothing', async () => {
  const id = await abandoned({ sealed: true });
  work();
  expect(await outcomeOf(id)).toBe('uncertain');
  expect(await lockedTargets()).toEqual(['test/a']);
});

test('whoever has a heartbeat is left alone', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  shelf.beforeWrite = () => held;
  work(raise(shelf, { sealed: true }));
  const id = await planned(raise(shelf));
  await approve(id);
  await under.until(id, 'running');
  await new Promise((resolve) => setTimeout(resolve, 4 * SOON.beatLasts));
  expect((await under.jobs.store.load(id))?.state.kind).toBe('running');
  letGo();
  expect(await outcomeOf(id)).toBe('succeeded');
});

test('a performer that was taken over does not write its next step', async () => {
  const twice = raise(shelf, { again: true });
  shelf.afterWrite = async () => {
    const [id = ''] = await under.jobs.store.openIds();
    const view = { title: 'taken over', tone: 'warning', parts: [] } as const;
    await under.jobs.store.move(id, finish({ kind: 'uncertain', steps: [], findings: [], view }, 'running'));
  };
  work(twice);
  const id = await planned(twice);
  await approve(id);
  expect(await outcomeOf(id)).toBe('uncertain');
  await workers?.close();
  expect(shelf.writes).toBe(1);
});

test('a performer that was taken over while it planned again writes nothing at all', async () => {
  work(raise(shelf));
  const id = await planned(raise(shelf));
  shelf.onPlan = async () => {
    const view = { title: 'taken over', tone: 'warning', parts: [] } as const;
    await under.jobs.store.move(id, finish({ kind: 'uncertain', steps: [], findings: [], view }, 'running'));
  };
  await approve(id);
  expect(await outcomeOf(id)).toBe('uncertain');
  await workers?.close();
  expect(shelf.writes).toBe(0);
});

test('what was approved is not performed on a Redis that has become careless meanwhile', async () => {
  work(raise(shelf));
  const id = await planned(raise(shelf));
  await workers?.close();
  await approve(id);
  await under.redis.config('SET', 'appendfsync', 'everysec');
  try {
    work(raise(shelf));
    expect(await outcomeOf(id)).toBe('refused');
  } finally {
    await under.redis.config('SET', 'appendfsync', 'always');
  }
  expect(shelf.writes).toBe(0);
});

test('a result that cannot be rendered still ends the request', async () => {
  work(raise(shelf, { renders: false }));
  const id = await planned(raise(shelf));
  await approve(id);
  expect(await outcomeOf(id)).toBe('succeeded');
  expect(await lockedTargets()).toEqual([]);
});

test('a request that waits is marked for a reminder before it expires, once', async () => {
  await under.close();
  under = openJobs(redis.url, { rules: { expiresAfterMs: 900 } });
  await under.jobs.connected(2_000);
  work(raise(shelf));
  const id = await planned(raise(shelf));
  await under.until(id, 'expired');
  const events = (await under.jobs.ledger.audit(20)).map((line) => line.event);
  expect(events).toEqual(['expired', 'reminded', 'planned', 'asked']);
}, 30_000);

test('a request that nobody decided on expires by itself', async () => {
  await under.close();
  under = openJobs(redis.url, { rules: { expiresAfterMs: 200 } });
  await under.jobs.connected(2_000);
  work(raise(shelf));
  const id = await planned(raise(shelf));
  await under.until(id, 'expired');
  expect(await approve(id)).toMatchObject({ ok: false, refusal: { rule: 'not waiting' } });
});

test('a change that is asked in a channel that is not configured is stored as refused and nothing else', async () => {
  await under.close();
  under = openJobs(redis.url, { rules: { channels: ['C2'] } });
  await under.jobs.connected(2_000);
  const asked = { delivery: 'x', operation: raise(shelf), words: ['a'], ...ASKED };
  expect(await under.jobs.requests.open(asked)).toMatchObject({ ok: false, refusal: { rule: 'channel' } });
  expect(await under.jobs.ledger.newest(5)).toMatchObject([{ state: 'refused' }]);
  expect(await under.jobs.store.openIds()).toEqual([]);
});

test('what is read back has the time that the change itself asks for', async () => {
  const whileReading = async (signal: AbortSignal) => {
    if (!signal.aborted) await once(signal, 'abort');
  };
  // Every other reading has minutes: this one would not end within the test.
  const change = raise(shelf, { mostMs: 1_000, whileReading });
  work(change);
  const id = await planned(change);
  await approve(id);
  expect(await outcomeOf(id)).toBe('succeeded');
});

test('a Redis that could lose a decision: asking and approving are refused with the reason', async () => {
  work(raise(shelf));
  const id = await planned(raise(shelf));
  await under.redis.config('SET', 'appendfsync', 'everysec');
  const careless = openJobs(redis.url, { prefix: under.prefix });
  await careless.jobs.connected(2_000);
  try {
    const asked = { delivery: 'y', operation: raise(shelf), words: ['b'], ...ASKED };
    expect(await careless.jobs.requests.open(asked)).toMatchObject({
      ok: false,
      refusal: { rule: 'durability', why: expect.stringContaining('appendfsync is everysec') },
    });
    expect(await careless.jobs.requests.decide(id, approval('UBEN'))).toMatchObject({
      ok: false,
      refusal: { rule: 'durability' },
    });
  } finally {
    await under.redis.config('SET', 'appendfsync', 'always');
    await careless.close();
  }
  expect(shelf.writes).toBe(0);
});

test('a process that is frozen may be the one that Redis wakes: another looks for itself a second later', async () => {
  const marker = `{${under.prefix}}:reads:marker`;
  const frozen = under.redis.duplicate();
  // Whoever has waited longest is woken first.
  const woken = frozen.bzpopmin(marker, 20).catch(() => null);
  try {
    work(raise(shelf));
    const asked = performance.now();
    await planned(raise(shelf));
    expect(performance.now() - asked).toBeLessThan(3_000);
    expect(await woken).toMatchObject([marker, '0', '0']);
  } finally {
    frozen.disconnect();
  }
});
