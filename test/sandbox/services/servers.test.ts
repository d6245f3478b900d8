import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { startEtcd } from '../../../sandbox/services/etcd';
import { startRedis } from '../../../sandbox/services/redis';
import type { Server } from '../../../sandbox/services/server';
import { groupEnded } from '../../support/processes';

async function settings(redis: Server, names: readonly string[]): Promise<readonly unknown[]> {
  const client = new Redis(redis.url);
  const values = await Promise.all(names.map((name) => client.config('GET', name)));
  client.disconnect();
  return values.map((pair) => (Array.isArray(pair) ? pair[1] : pair));
}

async function ask(redis: Server, command: string, ...args: readonly string[]): Promise<unknown> {
  const client = new Redis(redis.url);
  const answer = await client.call(command, ...args);
  client.disconnect();
  return answer;
}

async function colour(etcd: Server, value?: string): Promise<unknown> {
  const change = value === undefined ? {} : { method: 'PUT', body: new URLSearchParams({ value }) };
  const answer = await fetch(`${etcd.url}/v2/keys/colour`, { ...change, headers: { connection: 'close' } });
  return answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.status;
}

const kinds = [
  { name: 'redis', start: startRedis },
  { name: 'etcd', start: startEtcd },
];

describe.each(kinds)('$name', ({ start }) => {
  test('stopping leaves neither a process nor a directory', async () => {
    const server = await start();
    expect(existsSync(server.directory)).toBe(true);
    await server.stop();
    await groupEnded(server.pid);
    expect(existsSync(server.directory)).toBe(false);
  });

  test('two at once do not meet', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.url).not.toBe(other.url);
    await Promise.all([one.stop(), other.stop()]);
  });

  test('one that cannot start says why, in the words of the program', async () => {
    await expect(start({ args: ['--no-such-flag', 'yes'] })).rejects.toThrow(/no-such-flag/);
  });
});

test('redis keeps every write, evicts nothing and listens on loopback only', async () => {
  const redis = await startRedis();
  const names = ['appendonly', 'appendfsync', 'maxmemory-policy', 'save', 'bind'];
  expect(await settings(redis, names)).toEqual(['yes', 'always', 'noeviction', '', '127.0.0.1']);
  await redis.stop();
});

test('a redis that forgets can be asked for', async () => {
  const redis = await startRedis({ args: ['--appendonly', 'no'] });
  expect(await settings(redis, ['appendonly'])).toEqual(['no']);
  await redis.stop();
});

test('redis comes back on the same url with what it knew, after kill -9', async () => {
  const redis = await startRedis();
  const { url, pid } = redis;
  await ask(redis, 'SET', 'colour', 'green');
  await redis.kill();
  await redis.restart();
  expect(redis.url).toBe(url);
  expect(redis.pid).not.toBe(pid);
  expect(await ask(redis, 'GET', 'colour')).toBe('green');
  await redis.stop();
});

test('a paused redis answers nothing until it is resumed', async () => {
  const redis = await startRedis();
  redis.pause();
  const answer = ask(redis, 'PING');
  const stillWaiting = new Promise((resolve) => setImmediate(resolve, 'waiting'));
  expect(await Promise.race([answer, stillWaiting])).toBe('waiting');
  redis.resume();
  expect(await answer).toBe('PONG');
  await redis.stop();
});

test('etcd serves both key spaces, and keeps them over a restart', async () => {
  const etcd = await startEtcd();
  await colour(etcd, 'green');
  await etcd.restart();
  expect(await colour(etcd)).toMatchObject({ node: { value: 'green' } });
  const range = await fetch(`${etcd.url}/v3/kv/range`, {
    method: 'POST',
    body: JSON.stringify({ key: Buffer.from('colour').toString('base64') }),
    headers: { connection: 'close' },
  });
  const answer: unknown = await range.json();
  expect(answer).toHaveProperty('header.revision', '1');
  await etcd.stop();
});

test('etcd without v2 answers 404 there', async () => {
  const etcd = await startEtcd({ v2: false });
  expect(await colour(etcd)).toBe(404);
  await etcd.stop();
});
