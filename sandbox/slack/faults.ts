/** Troubles of Slack's own, switched on by tests and by the control API. All are off until asked for. */

interface Refusal {
  /** 429 carries Retry-After; 5xx has Slack's HTML-less empty body. */
  readonly status: 429 | 500 | 502 | 503;
  /** How many calls; default 1. */
  readonly times?: number;
  /** Seconds, for 429; default 1. */
  readonly retryAfter?: number;
  /** `done`: the call takes effect and only its answer is lost. Default `none`. */
  readonly effect?: 'none' | 'done';
}

export interface Faults {
  /** The next calls of this method are refused. */
  refuse(method: string, refusal: Refusal): void;
  /** Every call of this method (`*`: of any) is answered this much later, its effect at once. 0 ends it. */
  slow(method: string, ms: number): void;
  /** The app's next acks are lost on their way. */
  dropAcks(times: number): void;
  /** The next commands and clicks are delivered twice: same trigger id, the copy marked as a retry. */
  deliverTwice(times: number): void;
  /** While on, nothing reaches the app. */
  appDown(on: boolean): void;
  /** What the bot token may do, instead of what the manifest asks for; null ends it. */
  grant(scopes: readonly string[] | null): void;
  /** While on, this token is not valid any more. */
  revoke(token: 'bot' | 'app', on: boolean): void;
  /** Slack's clock, as its answers carry it, is this many seconds ahead of this machine's. 0 ends it. */
  setClock(aheadS: number): void;
  clear(): void;
}

export interface FaultBox extends Faults {
  takeRefusal(method: string): Refusal | undefined;
  delayOf(method: string): number;
  takeDroppedAck(): boolean;
  takeTwice(): boolean;
  isAppDown(): boolean;
  granted(): readonly string[] | null;
  isRevoked(token: 'bot' | 'app'): boolean;
  /** For the header `Date`. */
  date(): string;
}

/** A number of times that something happens again. */
function createCounter() {
  let left = 0;
  return {
    set: (times: number) => {
      left = times;
    },
    take: () => left > 0 && left-- > 0,
  };
}

export function createFaults(): FaultBox {
  const refusals = new Map<string, { readonly refusal: Refusal; left: number }>();
  const delays = new Map<string, number>();
  const dropped = createCounter();
  const twice = createCounter();
  const revoked = new Set<'bot' | 'app'>();
  let granted: readonly string[] | null = null;
  let aheadS = 0;
  let down = false;
  return {
    refuse: (method, refusal) => refusals.set(method, { refusal, left: refusal.times ?? 1 }),
    slow: (method, ms) => delays.set(method, ms),
    dropAcks: dropped.set,
    deliverTwice: twice.set,
    appDown: (on) => {
      down = on;
    },
    grant: (scopes) => {
      granted = scopes;
    },
    revoke: (token, on) => void (on ? revoked.add(token) : revoked.delete(token)),
    setClock: (seconds) => {
      aheadS = seconds;
    },
    clear: () => {
      refusals.clear();
      delays.clear();
      dropped.set(0);
      twice.set(0);
      down = false;
      granted = null;
      aheadS = 0;
      revoked.clear();
    },
    takeRefusal: (method) => {
      const found = refusals.get(method);
      if (!found || found.left === 0) return undefined;
      found.left -= 1;
      return found.refusal;
    },
    delayOf: (method) => delays.get(method) ?? delays.get('*') ?? 0,
    takeDroppedAck: dropped.take,
    takeTwice: twice.take,
    isAppDown: () => down,
    granted: () => granted,
    isRevoked: (token) => revoked.has(token),
    date: () => new Date(Date.now() + aheadS * 1_000).toUTCString(),
  };
}
