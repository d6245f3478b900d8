import type { Redis } from 'ioredis';
import type { Keys } from './redis';

/** Who has opened their Home tab lately: any process of the bot may be the one that draws it again. */
export interface OpenedHomes {
  remember(user: string): Promise<void>;
  has(user: string): Promise<boolean>;
}

/** Whoever has not opened it for so long does not miss a change. Seconds. */
const KEEP_S = 3600;

export function createOpenedHomes(redis: Redis, keys: Keys): OpenedHomes {
  return {
    remember: async (user) => void (await redis.set(keys.home(user), '1', 'EX', KEEP_S)),
    has: async (user) => (await redis.exists(keys.home(user))) === 1,
  };
}
