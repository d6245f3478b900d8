import type { Server } from './services/server';
import type { TroubledSystem } from './world';

/** The bot's own Redis, to see what it says without it. */
export function createRedisTrouble(redis: Server): TroubledSystem {
  let hung = false;
  let down = false;
  return {
    name: 'redis',
    troubles: () => [
      { id: 'hung', label: 'Redis hangs', on: hung },
      { id: 'down', label: 'Redis is down', on: down },
    ],
    switchTrouble: async (id, on) => {
      if (id === 'hung') {
        if (on) redis.pause();
        else redis.resume();
        hung = on;
        return;
      }
      if (id !== 'down') throw new Error(`Redis has no trouble ${id}`);
      await (on ? redis.kill() : redis.restart());
      down = on;
    },
  };
}
