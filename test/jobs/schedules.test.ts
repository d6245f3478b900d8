import { startRedis } from '../../sandbox/services/redis';
import { createCatalogue } from '../../src/handlers/catalogue';
import { type Clusters, createClusters } from '../../src/handlers/clusters';
import { defineQuery, type Query } from '../../src/handlers/operation';
import { opsEvery } from '../../src/handlers/ops/every';
import type { ScheduleAsked, Schedules } from '../../src/handlers/schedules';
import type { Request } from '../../src/jobs/request/request';
import { runSchedule } from '../../src/jobs/schedules/schedule-run';
import { createScheduleStore } from '../../src/jobs/schedules/schedule-store';
import { keysOf } from '../../src/jobs/store/redis';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, type JobsUnderTest, openJobs, raise, standing } from '../support/jobs';

/** Questions that are asked again and again, on a real Redis. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
let clusters: Clusters;
let schedules: Schedules;
/** The far side of the question. */
let far: { value: string; asked: number; answer: () => Promise<void> };

const change = raise({ values: new Map([['a', 1]]), writes: 0 });

function look(): Query {
  return defineQuery<null, string>({
    ...{ name: 'test look', usage: '', summary: 'Looks.', examples: ['test look'], form: [] },
    parse: (words) => (words.length === 0 ? { ok: true, args: null } : { ok: false, problem: 'no words' }),
    read: async () => {
      far.asked += 1;
      await far.answer();
      return far.value;
    },
    render: (found) => ({
      title: 'Looked',
      tone: 'neutral',
      parts: [
        {
          kind: 'facts',
          facts: [
            ['Master', found],
            ['Took', String(far.asked)],
            ['At', [{ at: far.asked }]],
          ],
        },
      ],
    }),
  });
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  far = { value: 'one', asked: 0, answer: async () => undefined };
  await openUnder();
});
afterEach(async () => {
  await workers.close();
  await under.close();
});

async function openUnder(prefix?: string): Promise<void> {
  under = openJobs(redis.url, prefix === undefined ? {} : { prefix });
  await under.jobs.connected(2_000);
  const catalogue = createCatalogue([look(), change]);
  clusters = createClusters([{ name: 'default', production: false, catalogue }]);
  schedules = under.jobs.schedulesOf(() => clusters);
  workers = under.jobs.work(clusters.operation);
}

