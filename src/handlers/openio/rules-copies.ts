import { differences, good, listed } from './copies';
import { CHECK, type Finding, plural, REFERENCE, STATUS, SYNC } from './finding';
import type { Observed } from './observe';
import { mastersSeen } from './states';
import { judge } from './sync-judgement';

/** What a sync would be told about these copies; null where it cannot even be asked. */
function judged({ copies, debug, files }: Observed) {
  const masters = mastersSeen(debug);
  const [master] = masters;
  if (!copies || master === undefined || masters.length > 1) return null;
  const withoutFile = files.filter(({ status }) => status === 431).map(({ id }) => id);
  const situation = { copies, master, peers: files.map(({ id }) => id), withoutFile, damaged: [], anyway: false };
  return { master, judgement: judge(situation) };
}

export function masterHasBadCopy(seen: Observed): Finding | null {
  const asked = judged(seen);
  if (asked?.judgement.kind !== 'refused' || asked.judgement.cure !== 'leave') return null;
  const flags = `--service-id ${asked.master}`;
  const why = 'another peer becomes master; then a sync repairs the bad copy';
  const text = `The master ${asked.master} holds the bad copy. A sync now would destroy the good ones.`;
  return {
    tone: 'bad',
    text,
    evidence: [asked.judgement.why],
    next: { label: 'Leave', operation: 'election leave', flags, why },
  };
}

export function copyDiffers(seen: Observed): Finding | null {
  const copies = seen.copies?.copies.filter(({ table }) => table !== null) ?? [];
  const best = seen.copies && good(seen.copies);
  const worse = copies.filter((copy) => copy.faults.length > 0 || (best && copy.digest !== best.digest));
  const split = !best && copies.length > 1;
  if (worse.length === 0 && !split) return null;
  const evidence = (split ? copies : worse).map((copy) => {
    return `${copy.peer ?? 'one of the peers'}: ${listed(best ? differences(copy, best) : copy.faults) || `digest ${copy.digest}`}`;
  });
  const asked = judged(seen);
  const next = asked?.judgement.kind === 'sync' ? SYNC : seen.base.type === 'meta2' ? CHECK : null;
  const text = `The copies differ: ${plural(evidence.length, 'copy is', 'copies are')} not like the others.`;
  return { tone: 'bad', text, evidence, next };
}

export function noFile(seen: Observed): Finding | null {
  const evidence = seen.files.filter(({ status }) => status === 431).map(({ id, message }) => `${id}: ${message}`);
  if (evidence.length === 0) return null;
  const text = `${plural(evidence.length, 'peer has', 'peers have')} no file for this base. A peer fetches it at the next election, or by a sync.`;
  const asked = judged(seen);
  return { tone: 'bad', text, evidence, next: asked?.judgement.kind === 'sync' ? SYNC : STATUS };
}

export function otherPeersInBase({ copies, directory }: Observed): Finding | null {
  const evidence = (copies?.copies ?? []).flatMap((copy) => {
    const own = copy.table?.system['sys.peers'];
    if (own === undefined || !directory || own.split(',').toSorted().join() === directory.toSorted().join()) return [];
    return [`${copy.peer ?? 'one of the peers'}: sys.peers is ${own}`];
  });
  if (evidence.length === 0) return null;
  const text = `The base itself names other peers than the directory (${directory?.join(', ')}).`;
  return { tone: 'bad', text, evidence, next: REFERENCE };
}

const STATUSES: ReadonlyMap<string, string> = new Map([
  ['4294967295', 'frozen'],
  ['4294967294', 'disabled'],
]);

export function baseFrozen({ copies }: Observed): Finding | null {
  const statuses = new Set((copies?.copies ?? []).map((copy) => copy.table?.system['sys.status'] ?? '0'));
  const evidence = [...statuses]
    .filter((status) => status !== '0')
    .map((status) => `sys.status is ${status} (${STATUSES.get(status) ?? 'unknown'})`);
  if (evidence.length === 0) return null;
  return {
    tone: 'warning',
    text: 'The base is frozen or disabled: objects cannot be created in it.',
    evidence,
    next: null,
  };
}

export function serviceDown({ services, directory }: Observed): Finding | null {
  const down = (services ?? []).filter(({ address, score, up, locks }) => {
    return directory?.includes(address) && (score === 0 || up === false || locks.length > 0);
  });
  if (down.length === 0) return null;
  const evidence = down.map(({ address, score, up, locks }) => {
    return `${address}: score ${score}${up === false ? ', down' : ''}${locks.length > 0 ? `, ${locks.join(', ')}` : ''}`;
  });
  const next = { label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service and its score' };
  return {
    tone: 'warning',
    text: `The conscience has ${plural(down.length, 'peer', 'peers')} down, locked or at score 0.`,
    evidence,
    next,
  };
}
