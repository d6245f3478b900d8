import type { PeerDebug, Service } from '../../../backends/openio/openio';
import { explain } from '../codes';
import { type Copies, good, isHealthy, without } from '../copies';
import { believed, isFinal } from '../states';
import { type Direction, listsOf, markerOf } from './direction';
import type { Look } from './look';
import { isUnderWay, MARKER, type Marked, sameSet } from './marker';

/** A base as it is found, with the move that is wanted of it. Everything that is judged is read from this. */
export interface Scene extends Look, Direction {
  readonly services: readonly Service[];
  readonly lists: readonly (readonly string[])[];
  readonly marked: Marked | null;
  /** The copies, apart from the rows that a move changes. Null as in `Look`. */
  readonly plain: Copies | null;
  /** The directory names the new services already. */
  readonly isDirected: boolean;
  /** A move between these two has begun: by the mark that it leaves, or because base and directory are on its two sides. */
  readonly isContinued: boolean;
  /** The way back was asked for. */
  readonly isBack: boolean;
  /** What comes back is what an ended move took out, so the copy that is still there is the one it left. */
  readonly isReturn: boolean;
}

/** Rows that differ from copy to copy while a move is under way. */
const MOVED_ROWS = ['sys.peers', 'sys.status', `property ${MARKER}`];

export function sceneOf(look: Look, way: Direction, services: readonly Service[], back: boolean): Scene {
  // A plan is a direction too, with much besides that was true when it was made.
  const direction: Direction = { leaving: way.leaving, arriving: way.arriving, old: way.old, wanted: way.wanted };
  const lists = listsOf(look);
  const marked = markerOf(look);
  const isDirected = sameSet(look.directory, direction.wanted);
  const between = lists.some((list) => sameSet(list, isDirected ? direction.old : direction.wanted));
  return {
    ...look,
    ...direction,
    services,
    lists,
    marked,
    plain: look.copies && without(look.copies, MOVED_ROWS),
    isDirected,
    isContinued: isUnderWay(marked, direction.leaving, direction.arriving) || between,
    isBack: back,
    isReturn: back && marked?.kind === 'moved' && marked.from === direction.arriving && marked.to === direction.leaving,
  };
}

export function debugOf({ debug }: Pick<Scene, 'debug'>, service: string): PeerDebug | undefined {
  return debug.find(({ answer }) => answer.id === service);
}

/** Whether every peer is in the election, and believes in exactly the wanted ones. */
export function isSettled(scene: Scene): boolean {
  const { wanted, masters, leaving } = scene;
  const [master] = masters;
  if (masters.length !== 1 || master === undefined || !wanted.includes(master)) return false;
  const inside = wanted.every((service) => {
    const peer = debugOf(scene, service);
    return isFinal(peer?.debug?.state ?? '') && sameSet((peer && believed(peer)) ?? [], wanted);
  });
  return inside && !isFinal(debugOf(scene, leaving)?.debug?.state ?? '');
}

/**
 * Whether only the directory is behind: every one of the wanted services that can be asked is in an election that counts
 * on exactly them, and they are a majority.
 */
export function isElected(scene: Scene): boolean {
  const { wanted, masters, lists } = scene;
  const [master] = masters;
  if (masters.length !== 1 || master === undefined || !wanted.includes(master)) return false;
  const inside = wanted.flatMap((service) => debugOf(scene, service) ?? []);
  const agree = inside.filter((peer) => isFinal(peer.debug?.state ?? '') && sameSet(believed(peer) ?? [], wanted));
  const named = lists.every((list) => sameSet(list, wanted));
  return named && agree.length === inside.length && agree.length > wanted.length / 2;
}

/** Whether the arriving service is seen to hold a complete copy. A file alone proves nothing until the directory names it. */
export function hasArrived(scene: Scene, file: 'yes' | 'no' | 'not known' | 'silent'): boolean {
  const { arriving, isDirected, plain } = scene;
  if (!isDirected) return isElected(scene);
  if (file !== 'yes') return false;
  if (plain?.kind !== 'by peer') return true;
  const own = plain.copies.find(({ peer }) => peer === arriving);
  // Not read at all: it cannot join the election before the old peer has left.
  if (!own) return true;
  const best = good({ kind: 'by peer', copies: plain.copies.filter((copy) => copy !== own) });
  return isHealthy(own) && (best === null || own.digest === best.digest);
}

export function isWell(peer: PeerDebug | undefined): boolean {
  return peer !== undefined && explain('debug', peer.answer).health === 'well';
}
