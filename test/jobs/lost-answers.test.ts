import { type CuttableProxy, cuttableProxy } from '../../sandbox/services/proxy';
import { startRedis } from '../../sandbox/services/redis';
import { requestId } from '../../src/jobs/request/id';
import { createHookMemory } from '../../src/jobs/store/hook-memory';
import { keysOf } from '../../src/jobs/store/redis';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, approval, byName, type JobsUnderTest, openJobs, raise, type Shelf } from '../support/jobs';

/** Redis carries a move out and its answer is lost. The client sends the move again: it must be known as our own. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let wire: CuttableProxy;
let near: JobsUnderTest;
let far: JobsUnderTest;
let workers: Workers;
const shelf: Shelf = { values: new Map(), writes: 0 };
const change = raise(shelf, { sealed: true });

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  shelf.values.set('a', 1);
  shelf.writes = 0;
  wire = await cuttableProxy(redis.url);
  near = openJobs(redis.url);
  far = openJobs(wire.url, { prefix: near.prefix });
  await Promise.all([near.jobs.connected(2_000), far.jobs.connected(2_000)]);
});
afterEach(async () => {
  await workers.close();
  await Promise.all([near.close(), far.close()]);
  await wire.close();
});

const lose = (event: string) => wire.cutAnswer({ request: `"event":"${event}"`, answer: '"kind":"ok"' });

async function planned(): Promise<string> {
  const opened = await near.jobs.requests.open({ delivery: 'one', operation: change, words: ['a'], ...ASKED });
  if (!opened.ok) throw new Error('not opened');
  return (await near.until(opened.request.id, 'planned')).id;
}

async function events(id: string): Promise<readonly string[]> {
  const found = await near.jobs.ledger.find(id);
  return (found?.entries ?? []).map(({ event }) => event).reverse();
}
const ALL = ['asked', 'planned', 'approved', 'started', 'step', 'finished'];

test('a vote: whoever pressed hears that it counts, and what is approved begins at once', async () => {
  workers = near.jobs.work(byName(change));
  const id = await planned();
  lose('approved');
  expect(await far.jobs.requests.decide(id, approval('UBEN'))).toMatchObject({ ok: true, request: { id } });
  const { state } = await near.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'succeeded' } });
  expect(await events(id)).toEqual(ALL);
});

test.each(['started', 'step'])('%s: the worker goes on, and the trail tells it once', async (event) => {
  workers = far.jobs.work(byName(change));
  const id = await planned();
  lose(event);
  await near.jobs.requests.decide(id, approval('UBEN'));
  const { state } = await near.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'succeeded' } });
  expect(shelf.writes).toBe(1);
  expect(await events(id)).toEqual(ALL);
  expect(await near.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
});

test('an alert whose answer was lost is taken when it comes again, and once it is a request no more', async () => {
  workers = near.jobs.work(byName(change));
  const memory = createHookMemory(far.redis, keysOf(near.prefix));
  const id = requestId('one');
  // Whoever sent it hears nothing, or that it was not confirmed: nothing was asked so far.
  expect(await memory.admit('alerts', id)).toBe('first');
  expect(await memory.admit('alerts', id)).toBe('first');
  expect(await planned()).toBe(id);
  expect(await memory.admit('alerts', id)).toBe('again');
  expect(await near.redis.ttl(keysOf(near.prefix).hookMinute('alerts'))).toBeGreaterThan(0);
});
