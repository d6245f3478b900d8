import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { cuttableProxy } from '../../sandbox/services/proxy';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import { redisCheck } from '../../src/jobs/checkup';
import { createDurability } from '../../src/jobs/store/durability';
import { connect, disconnect, isReady } from '../../src/jobs/store/redis';
import { allExplain, examine, found, troubles } from '../support/lines';

let server: Server;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server.url, 'impatient', () => undefined);
  await isReady(redis, 2_000);
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await disconnect(redis);
  await server.stop();
});

/** Another connection, up by now. */
async function connected(url: string): Promise<Redis> {
  const another = connect(url, 'impatient', () => undefined);
  closing.push(() => disconnect(another));
  await isReady(another, 2_000);
  return another;
}

const looked = (now?: () => number) => examine([redisCheck({ redis, ...(now && { now }) })]);

test('of a Redis as it must be, every line is fine', async () => {
  const lines = await looked();
  expect(troubles(lines)).toEqual({});
  expect(found(lines)).toMatchObject({
    'Redis: version': expect.stringMatching(/^ok: it answers; version \d+\.\d+\.\d+, master$/),
    'Redis: appendfsync': 'ok: always',
    'Redis: its file': 'ok: last write ok, last rewrite ok',
    'Redis: memory': expect.stringMatching(/MB used, .* of the memory of its machine/),
    'Redis: clock': expect.stringContaining('with this machine'),
  });
});

test.each([
  ['appendonly', 'no', 'yes'],
  ['appendfsync', 'everysec', 'always'],
  ['no-appendfsync-on-rewrite', 'yes', 'no'],
  ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
])('%s %s is told, with what to set', async (setting, wrong, right) => {
  await redis.config('SET', setting, wrong);
  try {
    const lines = await looked();
    expect(troubles(lines)).toMatchObject({ [`Redis: ${setting}`]: `bad: ${wrong}` });
    expect(lines).toContainEqual(
      expect.objectContaining({
        what: `Redis: ${setting}`,
        todo: `Set ${setting} to ${right}. Changes stay off until then.`,
      }),
    );
    expect(allExplain(lines)).toBe(true);
  } finally {
    await redis.config('SET', setting, right);
  }
});

test('a Redis that is nearly full is told before it refuses', async () => {
  const memory = await redis.info('memory');
  const used = Number(/used_memory:(\d+)/.exec(memory)?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used * 1.25)));
  expect(troubles(await looked())).toEqual({
    'Redis: memory': expect.stringMatching(/^warning: .* of its limit$/),
  });
  await redis.config('SET', 'maxmemory', String(Math.round(used * 1.04)));
  expect(troubles(await looked())).toEqual({ 'Redis: memory': expect.stringMatching(/^bad: /) });
  await redis.config('SET', 'maxmemory', '0');
});

test.each([
  [10_000, 'warning: 10.0 s behind this machine'],
  [-10_000, 'warning: 10.0 s ahead of this machine'],
  [3_600_000, 'bad: 3600.0 s behind this machine'],
])('clocks that are apart by %d ms are told', async (ms, text) => {
  const lines = await looked(() => Date.now() + ms);
  expect(troubles(lines)).toEqual({ 'Redis: clock': text });
});

test('a replica is told: it takes no writes', async () => {
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] });
  closing.push(replica.stop);
  const there = await connected(replica.url);
  expect(troubles(await examine([redisCheck({ redis: there })]))).toMatchObject({
    'Redis: version': expect.stringMatching(/^bad: .*, slave$/),
  });
});

test('a master with replicas that confirms alone could lose a decision: changes are off until one must have heard it', async () => {
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] });
  closing.push(replica.stop);
  while (!/connected_slaves:1/.test(await redis.info('replication'))) await sleep(20);
  expect(troubles(await looked())).toEqual({ 'Redis: replicas': 'bad: 1, min-replicas-to-write 0' });
  expect(await createDurability(redis).problem()).toContain('min-replicas-to-write is 0');
  await redis.config('SET', 'min-replicas-to-write', '1');
  expect(troubles(await looked())).toEqual({});
  expect(await createDurability(redis).problem()).toBeNull();
  await redis.config('SET', 'min-replicas-to-write', '0');
});

test('a Redis that forbids CONFIG is not called durable', async () => {
  await redis.call('ACL', 'SETUSER', 'managed', 'on', '>pw', '~*', '+@all', '-config');
  const url = server.url.replace('redis://', 'redis://managed:pw@');
  const managed = await connected(url);
  const lines = await examine([redisCheck({ redis: managed })]);
  expect(found(lines)).toMatchObject({ 'Redis: appendfsync': 'bad: unreadable' });
  expect(JSON.stringify(lines)).toContain('Allow the bot CONFIG GET');
});

test('no Redis, and one that hangs: one line each, at once', async () => {
  const wire = await cuttableProxy(server.url);
  closing.push(wire.close);
  const far = await connected(wire.url);
  wire.hold();
  expect(found(await examine([redisCheck({ redis: far })]))).toEqual({
    Redis: 'bad: it does not answer (Command timed out)',
  });
  wire.release();
  await wire.refuse();
  expect(found(await examine([redisCheck({ redis: far })]))).toEqual({
    Redis: 'bad: it does not answer (no connection)',
  });
});
