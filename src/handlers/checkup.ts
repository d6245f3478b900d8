import { BackendFailure } from '../backends/failure';
import type { Text } from './view';

/**
 * Looking whether everything around the bot is as it must be. Each check looks at one thing and says in lines what it
 * found; it lives beside what it looks at, and knows nothing of who reads it.
 */
export type Line =
  | { readonly tone: 'ok'; readonly what: string; readonly found: Text; readonly why: string }
  | {
      readonly tone: 'warning' | 'bad';
      readonly what: string;
      readonly found: Text;
      /** Why it matters. */
      readonly why: string;
      /** What to do about it. */
      readonly todo: string;
    };

export interface Check {
  /** What is looked at, and what is said when looking fails or takes too long. */
  readonly what: string;
  readonly why: string;
  readonly todo: string;
  look(signal: AbortSignal): Promise<readonly Line[]>;
}

export interface Doctor {
  /** Every check side by side, in their order. Never rejects and never hangs: what cannot be looked at is a line too. */
  examine(signal: AbortSignal): Promise<readonly Line[]>;
}

export interface DoctorOptions {
  /** How long one check may take, in milliseconds. */
  readonly mostMs?: number;
  readonly onError: (error: unknown, what: string) => void;
}

const MOST_LOOKING_MS = 8_000;

export function createDoctor(checks: readonly Check[], { mostMs = MOST_LOOKING_MS, onError }: DoctorOptions): Doctor {
  return {
    examine: async (signal) => {
      const given = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      const found = await Promise.all(checks.map((check) => lookWithin(check, { mostMs, signal, given, onError })));
      return found.flat();
    },
  };
}

interface Within {
  readonly mostMs: number;
  readonly signal: AbortSignal;
  /** Nobody waits any more. */
  readonly given: Promise<void>;
  readonly onError: DoctorOptions['onError'];
}

async function lookWithin(check: Check, { mostMs, signal, given, onError }: Within): Promise<readonly Line[]> {
  const { what, why, todo } = check;
  const unseen = (found: string): readonly Line[] => [{ tone: 'bad', what, why, todo, found }];
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostMs);
  });
  // What is looked at may not listen to the signal, so the clock alone decides.
  const tooLate = Promise.race([given, timedOut]).then(() => unseen(`no answer within ${mostMs / 1_000} s`));
  const looked = startLooking(check, AbortSignal.any([late.signal, signal])).catch((error: unknown) => {
    if (error instanceof BackendFailure) return unseen(error.message);
    onError(error, what);
    return unseen('the check itself failed; the log of the bot has the reason');
  });
  try {
    return await Promise.race([looked, tooLate]);
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

/** Also what is thrown at once is a rejection. */
async function startLooking(check: Check, signal: AbortSignal): Promise<readonly Line[]> {
  return check.look(signal);
}

/** A line that is `ok` where nothing is wrong, else what to do. */
export function judged(
  about: { readonly what: string; readonly found: Text; readonly why: string },
  trouble: { readonly tone: 'warning' | 'bad'; readonly todo: string } | null,
): Line {
  return trouble ? { ...about, ...trouble } : { ...about, tone: 'ok' };
}
