import type { History } from '../history';

/** An entry of the audit trail, as it is stored. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly prev: string;
  readonly event: string;
  readonly request: string;
  readonly by?: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

export function entriesOf({ left }: Pick<History, 'left'>): readonly Entry[] {
  return (left?.trail ?? []).map((text) => JSON.parse(text) as Entry);
}

/** The moves of each request, in the order of the trail. */
export function waysOf(history: History): ReadonlyMap<string, readonly Entry[]> {
  const ways = new Map<string, Entry[]>();
  for (const entry of entriesOf(history)) ways.set(entry.request, [...(ways.get(entry.request) ?? []), entry]);
  // What is told of a request and does not move it on.
  for (const [request, way] of ways) {
    const moves = way.filter(({ event }) => !BESIDE.has(event));
    if (moves.length === 0) ways.delete(request);
    else ways.set(request, moves);
  }
  // The second look of a request of the round before may come late.
  for (const [request, way] of ways) if (way.every(({ event }) => event === 'rechecked')) ways.delete(request);
  return ways;
}

const BESIDE: ReadonlySet<string> = new Set(['wrong code', 'locked out', 'reviewed']);

/** When this move was written, by the harness' clock; null where there was none. */
export function momentOf(history: History, way: readonly Entry[] | undefined, event: string): number | null {
  const entry = way?.find((one) => one.event === event);
  return entry ? entry.at - history.begunAt : null;
}
