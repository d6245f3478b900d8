import { randomUUID } from 'node:crypto';
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
  /** Also when the answer was lost and the client asked again: then what is found there is our own mark. */
  async function isFirst(key: string): Promise<boolean> {
    const mark = randomUUID();
    if ((await redis.set(key, mark, 'EX', KEEP_S, 'NX')) !== null) return true;
    return (await redis.get(key)) === mark;
  }

  async function countIn(minute: string): Promise<number> {
    const counted = await redis.multi().set(minute, 0, 'EX', 60, 'NX').incr(minute).exec();
    return Number(counted?.[1]?.[1]);
  }

  return {
    admit: async (hook, delivery) => {
      if (!(await isFirst(keys.hookDelivery(hook, delivery)))) return 'again';
      const count = await countIn(keys.hookMinute(hook));
      if (count <= MOST_A_MINUTE) return 'first';
      await redis.del(keys.hookDelivery(hook, delivery));
      return 'too many';
    },
    forget: async (hook, delivery) => void (await redis.del(keys.hookDelivery(hook, delivery))),
  };
}
