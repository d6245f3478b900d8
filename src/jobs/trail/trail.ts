import type { Redis } from 'ioredis';
import type { Keys } from '../store/redis';
import { GENESIS, type Head, readEntry } from './audit';

/** The stored audit trail, as exact texts. */
export interface Trail {
  head(): Promise<Head>;
  /** The newest entries, newest first. */
  newest(count: number): Promise<readonly string[]>;
  /** One entry, or null. */
  entry(seq: number): Promise<string | null>;
  /** Every entry up to the head, oldest first; `from` leaves out those before that number. */
  all(upTo: Head, from?: number): AsyncIterable<string>;
  /** The number of the first entry that is not older than this, or of the one that will come next. */
  firstSince(at: number): Promise<number>;
  /** Whether something stands behind the newest entry that was written. */
  hasMore(): Promise<boolean>;
}

const PAGE = 1_000;

export function createTrail(redis: Redis, keys: Keys): Trail {
  async function head(): Promise<Head> {
    const [seq, hash] = await redis.hmget(keys.head, 'seq', 'hash');
    return seq && hash ? { seq: Number(seq), hash } : GENESIS;
  }

  async function entry(seq: number): Promise<string | null> {
    const [item] = await redis.xrange(keys.trail, idOf(seq), idOf(seq));
    return item ? textOf(item) : null;
  }

  return {
    head,
    entry,
    newest: async (count) => (await redis.xrevrange(keys.trail, '+', '-', 'COUNT', count)).map(textOf),
    all: async function* (upTo, from = 0) {
      // Ends at whatever carries the head's number, so that an entry smuggled in behind it is read as well.
      const read = (start: string) => redis.xrange(keys.trail, start, String(upTo.seq), 'COUNT', PAGE);
      let page = await read(String(from));
      for (;;) {
        const last = page.at(-1);
        if (!last) return;
        // Redis works on the next page while this one is looked through.
        const next = read(`(${last[0]}`);
        // Whoever stops walking never asks for it.
        next.catch(() => undefined);
        for (const item of page) yield textOf(item);
        page = await next;
      }
    },
    firstSince: async (at) => {
      let low = 1;
      let high = (await head()).seq + 1;
      // Times grow with the numbers, but for the tolerance of a batch; halving needs 17 looks for 100 000 entries.
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const text = await entry(middle);
        const found = text === null ? null : readEntry(text);
        // Where an entry is gone, rather too many than too few.
        if (!found || found.at >= at) high = middle;
        else low = middle + 1;
      }
      return low;
    },
    hasMore: async () => {
      const [newest] = await redis.xrevrange(keys.trail, '+', '-', 'COUNT', 1);
      // Read after it, the head can only be ahead of what the bot wrote.
      return newest !== undefined && Number(newest[0].split('-')[0]) > (await head()).seq;
    },
  };
}

function idOf(seq: number): string {
  return `${seq}-1`;
}

function textOf([, fields]: readonly [id: string, fields: readonly string[]]): string {
  return fields[1] ?? '';
}
