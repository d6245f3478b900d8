import type { PeerDebug, Transition } from '../../backends/openio/openio';

/** Every state of the real servers, by name: the numbers differ between releases. `code` stands in for it where space is short. */
export const STATES: Readonly<Record<string, { readonly code: string; readonly words: string }>> = {
  NONE: { code: 'N', words: 'no election' },
  PEERING: { code: 'P', words: 'asks who the peers are' },
  CREATING: { code: 'C', words: 'creates its ZooKeeper node' },
  WATCHING: { code: 'W', words: 'watches its ZooKeeper node' },
  LISTING: { code: 'L', words: 'looks who is first in ZooKeeper' },
  ASKING: { code: 'A', words: "asks for the master's name" },
  CHECKING_MASTER: { code: 'CM', words: 'compares its copy with the master' },
  CHECKING_SLAVES: { code: 'CS', words: 'waits for versions from the slaves' },
  SYNCING: { code: 'SY', words: 'copies the base from the master' },
  DELAYED_CHECKING_MASTER: { code: 'DM', words: 'will compare with the master again' },
  REFRESH_CHECKING_MASTER: { code: 'RM', words: 'compares with the master once more' },
  DELAYED_CHECKING_SLAVES: { code: 'DS', words: 'too few slaves answered; will ask again' },
  REFRESH_CHECKING_SLAVES: { code: 'RS', words: 'asks the slaves once more' },
  LEAVING: { code: 'LV', words: 'gives up its place' },
  LEAVING_FAILING: { code: 'LF', words: 'gives up its place after a failure' },
  FAILED: { code: 'F', words: 'failed; will start again' },
  SLAVE: { code: 'S', words: 'follows a master' },
  MASTER: { code: 'M', words: 'is the master' },
};

export function stateWords(state: string): string {
  return STATES[state]?.words ?? 'a state that is not known to this bot';
}

/** States that end an election. */
export function isFinal(state: string): boolean {
  return state === 'MASTER' || state === 'SLAVE';
}

/** The newest `count` transitions of a peer, oldest first. */
export function newest(peer: PeerDebug, count: number): readonly Transition[] {
  return peer.debug?.log.slice(-count) ?? [];
}

export function transitionText({ from, event, to }: Transition): string {
  return `${from} --${event}--> ${to}`;
}

/** Peers that lately could not reach ZooKeeper and have not reached it since, each with the transition that shows it. */
export function zooKeeperSigns(peers: readonly PeerDebug[]): readonly string[] {
  return peers.flatMap((peer) => {
    if (isFinal(peer.debug?.state ?? '')) return [];
    const last = newest(peer, RECENT).findLast(
      ({ event }) => ZOOKEEPER_TROUBLE.has(event) || ZOOKEEPER_WELL.has(event),
    );
    const sign = last && ZOOKEEPER_TROUBLE.has(last.event) ? last : null;
    return sign ? [`${peer.answer.id}: ${transitionText(sign)}`] : [];
  });
}

/** A peer that does not follow the master, because its own list of peers does not name it. */
export function isKeptOut(peer: PeerDebug): boolean {
  if (isFinal(peer.debug?.state ?? '')) return false;
  return newest(peer, RECENT).some(({ event }) => event === 'MASTER_BAD');
}

const RECENT = 6;
const ZOOKEEPER_TROUBLE = new Set(['CREATE_KO', 'EXISTS_KO', 'LIST_KO', 'LEAVE_KO', 'DISCONNECTED']);
const ZOOKEEPER_WELL = new Set(['CREATE_OK', 'EXISTS_OK', 'LIST_OK', 'LEAVE_OK']);

/** Who is master, by the peers' own words: everyone that says so and everyone that is followed. */
export function mastersSeen(peers: readonly PeerDebug[]): readonly string[] {
  const masters = peers.flatMap(({ answer, debug }) => {
    if (debug?.state === 'MASTER') return [answer.id];
    return debug?.state === 'SLAVE' && debug.master !== null ? [debug.master] : [];
  });
  return [...new Set(masters)];
}

/** All services that a peer believes to belong to the base, itself included; null while it believes nothing. */
export function believed(peer: PeerDebug): readonly string[] | null {
  return peer.debug?.peers ? [...peer.debug.peers, peer.answer.id].toSorted() : null;
}
