import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { BackendFailure } from '../../../backends/failure';
import { containerLabel } from '../../../backends/openio/naming';
import type { Base, Container, Openio } from '../../../backends/openio/openio';
import type { Context, Finding, Step } from '../../operation';
import { duration } from '../picture';
import { targetOf } from '../writes';
import { MOST_BASES, type MoveArgs } from './args';
import type { MoveOptions } from './options';
import { type MovePlan, moveShape } from './plan';
import { type OnePlan, planMove } from './planning';
import { procedureOf, STAGES } from './procedure';
import type { Refusal } from './refusal';
import { runMove } from './run';
import { verifyMove } from './verify';

/** One base, or the bases of a service one after the other. */
export const movesShape = z.object({
  moves: z.array(moveShape),
  volume: z.boolean(),
  pauseSeconds: z.number(),
  /** Bases that are not moved, and why. */
  left: z.array(z.object({ name: z.string(), why: z.string() })),
});
export type Moves = z.output<typeof movesShape>;

export type VolumePlan = { readonly kind: 'plan'; readonly plan: Moves } | ({ readonly kind: 'refused' } & Refusal);

/** Peers that hang hold up every look; what is not looked at by then is left out. */
const MOST_PLANNING_MS = 120_000;

const SERVICES = { label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service' } as const;

/** Each base is planned like a single one. Those that must not be moved are left out and named. */
export async function planVolume(openio: Openio, args: MoveArgs, context: Context): Promise<VolumePlan> {
  const found = await containersOf(openio, args, context);
  if (found.kind === 'refused') return found;
  const moves: MovePlan[] = [];
  const left = [...found.left];
  const until = Date.now() + MOST_PLANNING_MS;
  for (const container of found.containers) {
    if (Date.now() > until) {
      left.push({ name: containerLabel(container), why: 'there was no time left to look at it' });
      continue;
    }
    const base: Base = { type: 'meta2', container };
    const wish = { ...args.wish, taken: moves.map(({ arriving }) => arriving) };
    const planned = await planMove(openio, base, wish, context).catch(asRefusal);
    if (planned.kind === 'plan') moves.push(planned.plan);
    else left.push({ name: containerLabel(container), why: whyLeft(planned, args.wish.from) });
  }
  if (moves.length > 0) {
    return { kind: 'plan', plan: { moves, volume: true, pauseSeconds: args.pauseSeconds, left } };
  }
  const each = left.map(({ name, why }) => `${name}: ${why}`).join('; ');
  const why =
    each === '' ? `no base is on ${args.wish.from}` : `none of the bases can be moved off ${args.wish.from} (${each})`;
  return { kind: 'refused', why, cure: 'Mend what is said of each, or name other bases.', advice: [SERVICES] };
}

/** A container that is not there keeps no other one from being moved; servers that do not answer do. */
function asRefusal(error: unknown): { readonly kind: 'refused' } & Refusal {
  if (!(error instanceof BackendFailure) || error.kind !== 'rejected') throw error;
  return { kind: 'refused', why: error.message, cure: '', advice: [] };
}

function whyLeft(planned: Exclude<OnePlan, { kind: 'plan' }>, from: string): string {
  return planned.kind === 'refused' ? planned.why : `is moved off ${from} already`;
}

type Found =
  | { readonly kind: 'found'; readonly containers: readonly Container[]; readonly left: Moves['left'] }
  | ({ readonly kind: 'refused' } & Refusal);

/** As named, else by the index that the servers keep; the rest of a long one waits for the next request. */
async function containersOf(openio: Openio, { which, wish, namespace }: MoveArgs, context: Context): Promise<Found> {
  if (which.kind === 'these') return { kind: 'found', containers: which.containers, left: [] };
  const held = await openio.basesOn(namespace, wish.from, context);
  if (held.kind === 'no index') {
    const why = `this namespace does not say which bases are on ${wish.from}: ${held.why}`;
    return {
      kind: 'refused',
      why,
      cure: 'List the bases by name: openio base move meta2 --from ADDR --all NAME…',
      advice: [],
    };
  }
  const bases = held.bases.toSorted((a, b) => (a.cid < b.cid ? -1 : 1));
  const containers = bases.slice(0, MOST_BASES).map(({ cid }) => ({ by: 'cid', namespace, cid }) as const);
  const rest = bases.length - containers.length;
  const more = held.whole ? '' : ' or more';
  const why = `at most ${MOST_BASES} are moved by one approval; ask again when these are done`;
  return { kind: 'found', containers, left: rest > 0 ? [{ name: `${rest}${more} further bases`, why }] : [] };
}

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
      const changed = await waited(openio, move, { moves, context, options });
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

/** What people approved may not be so any more when a base's turn comes. */
async function waited(openio: Openio, move: MovePlan, { moves, context, options }: Running): Promise<string | null> {
  try {
    await pause(moves.pauseSeconds * options.secondMs, undefined, { signal: context.signal });
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
