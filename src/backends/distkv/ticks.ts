/**
 * Ticks of one node. A tick counts one change of that node: 1, 2, 3 and so on, up to 63 bits, so they are bigints.
 *
 * The wire and this module use half-open ranges (`to` is not part of it); people read and type inclusive ones (`3-9`).
 * Only `parseTicks` and `formatTicks` know the inclusive form.
 */
export type TickRange = readonly [from: bigint, to: bigint];

/** Sorted, disjoint, not touching, none empty. Made only by the functions below, which all keep it so. */
export type TickSet = readonly TickRange[];

export const NO_TICKS: TickSet = [];

/** The counter is a signed 64-bit number on the servers. */
const HIGHEST = 2n ** 63n - 1n;

/** Any ranges, in any order, overlapping or empty. */
export function ticksOf(ranges: Iterable<TickRange>): TickSet {
  const sorted = [...ranges].filter(([from, to]) => from < to).sort((a, b) => compare(a[0], b[0]));
  const merged: TickRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (!last || last[1] < range[0]) merged.push(range);
    else if (last[1] < range[1]) merged[merged.length - 1] = [last[0], range[1]];
  }
  return merged;
}

export function tick(n: bigint): TickSet {
  return [[n, n + 1n]];
}

export function union(a: TickSet, b: TickSet): TickSet {
  return ticksOf([...a, ...b]);
}

export function intersect(a: TickSet, b: TickSet): TickSet {
  const both: TickRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i], b[j]];
    if (!x || !y) break;
    const from = compare(x[0], y[0]) > 0 ? x[0] : y[0];
    const to = compare(x[1], y[1]) < 0 ? x[1] : y[1];
    if (from < to) both.push([from, to]);
    if (x[1] < y[1]) i += 1;
    else j += 1;
  }
  return both;
}

/** What is in `a` and not in `b`. */
export function subtract(a: TickSet, b: TickSet): TickSet {
  const left: TickRange[] = [];
  let j = 0;
  for (const [start, end] of a) {
    let from = start;
    while (j < b.length && (b[j]?.[1] ?? end) <= from) j += 1;
    for (let k = j; k < b.length; k += 1) {
      const hole = b[k];
      if (!hole || hole[0] >= end) break;
      if (from < hole[0]) left.push([from, hole[0]]);
      if (hole[1] > from) from = hole[1];
    }
    if (from < end) left.push([from, end]);
  }
  return left;
}

export function countTicks(set: TickSet): bigint {
  let count = 0n;
  for (const [from, to] of set) count += to - from;
  return count;
}

export function sameTicks(a: TickSet, b: TickSet): boolean {
  return a.length === b.length && a.every(([from, to], i) => b[i]?.[0] === from && b[i]?.[1] === to);
}

/** The lowest `most` ticks, one by one. */
export function firstTicks(set: TickSet, most: number): readonly bigint[] {
  const first: bigint[] = [];
  for (const [from, to] of set) {
    for (let n = from; n < to; n += 1n) {
      if (first.length >= most) return first;
      first.push(n);
    }
  }
  return first;
}

/** `2,5,8-9`; the form that `parseTicks` reads. Empty text for no ticks. */
export function formatTicks(set: TickSet): string {
  return set.map(([from, to]) => (from + 1n === to ? `${from}` : `${from}-${to - 1n}`)).join(',');
}

export type ParsedTicks =
  | { readonly ok: true; readonly args: TickSet }
  | { readonly ok: false; readonly problem: string };

/** What people type: `2`, `2,5`, `3-9` (both ends included), in one word or several. */
export function parseTicks(words: readonly string[]): ParsedTicks {
  const ranges: TickRange[] = [];
  for (const piece of words.flatMap((word) => word.split(','))) {
    const match = /^(\d{1,19})(?:[-–](\d{1,19}))?$/.exec(piece);
    if (!match) return wrong(`“${piece.slice(0, 40)}” is not a tick; type ticks as 2 or 2,5 or 3-9`);
    const first = BigInt(match[1] ?? '');
    const last = BigInt(match[2] ?? match[1] ?? '');
    if (first < 1n) return wrong(`“${piece}” begins below 1; the first tick of a node is 1`);
    if (last > HIGHEST) return wrong(`“${piece}” is above ${HIGHEST}, the highest tick there can be`);
    if (last < first) return wrong(`“${piece}” runs backwards; type ${last}-${first}`);
    ranges.push([first, last + 1n]);
  }
  return { ok: true, args: ticksOf(ranges) };
}

function wrong(problem: string): ParsedTicks {
  return { ok: false, problem };
}

export interface WireTicks {
  readonly ticks: TickSet;
  /** Items that are no ticks, as short text. Servers store any nonsense they are sent and send it back. */
  readonly malformed: readonly string[];
}

/** How many malformed items are described one by one. */
const MOST_DESCRIBED = 20;

/** A tick set as servers send it: `n`, or `[a, b]` for a to b-1. Never throws. */
export function ticksFromWire(value: unknown): WireTicks {
  if (!Array.isArray(value)) return { ticks: NO_TICKS, malformed: [describe(value)] };
  const ranges: TickRange[] = [];
  const malformed: string[] = [];
  let more = 0;
  let orderly = true;
  for (const item of value) {
    const range = rangeOf(item);
    if (range) {
      orderly &&= (ranges.at(-1)?.[1] ?? 0n) < range[0];
      ranges.push(range);
    } else if (malformed.length < MOST_DESCRIBED) malformed.push(describe(item));
    else more += 1;
  }
  if (more > 0) malformed.push(`and ${more} more`);
  return { ticks: orderly ? ranges : ticksOf(ranges), malformed };
}

function rangeOf(item: unknown): TickRange | null {
  if (!Array.isArray(item)) {
    const n = integer(item);
    return n === null || n < 1n || n > HIGHEST ? null : [n, n + 1n];
  }
  const [from, to] = item.length === 2 ? item.map(integer) : [];
  if (typeof from !== 'bigint' || typeof to !== 'bigint') return null;
  return from < 1n || to <= from || to > HIGHEST + 1n ? null : [from, to];
}

function integer(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
}

function describe(value: unknown): string {
  const text =
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export type WireRange = number | bigint | readonly [number | bigint, number | bigint];

export function ticksToWire(set: TickSet): readonly WireRange[] {
  return set.map(([from, to]) => (from + 1n === to ? wireInteger(from) : [wireInteger(from), wireInteger(to)]));
}

/** Small numbers as numbers, so that they get MessagePack's short form like the servers' own. */
export function wireInteger(n: bigint): number | bigint {
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
