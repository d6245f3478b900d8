import type { Transition } from '../../backends/openio/openio';

/** One peer in the picture. `note` stands in for a peer without a log. */
export interface Lane {
  readonly peer: string;
  readonly state: string | null;
  readonly note: string | null;
  readonly log: readonly Transition[];
}

/** A moment at which something changed. Changes of one peer within a millisecond get columns of their own, in order. */
export interface Column {
  readonly at: number;
  readonly x: number;
}

export interface Placed {
  readonly column: number;
  readonly transition: Transition;
}

export interface Timeline {
  readonly columns: readonly Column[];
  /** By lane, oldest first. */
  readonly lanes: readonly (readonly Placed[])[];
  /** Transitions that are too old for the picture. */
  readonly omitted: number;
}

interface Room {
  readonly left: number;
  readonly right: number;
  readonly most: number;
}

/**
 * Puts the newest moments of all lanes on one axis. Time is squeezed: a millisecond still shows and an hour does not
 * swallow the rest, so widths can be compared but not measured.
 */
export function layTime(lanes: readonly Lane[], room: Room): Timeline {
  const keyed = lanes.map((lane) => keyedLog(lane.log));
  const keys = [...new Map(keyed.flat().map((each) => [each.key, each])).values()].toSorted(
    (a, b) => a.transition.at - b.transition.at || a.nth - b.nth,
  );
  const shown = keys.slice(-room.most);
  const columns = spread(
    shown.map((each) => each.transition.at),
    room,
  );
  const at = new Map(shown.map((each, index) => [each.key, index]));
  const placed = keyed.map((log) =>
    log.flatMap(({ key, transition }) => {
      const column = at.get(key);
      return column === undefined ? [] : [{ column, transition }];
    }),
  );
  const total = keyed.reduce((sum, log) => sum + log.length, 0);
  return { columns, lanes: placed, omitted: total - placed.reduce((sum, log) => sum + log.length, 0) };
}

interface Keyed {
  readonly key: string;
  readonly nth: number;
  readonly transition: Transition;
}

function keyedLog(log: readonly Transition[]): readonly Keyed[] {
  let nth = 0;
  return log.map((transition, index) => {
    nth = log[index - 1]?.at === transition.at ? nth + 1 : 0;
    return { key: `${transition.at}/${nth}`, nth, transition };
  });
}

function spread(times: readonly number[], { left, right }: Room): readonly Column[] {
  const gaps = times.map((at, index) => Math.log10(1 + Math.max(0, at - (times[index - 1] ?? at))));
  const sum = gaps.reduce((a, b) => a + b, 0);
  const even = (right - left) / Math.max(1, times.length);
  const minimum = even * 0.55;
  const spare = right - left - minimum * times.length;
  let x = left;
  return times.map((at, index) => {
    if (index > 0) x += minimum + (sum === 0 ? spare / times.length : (spare * (gaps[index] ?? 0)) / sum);
    return { at, x };
  });
}
