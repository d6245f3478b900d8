import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** The program's audit trail, as it grows. */
export interface TrailWatch {
  stored: (entry: { readonly seq: number; readonly says: number }) => void;
  close(): void;
}

const TRAIL = '{quorumbot}:audit:trail';
const AGAIN_MS = 50;

/** Goes straight to Redis; what was written while Redis was away is told when it is back. */
export function watchTrail(url: string): TrailWatch {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    replyMapping: 'legacy',
    retryStrategy: () => AGAIN_MS,
  });
  redis.on('error', () => undefined);
  let open = true;
  const watch: TrailWatch = {
    stored: () => undefined,
    close: () => {
      open = false;
      redis.disconnect();
    },
  };

  async function read(): Promise<void> {
    for (let after = '0'; open; ) {
      const streams = await redis.xread('BLOCK', 0, 'STREAMS', TRAIL, after).catch(() => null);
      if (streams === null) await wait(AGAIN_MS);
      for (const [id, [, text = '']] of streams?.[0]?.[1] ?? []) {
        after = id;
        const { seq, at } = JSON.parse(text) as { readonly seq: number; readonly at: number };
        watch.stored({ seq, says: at });
      }
    }
  }

  void read();
  return watch;
}
