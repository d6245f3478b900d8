/**
 * How fast calls may leave. A bucket holds a few calls for a burst and is filled at a steady rate. A call that finds none
 * books the next free moment, so that many that wait come one after the other and not all again and again.
 * The clock is injected: monotonic milliseconds.
 */
export interface Bucket {
  /** Books one call and returns in how many milliseconds it may leave; 0: now. */
  book(): number;
  /** Slack said: not before this many seconds have passed. */
  pause(seconds: number): void;
}

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export function createBucket({ burst, perSecond }: Rate, clock: () => number): Bucket {
  const each = 1_000 / perSecond;
  /** When the bucket will be full again. */
  let fullAt = clock();
  return {
    book: () => {
      const now = clock();
      fullAt = Math.max(fullAt, now) + each;
      return Math.max(0, Math.ceil(fullAt - burst * each - now));
    },
    pause: (seconds) => {
      fullAt = Math.max(fullAt, clock() + seconds * 1_000 + (burst - 1) * each);
    },
  };
}
