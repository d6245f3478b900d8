import type { Redis } from 'ioredis';
import type { Keys } from './redis';

/** Names that are too long for a menu, by a key that fits. Any process of the bot may be given the choice. */
export interface Names {
  remember(key: string, name: string): Promise<void>;
  recall(key: string): Promise<string | null>;
}

/** A form may stay open for a day. Seconds. */
const KEEP_S = 24 * 3600;

export function createNames(redis: Redis, keys: Keys): Names {
  return {
    remember: async (key, name) => void (await redis.set(keys.name(key), name, 'EX', KEEP_S)),
    recall: (key) => redis.get(keys.name(key)),
  };
}
