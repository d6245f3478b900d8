import { setTimeout as wait } from 'node:timers/promises';
import { startEtcd } from '../../sandbox/services/etcd';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import { type Stall, type StallWatch, watchStalls } from './world/stalls';

/** What excuses a request that failed must have been there: a server that stands still is seen, from outside of all processes. */
let servers: Readonly<Record<Stall['server'], Server>>;
let watch: StallWatch;

beforeAll(async () => {
  const [redis, etcd] = await Promise.all([startRedis(), startEtcd({ v2: false })]);
  servers = { redis, etcd };
  watch = watchStalls({ redis: redis.url, etcd: etcd.url });
});
afterAll(async () => {
  await watch.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
});

test.each(['redis', 'etcd'] as const)('%s that stands still is told of, and for how long', async (name) => {
  const seen = new Promise<Stall>((resolve) => {
    watch.stalled = (stall) => {
      if (stall.server === name) resolve(stall);
    };
  });
  servers[name].pause();
  await wait(800);
  servers[name].resume();
  const { ms } = await seen;
  expect(ms).toBeGreaterThan(250);
  // It cannot have lasted longer than it was watched.
  expect(ms).toBeLessThan(5_000);
});
