import { hasEnded, type Request } from '../../jobs/request/request';
import type { Redraws } from '../../jobs/store/redraws';
import type { Store } from '../../jobs/store/store';

export interface WatchDeps {
  readonly store: Pick<Store, 'load'>;
  readonly redraws: Pick<Redraws, 'onMove'>;
}

/** Should a message of Redis get lost, the record is looked at anyway. Milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Follows a request until it needs nobody here any more: a query to its end, a change to its preview, or with `toEnd` to
 * its end. Tells of each revision that it saw. Null: the record is gone.
 */
export async function watch(
  { store, redraws }: WatchDeps,
  id: string,
  { toEnd, onSeen }: { readonly toEnd: boolean; readonly onSeen: (request: Request) => void },
): Promise<Request | null> {
  let wake = () => {};
  const stop = redraws.onMove(() => wake());
  try {
    for (let seen = 0; ; ) {
      const moved = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const request = await store.load(id);
      if (request && request.revision > seen) {
        seen = request.revision;
        onSeen(request);
      }
      if (!request || isOver(request, toEnd)) {
        wake();
        return request;
      }
      await moved;
    }
  } finally {
    stop();
  }
}

function isOver({ state }: Request, toEnd: boolean): boolean {
  return hasEnded(state) || (!toEnd && state.kind === 'planned');
}
