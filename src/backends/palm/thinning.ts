/** How many places are kept before old ones are thinned out. */
export const MOST_PLACES = 128;

/**
 * Which places may go when there are too many: every second one of the older half, never the oldest. So the newest lie
 * close together, the older ones further apart, and a rewritten trail is still found, only less exactly where.
 */
export function thinned(places: readonly number[]): readonly number[] {
  if (places.length <= MOST_PLACES) return [];
  return places
    .toSorted((one, other) => one - other)
    .slice(0, Math.floor(places.length / 2))
    .filter((_, index) => index % 2 === 1);
}
