import { explain } from '../codes';
import { type Advice, DEBUG } from '../finding';
import { zooKeeperSigns } from '../states';
import { fileOf } from './look';
import type { MoveRule, Refusal } from './refusal';
import { continueAdvice } from './rules-lists';
import { debugOf, isElected, isWell, type Scene } from './scene';

export const DIAGNOSE: Advice = {
  label: 'Diagnose',
  operation: 'election diagnose',
  flags: '',
  why: 'shows what has to be mended first',
};

/** A service that is no peer is never asked to elect, so what it remembers of old troubles says nothing. */
export function zooKeeperSuspect({ debug, directory }: Pick<Scene, 'debug' | 'directory'>): Refusal | null {
  const signs = zooKeeperSigns(debug.filter(({ answer }) => directory.includes(answer.id)));
  if (signs.length === 0) return null;
  const why = `ZooKeeper is suspect (${signs.join('; ')}): once the peers leave, no election would end`;
  return { why, cure: 'Mend ZooKeeper first.', advice: [DIAGNOSE] };
}

export function severalMasters({ masters }: Pick<Scene, 'masters'>): Refusal | null {
  if (masters.length < 2) return null;
  const why = `the peers do not agree on the master (${masters.join(', ')})`;
  return { why, cure: 'See what they remember.', advice: [DEBUG] };
}

/** Every peer has to answer and to have its file; the arriving one may still lack it. */
export const unwellPeers: MoveRule = (scene) => {
  const { directory, arriving, leaving } = scene;
  const spared = isElected(scene) ? [arriving, leaving] : [arriving];
  const unwell = directory.flatMap((service) => {
    const peer = debugOf(scene, service);
    if (!isWell(peer)) return [`${service} ${peer ? explain('debug', peer.answer).words : 'does not answer'}`];
    const file = fileOf(scene, service);
    if (file === 'yes' || (file === 'no' && spared.includes(service))) return [];
    return [`${service} ${file === 'no' ? 'has no file for this base' : 'does not say whether it has the file'}`];
  });
  if (unwell.length === 0) return null;
  const well = directory.length - unwell.length;
  const why = `fewer than three peers are healthy (${well}): ${unwell.join('; ')}`;
  return { why, cure: 'Mend that first: a move needs every copy.', advice: [DIAGNOSE] };
};

/** The service that leaves may still be master of those who do not count on the new one yet. */
export const otherMaster: MoveRule = (scene) => {
  const { masters, directory, isDirected, leaving, arriving, isBack } = scene;
  const [master] = masters;
  if (master === undefined || directory.includes(master) || (isDirected && master === leaving)) return null;
  if (isElected(scene)) return null;
  const why = `${master} is master, but the directory does not name it`;
  if (isBack && master === arriving) return { why, ...forwardFirst(scene) };
  const flags = `--service-id ${master}`;
  const leave: Advice = { label: 'Leave', operation: 'election leave', flags, why: 'lets a peer become master' };
  return { why, cure: `Let ${master} leave first.`, advice: [leave, DIAGNOSE] };
};

/** Once the directory names the new services, leaving is what ends the election, and needs no master. */
export const electionDoesNotEnd: MoveRule = (scene) => {
  const { masters, isDirected, copies, isBack } = scene;
  if (isDirected || (masters.length > 0 && copies !== null) || isElected(scene)) return null;
  const why = 'there is no master: the election does not end';
  if (isBack) return { why, ...forwardFirst(scene) };
  return { why, cure: 'Find out why.', advice: [DIAGNOSE] };
};

/** It would be asked to leave, and a service that hangs keeps its place until ZooKeeper forgets it. */
export const oldPeerHangs: MoveRule = (scene) => {
  const { leaving, directory } = scene;
  const peer = debugOf(scene, leaving);
  if (directory.includes(leaving) || !peer || explain('debug', peer.answer).health !== 'hung') return null;
  const why = `${leaving} has to leave the election and hangs`;
  return { why, cure: 'Resume its process, or stop it, on its host.', advice: [DIAGNOSE] };
};

/** Between the new directory and the new election only the way forward is open. */
function forwardFirst({ arriving, leaving }: Scene): Omit<Refusal, 'why'> {
  const [forward] = continueAdvice(arriving, leaving);
  const cure = 'The way back begins at an election that has ended: continue the move, and go back afterwards.';
  return { cure, advice: [...(forward ? [forward] : []), DIAGNOSE] };
}
