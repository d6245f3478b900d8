import type { Redis } from 'ioredis';
import type { Keys } from './redis';

/** What came in over webhooks, so that nothing counts twice and nobody floods a channel. */
export interface HookMemory {
  /** `again`: this very delivery was taken already. */
  admit(hook: string, delivery: string): Promise<'first' | 'again' | 'too many'>;
  /** It was not taken after all: the sender may try again. */
  forget(hook: string, delivery: string): Promise<void>;
}

/** Longer than a signature is valid on either side. Seconds. */
const KEEP_S = 900;
const MOST_A_MINUTE = 20;

export function createHookMemory(redis: Redis, keys: Keys): HookMemory {
  return {
    admit: async (hook, delivery) => {
      if ((await redis.set(keys.hookDelivery(hook, delivery), '1', 'EX', KEEP_S, 'NX')) === null) return 'again';
      const minute = keys.hookMinute(hook);
      const count = await redis.incr(minute);
      if (count === 1) await redis.expire(minute, 60);
      if (count <= MOST_A_MINUTE) return 'first';
      await redis.del(keys.hookDelivery(hook, delivery));
      return 'too many';
    },
    forget: async (hook, delivery) => void (await redis.del(keys.hookDelivery(hook, delivery))),
  };
}
