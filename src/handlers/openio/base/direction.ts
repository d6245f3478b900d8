import type { Wish } from './args';
import { type Look, valuesOf } from './look';
import { type Marked, markerIn, sameSet, swapped } from './marker';

/** Which service goes out and which comes in, seen from what is wanted and from how far an earlier move has come. */
export interface Direction {
  readonly leaving: string;
  readonly arriving: string;
  /** Before and after. */
  readonly old: readonly string[];
  readonly wanted: readonly string[];
}

/** Lists of peers that the copies hold, each different one once. */
export function listsOf({ copies }: Pick<Look, 'copies'>): readonly (readonly string[])[] {
  return valuesOf(copies, 'sys.peers').flatMap((list) => (list === undefined ? [] : [list.split(',').toSorted()]));
}

/** Null: no copy has one, or the copies do not agree on it. */
export function markerOf({ copies }: Pick<Look, 'copies'>): Marked | null {
  const found = copies?.copies.flatMap(({ table }) => (table && markerIn(table)) ?? []) ?? [];
  const [first] = found;
  // A write that reached only some of the peers still tells what was begun.
  return found.find(({ kind }) => kind === 'moving' || kind === 'removing') ?? first ?? null;
}

/** Where an earlier move of `from` was going, as far as the live state tells. */
export function destinationOf(from: string, look: Pick<Look, 'copies' | 'directory'>): string | null {
  const marked = markerOf(look);
  if (marked && 'from' in marked && marked.kind === 'moving') {
    if (marked.from === from) return marked.to;
    if (marked.to === from) return marked.from;
  }
  const { directory } = look;
  for (const list of listsOf(look)) {
    const added = list.filter((each) => !directory.includes(each));
    const gone = directory.filter((each) => !list.includes(each));
    if (added.length === 1 && gone.length === 1 && gone[0] === from) return added[0] ?? null;
    if (added.length === 1 && gone.length === 1 && added[0] === from) return gone[0] ?? null;
  }
  return null;
}

/** Null: neither or both of the two are among the services that the directory names. */
export function directionOf(wish: Wish, to: string, directory: readonly string[]): Direction | null {
  const [leaving, arriving] = wish.back ? [to, wish.from] : [wish.from, to];
  const leaves = directory.includes(leaving);
  if (leaves === directory.includes(arriving)) return null;
  const wanted = leaves ? swapped(directory, leaving, arriving) : directory.toSorted();
  return { leaving, arriving, wanted, old: swapped(wanted, arriving, leaving) };
}

/** Another move than this one that has begun: which service it takes out, and which it puts in. */
export function otherMove(
  look: Pick<Look, 'copies' | 'directory'>,
  { leaving, arriving, old, wanted }: Direction,
): { readonly from: string; readonly to: string } | null {
  const marked = markerOf(look);
  if (marked?.kind === 'moving' && 'from' in marked && !sameSet([marked.from, marked.to], [leaving, arriving])) {
    return marked;
  }
  for (const list of listsOf(look)) {
    if (sameSet(list, wanted) || sameSet(list, old)) continue;
    const [to, ...more] = list.filter((each) => !look.directory.includes(each));
    const [from, ...others] = look.directory.filter((each) => !list.includes(each));
    if (from && to && more.length === 0 && others.length === 0) return { from, to };
  }
  return null;
}
