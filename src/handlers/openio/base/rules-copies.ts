import { type Copy, differences, good, isHealthy, listed } from '../copies';
import { CHECK, SYNC } from '../finding';
import type { MoveRule, Refusal } from './refusal';
import type { Scene } from './scene';

/** Copies that count: those of peers that hold one already. The arriving one is written over. */
function counted({ plain, arriving }: Scene): readonly Copy[] {
  return plain?.copies.filter((copy) => copy.peer !== arriving) ?? [];
}

function bestOf(scene: Scene): Copy | null {
  return good({ kind: 'by peer', copies: counted(scene) });
}

function isGood(copy: Copy, best: Copy | null): boolean {
  return isHealthy(copy) && best !== null && copy.digest === best.digest;
}

function words(copy: Copy, best: Copy | null): string {
  if (copy.table === null) return `cannot be read: ${copy.why}`;
  return listed(best ? differences(copy, best) : copy.faults) || 'differs from the others';
}

const SYNC_FIRST = 'Repair the copies first: a move must not begin with a bad one.';

export const sourceOnlyGood: MoveRule = (scene) => {
  const { plain, leaving } = scene;
  if (plain?.kind !== 'by peer') return null;
  const healthy = counted(scene).filter((copy) => copy.table !== null && isHealthy(copy));
  if (healthy.length !== 1 || healthy[0]?.peer !== leaving) return null;
  const why = `${leaving}, which is to leave, holds the only good copy`;
  return { why, cure: SYNC_FIRST, advice: [SYNC, CHECK] };
};

export const masterSuspect: MoveRule = (scene) => {
  const { plain, masters, directory } = scene;
  const [master] = masters;
  if (!plain || master === undefined || !directory.includes(master)) return null;
  if (plain.kind === 'by chance') return mixedReads(scene, master);
  const best = bestOf(scene);
  const own = plain.copies.find(({ peer }) => peer === master);
  if (own && isGood(own, best)) return null;
  const state = own ? words(own, best) : 'was not read';
  const how = own?.table && isHealthy(own) && best === null ? 'the complete copies disagree' : state;
  const why = `the copy of the master ${master} is suspect (${how}), and everything is copied from it`;
  return { why, cure: SYNC_FIRST, advice: [CHECK, SYNC] };
};

/** Older servers do not tell whose copy was read, so a bad one may be the master's. */
function mixedReads({ plain }: Scene, master: string): Refusal | null {
  const read = plain?.copies ?? [];
  const bad = read.filter((copy) => copy.table === null || !isHealthy(copy));
  if (bad.length === 0 && read.length === 1) return null;
  const best = good({ kind: 'by chance', copies: read });
  const found = (bad.length > 0 ? bad : read.slice(1)).map((copy) => words(copy, best)).join('; ');
  const why = `one copy is not like the others (${found}), and these servers do not tell whether it is the copy of the master ${master}`;
  return { why, cure: SYNC_FIRST, advice: [CHECK, SYNC] };
}

export const badCopies: MoveRule = (scene) => {
  if (scene.plain?.kind !== 'by peer') return null;
  const best = bestOf(scene);
  const bad = counted(scene).filter((copy) => !isGood(copy, best));
  if (bad.length === 0) return null;
  const why = `fewer than three peers are healthy: ${bad.map((copy) => `the copy of ${copy.peer} ${words(copy, best)}`).join('; ')}`;
  return { why, cure: SYNC_FIRST, advice: [SYNC, CHECK] };
};
