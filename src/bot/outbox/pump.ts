import type { Due, Redraws } from '../../jobs/store/redraws';
import type { Log } from '../log';

const LOOK_EVERY_MS = 250;
const AT_ONCE = 20;
const COMPLAIN_EVERY_MS = 5_000;

/** What to do next with a request whose message is due. */
export type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly ms: number }
  /** Slack did not take it; it may the next time. */
  | { readonly kind: 'again'; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };
export const DONE: Next = { kind: 'done' };

/** After an answer was lost. */
export const AGAIN_MS = 3_000;

/** Takes what is due, when something has moved and four times a second, and hands it on. */
export function createPump(
  { redraws, log }: { readonly redraws: Redraws; readonly log: Log },
  serve: (due: Due) => Promise<void>,
) {
  let pumping: Promise<void> | null = null;
  let stopping = false;
  let silentUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;

  async function pump(): Promise<void> {
    while (!stopping) {
      const due = await redraws.take(AT_ONCE);
      for (const one of due) void serve(one).catch((error: unknown) => log.error({ error }, 'message not drawn'));
      if (due.length < AT_ONCE) return;
    }
  }

  /** Four times a second would drown everything else. */
  function complain(error: unknown): void {
    if (performance.now() < silentUntil) return;
    silentUntil = performance.now() + COMPLAIN_EVERY_MS;
    log.warn({ error }, 'due messages not read');
  }

  function wake(): void {
    if (pumping || stopping) return;
    pumping = pump()
      .catch(complain)
      .finally(() => {
        pumping = null;
      });
  }

  return {
    start: () => {
      timer = setInterval(wake, LOOK_EVERY_MS);
      unsubscribe = redraws.onMove(wake);
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      unsubscribe?.();
      await pumping;
    },
  };
}

/** One channel is served in order; channels do not wait for each other. */
export function createLanes() {
  const lanes = new Map<string, Promise<void>>();
  return {
    run: (channel: string, work: () => Promise<void>): Promise<void> => {
      const before = (lanes.get(channel) ?? Promise.resolve()).catch(() => undefined);
      const after = before.then(work).finally(() => {
        if (lanes.get(channel) === after) lanes.delete(channel);
      });
      lanes.set(channel, after);
      return after;
    },
    idle: async () => {
      await Promise.allSettled(lanes.values());
    },
  };
}