/** A request as the command of a schedule is one; nobody works on it. */
async function requested(id: string, requester = 'UANA'): Promise<string> {
  const question = { id, kind: 'query', operation: 'ops every', words: [], ...ASKED, requester } as const;
  await under.jobs.store.open(question, standing());
  return id;
}
async function begin(id: string, asked: Partial<ScheduleAsked> = {}) {
  const request = await requested(id);
  return schedules.start({
    request,
    command: ['test', 'look'],
    everyMs: 100,
    lastsMs: 60_000,
    channel: null,
    ...asked,
  });
}
const posted = async () => (await under.jobs.store.newest(50)).filter(({ road }) => road === 'schedule').reverse();
/** Looks again after each move of a request, and a few times a second for what is no move. */
async function until<T>(found: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 15_000;
  let wake = () => {};
  const stop = under.jobs.redraws.onMove(() => wake());
  try {
    for (;;) {
      const value = await found();
      if (value) return value;
      if (performance.now() > deadline) throw new Error('nothing of the kind came');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    stop();
  }
}
const answered = (count: number) =>
  until(async () => {
    const ended = (await posted()).filter(({ state }) => state.kind === 'finished');
    return ended.length >= count && ended;
  });
const asks = (count: number) => until(async () => far.asked >= count);
/** Runs and ends that BullMQ still has before it. */
async function planned(): Promise<number> {
  const queue = `{${under.prefix}}:schedules`;
  return (await under.redis.zcard(`${queue}:repeat`)) + (await under.redis.zcard(`${queue}:delayed`));
}
const viewOf = ({ state }: Request) => (state.kind === 'finished' ? state.outcome.view : undefined);

test.each([
  ['--private', { isPrivate: true, share: null }],
  ['--share', { isPrivate: false, share: 'C2' }],
])('with %s nothing is begun, since its answers would not keep to that', async (flag, audience) => {
  const words = ['10m', 'test', 'look'];
  const asking = { ...ASKED, operation: opsEvery(schedules), words, audience, delivery: `every ${flag}` };
  const opened = await under.jobs.requests.open(asking);
  expect(opened).toMatchObject({ ok: false, refusal: { why: expect.stringContaining('without --private') } });
  expect(await under.jobs.store.newest(5)).toEqual([]);
});

test('the first answer is posted, the same answer is not, and a change is shown with what was before', async () => {
  await begin('RAAAA');
  await answered(1);
  await asks(far.asked + 3);
  expect(await posted()).toHaveLength(1);
  far.value = 'two';
  const [first, second] = await answered(2);
  expect(first && viewOf(first)?.title).toBe('Looked');
  expect(second && viewOf(second)).toMatchObject({
    title: 'Changed: Looked',
    parts: [
      { text: 'Before → now:' },
      { kind: 'facts', facts: [['Master', 'one → two']] },
      { text: 'All of it now:' },
      {},
      { words: 'ops every stop EAAAA' },
    ],
  });
  await asks(far.asked + 3);
  expect(await posted()).toHaveLength(2);
});

test('what it posts is a request on the road schedule, in the audit trail, in the channel where it was asked', async () => {
  await begin('RAAAA');
  const [request] = await answered(1);
  expect(request).toMatchObject({ kind: 'query', road: 'schedule', requester: 'UANA', place: { channel: 'C1' } });
  const events = (await under.jobs.ledger.audit(20)).filter((line) => line.request === request?.id);
  expect(events.map(({ event }) => event)).toEqual(['finished', 'asked']);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
});

test('an answer that cannot be had is an answer, too: said once, and again when it is there', async () => {
  await begin('RAAAA');
  await answered(1);
  far.answer = () => Promise.reject(new Error('far away'));
  const [, failed] = await answered(2);
  expect(failed && viewOf(failed)?.title).toBe('Changed: test look could not be answered');
  await asks(far.asked + 3);
  expect(await posted()).toHaveLength(2);
  far.answer = async () => undefined;
  await answered(3);
});

test('while a run is slow the next ones are left out, and none piles up', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  far.answer = () => held;
  await begin('RAAAA');
  await until(async () => ((await schedules.list())[0]?.skipped ?? 0) >= 3);
  expect(far.asked).toBe(1);
  release();
  await answered(1);
});

test('it ends by itself, says so once, and asks no more', async () => {
  await begin('RAAAA', { lastsMs: 1_500 });
  const [, ended] = await answered(2);
  expect(ended && viewOf(ended)).toMatchObject({ title: 'Not asked any more: /test look' });
  await until(async () => (await schedules.list()).length === 0);
  expect(await planned()).toBe(0);
  expect(await posted()).toHaveLength(2);
});

test('it goes on after all processes were started again', async () => {
  await begin('RAAAA');
  await answered(1);
  await workers.close();
  await under.close();
  far.value = 'two';
  await openUnder(under.prefix);
  expect(await schedules.list()).toMatchObject([{ id: 'EAAAA', command: 'test look', by: 'UANA' }]);
  const all = await answered(2);
  expect(all[1] && viewOf(all[1])?.title).toBe('Changed: Looked');
});

describe('a run that is killed after it has told its answer, and before that is kept', () => {
  /** Runs once. `killed`: before anything is kept. */
  async function run({ killed }: { readonly killed: boolean }): Promise<void> {
    const { jobs, redis: own, prefix } = under;
    const { store, attachments, admission } = jobs;
    const stored = createScheduleStore(own, keysOf(prefix));
    const killedAt = { keep: () => Promise.reject(new Error('killed')) };
    const ran = runSchedule(
      {
        work: {
          store,
          attachments,
          admission,
          operation: clusters.operation,
          onError: () => undefined,
          ending: new AbortController().signal,
        },
        schedules: killed ? { ...stored, ...killedAt } : stored,
        queue: { remove: async () => undefined },
        now: store.now,
      },
      'EAAAA',
    );
    if (killed) await expect(ran).rejects.toThrow('killed');
    else await ran;
  }
  const factsOf = async (count: number) => {
    const all = await posted();
    expect(all).toHaveLength(count);
    return JSON.stringify(all.at(-1)?.state);
  };

  beforeEach(async () => {
    await workers.close();
    await begin('RAAAA');
    await run({ killed: false });
    far.value = 'two';
    await run({ killed: true });
    expect(await factsOf(2)).toContain('one → two');
  });

  test('the same answer again is not told twice', async () => {
    await run({ killed: false });
    await factsOf(2);
    far.value = 'three';
    await run({ killed: false });
    expect(await factsOf(3)).toContain('two → three');
  });

  test('another answer is told, as a change of the one that people saw', async () => {
    far.value = 'three';
    await run({ killed: false });
    expect(await factsOf(3)).toContain('two → three');
  });

  test('and so is the one from before it', async () => {
    far.value = 'one';
    await run({ killed: false });
    expect(await factsOf(3)).toContain('two → one');
  });
});

