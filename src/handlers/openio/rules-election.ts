import type { PeerDebug } from '../../backends/openio/openio';
import { explain, type Health } from './codes';
import { DEBUG, type Finding, plural, REFERENCE, STATUS } from './finding';
import { isStuck, type Observed } from './observe';
import { believed, mastersSeen, newest, stateWords, transitionText, zooKeeperSigns } from './states';

export function zooKeeperTrouble({ debug }: Observed): Finding | null {
  const evidence = zooKeeperSigns(debug);
  if (evidence.length === 0) return null;
  const text =
    'The election never ends: when the peers last tried, they could not create or drop their ZooKeeper nodes. Mend ZooKeeper first, and let no peer leave meanwhile.';
  return { tone: 'bad', text, evidence, next: { ...STATUS, why: 'tries again, once ZooKeeper is mended' } };
}

/** Peers whose answer to `debug` (or else to `has`) shows this health, with the answer itself. */
function withHealth({ debug, files }: Observed, wanted: Health): readonly string[] {
  const all = [...debug.map(({ answer }) => answer), ...files];
  const lines = new Map<string, string>();
  for (const answer of all) {
    if (explain('debug', answer).health !== wanted || lines.has(answer.id)) continue;
    lines.set(answer.id, `${answer.id}: ${explain('debug', answer).words} (${answer.status} ${answer.message})`);
  }
  return [...lines.values()];
}

export function peersThatHang(seen: Observed): Finding | null {
  const evidence = withHealth(seen, 'hung');
  if (evidence.length === 0) return null;
  const majority = evidence.length >= 2 ? ' Without two answering peers no election can end.' : '';
  const text = `${plural(evidence.length, 'peer hangs', 'peers hang')}: connected but silent. Resume or restart on the host.${majority}`;
  return { tone: 'bad', text, evidence, next: STATUS };
}

export function peersThatAreDead(seen: Observed): Finding | null {
  const down = new Set(seen.services?.flatMap(({ address, up }) => (up === false ? [address] : [])));
  const avoided = withHealth(seen, 'avoided').filter((line) => down.has(line.split(': ')[0] ?? ''));
  const evidence = [...withHealth(seen, 'dead'), ...avoided];
  if (evidence.length === 0) return null;
  const text = `${plural(evidence.length, 'peer is', 'peers are')} not running or cannot be reached. Start the service on its host.`;
  return { tone: 'bad', text, evidence, next: STATUS };
}

/** A master that the directory does not name, or that a peer refuses to follow. */
export function rogueMaster({ debug, directory }: Observed): Finding | null {
  const rogue = mastersSeen(debug).filter((master) => directory !== null && !directory.includes(master));
  const refusing = debug.flatMap((peer) => {
    const bad = newest(peer, 8).findLast(({ event }) => event === 'MASTER_BAD');
    return bad && peer.debug?.state !== 'SLAVE' && peer.debug?.state !== 'MASTER'
      ? [`${peer.answer.id}: ${transitionText(bad)}`]
      : [];
  });
  if (rogue.length === 0 && refusing.length === 0) return null;
  const who = rogue.length > 0 ? `${rogue.join(', ')} is master` : 'The first in ZooKeeper is a service';
  const followers = debug
    .filter((peer) => rogue.includes(peer.debug?.master ?? ''))
    .map(({ answer }) => `${answer.id} follows it`);
  const text = `${who}, but is not among the peers of the base: an old peer that came back or was never removed.`;
  const [first] = rogue;
  const why = 'the old peer gives up its place; its file has to be removed on its host';
  const leave = first ? { label: 'Leave', operation: 'election leave', flags: `--service-id ${first}`, why } : DEBUG;
  return { tone: 'bad', text, evidence: [...followers, ...refusing], next: leave };
}

