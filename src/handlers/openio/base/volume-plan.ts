import { BackendFailure } from '../../../backends/failure';
import { containerLabel } from '../../../backends/openio/naming';
import type { Base, Container, Openio } from '../../../backends/openio/openio';
import type { Context } from '../../operation';
import type { Part } from '../../view';
import { MOST_BASES, type MoveArgs } from './args';
import type { MovePlan } from './plan';
import { type OnePlan, planMove } from './planning';
import type { Refusal } from './refusal';
import { type Moves, movesShape } from './volume';

export type VolumePlan =
  /** `notes`: what was left out, which moves by itself and is not what people approve. */
  | { readonly kind: 'plan'; readonly plan: Moves; readonly notes: readonly Part[] }
  | { readonly kind: 'unchanged'; readonly why: string }
  | ({ readonly kind: 'refused' } & Refusal);

/** Peers that hang hold up every look; what is not looked at by then is left out. */
const MOST_PLANNING_MS = 120_000;

const SERVICES = { label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service' } as const;

/** Each base is planned like a single one. Those that must not be moved are left out and named. */
export async function planVolume(openio: Openio, args: MoveArgs, context: Context): Promise<VolumePlan> {
  const { from } = args.wish;
  const found = await containersOf(openio, args, context);
  if (found.kind === 'refused') return found;
  const search = await lookThrough(openio, args, found, context);
  const { moves, left, outdated } = search;
  if (moves.length > 0) {
    const indexed = args.which.kind === 'all';
    return {
      kind: 'plan',
      plan: { moves, volume: true, pauseSeconds: args.pauseSeconds, indexed },
      notes: notesOf(search, from),
    };
  }
  if (left.length === 0) {
    const why = outdated === 0 ? '' : ` ${outdatedText(outdated, from)}`;
    return { kind: 'unchanged', why: `No base is left on ${from} by its index, so there is nothing to move.${why}` };
  }
  const each = left.map(({ name, why }) => `${name}: ${why}`).join('; ');
  const why = `none of the bases can be moved off ${from} (${each})`;
  return { kind: 'refused', why, cure: 'Mend what is said of each, or name other bases.', advice: [SERVICES] };
}

interface Left {
  readonly name: string;
  readonly why: string;
}

interface Search {
  readonly moves: MovePlan[];
  readonly left: readonly Left[];
  /** Rows of the index whose directory does not name the service. */
  readonly outdated: number;
}

/** Goes on until as many can be moved as one approval may hold: rows in front that cannot be moved block nothing. */
async function lookThrough(openio: Openio, { wish }: MoveArgs, found: Listed, context: Context): Promise<Search> {
  const moves: MovePlan[] = [];
  const left: Left[] = [];
  let outdated = 0;
  const until = Date.now() + MOST_PLANNING_MS;
  for (const [index, container] of found.containers.entries()) {
    const isLate = Date.now() > until;
    if (isLate || moves.length === MOST_BASES) {
      left.push(further(found, found.containers.length - index, isLate));
      break;
    }
    const base: Base = { type: 'meta2', container };
    if (found.isIndex && !(await isNamed(openio, base, wish.from, context))) {
      outdated += 1;
      continue;
    }
    const taken = moves.map(({ arriving }) => arriving);
    const planned = await planMove(openio, base, { ...wish, taken }, context).catch(asRefusal);
    if (planned.kind === 'plan') moves.push(planned.plan);
    else left.push({ name: containerLabel(container), why: whyLeft(planned, wish.from) });
  }
  return { moves, left, outdated };
}

function further({ whole }: Listed, count: number, isLate: boolean): Left {
  const why = isLate
    ? 'there was no time left to look'
    : `at most ${MOST_BASES} are moved by one approval; ask again when these are done`;
  return { name: `${count}${whole ? '' : ' or more'} further ${count === 1 ? 'base' : 'bases'}`, why };
}

/** The index may be behind the directory: it still has what was moved away, or is gone. */
async function isNamed(openio: Openio, base: Base, from: string, context: Context): Promise<boolean> {
  try {
    return (await openio.peers(base, context)).ids.includes(from);
  } catch (error) {
    asRefusal(error);
    return false;
  }
}

/** A container that is not there keeps no other one from being moved; servers that do not answer do. */
function asRefusal(error: unknown): { readonly kind: 'refused' } & Refusal {
  if (!(error instanceof BackendFailure) || error.kind !== 'rejected') throw error;
  return { kind: 'refused', why: error.message, cure: '', advice: [] };
}

function whyLeft(planned: Exclude<OnePlan, { kind: 'plan' }>, from: string): string {
  return planned.kind === 'refused' ? planned.why : `is moved off ${from} already`;
}

function outdatedText(count: number, from: string): string {
  const rows = count === 1 ? '1 row of the index is' : `${count} rows of the index are`;
  return `${rows} out of date: the directory does not name ${from} there. A move that was interrupted after the directory is gone on with by name.`;
}

function notesOf({ left, outdated }: Search, from: string): readonly Part[] {
  const rows = left.map(({ name, why }) => [name, why]);
  return [
    ...(rows.length === 0 ? [] : [{ kind: 'table', name: 'left-out.csv', head: ['Not moved', 'Why'], rows } as const]),
    ...(outdated === 0 ? [] : [{ kind: 'text', text: outdatedText(outdated, from) } as const]),
  ];
}

interface Listed {
  readonly containers: readonly Container[];
  readonly isIndex: boolean;
  readonly whole: boolean;
}

type Found = ({ readonly kind: 'found' } & Listed) | ({ readonly kind: 'refused' } & Refusal);

/** As approved, else as named, else by the index that the servers keep. */
async function containersOf(openio: Openio, { which, wish, namespace }: MoveArgs, context: Context): Promise<Found> {
  const approved = movesShape.safeParse(context.approved);
  // What came to the service since then, or can be moved only now, was approved by nobody and makes nothing stale.
  if (approved.success) return named(approved.data.moves.map(({ base }) => base.container));
  if (which.kind === 'these') return named(which.containers);
  const held = await openio.basesOn(namespace, wish.from, context);
  if (held.kind === 'no index') {
    const why = `this namespace does not say which bases are on ${wish.from}: ${held.why}`;
    const cure = 'List the bases by name: openio base move meta2 --from ADDR --all NAME…';
    return { kind: 'refused', why, cure, advice: [] };
  }
  const bases = held.bases.toSorted((a, b) => (a.cid < b.cid ? -1 : 1));
  const containers = bases.map(({ cid }) => ({ by: 'cid', namespace, cid }) as const);
  return { kind: 'found', containers, isIndex: true, whole: held.whole };
}

function named(containers: readonly Container[]): Found {
  return { kind: 'found', containers, isIndex: false, whole: true };
}