test('stopped is stopped, and stopping again finds nothing', async () => {
  await begin('RAAAA');
  await answered(1);
  expect(await schedules.stop('EAAAA')).toMatchObject({ id: 'EAAAA', changes: 0 });
  expect(await schedules.stop('EAAAA')).toBeNull();
  expect(await planned()).toBe(0);
});

test('a channel is where it answers, by its id; a name alone would be of no cluster and of no rule', async () => {
  expect(await begin('RAAAA', { channel: '#inc-42' })).toMatchObject({ ok: false });
  expect(await schedules.list()).toEqual([]);
  expect(await begin('RBBBB', { channel: 'C0INC42' })).toMatchObject({ ok: true, schedule: { channel: 'C0INC42' } });
  const [request] = await answered(1);
  expect(request?.place).toEqual({ channel: 'C0INC42' });
});

test('beginning the same again is one schedule', async () => {
  await begin('RAAAA');
  await schedules.start({ request: 'RAAAA', command: ['test', 'look'], everyMs: 100, lastsMs: 60_000, channel: null });
  expect(await schedules.list()).toHaveLength(1);
});

test('a change is refused: when it is asked for, when it is begun, and should it have got in, when it is run', async () => {
  expect(schedules.problem(['test', 'raise', 'a'])).toContain('only a person may ask for a change');
  expect(await begin('RAAAA', { command: ['test', 'raise', 'a'] })).toMatchObject({ ok: false });
  expect(await schedules.list()).toEqual([]);
  await begin('RBBBB');
  await answered(1);
  const key = `{${under.prefix}}:schedules`;
  const json = await under.redis.hget(key, 'EBBBB');
  await under.redis.hset(
    key,
    'EBBBB',
    (json ?? '').replace('test look', 'test raise').replace('"words":[]', '"words":["a"]'),
  );
  const [, ended] = await answered(2);
  expect(ended).toMatchObject({ kind: 'query', state: { outcome: { kind: 'answered' } } });
  expect(ended && viewOf(ended)?.title).toBe('Not asked any more: /test raise a');
  expect((await under.jobs.store.newest(50)).filter(({ kind }) => kind === 'change')).toEqual([]);
});

test.each([
  [['ops', 'locks'], 'own commands'],
  [['test', 'nothing'], 'There is no command /test nothing'],
  [['test', 'look', 'x'], 'No words'],
  [['nosystem', 'x'], 'is not configured'],
])('%j cannot be asked again and again', (command, why) => {
  expect(schedules.problem(command)).toContain(why);
});

test('one person has five at most, all together have twenty', async () => {
  for (let n = 0; n < 5; n++) expect(await begin(`RAAA${n}`, { everyMs: 3_600_000 })).toMatchObject({ ok: true });
  expect(await begin('RAAA5')).toMatchObject({ ok: false, why: expect.stringContaining('You have 5') });
  for (let n = 0; n < 15; n++) {
    const request = await requested(`RBBB${n}`, `U${n % 5}`);
    await schedules.start({
      request,
      command: ['test', 'look'],
      everyMs: 3_600_000,
      lastsMs: 3_600_000,
      channel: null,
    });
  }
  const request = await requested('RCCCC', 'UNEW');
  expect(
    await schedules.start({
      request,
      command: ['test', 'look'],
      everyMs: 3_600_000,
      lastsMs: 3_600_000,
      channel: null,
    }),
  ).toMatchObject({ ok: false, why: expect.stringContaining('20 questions') });
}, 30_000);
