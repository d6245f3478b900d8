import fc from 'fast-check';
import type { Service } from '../../../../src/backends/openio/openio';
import { candidates, objections } from '../../../../src/handlers/openio/base/placement';

function service(address: string, location: string, more: Partial<Service> = {}): Service {
  return { address, score: 90, up: true, location, volume: '/v', locks: [], ...more };
}

const PEERS = [service('a', 'srv1.vol1'), service('b', 'srv2.vol1'), service('s', 'srv3.vol1')];

function best(...others: readonly Service[]): readonly string[] {
  const chosen = candidates(
    [...PEERS, ...others],
    PEERS.map(({ address }) => address),
    { from: 's' },
  );
  return chosen.map(({ address }) => address);
}

describe('a destination is chosen', () => {
  test('far from the peers that stay, however low its score', () => {
    expect(best(service('near', 'srv1.vol9', { score: 100 }), service('far', 'srv9.vol1', { score: 5 }))).toEqual([
      'far',
      'near',
    ]);
  });

  test('at the place of the one that leaves, which is free then', () => {
    expect(best(service('d', 'srv3.vol2'))).toEqual(['d']);
  });

  test('with the better quarter of scores, and no finer: scores move by themselves', () => {
    expect(best(service('low', 'srv8.v', { score: 30 }), service('high', 'srv9.v', { score: 80 }))).toEqual([
      'high',
      'low',
    ]);
    expect(best(service('x2', 'srv8.v', { score: 99 }), service('x1', 'srv9.v', { score: 80 }))).toEqual(['x1', 'x2']);
  });

  test('among equals the one that fewer bases of the request go to', () => {
    const [x, y] = [service('x', 'srv8.v'), service('y', 'srv9.v')];
    const addresses = PEERS.map(({ address }) => address);
    const chosen = (taken: readonly string[]) =>
      candidates([...PEERS, x, y], addresses, { from: 's', taken })[0]?.address;
    expect(chosen([])).toBe('x');
    expect(chosen(['x'])).toBe('y');
    expect(chosen(['x', 'y'])).toBe('x');
  });

  test('never one that is down, locked, without a score, a peer, or at the very place of a peer', () => {
    const odd = [
      service('down', 'srv9.v', { up: false }),
      service('locked', 'srv9.v', { locks: ['tag.lock'] }),
      service('zero', 'srv9.v', { score: 0 }),
      service('same', 'srv1.vol1'),
    ];
    expect(best(...odd)).toEqual([]);
  });
});

test('the same choice is made whatever the order and the small movements of scores', () => {
  const some = fc.array(fc.record({ n: fc.nat(30), server: fc.nat(6), score: fc.integer({ min: 1, max: 25 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 25 }), (list, score) => {
      const services = [
        ...new Map(list.map(({ n, server }) => [n, service(`x${n}`, `srv${server}.v`, { score })])).values(),
      ];
      const moved = services.map((each, index) => ({ ...each, score: ((each.score + index * 7) % 25) + 1 }));
      expect(best(...moved.toReversed())).toEqual(best(...services));
    }),
  );
});

test('what a person names is objected to where placement would not choose it', () => {
  const named = service('d', 'srv1.vol7', { locks: ['tag.putlock'] });
  expect(objections(named, [...PEERS, named], ['a', 'b'])).toEqual([
    'd is locked (tag.putlock)',
    'd at srv1.vol7 is near a at srv1.vol1',
  ]);
  expect(objections(service('d', 'srv9.v'), PEERS, ['a', 'b'])).toEqual([]);
});
