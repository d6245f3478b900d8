import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import type { Workers } from '../../src/jobs/work/worker';
import { type Moving, movingRig } from '../handlers/openio/base/rig';
import { planned } from '../handlers/openio/support';
import { type JobsUnderTest, openJobs } from '../support/jobs';
import { approved, endOf, run } from './move-road';

/** Several bases in one request, and one of them comes to no known end. */

let redis: Server;
let under: JobsUnderTest;
let world: Moving;
let workers: Workers;

beforeAll(async () => {
  redis = await startRedis();
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
  world = await movingRig('2026.14.2');
  workers = under.jobs.work((name) => (name === world.move.name ? world.move : null));
});
afterAll(async () => {
  await workers.close();
  await under.close();
  await redis.stop();
  await world.close();
});

test('a lost answer at one base says nothing of those that were not begun', async () => {
  world.sandbox.onCall(({ what }, moment) => (moment === 'after' && what === 'admin/copy' ? 'hang up' : undefined));
  const words = ['meta2', '--from', world.from, '--all', 'cnt2', 'vol-a', 'vol-b', '--pause', '0'];
  const { kind, told } = await run(under, world.move, words);
  expect(kind).toBe('uncertain');
  const rows = told.split('\n').filter((line) => / \| (not begun|stopped)/.test(line));
  expect(rows).toHaveLength(3);
  expect(rows.map((row) => row.includes('may still land'))).toEqual([true, false, false]);
}, 30_000);

test('each step of a move says at which base it is', async () => {
  const proposal = await planned(world.move, `meta2 --from ${world.from} --all vol-a vol-b`);
  expect(proposal.order).toHaveLength(proposal.procedure.length);
  const [first, second] = proposal.targets.map(({ key }) => key);
  expect(proposal.order?.[10]).toBe(first);
  expect(proposal.order?.[11]).toBe(second);
});

test('a pause between two bases is given up when the process is about to end, and nothing is in doubt', async () => {
  const calm = await movingRig('2026.14.2', { settleMs: 400, pauseMs: 5, secondMs: 1_000 });
  const own = openJobs(redis.url);
  await own.jobs.connected(2_000);
  const one = own.jobs.work((name) => (name === calm.move.name ? calm.move : null));
  try {
    const words = ['meta2', '--from', calm.from, '--all', 'cnt2', 'vol-a', '--pause', '600'];
    const id = await approved(own, calm.move, words);
    await until(async () => {
      const state = (await own.jobs.store.load(id))?.state;
      return state?.kind === 'running' && state.steps.length === 11;
    });
    await one.close();
    const { kind, told, next } = await endOf(own, id);
    expect(kind).toBe('partial');
    expect(told).not.toContain('may still land');
    expect(next['The other bases']).toContain('vol-a');
    expect(await own.jobs.ledger.locks()).toEqual([]);
  } finally {
    await one.close();
    await own.close();
    await calm.close();
  }
}, 60_000);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
