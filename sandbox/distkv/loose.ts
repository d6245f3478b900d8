import { wireInteger } from '../../src/backends/distkv/ticks';

/**
 * A range set as tolerant as the real server's: it stores inverted and empty ranges, fractions, negative numbers and
 * truth values, and sends them back. For orderly input it is an ordinary set of half-open ranges.
 */
export type Loose = bigint | number | boolean;
export type LooseRange = readonly [from: Loose, to: Loose];
export type LooseSet = readonly LooseRange[];

/** What Python would raise. Old servers answer its text alone, newer ones with its type around it. */
export class PythonError extends Error {
  readonly repr: string;

  constructor(type: string, text: string, argument = quote(text)) {
    super(text);
    this.repr = `${type}(${text === '' ? '' : argument})`;
  }
}

export function quote(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

/** As the server takes a tick list from the wire: in order, unchecked, but some types raise. */
export function looseFromWire(value: unknown): LooseSet {
  if (!Array.isArray(value)) throw new PythonError('TypeError', `${quote(typeName(value))} object is not iterable`);
  return value.map((item: unknown) => {
    if (!Array.isArray(item)) return [loose(item), plusOne(loose(item))];
    if (item.length !== 2) throw new PythonError('AssertionError', '');
    return [loose(item[0]), loose(item[1])];
  });
}

function loose(value: unknown): Loose {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (typeof value === 'string') throw new PythonError('TypeError', 'can only concatenate str (not "int") to str');
  throw new PythonError('TypeError', `unsupported operand type(s) for +: '${typeName(value)}' and 'int'`);
}

function typeName(value: unknown): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  return typeof value === 'object'
    ? 'attrdict'
    : Number.isInteger(value) || typeof value === 'bigint'
      ? 'int'
      : 'float';
}

function plusOne(value: Loose): Loose {
  if (typeof value === 'boolean') return value ? 2n : 1n;
  return typeof value === 'bigint' ? value + 1n : value + 1;
}

export function looseToWire(set: LooseSet): readonly unknown[] {
  const wire = (value: Loose) => (typeof value === 'bigint' ? wireInteger(value) : value);
  return set.map(([from, to]) => (same(plusOne(from), to) ? wire(from) : [wire(from), wire(to)]));
}

export function one(tick: bigint): LooseSet {
  return [[tick, tick + 1n]];
}

export function add(set: LooseSet, more: LooseSet): LooseSet {
  return more.reduce<LooseSet>(addRange, set);
}

function addRange(set: LooseSet, range: LooseRange): LooseSet {
  let [from, to] = range;
  const apart: LooseRange[] = [];
  for (const other of set) {
    if (other[1] < from || to < other[0]) apart.push(other);
    else {
      if (other[0] < from) from = other[0];
      if (to < other[1]) to = other[1];
    }
  }
  const at = apart.findIndex((other) => from < other[0]);
  return at === -1 ? [...apart, [from, to]] : apart.toSpliced(at, 0, [from, to]);
}

export function remove(set: LooseSet, less: LooseSet): LooseSet {
  return less.reduce<LooseSet>((left, [from, to]) => left.flatMap((range) => around(range, from, to)), set);
}

function around(range: LooseRange, from: Loose, to: Loose): LooseSet {
  if (!(range[0] < to && from < range[1])) return [range];
  const left: LooseRange = [range[0], from];
  const right: LooseRange = [to, range[1]];
  return [left, right].filter(([a, b]) => a < b);
}

export function common(a: LooseSet, b: LooseSet): LooseSet {
  return remove(a, remove(a, b));
}

export function holds(set: LooseSet, tick: Loose): boolean {
  return set.some(([from, to]) => !(tick < from) && tick < to);
}

function same(a: Loose, b: Loose): boolean {
  return !(a < b) && !(b < a);
}
