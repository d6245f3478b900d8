import type { Redis } from 'ioredis';
import type { Keys } from './redis';

/** What came in over webhooks, so that nothing counts twice and nobody floods a channel. */
export interface HookMemory {
  /**
   * `again`: this very delivery was taken already. The stored request alone says so: a mark of its own could be left behind by
   * a delivery that failed, and whoever is told to try again would be told that it was taken.
   */
  admit(hook: string, request: string): Promise<'first' | 'again' | 'too many'>;
}

const MOST_A_MINUTE = 20;

export function createHookMemory(redis: Redis, keys: Keys): HookMemory {
  async function countIn(minute: string): Promise<number> {
    const counted = await redis.multi().set(minute, 0, 'EX', 60, 'NX').incr(minute).exec();
    return Number(counted?.[1]?.[1]);
  }

  return {
    admit: async (hook, request) => {
      if ((await redis.exists(keys.request(request))) > 0) return 'again';
      return (await countIn(keys.hookMinute(hook))) <= MOST_A_MINUTE ? 'first' : 'too many';
    },
  };
}
