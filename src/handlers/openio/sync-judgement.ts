import { type Copies, type Copy, differences, good, isHealthy, isNewer, listed } from './copies';

export interface Situation {
  readonly copies: Copies;
  readonly master: string;
  /** Peers that the directory names. */
  readonly peers: readonly string[];
  /** Peers that have no file. */
  readonly withoutFile: readonly string[];
  /** Peers that the requester says are damaged. */
  readonly damaged: readonly string[];
  /** Sync even when the copies look the same. */
  readonly anyway: boolean;
}

export type Judgement =
  | { readonly kind: 'sync'; readonly destinations: readonly string[]; readonly because: readonly string[] }
  | { readonly kind: 'nothing to do'; readonly why: string }
  /** `cure` tells which way out the view should offer. */
  | { readonly kind: 'refused'; readonly why: string; readonly cure: 'leave' | 'diagnose' | 'name the damaged peer' };

/**
 * A sync copies the master over the slaves, whatever the master holds. So it is allowed only when the master's copy is
 * seen to be a good one: complete, and not outvoted by other complete copies.
 */
export function judge(situation: Situation): Judgement {
  const { master, peers, damaged, withoutFile } = situation;
  const stranger = damaged.find((peer) => !peers.includes(peer));
  if (stranger !== undefined) {
    const why = `${stranger} is named as damaged, and is not among the peers of this base (${peers.join(', ')})`;
    return { kind: 'refused', why, cure: 'name the damaged peer' };
  }
  if (withoutFile.includes(master)) return odd(master, 'it has no file on disk');
  if (damaged.includes(master)) return odd(master, 'you name it as damaged');
  return situation.copies.kind === 'by peer' ? judgeByPeer(situation) : judgeByChance(situation);
}

function judgeByPeer(situation: Situation): Judgement {
  const { copies, master, withoutFile, damaged } = situation;
  const own = copies.copies.find((copy) => copy.peer === master);
  if (!own?.table)
    return untold(`the copy of the master ${master} cannot be read: ${own?.why || 'it is not among the peers'}`);
  if (own.faults.length > 0) return odd(master, listed(own.faults));
  const others = copies.copies.filter((copy) => copy.peer !== master && copy.table !== null);
  const against = others.filter((copy) => isHealthy(copy) && copy.digest !== own.digest);
  const votes = 1 + others.filter((copy) => copy.digest === own.digest).length;
  const first = against[0];
  if (first && against.length >= votes) {
    const text = listed(differences(own, first));
    return against.length > votes
      ? odd(master, text)
      : untold(`the complete copies disagree and none is in the majority: ${text}`);
  }
  const newer = others.find((copy) => copy.digest !== own.digest && isNewer(copy, own));
  if (newer)
    return untold(
      `${newer.peer} has newer tables than the master ${master}, so it may hold writes that the master lacks`,
    );
  const worse = others.filter(
    (copy) => copy.digest !== own.digest || copy.faults.length > 0 || withoutFile.includes(copy.peer ?? ''),
  );
  const spared = damaged.find((peer) => !worse.some((copy) => copy.peer === peer));
  if (spared !== undefined) return untold(`${spared} is named as damaged, but its copy agrees with the master's`);
  return decide(
    situation,
    worse.map((copy) => ({ peer: copy.peer ?? '', why: reason(copy, own, withoutFile) })),
  );
}

function reason(copy: Copy, own: Copy, withoutFile: readonly string[]): string {
  if (withoutFile.includes(copy.peer ?? '')) return `${copy.peer} has no file on disk`;
  return `${copy.peer} ${listed(differences(copy, own))}`;
}

interface Worse {
  readonly peer: string;
  readonly why: string;
}

