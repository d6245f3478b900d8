import { filledFrom } from '../../handlers/filling';
import type { Filled } from '../../handlers/form';
import type { Operation } from '../../handlers/operation';
import type { Request } from '../request/request';
import type { Store } from './store';

/** How many of the newest requests are looked through. */
const LOOKED_AT = 200;

export interface RecentDeps {
  readonly store: Pick<Store, 'newest'>;
  readonly operation: (name: string, cluster: string) => Operation | null;
}

/** A name that was found, with what the same request said of where it holds: an account, say. */
export interface Use {
  readonly name: string;
  readonly beside: Filled;
}

export interface Wanted {
  readonly cluster: string;
  /** What the names are names of. */
  readonly kind: string;
  /** Who is offered them: what somebody asked privately is offered to nobody else. Left out: to anybody. */
  readonly to?: string;
}

/**
 * The names that earlier requests on a cluster used for one kind of thing, the newest first. Only of requests that found
 * what they named: a name that was wrong once is not offered again.
 */
export async function recentNames(deps: RecentDeps, wanted: Wanted): Promise<readonly string[]> {
  return [...new Set((await recentUses(deps, wanted)).map(({ name }) => name))];
}

/** The same names, each with where it holds. */
export async function recentUses({ store, operation }: RecentDeps, wanted: Wanted): Promise<readonly Use[]> {
  const { cluster, kind, to } = wanted;
  const requests = (await store.newest(LOOKED_AT)).filter(
    (request) => request.cluster === cluster && hasFound(request) && (!request.isPrivate || request.requester === to),
  );
  return requests.flatMap((request) => usesIn(request, operation(request.operation, cluster), kind));
}

function usesIn(request: Request, operation: Operation | null, kind: string): readonly Use[] {
  if (!operation) return [];
  const filled = filledFrom(operation.form, request.words);
  return operation.form.flatMap(({ id, input }) => {
    if (input.kind !== 'known' || input.known.kind !== kind) return [];
    const beside = only(filled, input.known.beside ?? []);
    return (filled[id] ?? []).map((name) => ({ name, beside }));
  });
}

/** What these fields hold, those that are empty left out. */
export function only(filled: Filled, ids: readonly string[]): Filled {
  return Object.fromEntries(Object.entries(filled).filter(([id]) => ids.includes(id)));
}

/** However bad the news of it is: an election that is stuck, a damaged copy. */
function hasFound({ state }: Request): boolean {
  if (state.kind === 'queued') return false;
  if (state.kind !== 'finished') return true;
  const { outcome } = state;
  if (outcome.view?.absent) return false;
  // Reading failed, or it was refused before or after reading: it may be the name.
  return outcome.kind !== 'refused' && outcome.kind !== 'failed';
}
