/**
 * How fast calls may leave. A bucket holds a few calls for a burst and is filled at a steady rate. A call that finds none
 * books the next free moment, so that many that wait come one after the other and not all again and again.
 * The clock is injected: monotonic milliseconds.
 */
export interface Bucket {
  /** Books one call and returns in how many milliseconds it may leave; 0: now. */
  book(): number;
  /** Slack said: not before this many seconds have passed. What is booked already waits as well. */
  pause(seconds: number): void;
  /** In how many milliseconds a pause ends; 0: there is none. */
  paused(): number;
  /** How many calls may leave now. */
  left(): number;
}

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export function createBucket({ burst, perSecond }: Rate, clock: () => number): Bucket {
  const each = 1_000 / perSecond;
  /** When the bucket will be full again. */
  let fullAt = clock();
  let pausedUntil = 0;
  return {
    book: () => {
      const now = clock();
      fullAt = Math.max(fullAt, now) + each;
      return Math.max(0, Math.ceil(fullAt - burst * each - now));
    },
    left: () => Math.max(0, Math.floor((clock() + burst * each - Math.max(fullAt, clock())) / each)),
    paused: () => Math.max(0, Math.ceil(pausedUntil - clock())),
    pause: (seconds) => {
      pausedUntil = Math.max(pausedUntil, clock() + seconds * 1_000);
      fullAt = Math.max(fullAt, clock() + seconds * 1_000 + (burst - 1) * each);
    },
  };
}

/** Per channel; Slack says about one a second, with short bursts. */
const POSTS: Rate = { burst: 3, perSecond: 1 };
/** For the whole workspace: chat.update is allowed about fifty a minute. */
const EDITS: Rate = { burst: 20, perSecond: 50 / 60 };
/** So many calls are kept for what people wait for. */
const KEPT = 8;
/** The same message is edited at most this often. */
const BETWEEN_EDITS_MS = 1_000;

/** A message, and where it is. */
interface Paced {
  readonly key: string;
  readonly channel: string;
  /** Nobody waits for this edit: it leaves when there is room for others besides, and asks again after so long. */
  readonly canWaitMs?: number;
}

/** The pace of every message: of posts per channel, of edits for the whole workspace, and of one message. */
export interface Pace {
  bucket(paced: Paced, isEdit: boolean): Bucket;
  /** Milliseconds until this message may leave. Whoever has waited for the moment it was given may go. */
  wait(paced: Paced, isEdit: boolean): number;
  sent(key: string): void;
}

export function createPace(clock: () => number): Pace {
  const posts = new Map<string, Bucket>();
  const edits = createBucket(EDITS, clock);
  const sentAt = new Map<string, number>();
  const booked = new Map<string, number>();

  function bucket({ channel }: Paced, isEdit: boolean): Bucket {
    if (isEdit) return edits;
    const known = posts.get(channel) ?? createBucket(POSTS, clock);
    posts.set(channel, known);
    return known;
  }

  return {
    bucket,
    wait: (paced, isEdit) => {
      const now = clock();
      const given = booked.get(paced.key);
      if (given !== undefined && given > now) return Math.ceil(given - now);
      const { canWaitMs = 0 } = paced;
      if (given === undefined && isEdit && canWaitMs > 0 && edits.left() <= KEPT) return canWaitMs;
      const pause = bucket(paced, isEdit).paused();
      if (given !== undefined && pause > 0) return pause;
      booked.delete(paced.key);
      if (given !== undefined) return 0;
      const soonest = (sentAt.get(paced.key) ?? -BETWEEN_EDITS_MS) + BETWEEN_EDITS_MS - now;
      const ms = Math.max(bucket(paced, isEdit).book(), Math.ceil(soonest));
      if (ms > 0) booked.set(paced.key, now + ms);
      return ms;
    },
    sent: (key) => {
      sentAt.delete(key);
      sentAt.set(key, clock());
      // Only the newest matter; the map must not grow for ever.
      if (sentAt.size > 1_000) sentAt.delete(sentAt.keys().next().value ?? '');
    },
  };
}