export function severalMasters({ debug }: Observed): Finding | null {
  const masters = mastersSeen(debug);
  if (masters.length < 2) return null;
  const evidence = debug.map(
    ({ answer, debug: own }) => `${answer.id}: ${own?.state ?? 'silent'}${own?.master ? ` of ${own.master}` : ''}`,
  );
  return { tone: 'bad', text: `The peers name several masters: ${masters.join(', ')}.`, evidence, next: DEBUG };
}

export function stuckOnSlaves({ debug }: Observed): Finding | null {
  const stuck = debug.filter(({ debug: own }) => /CHECKING_SLAVES/.test(own?.state ?? ''));
  if (stuck.length === 0) return null;
  const evidence = stuck.map((peer) => `${peer.answer.id}: ${lastOf(peer)}`);
  const text =
    'The election never ends: the candidate waits for the versions of the slaves and too few answer. It ends by itself once they do.';
  return { tone: 'bad', text, evidence, next: DEBUG };
}

export function stuckElsewhere(seen: Observed): Finding | null {
  if (!isStuck(seen.debug) || zooKeeperTrouble(seen) || rogueMaster(seen) || stuckOnSlaves(seen)) return null;
  const evidence = seen.debug.flatMap((peer) => {
    return peer.debug
      ? [`${peer.answer.id}: ${peer.debug.state}, ${stateWords(peer.debug.state)}; ${lastOf(peer)}`]
      : [];
  });
  return { tone: 'bad', text: 'No peer is master, and the election is not over.', evidence, next: STATUS };
}

function lastOf(peer: PeerDebug): string {
  const last = newest(peer, 3).toReversed().map(transitionText);
  return last.length > 0 ? last.join('; ') : (peer.debug?.state ?? 'silent');
}

export function newcomerWithoutElection({ debug }: Observed): Finding | null {
  const holds = debug.filter((peer) => peer.debug);
  const without = debug.filter(({ answer, debug: own, strange }) => answer.status === 200 && !own && !strange);
  if (holds.length === 0 || without.length === 0) return null;
  const evidence = without.map(({ answer }) => `${answer.id} holds no election for this base`);
  const text =
    'A peer that the directory names takes no part in the election. The next access may wake it; if not, it never got the base.';
  return { tone: 'warning', text, evidence, next: STATUS };
}

export function oldPeer({ debug, directory }: Observed): Finding | null {
  const evidence = debug.flatMap((peer) => {
    const strangers = believed(peer)?.filter((id) => directory && !directory.includes(id)) ?? [];
    return strangers.length > 0 ? [`${peer.answer.id} still counts on ${strangers.join(', ')}`] : [];
  });
  if (evidence.length === 0) return null;
  const text = `The election counts on services that the directory does not name (${directory?.join(', ')}): an old peer is still there.`;
  return { tone: 'bad', text, evidence, next: REFERENCE };
}

export function peerAvoided(seen: Observed): Finding | null {
  const evidence = withHealth(seen, 'avoided');
  if (evidence.length === 0) return null;
  const text =
    'The proxy avoids a peer because a call to it failed some seconds ago. Ask again; if it is well, this is over by then.';
  return { tone: 'warning', text, evidence, next: STATUS };
}

export function peerTroubled(seen: Observed): Finding | null {
  const evidence = [
    ...withHealth(seen, 'troubled'),
    ...withHealth(seen, 'unknown'),
    ...withHealth(seen, 'election fails'),
  ];
  const strange = seen.debug
    .filter((peer) => peer.strange)
    .map(({ answer }) => `${answer.id}: answers debug in a shape that is not known`);
  if (evidence.length + strange.length === 0) return null;
  return { tone: 'warning', text: 'A peer answers with an error.', evidence: [...evidence, ...strange], next: STATUS };
}

export function noElection({ debug }: Observed): Finding | null {
  if (debug.length === 0 || debug.some((peer) => peer.debug || peer.answer.status !== 200)) return null;
  const text = 'No peer remembers an election for this base. That is normal for a base that nobody has used lately.';
  return { tone: 'neutral', text, evidence: [], next: { ...STATUS, why: 'starts an election' } };
}