function decide({ peers, master, anyway, copies }: Situation, worse: readonly Worse[]): Judgement {
  if (worse.length > 0) {
    return { kind: 'sync', destinations: worse.map(({ peer }) => peer), because: worse.map(({ why }) => why) };
  }
  const unread = new Set(copies.copies.filter((copy) => copy.table === null).map((copy) => copy.peer));
  const destinations = peers.filter((peer) => peer !== master && !unread.has(peer));
  if (anyway && destinations.length > 0) {
    return { kind: 'sync', destinations, because: ['the copies look the same; you ask for a sync anyway'] };
  }
  const seen = copies.kind === 'by chance' ? 'All reads' : 'All copies';
  const count = unread.size === 0 ? seen : 'The copies that can be read';
  return {
    kind: 'nothing to do',
    why: `${count} agree, so there is nothing to repair; add --anyway to sync nevertheless`,
  };
}

/** Who holds which answer is not known here, so the requester has to name the damaged peer, and every slave is overwritten. */
function judgeByChance(situation: Situation): Judgement {
  const { copies, master, peers, withoutFile, damaged } = situation;
  const slaves = peers.filter((peer) => peer !== master);
  const read = copies.copies.filter((copy) => copy.table !== null);
  const healthy = read.filter(isHealthy);
  const [best, another] = healthy;
  if (!best) return untold('no complete copy was seen in any read');
  if (another) return untold(`two complete copies disagree: ${listed(differences(another, best))}`);
  const worse = read.filter((copy) => copy !== best);
  const missing = slaves.filter((peer) => withoutFile.includes(peer)).map((peer) => `${peer} has no file on disk`);
  if (worse.length === 0) {
    const judged = decide(
      situation,
      missing.map((why) => ({ peer: '', why })),
    );
    return judged.kind === 'sync' ? { ...judged, destinations: slaves } : judged;
  }
  if (worse.some((copy) => isNewer(copy, best)))
    return untold('the damaged copy has newer tables than the complete one');
  const found = worse.map((copy) => `one copy ${listed(differences(copy, best))}`);
  if (damaged.length === 0) {
    const why = `${found.join('; ')}, and these servers do not tell which peer holds it: it may be the master ${master}`;
    return { kind: 'refused', why, cure: 'name the damaged peer' };
  }
  return {
    kind: 'sync',
    destinations: slaves,
    because: [...found, ...missing, `you name ${damaged.join(', ')} as the damaged peer`],
  };
}

function odd(master: string, how: string): Judgement {
  const why = `the master ${master} is the one whose copy is bad (${how}); a sync would copy it over the good ones`;
  return { kind: 'refused', why, cure: 'leave' };
}

function untold(why: string): Judgement {
  return { kind: 'refused', why: `it cannot be told whether the master's copy is good: ${why}`, cure: 'diagnose' };
}

/** Whether the copies are as they should be after a sync, and what says so. */
export function settled(copies: Copies): {
  readonly verdict: 'confirmed' | 'contradicted' | 'unverifiable';
  readonly text: string;
} {
  const read = copies.copies.filter((copy) => copy.table !== null);
  const unread = copies.copies.filter((copy) => copy.table === null);
  const [first] = read;
  if (!first) return { verdict: 'unverifiable', text: `no copy can be read: ${unread[0]?.why ?? 'no peer answered'}` };
  const best = good(copies);
  if (read.every((copy) => !isHealthy(copy))) {
    return { verdict: 'contradicted', text: `no complete copy is left: every copy ${listed(first.faults)}` };
  }
  const worse = best && read.filter((copy) => copy.digest !== best.digest || copy.faults.length > 0);
  if (!best) return { verdict: 'contradicted', text: 'the complete copies disagree' };
  if (worse && worse.length > 0) {
    const text = worse.map((copy) => `${copy.peer ?? 'one copy'} ${listed(differences(copy, best))}`).join('; ');
    return { verdict: 'contradicted', text: `the copies do not agree: ${text}` };
  }
  if (unread.length > 0) {
    const who = unread.map((copy) => copy.peer ?? 'one answer').join(', ');
    return { verdict: 'unverifiable', text: `the copies that can be read agree; not read: ${who} (${unread[0]?.why})` };
  }
  const count = copies.kind === 'by peer' ? `all ${read.length} copies agree` : `${first.seen} reads in a row agree`;
  return { verdict: 'confirmed', text: `${count} and are complete (digest ${best.digest})` };
}
