import type { Redis } from 'ioredis';
import { type Keys, timeOf } from '../store/redis';
import { script } from '../store/script';

/**
 * Second factors in Redis. A code is accepted, counted as wrong, or found locked in one script, by Redis' clock: of two
 * processes with the same code one wins, and nobody guesses faster by asking several.
 */
export interface FactorStore {
  load(user: string): Promise<Stored | null>;
  /** `step` null: the code is wrong. */
  accept(user: string, sealed: string, step: number | null): Promise<Accepted>;
  /** Keeps a secret until its first code comes, for at most ten minutes. A newer one takes its place. */
  begin(user: string, sealed: string): Promise<void>;
  pending(user: string): Promise<string | null>;
  /** False: it is not there, or another one by now. */
  remove(user: string, sealed: string): Promise<boolean>;
  /** Redis TIME in milliseconds. */
  now(): Promise<number>;
}

export interface Stored {
  readonly sealed: string;
  readonly since: number;
  /** Not before this time. */
  readonly lockedUntil: number;
}

export type Accepted =
  | { readonly kind: 'accepted' }
  /** Its time step, or a later one, was accepted before. */
  | { readonly kind: 'used' }
  /** `first`: of those that are counted together. */
  | { readonly kind: 'wrong'; readonly left: number; readonly first: boolean }
  /** `begins`: by this very code. */
  | { readonly kind: 'locked'; readonly until: number; readonly begins: boolean }
  /** Another secret by now, or none. */
  | { readonly kind: 'changed' };

const MOST_WRONG = 5;
const LOCKED_MS = 15 * 60_000;
const PENDING_MS = 10 * 60_000;

/**
 * KEYS  the factor of one person
 * ARGV  1 the sealed secret that was looked at, 2 the time step of the code or -1
 */
const ACCEPT = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = redis.call('HMGET', KEYS[1], 'sealed', 'step', 'wrong', 'wrongSince', 'lockedUntil')
if at[1] ~= ARGV[1] then return {'changed', 0} end
local locked = tonumber(at[5] or '0')
if locked > now then return {'locked', locked} end
local step = tonumber(ARGV[2])
-- Judged again here: what was computed by a slow process may be of long ago.
if step >= 0 and math.abs(step - math.floor(now / 30000)) <= 1 then
  if step <= tonumber(at[2] or '-1') then return {'used', 0} end
  redis.call('HSET', KEYS[1], 'step', step)
  redis.call('HDEL', KEYS[1], 'wrong', 'wrongSince', 'lockedUntil')
  return {'accepted', 0}
end
local since = tonumber(at[4] or '0')
local wrong = tonumber(at[3] or '0')
if now - since > ${LOCKED_MS} then since, wrong = now, 0 end
wrong = wrong + 1
if wrong >= ${MOST_WRONG} then
  redis.call('HSET', KEYS[1], 'lockedUntil', now + ${LOCKED_MS})
  redis.call('HDEL', KEYS[1], 'wrong', 'wrongSince')
  return {'locks', now + ${LOCKED_MS}}
end
redis.call('HSET', KEYS[1], 'wrong', wrong, 'wrongSince', since)
return {'wrong', ${MOST_WRONG} - wrong}
`);

/** KEYS the factor of one person; ARGV the sealed secret that shall go. */
const REMOVE = script(`
if redis.call('HGET', KEYS[1], 'sealed') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

export function createFactorStore(redis: Redis, keys: Keys): FactorStore {
  return {
    load: async (user) => {
      const [sealed, since, lockedUntil] = await redis.hmget(keys.factor(user), 'sealed', 'since', 'lockedUntil');
      return sealed ? { sealed, since: Number(since), lockedUntil: Number(lockedUntil ?? 0) } : null;
    },
    accept: async (user, sealed, step) => acceptedOf(await ACCEPT(redis, [keys.factor(user)], [sealed, step ?? -1])),
    begin: async (user, sealed) => void (await redis.set(keys.factorPending(user), sealed, 'PX', PENDING_MS)),
    pending: (user) => redis.get(keys.factorPending(user)),
    remove: async (user, sealed) => (await REMOVE(redis, [keys.factor(user)], [sealed])) === 1,
    now: () => timeOf(redis),
  };
}

function acceptedOf(reply: unknown): Accepted {
  const [kind, number] = Array.isArray(reply) ? reply : [];
  if (kind === 'accepted' || kind === 'used' || kind === 'changed') return { kind };
  if (kind === 'wrong') return { kind, left: Number(number), first: Number(number) === MOST_WRONG - 1 };
  if (kind === 'locks' || kind === 'locked') return { kind: 'locked', until: Number(number), begins: kind === 'locks' };
  throw new Error('the script that accepts codes answered something else');
}
