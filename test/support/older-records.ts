import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/**
 * Everything that a bot of November 2026 (731e8ee) left in Redis: its real job layer, catalogue and BullMQ, on a real Redis
 * and etcd and the stand-ins of that version. Approvals expire in a hundred years there, so that the file can grow old.
 */
const FILE = join(__dirname, '../fixtures/older-records.json');

const fixture = z.strictObject({
  /** What each request is, and its id. */
  requests: z.record(z.string(), z.string()),
  keys: z.record(
    z.string(),
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('string'), value: z.string() }),
      z.strictObject({ type: z.literal('hash'), value: z.record(z.string(), z.string()) }),
      /** A hash of bytes, in base64. */
      z.strictObject({ type: z.literal('zipped'), value: z.record(z.string(), z.string()) }),
      z.strictObject({ type: z.literal('list'), value: z.array(z.string()) }),
      /** Members, each followed by its score. */
      z.strictObject({ type: z.literal('zset'), value: z.array(z.string()) }),
      z.strictObject({ type: z.literal('stream'), value: z.array(z.tuple([z.string(), z.array(z.string())])) }),
    ]),
  ),
});
type Left = z.infer<typeof fixture>['keys'][string];

export const PREFIX = 'quorumbot';

const { requests, keys } = fixture.parse(JSON.parse(readFileSync(FILE, 'utf8')));

/** What the requests are by name: `planned purge`. */
export const NAMES: readonly string[] = Object.keys(requests);

export function idOf(name: string): string {
  const id = requests[name];
  if (id === undefined) throw new Error(`no older request is ${name}`);
  return id;
}

/** Puts all of it into an empty Redis. */
export async function restore(redis: Redis): Promise<void> {
  await redis.flushall();
  for (const [key, left] of Object.entries(keys)) await put(redis, key, left);
  // Whatever was asked more than 90 days ago is not listed any more, and the file is older with every day.
  await redis.zadd(`{${PREFIX}}:all`, ...Object.values(requests).flatMap((id, at) => [Date.now() + at, id]));
}

async function put(redis: Redis, key: string, { type, value }: Left): Promise<void> {
  if (type === 'string') await redis.set(key, value);
  else if (type === 'hash') await redis.hset(key, value);
  else if (type === 'list') await redis.rpush(key, ...value);
  else if (type === 'zset') await redis.zadd(key, ...pairs(value));
  else if (type === 'stream') for (const [id, fields] of value) await redis.xadd(key, id, ...fields);
  else for (const [field, bytes] of Object.entries(value)) await redis.hset(key, field, Buffer.from(bytes, 'base64'));
}

function pairs(members: readonly string[]): string[] {
  return members.flatMap((member, at) => (at % 2 === 0 ? [members[at + 1] ?? '', member] : []));
}
