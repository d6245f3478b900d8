import type { PeerDebug } from '../../backends/openio/openio';
import type { Part } from '../view';
import { explain } from './codes';
import { electionPicture } from './picture';
import type { Lane } from './picture-time';

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
