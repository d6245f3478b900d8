/**
 * How fast calls may leave. A bucket holds a few calls for a burst and is filled at a steady rate; a 429 empties it until
 * Slack's own time has passed. The clock is injected: monotonic milliseconds.
 */
export interface Bucket {
  /** Takes one call now and returns 0, or returns in how many milliseconds to ask again. */
  take(): number;
  /** Slack said: not before this many seconds have passed. */
  pause(seconds: number): void;
}

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export function createBucket({ burst, perSecond }: Rate, clock: () => number): Bucket {
  let tokens = burst;
  let filledAt = clock();
  let pausedUntil = 0;
  return {
    take: () => {
      const now = clock();
      if (now < pausedUntil) return Math.ceil(pausedUntil - now);
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1_000) * perSecond);
      filledAt = now;
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1_000);
      tokens -= 1;
      return 0;
    },
    pause: (seconds) => {
      pausedUntil = Math.max(pausedUntil, clock() + seconds * 1_000);
      tokens = Math.min(tokens, 1);
    },
  };
}
