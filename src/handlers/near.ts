import { distance } from 'fastest-levenshtein';

/** Longer names are compared by their beginning. */
const COMPARED = 64;
const OFFERED = 3;

/** The known names that are closest to what was typed, the closest first; none that is mostly different. */
export function nearest(typed: string, known: Iterable<string>, most = OFFERED): readonly string[] {
  const wanted = shape(typed);
  return [...new Set(known)]
    .filter((name) => name !== typed)
    .map((name) => ({ name, away: apart(wanted, shape(name)), length: Math.max(wanted.length, name.length) }))
    .filter(({ away, length }) => away <= Math.max(1, Math.floor(Math.min(length, COMPARED) / 3)))
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** Letters to change; two that changed places count as one, since that is the commonest slip. */
export function apart(one: string, other: string): number {
  return isSwap(one, other) ? 1 : distance(one, other);
}

function isSwap(one: string, other: string): boolean {
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  return at !== -1 && `${one.slice(0, at)}${one[at + 1] ?? ''}${one[at] ?? ''}${one.slice(at + 2)}` === other;
}

function shape(name: string): string {
  return name.slice(0, COMPARED).toLowerCase();
}
