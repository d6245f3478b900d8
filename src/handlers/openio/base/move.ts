import type { Base, Openio } from '../../../backends/openio/openio';
import { type Change, type Context, defineChange, type Planned } from '../../operation';
import type { View } from '../../view';
import { flagField, meta2Form, serviceField } from '../fields';
import { labelOf, targetOf } from '../writes';
import { MOVE_USAGE, type MoveArgs, moveWords, parseMove, removeWords } from './args';
import { MOVE_DEFAULTS, type MoveOptions } from './options';
import { planMove } from './planning';
import { renderMove } from './result';
import { moveLook } from './second-look';
import { previewMove, refusedMove, refusedVolume, shownMove } from './views';
import { type Moves, movesShape, orderOf, runMoves, stepsOf, verifyMoves } from './volume';
import { planVolume } from './volume-plan';
import { previewVolume, renderVolume, shownVolume } from './volume-views';

/** The election's log is short: what it remembers of the move is drawn soon after. */
const RECHECK_MS = 3_000;

/** Moves bases from one service to another, in the order that was verified on real servers. */
export function openioBaseMove(openio: Openio, given: MoveOptions = {}): Change {
  const options = { ...MOVE_DEFAULTS, ...given };
  return defineChange<MoveArgs, Moves>({
    name: 'openio base move',
    usage: MOVE_USAGE,
    summary: 'Moves meta2 bases to another service: copy, directory, election, check. Can be continued or taken back.',
    examples: [
      'openio base move meta2 cnt2 --from 127.0.0.1:6020',
      'openio base move meta2 cnt2 --from 127.0.0.1:6020 --to 127.0.0.2:6024 --dry-run',
      'openio base move meta2 --from 127.0.0.1:6020 --all cnt2 FVE0 --pause 30',
    ],
    form: meta2Form(
      serviceField(openio, { id: 'from', label: 'Off this service' }),
      serviceField(openio, {
        id: 'to',
        label: 'To this service',
        hint: 'Left empty: chosen as placement would.',
        optional: true,
      }),
      flagField('dry-run', 'Only show what would be sent'),
      flagField('back', 'The way back of a move that has begun'),
      flagField('all', 'Several bases, one after the other'),
      {
        id: 'pause',
        label: 'Seconds between two bases',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'pause' },
      },
    ),
    schema: movesShape,
    parse: (words) => parseMove(openio, words),
    danger: () => 'irreversible',
    plan: (args, context) => plan(openio, args, context),
    targets: ({ moves }) => moves.map(({ base }) => targetOf(base)),
    preview: (planned) => ofOne(planned, previewMove) ?? previewVolume(planned),
    undo: (planned) => undoOf(openio, planned),
    procedure: stepsOf,
    order: orderOf,
    slots: ({ moves }) =>
      [...new Set(moves.map(({ base }) => base.container.namespace))].map((namespace) => ({
        key: `openio/${namespace}/moves`,
        most: openio.movesAtOnce,
      })),
    mostMs: (planned) => mostMs(openio, planned),
    execute: (moves, context) => runMoves(openio, { moves, context, options }),
    verify: (moves, context) => verifyMoves(openio, { moves, context, options }),
    render: (planned, steps, findings, request) => {
      const done = { steps, findings, request };
      return ofOne(planned, (move) => renderMove(openio, move, done)) ?? renderVolume(openio, planned, done);
    },
    recheck: { afterMs: RECHECK_MS, look: (planned, context) => moveLook(openio, planned, context) },
  });
}

/** Null where several bases are moved. */
function ofOne({ moves, volume }: Moves, view: (move: Moves['moves'][number]) => View): View | null {
  const [move] = moves;
  return volume || !move ? null : view(move);
}

/** A copy may take as long as the servers allow one another, and every other call waits for peers that hang. */
function mostMs({ hungPeerMs }: Openio, { moves, pauseSeconds }: Moves): number {
  return moves.length * (40 * hungPeerMs + 300_000 + pauseSeconds * 1_000);
}

function undoOf(openio: Openio, { moves, volume }: Moves): string {
  const [move] = moves;
  if (!move) return 'Nothing is moved.';
  const words = moveWords(openio, move.base, { ...move, back: !move.back });
  const each = volume ? ', and so on for each base' : '';
  return `${words}${each}; it works as long as the copy on ${move.leaving} is there.`;
}

async function plan(openio: Openio, args: MoveArgs, context: Context): Promise<Planned<Moves>> {
  if (args.volume) return planAll(openio, args, context);
  const [container] = args.which.kind === 'these' ? args.which.containers : [];
  if (!container) throw new Error('a move of one base names it');
  const base: Base = { type: 'meta2', container };
  const planned = await planMove(openio, base, args.wish, context);
  if (planned.kind === 'refused') return refusedMove(openio, base, planned);
  if (planned.kind === 'unchanged') return movedAlready(openio, base, args.wish.from, planned.to);
  if (args.dryRun) return { kind: 'shown', view: shownMove(openio, planned.plan, context.request) };
  return { kind: 'plan', plan: { moves: [planned.plan], volume: false, pauseSeconds: 0, indexed: false } };
}

async function planAll(openio: Openio, args: MoveArgs, context: Context): Promise<Planned<Moves>> {
  const planned = await planVolume(openio, args, context);
  if (planned.kind === 'refused') return refusedVolume(args.wish.from, planned);
  if (planned.kind === 'unchanged') return planned;
  if (args.dryRun) return { kind: 'shown', view: shownVolume(openio, planned, context.request) };
  return planned;
}

function movedAlready(openio: Openio, base: Base, from: string, to: string): Planned<never> {
  const why = `The directory, the base and the election name ${to} and not the service that leaves, so there is nothing to move. A copy that is left on ${from} is removed by base remove.`;
  const next = {
    kind: 'next',
    label: 'Remove the old copy',
    words: removeWords(openio, base, from),
    why: `deletes the file on ${from}, if nothing needs it`,
  } as const;
  const view: View = { title: `${labelOf(base)} is moved already`, tone: 'good', parts: [next] };
  return { kind: 'unchanged', why, view };
}
