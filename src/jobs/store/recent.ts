import { filledFrom } from '../../handlers/filling';
import type { Operation } from '../../handlers/operation';
import type { Request } from '../request/request';
import type { Store } from './store';

/** How many of the newest requests are looked through. */
const LOOKED_AT = 200;

interface RecentDeps {
  readonly store: Pick<Store, 'newest'>;
  readonly operation: (name: string, cluster: string) => Operation | null;
}

/**
 * The names that earlier requests on a cluster used for one kind of thing, the newest first. Only of requests that found
 * what they named: a name that was wrong once is not offered again.
 */
export async function recentNames(
  { store, operation }: RecentDeps,
  { cluster, kind }: { readonly cluster: string; readonly kind: string },
): Promise<readonly string[]> {
  const requests = (await store.newest(LOOKED_AT)).filter(
    (request) => request.cluster === cluster && hasFound(request),
  );
  return [...new Set(requests.flatMap((request) => namesIn(request, operation(request.operation, cluster), kind)))];
}

function namesIn(request: Request, operation: Operation | null, kind: string): readonly string[] {
  if (!operation) return [];
  const filled = filledFrom(operation.form, request.words);
  return operation.form.flatMap(({ id, input }) =>
    input.kind === 'known' && input.known.kind === kind ? (filled[id] ?? []) : [],
  );
}

function hasFound({ state }: Request): boolean {
  if (state.kind === 'queued') return false;
  if (state.kind !== 'finished') return true;
  const { outcome } = state;
  if (outcome.kind === 'answered') return outcome.view.tone !== 'bad';
  return outcome.kind !== 'refused' && outcome.kind !== 'failed';
}
