import type { Redis } from 'ioredis';
import type { Keys } from './redis';
import { script } from './script';

/**
 * Which messages are behind their records. Kept in Redis, so that a restarted bot repaints what it missed; several moves
 * of one request are one entry, so that a message is drawn once for all of them.
 */
export interface Redraws {
  /** The requests that are due, each leased to this caller for a few seconds. */
  take(most: number): Promise<readonly Due[]>;
  /** The caller is still at it. Without this another may take the request over, as it must when a bot is killed. */
  renew(request: string): Promise<void>;
  /** A message was posted: kept at once, so that none is posted a second time, unless one is kept already. Tells which is. */
  first(key: string, message: Drawn): Promise<Drawn>;
  /** The message was edited, or posted in place of one that is gone. */
  remember(key: string, message: Drawn): Promise<void>;
  /** The message shows its revision now. What moved meanwhile stays due. */
  drawn(due: Due, message: Drawn): Promise<void>;
  /** Not now: try again after this. */
  later(request: string, ms: number): Promise<void>;
  /** The message is to be drawn again although the request has not moved. */
  due(request: string): Promise<void>;
  /** Never: the message cannot be drawn at all. */
  drop(request: string): Promise<void>;
  /** The message as it was last drawn, or null. A request may have several, each with a key of its own. */
  message(key: string): Promise<Drawn | null>;
  /** Somebody wants the data of the whole result with the message of this key. */
  want(request: string, key: string): Promise<void>;
  /** The keys of the messages that shall have it. */
  wants(request: string): Promise<readonly string[]>;
  /** Calls back whenever a request has moved, from when Redis is there. Returns how to stop. */
  onMove(callback: () => void): () => void;
  pending(): Promise<number>;
}

export interface Due {
  readonly request: string;
  /** The time it was due; a later move changes it. */
  readonly score: string;
}

export interface Drawn {
  readonly channel: string;
  readonly ts: string;
  readonly revision: number;
  /** Names of the files that were posted with it. */
  readonly files: readonly string[];
  /** What was said below it, so that it is said once. */
  readonly notices?: readonly string[];
  /** A hash of how it looks: a move that changes nothing to be seen costs no edit. */
  readonly looks?: string;
  /** It shows progress already, and no buttons any more. */
  readonly isRunning?: boolean;
  /** Why Slack did not take it where it belongs: this one is a direct message to whoever asked. */
  readonly refused?: string;
}

const LEASE_MS = 5_000;
/** How often a lease is renewed. */
export const RENEW_EVERY_MS = 1_500;
const KEEP_S = 90 * 24 * 3600;

const take = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, 200)
local taken = {}
for at = 1, #due, 2 do
  if #taken >= 2 * tonumber(ARGV[1]) then break end
  if redis.call('SET', ARGV[2] .. due[at], '1', 'NX', 'PX', ARGV[3]) then
    taken[#taken + 1] = due[at]
    taken[#taken + 1] = due[at + 1]
  end
end
return taken
`);

const finished = script(`
local same = redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2]
local revision = redis.call('HGET', KEYS[4], 'revision')
if revision == ARGV[5] then
  if same then redis.call('ZREM', KEYS[1], ARGV[1]) end
elseif revision then
  -- Drawn over what another had drawn meanwhile, by a process that was frozen for longer than its lease.
  redis.call('ZADD', KEYS[1], 'NX', 0, ARGV[1])
end
redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4])
redis.call('DEL', KEYS[2])
return 1
`);

const postpone = script(`
local time = redis.call('TIME')
-- Also when another has drawn it meanwhile: what became of our own drawing is not known, and it may lie over that one.
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]), ARGV[1])
redis.call('DEL', KEYS[2])
return 1
`);

const soon = script(`
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return 1
`);

/** A new score, by the one clock: whoever draws just now does not take the request off the list when done. */
export async function drawSoon(redis: Redis, keys: Keys, request: string): Promise<void> {
  await soon(redis, [keys.redraw], [request]);
  await redis.publish(keys.moves, request);
}

export function createRedraws(redis: Redis, keys: Keys, subscribe: () => Redis): Redraws {
  return {
    take: async (most) => {
      const taken = (await take(redis, [keys.redraw], [most, keys.drawing(''), LEASE_MS])) as readonly string[];
      return taken.flatMap((request, at) => (at % 2 === 0 ? [{ request, score: taken[at + 1] ?? '' }] : []));
    },
    renew: async (request) => void (await redis.pexpire(keys.drawing(request), LEASE_MS)),
    first: async (key, message) => {
      const kept = await redis.set(keys.message(key), JSON.stringify(message), 'EX', KEEP_S, 'NX');
      if (kept !== null) return message;
      const stored = await redis.get(keys.message(key));
      return stored === null ? message : (JSON.parse(stored) as Drawn);
    },
    remember: async (key, message) => void (await redis.set(keys.message(key), JSON.stringify(message), 'EX', KEEP_S)),
    drawn: async ({ request, score }, message) => {
      const args = [request, score, JSON.stringify(message), KEEP_S, message.revision];
      const touched = [keys.redraw, keys.drawing(request), keys.message(request), keys.request(request)];
      await finished(redis, touched, args);
    },
    later: async (request, ms) => void (await postpone(redis, [keys.redraw, keys.drawing(request)], [request, ms])),
    due: async (request) => {
      await redis.zadd(keys.redraw, 'NX', 0, request);
      await redis.publish(keys.moves, request);
    },
    drop: async (request) => {
      await redis.zrem(keys.redraw, request);
      await redis.del(keys.drawing(request));
    },
    message: async (key) => {
      const stored = await redis.get(keys.message(key));
      return stored === null ? null : (JSON.parse(stored) as Drawn);
    },
    want: async (request, key) => {
      await redis.sadd(keys.wants(request), key);
      await redis.expire(keys.wants(request), KEEP_S);
      await drawSoon(redis, keys, request);
    },
    wants: (request) => redis.smembers(keys.wants(request)),
    onMove: (callback) => {
      const subscriber = subscribe().on('message', callback);
      // Without it messages are still drawn, a quarter of a second later.
      subscriber.subscribe(keys.moves).catch(() => undefined);
      return () => subscriber.disconnect();
    },
    pending: () => redis.zcard(keys.redraw),
  };
}
