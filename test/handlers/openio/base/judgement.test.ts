import fc from 'fast-check';
import type { PeerAnswer, PeerDebug, Service } from '../../../../src/backends/openio/openio';
import { directionOf } from '../../../../src/handlers/openio/base/direction';
import { type Judged, judgeMove } from '../../../../src/handlers/openio/base/judgement';
import type { Look } from '../../../../src/handlers/openio/base/look';
import { MARKER, sameSet } from '../../../../src/handlers/openio/base/marker';
import { isElected, isSettled, type Scene, sceneOf } from '../../../../src/handlers/openio/base/scene';
import type { Copy } from '../../../../src/handlers/openio/copies';

/** a, b and s hold the base; it is to leave s for d. */
const OLD = ['a', 'b', 's'];
const NEW = ['a', 'b', 'd'];
const ALL = ['a', 'b', 'd', 's'];

interface Peer {
  readonly health: 'well' | 'hung' | 'dead';
  readonly state: 'MASTER' | 'SLAVE' | 'NONE';
  readonly believes: readonly string[];
  readonly file: boolean;
  readonly copy: 'good' | 'bad' | 'unread';
  readonly list: readonly string[];
  readonly status: '0' | '4294967295' | '4294967294';
  readonly mark: string | null;
}

interface Given {
  readonly directory: readonly string[];
  readonly peers: Readonly<Record<string, Peer>>;
  readonly master: string | null;
  readonly alone: boolean;
  readonly back: boolean;
}

const CODES = { well: 200, hung: 7, dead: 2 } as const;

function answerOf(id: string, status: number): PeerAnswer {
  return { id, status, message: '', body: '', ms: 1 };
}

function debugOf(id: string, peer: Peer, master: string | null): PeerDebug {
  const answer = answerOf(id, CODES[peer.health]);
  if (peer.health !== 'well') return { answer, debug: null, strange: false };
  const peers = peer.state === 'NONE' ? null : peer.believes.filter((each) => each !== id);
  const follows = peer.state === 'SLAVE' ? master : null;
  return {
    answer,
    strange: false,
    debug: { state: peer.state, place: 1, master: follows, peers, log: [], unread: [] },
  };
}

function copyOf(id: string, { copy, list, status, mark }: Peer): Copy {
  if (copy === 'unread') return { peer: id, table: null, why: 'Timeout', faults: [], digest: null, seen: 1 };
  const system = {
    'sys.name': 'X.1',
    'sys.peers': list.join(),
    'sys.status': status,
    ...(copy === 'good' ? { 'sys.m2.ctime': '1', 'sys.m2.init': '1' } : {}),
  };
  const faults = copy === 'good' ? [] : ['lacks sys.m2.ctime', 'lacks sys.m2.init'];
  const properties = mark === null ? {} : { [MARKER]: mark };
  return { peer: id, table: { properties, system }, why: '', faults, digest: copy, seen: 1 };
}

function sceneFrom({ directory, peers, master, alone, back }: Given): Scene | null {
  const asked = alone ? ALL : directory;
  const known = asked.flatMap((id) => (peers[id] ? [[id, peers[id]] as const] : []));
  const readable = known.filter(([id]) => directory.includes(id));
  const look: Look = {
    base: { type: 'meta2', container: { by: 'cid', namespace: 'NS', cid: 'X' } },
    reference: { directory: [], services: [], cid: null, account: null, name: null },
    directory,
    alone,
    debug: known.map(([id, peer]) => debugOf(id, peer, master)),
    files: known.map(([id, peer]) => answerOf(id, peer.health !== 'well' ? CODES[peer.health] : peer.file ? 200 : 431)),
    masters: master === null ? [] : [master],
    copies: { kind: 'by peer', copies: readable.map(([id, peer]) => copyOf(id, peer)) },
  };
  const direction = directionOf({ from: 's', to: 'd', back }, 'd', directory);
  return direction && sceneOf(look, direction, SERVICES, back);
}

const SERVICES: readonly Service[] = ALL.map((address) => ({
  address,
  score: 90,
  up: true,
  location: `srv-${address}.vol`,
  volume: '/v',
  locks: [],
}));

const peer: fc.Arbitrary<Peer> = fc.record({
  health: fc.constantFrom('well', 'well', 'well', 'well', 'hung', 'dead'),
  state: fc.constantFrom('MASTER', 'SLAVE', 'SLAVE', 'NONE'),
  believes: fc.constantFrom(OLD, NEW),
  file: fc.boolean(),
  copy: fc.constantFrom('good', 'good', 'good', 'good', 'bad', 'unread'),
  list: fc.constantFrom(OLD, OLD, NEW, NEW, ['a', 'b', 'x'], ['x', 'y', 'z']),
  status: fc.constantFrom('0', '0', '4294967295', '4294967294'),
  mark: fc.constantFrom(null, null, 'R1 moving s to d', 'R1 moved s to d', 'R2 moving a to x', 'R3 removed q'),
});

