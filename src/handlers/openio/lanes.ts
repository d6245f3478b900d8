import type { PeerDebug } from '../../backends/openio/openio';
import type { Part } from '../view';
import { explain } from './codes';
import { electionPicture } from './picture';
import type { Lane } from './picture-time';
import { transitionText } from './states';

/** What peers remember of an election, as a picture: one lane each. */
export function lanesPicture(title: string, peers: readonly PeerDebug[]): Part {
  const alt = `${title}: ${peers.map(({ answer, debug }) => `${answer.id} ${debug?.state ?? 'silent'}`).join(', ')}`;
  return { kind: 'picture', name: 'election.png', alt, svg: electionPicture(title, peers.map(laneOf)) };
}

function laneOf(peer: PeerDebug): Lane {
  const { answer, debug } = peer;
  return { peer: answer.id, state: debug?.state ?? null, note: debug ? null : noteOf(peer), log: debug?.log ?? [] };
}

export function noteOf({ answer, strange }: PeerDebug): string {
  if (strange) return 'answered in a shape that is not known';
  return answer.status === 200
    ? 'answered: holds no election for this base'
    : `${answer.status}: ${explain('debug', answer).words}`;
}

/** Every line that the peers remember, newest first, peer by peer: a picture may leave older ones out. */
export function logPart(peers: readonly PeerDebug[], name: string): Part {
  return { kind: 'raw', name, text: logText(peers) };
}

function logText(peers: readonly PeerDebug[]): string {
  const blocks = peers.map((peer) => {
    const lines = peer.debug?.log.toReversed().map((each) => `${timeOf(each.at)} ${transitionText(each)}`) ?? [];
    const unread = peer.debug?.unread.map((line) => `(not understood) ${line}`) ?? [];
    return [peer.answer.id, ...(peer.debug ? [...lines, ...unread] : [noteOf(peer)])].join('\n  ');
  });
  return blocks.join('\n');
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
