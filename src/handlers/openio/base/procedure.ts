import type { Step } from '../../operation';
import type { MovePlan } from './plan';

/** The verified order. What could lose data comes last; what others can see comes after the copy is there. */
export const STAGES = [
  'mark',
  'freeze',
  'peers',
  'master',
  'copy',
  'directory',
  'leave',
  'old peer leaves',
  'elect',
  'enable',
  'test',
] as const;
export type Stage = (typeof STAGES)[number];

interface Described {
  /** As it is shown while it is done: `copying to 127.0.0.2:6024`. */
  readonly doing: string;
  /** What takes it back. */
  readonly undo: string;
  /** It was found to be so already when the plan was made. */
  readonly isSo: boolean;
}

export function describeStage(stage: Stage, plan: MovePlan): Described {
  const { leaving, arriving, old, wanted, todo } = plan;
  switch (stage) {
    case 'mark':
      return {
        doing: 'marking the base as being moved',
        undo: 'not needed: a property that says so',
        isSo: !todo.mark,
      };
    case 'freeze':
      return { doing: 'freezing the base', undo: 'enabling it', isSo: !todo.freeze };
    case 'peers':
      return {
        doing: `writing the new peers into the base (${wanted.join(', ')})`,
        undo: `writing the old ones (${old.join(', ')})`,
        isSo: !todo.peers,
      };
    case 'master':
      return { doing: 'asking who is master now', undo: 'nothing is written', isSo: !todo.copy };
    case 'copy':
      return {
        doing: `copying to ${arriving}`,
        undo: `removing the copy on ${arriving}, once no list names it`,
        isSo: !todo.copy,
      };
    case 'directory':
      return {
        doing: 'replacing the services in the directory',
        undo: `the same procedure from ${arriving} to ${leaving}`,
        isSo: !todo.directory,
      };
    case 'leave':
      return { doing: 'letting the peers leave the election', undo: 'not needed: they elect again', isSo: !todo.leave };
    case 'old peer leaves':
      return { doing: `letting ${leaving} leave the election`, undo: 'not needed', isSo: !todo.leave };
    case 'elect':
      return { doing: 'waiting for the election to end', undo: 'nothing is written', isSo: false };
    case 'enable':
      return { doing: 'enabling the base', undo: 'freezing it', isSo: !todo.enable };
    case 'test':
      return { doing: 'writing a property and reading it on each peer', undo: 'not needed', isSo: false };
  }
}

/** The directory names the new services, and the election has not ended with them: only the way forward is open. */
export function isBetween(steps: readonly Step[]): boolean {
  const ended = steps.filter(({ status }) => status === 'done' || status === 'skipped').length;
  return ended > STAGES.indexOf('directory') && ended <= STAGES.indexOf('elect');
}

/** The steps in words. `place` tells one base of several: `cnt2 (2 of 5): `. */
export function procedureOf(plan: MovePlan, place = ''): readonly string[] {
  return STAGES.map((stage) => `${place}${describeStage(stage, plan).doing}`);
}

/** Numbered, with what takes each back; what is so already will only be looked at. */
export function procedureRows(plan: MovePlan): readonly (readonly string[])[] {
  return STAGES.map((stage, index) => {
    const { doing, undo, isSo } = describeStage(stage, plan);
    return [String(index + 1), doing, isSo ? 'is so already' : 'to be done', undo];
  });
}
