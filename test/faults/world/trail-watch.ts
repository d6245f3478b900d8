import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** The program's audit trail, as it grows. */
export interface TrailWatch {
  stored: (entry: { readonly seq: number; readonly says: number }) => void;
  close(): void;
}

const TRAIL = '{quorumbot}:audit:trail';
const LOOK_EVERY_MS = 20;

/** What was written while Redis was away is told when it is back. */
export function watchTrail(store: Redis): TrailWatch {
  let open = true;
  const watch: TrailWatch = {
    stored: () => undefined,
    close: () => {
      open = false;
    },
  };

  async function read(): Promise<void> {
    for (let after = '0-0'; open; ) {
      const entries = await store.xrange(TRAIL, `(${after}`, '+').catch(() => []);
      for (const [id, [, text = '']] of entries) {
        after = id;
        const { seq, at } = JSON.parse(text) as { readonly seq: number; readonly at: number };
        watch.stored({ seq, says: at });
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  void read();
  return watch;
}
