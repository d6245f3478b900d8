import type { AdminTable } from '../../../backends/openio/openio';

/**
 * A property of the container that says what this bot is doing, or did last, to its base. It is the first write of a
 * move, so that an interrupted one can be told from somebody else's freeze, and the test write at its end. It stays: the
 * next move writes over it.
 */
export const MARKER = 'quorumbot-move';

export type Marked =
  | { readonly kind: 'moving' | 'moved'; readonly request: string; readonly from: string; readonly to: string }
  | { readonly kind: 'removing' | 'removed'; readonly request: string; readonly service: string };

export function markerText(marked: Marked): string {
  return 'from' in marked
    ? `${marked.request} ${marked.kind} ${marked.from} to ${marked.to}`
    : `${marked.request} ${marked.kind} ${marked.service}`;
}

export function markerIn({ properties }: AdminTable): Marked | null {
  const words = (properties[MARKER] ?? '').split(' ');
  const [request, kind, first, link, second, ...rest] = words;
  if (!request || !first || rest.length > 0) return null;
  if ((kind === 'removing' || kind === 'removed') && link === undefined) return { kind, request, service: first };
  if ((kind === 'moving' || kind === 'moved') && link === 'to' && second) {
    return { kind, request, from: first, to: second };
  }
  return null;
}

/** Whether a move between these two services, in either direction, has begun and not ended. */
export function isUnderWay(marked: Marked | null, one: string, other: string): boolean {
  return marked?.kind === 'moving' && sameSet([marked.from, marked.to], [one, other]);
}

export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.toSorted().join() === other.toSorted().join();
}

/** The set with one service in the place of another. */
export function swapped(set: readonly string[], out: string, into: string): readonly string[] {
  return [...set.filter((each) => each !== out), into].toSorted();
}