/** Mostly alike, as the copies of one base are: otherwise nearly everything would be refused at once. */
const peers: fc.Arbitrary<Given['peers']> = fc
  .tuple(peer, fc.array(fc.tuple(fc.constantFrom(...ALL), peer), { maxLength: 2 }))
  .map(([common, odd]) => ({
    ...Object.fromEntries(ALL.map((id) => [id, { ...common, file: id !== 'd', state: 'SLAVE' as const }])),
    ...Object.fromEntries(odd),
  }));

const given: fc.Arbitrary<Given> = fc.record({
  directory: fc.constantFrom(OLD, OLD, NEW, ['a', 'b', 'x'], ['a', 'b']),
  peers,
  master: fc.constantFrom('a', 'a', 's', 'd', 'x', null),
  alone: fc.boolean(),
  back: fc.boolean(),
});

function judged(each: Given): { readonly scene: Scene; readonly verdict: Judged } | null {
  const scene = sceneFrom(each);
  return scene && { scene, verdict: judgeMove(scene) };
}

/** Calls with everything that is allowed to move; the property fails when nothing ever is. */
function everyMove(check: (scene: Scene, verdict: Judged & { kind: 'move' }, from: Given) => boolean): void {
  let moves = 0;
  fc.assert(
    fc.property(given, (each) => {
      const found = judged(each);
      if (found?.verdict.kind !== 'move') return true;
      moves += 1;
      return check(found.scene, found.verdict, each);
    }),
    { numRuns: 5_000 },
  );
  expect(moves).toBeGreaterThan(50);
}

describe('whatever the peers say', () => {
  test('a base only moves between the two lists of the move: nothing else is ever written over', () => {
    everyMove(({ lists, directory, old, wanted }) => {
      const known = [old, wanted];
      return [directory, ...lists].every((list) => known.some((each) => sameSet(list, each)));
    });
  });

  test('every copy that counts is good, and there are at least two besides the one that leaves', () => {
    everyMove((scene, _verdict, { peers: all }) => {
      const counted = scene.directory.filter((id) => id !== scene.arriving);
      const spared = isElected(scene) ? [scene.leaving] : [];
      const good = counted.filter((id) => all[id]?.copy === 'good' && all[id]?.health === 'well' && all[id]?.file);
      const staying = good.filter((id) => id !== scene.leaving);
      return staying.length >= 2 && counted.every((id) => good.includes(id) || spared.includes(id));
    });
  });

  test('it never copies from a service that the directory does not name, unless that is the one that leaves', () => {
    everyMove(({ masters: [master], directory, leaving, isDirected }, { todo }) => {
      return !todo.copy || master === undefined || directory.includes(master) || (isDirected && master === leaving);
    });
  });

  test("somebody else's freeze is never taken for its own, and a disabled base is never enabled", () => {
    everyMove(({ isContinued }, _verdict, { peers: all, directory }) => {
      const statuses = directory.map((id) => (all[id]?.copy === 'unread' ? '0' : all[id]?.status));
      if (statuses.includes('4294967294')) return false;
      return isContinued || !statuses.includes('4294967295');
    });
  });

  test('an unfinished move between other services is never overtaken', () => {
    everyMove(({ marked }) => {
      return marked?.kind !== 'moving' || sameSet([marked.from, marked.to], ['s', 'd']);
    });
  });

  test('what is planned is exactly the difference between what is wanted and what is there', () => {
    everyMove((scene, { todo }) => {
      const { lists, wanted, directory } = scene;
      return (
        todo.directory === !sameSet(directory, wanted) &&
        todo.peers === !lists.every((list) => sameSet(list, wanted)) &&
        (!todo.freeze || todo.enable) &&
        (todo.leave || !(todo.peers || todo.copy))
      );
    });
  });

  test('it is only called moved when directory, base and election say so, and nothing is frozen', () => {
    fc.assert(
      fc.property(given, (each) => {
        const found = judged(each);
        if (found?.verdict.kind !== 'moved already') return true;
        const { scene } = found;
        const statuses = scene.copies?.copies.map(({ table }) => table?.system['sys.status'] ?? '0') ?? [];
        return (
          sameSet(scene.directory, scene.wanted) &&
          scene.lists.every((list) => sameSet(list, scene.wanted)) &&
          isSettled(scene) &&
          statuses.every((status) => status === '0')
        );
      }),
      { numRuns: 5_000 },
    );
  });

  test('a refusal names its reason and the next step, and ends neither with a stop', () => {
    fc.assert(
      fc.property(given, (each) => {
        const found = judged(each);
        if (found?.verdict.kind !== 'refused') return true;
        const { why, cure } = found.verdict;
        return why.length > 10 && !why.endsWith('.') && cure.endsWith('.');
      }),
    );
  });
});
