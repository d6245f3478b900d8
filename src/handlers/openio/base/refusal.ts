import type { Advice } from '../finding';
import type { Scene } from './scene';

export interface Refusal {
  /** Without a full stop. */
  readonly why: string;
  /** A sentence: what to do next. */
  readonly cure: string;
  readonly advice: readonly Advice[];
}

/** Null: this does not speak against the move. */
export type MoveRule = (scene: Scene) => Refusal | null;
