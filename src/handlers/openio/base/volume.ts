import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { containerLabel } from '../../../backends/openio/naming';
import type { Openio } from '../../../backends/openio/openio';
import type { Context, Finding, Step } from '../../operation';
import { duration } from '../picture';
import { targetOf } from '../writes';
import type { MoveOptions } from './options';
import { type MovePlan, moveShape } from './plan';
import { planMove } from './planning';
import { procedureOf, STAGES } from './procedure';
import { runMove } from './run';
import { verifyMove } from './verify';

/** One base, or the bases of a service one after the other. */
export const movesShape = z.object({
  moves: z.array(moveShape),
  volume: z.boolean(),
  pauseSeconds: z.number(),
  /** Nobody named them: the index of the service did. */
  indexed: z.boolean().default(false),
});
export type Moves = z.output<typeof movesShape>;

function placeOf({ moves, volume }: Moves, index: number): string {
  const move = moves[index];
  return volume && move ? `${containerLabel(move.base.container)} (${index + 1} of ${moves.length}): ` : '';
}

export function stepsOf(moves: Moves): readonly string[] {
  return moves.moves.flatMap((move, index) => {
    const place = placeOf(moves, index);
    const [first = '', ...rest] = procedureOf(move, place);
    const paused = index > 0 && moves.pauseSeconds > 0 ? `${place}pausing ${moves.pauseSeconds} s, then ` : null;
    return [paused === null ? first : `${paused}${first.slice(place.length)}`, ...rest];
  });
}

/** A base is begun when the one before it has come to its end, never earlier. */
export function orderOf({ moves }: Moves): readonly string[] {
  return moves.flatMap(({ base }) => STAGES.map(() => targetOf(base).key));
}

interface Running {
  readonly moves: Moves;
  readonly context: Context;
  readonly options: Required<MoveOptions>;
}

/** One base after the other. The first that does not end well is the last one that is touched. */
export async function* runMoves(
  openio: Openio,
  { moves, context, options }: Running,
): AsyncGenerator<Step, void, undefined> {
  const started = Date.now();
  const pauseMs = moves.pauseSeconds * options.secondMs;
  for (const [index, move] of moves.moves.entries()) {
    if (index > 0) {
      if (!(await paused(pauseMs, context))) return;
      const changed = await changedSince(openio, move, context);
      if (changed !== null) {
        yield { target: targetOf(move.base).key, status: 'failed', text: `mark: ${changed}` };
        return;
      }
    }
    const running = runMove(openio, move, context, options);
    let isWell = false;
    for (;;) {
      const next = await running.next();
      if (next.done) {
        isWell = next.value;
        break;
      }
      yield moves.volume ? timed(next.value, { moves, index, started, pauseMs }) : next.value;
    }
    if (!isWell || !(await endedWell(openio, move, { moves, context, options }))) return;
  }
}

/**
 * False: the process is about to end, or there is no time left. Nothing is under way between two bases, so the queue just
 * ends here and the other ones are offered; a pause that went on would be cut off later, in doubt.
 */
async function paused(ms: number, { signal, ending }: Context): Promise<boolean> {
  const over = ending ? AbortSignal.any([signal, ending]) : signal;
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
  return !over.aborted;
}

/** What people approved may not be so any more when a base's turn comes. */
async function changedSince(openio: Openio, move: MovePlan, context: Context): Promise<string | null> {
  try {
    const { from, to, back } = move;
    const now = await planMove(openio, move.base, { from, to, back }, context);
    // What was chosen then is named now; everything else has to be the same.
    if (now.kind === 'plan' && isDeepStrictEqual({ ...now.plan, chosen: move.chosen }, move)) return null;
    return now.kind === 'refused'
      ? `it must not be moved any more: ${now.why}`
      : 'it is not what was approved any more';
  } catch (error) {
    return `it could not be read again: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function endedWell(openio: Openio, move: MovePlan, { moves, context, options }: Running): Promise<boolean> {
  if (!moves.volume) return true;
  const finding = await verifyMove(openio, move, context, options).catch(() => null);
  return finding?.verdict === 'confirmed';
}

interface Timing {
  readonly moves: Moves;
  readonly index: number;
  readonly started: number;
  readonly pauseMs: number;
}

/** The last step of a base says how long the others will take, by how long those before took. */
function timed(step: Step, { moves, index, started, pauseMs }: Timing): Step {
  const rest = moves.moves.length - index - 1;
  if (!step.text.startsWith('test:') || rest === 0) return step;
  const left = timeLeft({ elapsed: Date.now() - started, moved: index + 1, rest, pauseMs });
  return { ...step, text: `${step.text}; ${rest} more to move, in about ${duration(left)}` };
}

interface Pace {
  readonly elapsed: number;
  readonly moved: number;
  readonly rest: number;
  readonly pauseMs: number;
}

/** There was a pause before each base but the first, and there will be one before each that is left. In milliseconds. */
export function timeLeft({ elapsed, moved, rest, pauseMs }: Pace): number {
  const each = Math.max(0, elapsed - (moved - 1) * pauseMs) / moved;
  return Math.round(rest * (each + pauseMs));
}

/** One finding per base. What was not begun is said to be so. */
export async function verifyMoves(openio: Openio, { moves, context, options }: Running): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const move of moves.moves) findings.push(await verifyMove(openio, move, context, options));
  return findings;
}
