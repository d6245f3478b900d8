import { fileOf } from './look';
import { isUnderWay, sameSet } from './marker';
import type { Refusal } from './refusal';
import { RULES } from './rules';
import { hasArrived, isElected, isSettled, type Scene } from './scene';
import { frozenState } from './status';

/** What is left to be done; what is not is so already. Electing and the test write are always done. */
export interface Todo {
  readonly mark: boolean;
  readonly freeze: boolean;
  readonly peers: boolean;
  readonly copy: boolean;
  readonly directory: boolean;
  readonly leave: boolean;
  readonly enable: boolean;
}

export type Judged =
  | { readonly kind: 'move'; readonly todo: Todo }
  | { readonly kind: 'moved already' }
  | ({ readonly kind: 'refused' } & Refusal);

/** A move is the difference between what is wanted and what is there: what is so already is not done again. */
export function judgeMove(scene: Scene): Judged {
  for (const [, rule] of RULES) {
    const refusal = rule(scene);
    if (refusal) return { kind: 'refused', ...refusal };
  }
  const { lists, wanted, isDirected, marked, leaving, arriving } = scene;
  const peers = !lists.every((list) => sameSet(list, wanted));
  const copy = !hasArrived(scene, fileOf(scene, arriving));
  // Where only the directory is behind, nothing is copied and nobody has to leave.
  const writes = peers || copy;
  const leave = writes || !(isDirected ? isSettled(scene) : isElected(scene));
  const frozen = frozenState(scene);
  const isMarked = isUnderWay(marked, leaving, arriving);
  // A master outside would not write the mark to the arriving peer.
  const canMark = scene.copies !== null && scene.masters.every((master) => scene.directory.includes(master));
  if (!leave && isDirected && frozen === 'no' && !isMarked) return { kind: 'moved already' };
  return {
    kind: 'move',
    todo: {
      mark: canMark && !(isMarked && marked?.kind === 'moving' && marked.from === leaving),
      freeze: writes && frozen !== 'yes',
      peers,
      copy,
      directory: !isDirected,
      leave,
      enable: writes || frozen !== 'no',
    },
  };
}
