import { AGAIN_MS } from './pump';

/** Messages that Slack has not taken yet. Each is tried again after a pause that grows. The clock: monotonic milliseconds. */
export interface Troubles {
  /** It was not taken. Returns after how many milliseconds to try again. */
  failed(request: string, why: string): number;
  over(request: string): void;
  /** Why messages wait just now; null: none does. */
  newest(): string | null;
}

/** Most troubles are over soon. */
const AT_ONCE = 3;
const LONGEST_MS = 20 * AGAIN_MS;
/** Another process may have gone on with it. */
const FORGET_MS = 3 * LONGEST_MS;

export function createTroubles(clock: () => number): Troubles {
  const all = new Map<string, { readonly times: number; readonly why: string; readonly at: number }>();
  return {
    failed: (request, why) => {
      const times = (all.get(request)?.times ?? 0) + 1;
      all.delete(request);
      all.set(request, { times, why, at: clock() });
      return Math.min(LONGEST_MS, AGAIN_MS * 2 ** Math.max(0, times - AT_ONCE));
    },
    over: (request) => void all.delete(request),
    newest: () => {
      for (const [request, { at }] of all) if (clock() - at > FORGET_MS) all.delete(request);
      return [...all.values()].at(-1)?.why ?? null;
    },
  };
}
