import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import type { Workers } from '../../src/jobs/work/worker';
import { type Moving, movingRig } from '../handlers/openio/base/rig';
import { planned } from '../handlers/openio/support';
import { type JobsUnderTest, openJobs } from '../support/jobs';
import { run } from './move-road';

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
