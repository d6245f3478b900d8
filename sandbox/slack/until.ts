/** Waiting for something to be seen, without polling. */
import { seenMessage } from './seen';
import type { Store } from './store';
import type { Call } from './types';

export type Look<T> = () => T | undefined | null | false;

export interface Until {
  wait<T>(look: Look<T>, timeoutMs?: number): Promise<T>;
  /** Fails everything that still waits. */
  stop(): void;
}

const DEFAULT_MS = 5_000;
const SHOWN = 5;

function lastSeen(store: Store, calls: readonly Call[]): string {
  const last = store
    .messages()
    .slice(-SHOWN)
    .map((one) => seenMessage(store, one));
  const refused = calls.filter((call) => !call.ok).slice(-SHOWN);
  return [
    'the last messages are',
    ...last.map((one) => `  ${one.author}: ${one.plain}`),
    'the last refusals are',
    ...refused.map((call) => `  ${call.method} ${call.error} ${call.about}`),
  ].join('\n');
}

export function createUntil(store: Store, calls: readonly Call[]): Until {
  const waiting = new Set<(why: string) => void>();
  const wait = <T>(look: Look<T>, timeoutMs = DEFAULT_MS) =>
    new Promise<T>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        stopListening();
        waiting.delete(fail);
      };
      const fail = (why: string) => {
        leave();
        reject(new Error(`${why}\n${lastSeen(store, calls)}`));
      };
      const check = () => {
        try {
          const found = look();
          if (found === undefined || found === null || found === false) return;
          leave();
          resolve(found);
        } catch (error) {
          leave();
          reject(error);
        }
      };
      const timer = setTimeout(() => fail(`nothing of the kind within ${timeoutMs} ms`), timeoutMs);
      const stopListening = store.onChange(check);
      waiting.add(fail);
      check();
    });
  return {
    wait,
    stop: () => {
      for (const fail of [...waiting]) fail('the workspace was closed');
    },
  };
}
