import { type Advice, CHECK, DEBUG, REFERENCE, SYNC } from '../finding';
import { otherMove } from './direction';
import { fileOf, valuesOf } from './look';
import { sameSet } from './marker';
import type { MoveRule } from './refusal';
import type { Scene } from './scene';
import { ENABLED, FROZEN, frozenState } from './status';

/** A majority must be left while one copy is on its way. */
const PEERS = 3;

export const tooFewPeers: MoveRule = ({ directory }) => {
  if (directory.length >= PEERS) return null;
  const why = `the directory names ${directory.length === 0 ? 'no service' : `only ${directory.join(', ')}`}; ${PEERS} peers are needed to move one`;
  return { why, cure: 'Look at the reference.', advice: [REFERENCE] };
};

export function continueAdvice(from: string, to: string): readonly Advice[] {
  const flags = `--from ${from} --to ${to}`;
  const why = 'plans what is left of the move that was begun';
  const backWhy = 'plans the way back to the peers from before it';
  return [
    { label: 'Continue', operation: 'base move', flags, why },
    { label: 'Go back', operation: 'base move', flags: `${flags} --back`, why: backWhy },
  ];
}

export const otherMoveBegun: MoveRule = (scene) => {
  const other = otherMove(scene, scene);
  if (!other) return null;
  const why = `a move of this base from ${other.from} to ${other.to} was begun and not ended, so base and directory may disagree`;
  return { why, cure: 'Go on with that one, or go back, first.', advice: continueAdvice(other.from, other.to) };
};

/** Somebody changed the directory before the base was copied. As long as the old peers have their election, they are right. */
export const directoryAhead: MoveRule = (scene) => {
  const { isDirected, masters, leaving, arriving, directory } = scene;
  if (!isDirected || fileOf(scene, arriving) !== 'no' || !masters.includes(leaving)) return null;
  const why = `the directory names ${arriving}, which has no copy, instead of the master ${leaving}`;
  const flags = `--from ${arriving} --to ${leaving}`;
  const mend = { label: 'Mend', operation: 'base move', flags, why: 'lets the directory name it again' };
  return {
    why: `${why} (${directory.join(', ')})`,
    cure: `Let the directory name ${leaving} again first.`,
    advice: [mend],
  };
};

export const peersDisagree: MoveRule = (scene) => {
  const { lists, wanted, old, directory } = scene;
  const strange = lists.find((list) => !sameSet(list, wanted) && !sameSet(list, old));
  if (!strange) return null;
  const why = `the base itself names ${strange.join(', ')} and the directory ${directory.join(', ')}`;
  if (isOnlyBehind(scene)) {
    const cure = 'The master and most copies agree with the directory: a sync copies that over the others.';
    return { why, cure, advice: [SYNC, DEBUG, REFERENCE] };
  }
  const cure =
    'Find out which of them is right, and mend that first; no operation mends a difference of several services.';
  return { why, cure, advice: [DEBUG, REFERENCE] };
};

/** Whether the master's own copy, and most of all, name whom the directory names: then it is only some copies that are old. */
function isOnlyBehind({ copies, masters, directory }: Scene): boolean {
  if (copies?.kind !== 'by peer' || masters.length !== 1) return false;
  const right = copies.copies.filter(({ table }) => sameSet(table?.system['sys.peers']?.split(',') ?? [], directory));
  return right.length > directory.length / 2 && right.some(({ peer }) => peer === masters[0]);
}

export const disabled: MoveRule = ({ copies }) => {
  const odd = valuesOf(copies, 'sys.status').find((status) => ![undefined, ENABLED, FROZEN].includes(status));
  if (odd === undefined) return null;
  const why = `the base is disabled (sys.status ${odd}), and a move would end by enabling it`;
  return { why, cure: 'Find out who disabled it and why.', advice: [CHECK] };
};

/** A move marks the base before it freezes it, so a freeze without the mark is not its own. */
export const frozenByOthers: MoveRule = (scene) => {
  const state = frozenState(scene);
  if ((state !== 'yes' && state !== 'partly') || scene.isContinued) return null;
  const why = 'the base is frozen, and not by a move of this bot: somebody else is at work on it';
  return { why, cure: 'Find out who froze it; when it is enabled again, ask again.', advice: [CHECK] };
};
