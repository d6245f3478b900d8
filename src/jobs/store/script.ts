import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

type Reply = string | number | null | readonly Reply[];

/** A Lua script as a function: by its hash, and with its text where the server does not know it (yet, or any more). */
export function script(lua: string) {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply> => {
    try {
      return (await redis.evalsha(sha, keys.length, ...keys, ...args)) as Reply;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await redis.eval(lua, keys.length, ...keys, ...args)) as Reply;
    }
  };
}
