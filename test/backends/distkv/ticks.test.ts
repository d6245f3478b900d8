import fc from 'fast-check';
import {
  countTicks,
  firstTicks,
  formatTicks,
  intersect,
  parseTicks,
  sameTicks,
  subtract,
  type TickSet,
  ticksFromWire,
  ticksOf,
  ticksToWire,
  union,
} from '../../../src/backends/distkv/ticks';

/** Small numbers make ranges meet, touch and overlap; the other half lies around 2^53 and 2^63. */
const bases = fc.constantFrom(0n, 2n ** 53n - 20n, 2n ** 63n - 60n);
const members = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 });
const setAndMembers = fc.tuple(bases, members, members).map(([base, a, b]) => ({
  a: setOf(base, a),
  b: setOf(base, b),
  inA: new Set(a.map((n) => base + BigInt(n))),
  inB: new Set(b.map((n) => base + BigInt(n))),
}));

function setOf(base: bigint, numbers: readonly number[]): TickSet {
  return ticksOf(numbers.map((n) => [base + BigInt(n), base + BigInt(n) + 1n] as const));
}

function all(set: TickSet): bigint[] {
  return [...firstTicks(set, 1_000)];
}

function sorted(numbers: Iterable<bigint>): bigint[] {
  return [...numbers].sort((x, y) => (x < y ? -1 : 1));
}

function orderly(set: TickSet): boolean {
  return set.every(([from, to], i) => from < to && (i === 0 || (set[i - 1]?.[1] ?? 0n) < from));
}

describe('a set of ticks', () => {
  it('holds exactly the ticks it was made of, in sorted ranges that neither meet nor touch', () => {
    fc.assert(
      fc.property(setAndMembers, ({ a, inA }) => {
        expect(all(a)).toEqual(sorted(inA));
        expect(countTicks(a)).toBe(BigInt(inA.size));
        expect(orderly(a)).toBe(true);
      }),
    );
  });

  it('joins, intersects and subtracts like the sets of single ticks do', () => {
    fc.assert(
      fc.property(setAndMembers, ({ a, b, inA, inB }) => {
        expect(all(union(a, b))).toEqual(sorted(new Set([...inA, ...inB])));
        expect(all(intersect(a, b))).toEqual(sorted([...inA].filter((n) => inB.has(n))));
        expect(all(subtract(a, b))).toEqual(sorted([...inA].filter((n) => !inB.has(n))));
        for (const set of [union(a, b), intersect(a, b), subtract(a, b)]) expect(orderly(set)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('comes back the same from what people read and from the wire', () => {
    fc.assert(
      fc.property(setAndMembers, ({ a }) => {
        fc.pre(a.length > 0);
        expect(parseTicks([formatTicks(a)])).toEqual({ ok: true, args: a });
        expect(ticksFromWire(ticksToWire(a))).toEqual({ ticks: a, malformed: [] });
      }),
    );
  });

  it('gives people both ends and the wire the end that is not part of it', () => {
    const ticks = ticksOf([[3n, 10n]]);
    expect(formatTicks(ticks)).toBe('3-9');
    expect(ticksToWire(ticks)).toEqual([[3, 10]]);
    expect(ticksToWire(ticksOf([[2n, 3n]]))).toEqual([2]);
    expect(parseTicks(['1', '3', '5,6', '7'])).toEqual({
      ok: true,
      args: [
        [1n, 2n],
        [3n, 4n],
        [5n, 8n],
      ],
    });
    expect(ticksFromWire([1, [3, 10], [9, 12]]).ticks).toEqual([
      [1n, 2n],
      [3n, 12n],
    ]);
  });

  it('knows equal sets from different ones', () => {
    expect(
      sameTicks(
        ticksOf([
          [1n, 2n],
          [2n, 3n],
        ]),
        [[1n, 3n]],
      ),
    ).toBe(true);
    expect(sameTicks([[1n, 3n]], [[1n, 4n]])).toBe(false);
    expect(sameTicks([[1n, 3n]], [])).toBe(false);
  });
});

describe('typed ticks', () => {
  it.each([
    ['0', 'begins below 1'],
    ['9-3', 'runs backwards; type 3-9'],
    ['-1', 'is not a tick'],
    ['1.5', 'is not a tick'],
    ['x', 'is not a tick'],
    ['', 'is not a tick'],
    ['2,,5', 'is not a tick'],
    ['1e3', 'is not a tick'],
    ['9223372036854775808', 'is above 9223372036854775807'],
    ['99999999999999999999', 'is not a tick'],
  ])('refuses %p and says why', (typed, why) => {
    const parsed = parseTicks([typed]);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.problem).toContain(why);
  });

  it('reads the highest tick there can be', () => {
    expect(parseTicks(['9223372036854775807'])).toEqual({ ok: true, args: [[2n ** 63n - 1n, 2n ** 63n]] });
  });
});

describe('ticks from a server', () => {
  it.each<[string, unknown, string]>([
    ['an inverted range', [[10, 3]], '[10,3]'],
    ['an empty range', [[5, 5]], '[5,5]'],
    ['a fraction', [1.5], '1.5'],
    ['a negative number', [-1], '-1'],
    ['zero', [[0, 3]], '[0,3]'],
    ['a truth value', [true], 'true'],
    ['one number in a list', [[1]], '[1]'],
    ['text', ['x'], '"x"'],
    ['nothing', [null], 'null'],
    ['more than 63 bits', [18446744073709551615n], '"18446744073709551615"'],
    ['no list', 3, '3'],
  ])('reports %s instead of reading it as ticks', (_name, value, shown) => {
    expect(ticksFromWire(value)).toEqual({ ticks: [], malformed: [shown] });
  });

  it('keeps the good ones among the bad ones, in order', () => {
    expect(ticksFromWire([9, 'x', [2, 4], 3])).toEqual({
      ticks: [
        [2n, 4n],
        [9n, 10n],
      ],
      malformed: ['"x"'],
    });
  });

  it('describes at most twenty bad ones and counts the others', () => {
    const { malformed } = ticksFromWire(Array.from({ length: 5_000 }, () => 'x'));
    expect(malformed).toHaveLength(21);
    expect(malformed.at(-1)).toBe('and 4980 more');
  });

  it('reads, compares and writes 100 000 ranges without going over them again and again', () => {
    const wire = Array.from({ length: 100_000 }, (_, i) => [i * 5 + 1, i * 5 + 4]);
    const began = performance.now();
    const { ticks } = ticksFromWire(wire);
    const evens = ticksOf(Array.from({ length: 100_000 }, (_, i) => [BigInt(i * 5 + 2), BigInt(i * 5 + 3)] as const));
    expect(countTicks(intersect(ticks, evens))).toBe(100_000n);
    expect(countTicks(subtract(ticks, evens))).toBe(200_000n);
    const typed = parseTicks([formatTicks(ticks)]);
    expect(typed.ok && sameTicks(typed.args, ticks)).toBe(true);
    // Half a second in fact; whatever is quadratic takes minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('holds a million ticks as cheaply as one range', () => {
    const ticks = ticksOf([[1n, 1_000_001n]]);
    expect(countTicks(ticks)).toBe(1_000_000n);
    expect(formatTicks(subtract(ticks, [[500n, 501n]]))).toBe('1-499,501-1000000');
  });
});
