import { containerLabel } from '../../../backends/openio/naming';
import type { Openio, WireCall } from '../../../backends/openio/openio';
import type { Finding, Step } from '../../operation';
import type { Part, View } from '../../view';
import type { Defaults } from '../names';
import { targetOf } from '../writes';
import { moveWords, removeWords, volumeWords } from './args';
import { beforeText } from './plan';
import { isBetween, STAGES } from './procedure';
import { clearNext, isThrough } from './result';
import type { Moves } from './volume';
import { callsOf, wireText } from './writes';

function fromOf({ moves }: Moves): string {
  return moves[0]?.from ?? '';
}

export function previewVolume(moves: Moves): View {
  const count = moves.moves.length;
  const text = `They are moved one after the other, with a pause of ${moves.pauseSeconds} s. The first that does not end well stops the rest, and they stay as they are. Each base is frozen while it is moved; its old copy stays until it is removed by a request of its own.`;
  return {
    title: `Move ${count} ${count === 1 ? 'base' : 'bases'} off ${fromOf(moves)}`,
    tone: 'warning',
    parts: [
      { kind: 'text', text },
      moveTable(moves),
      ...warnings(moves),
      {
        kind: 'table',
        name: 'steps.csv',
        head: ['#', 'Step of each base'],
        rows: STAGES.map((stage, at) => [String(at + 1), stage]),
      },
      beforeAll(moves),
    ],
  };
}

function moveTable({ moves }: Moves): Part {
  const rows = moves.map(({ base, leaving, arriving, old, wanted, master }) => [
    containerLabel(base.container),
    `${leaving} → ${arriving}`,
    old.join(', '),
    wanted.join(', '),
    master ?? 'none',
  ]);
  return {
    kind: 'table',
    name: 'bases.csv',
    head: ['Base', 'Move', 'Peers before', 'Peers after', 'Master now'],
    rows,
  };
}

function warnings({ moves }: Moves): readonly Part[] {
  return [...new Set(moves.flatMap((move) => move.warnings))].map((text) => ({ kind: 'text', text }));
}

function beforeAll({ moves }: Moves): Part {
  return { kind: 'raw', name: 'bases-before.json', text: `[${moves.map(beforeText).join(',')}]\n`, asFile: true };
}

export function shownVolume(openio: Openio, { plan: moves, notes }: Planned, request: string): View {
  const calls: readonly WireCall[] = moves.moves.flatMap((move) => callsOf(openio, move, request));
  const text = `A dry run: nothing was written and nobody is asked. These ${calls.length} calls would be sent, in this order; reads come between them.`;
  const preview = previewVolume(moves);
  return {
    title: `Dry run: ${preview.title}`,
    tone: 'neutral',
    parts: [
      { kind: 'text', text },
      { kind: 'raw', name: 'calls.txt', text: `${calls.map(wireText).join('\n')}\n` },
      ...preview.parts,
      ...notes,
    ],
  };
}

interface Planned {
  readonly plan: Moves;
  readonly notes: readonly Part[];
}

interface Done {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly request: string;
}

export function renderVolume(defaults: Defaults, moves: Moves, { steps, findings, request }: Done): View {
  const rows = moves.moves.map((move) => endOf(move, steps, findings));
  const moved = rows.filter(({ end }) => end === 'moved');
  const rest = rows.filter(({ end }) => end === 'not begun');
  const stopped = whoStopped(rows);
  return {
    title: titleOf(moves, rows),
    tone: toneOf(rows),
    parts: [
      {
        kind: 'table',
        name: 'bases.csv',
        head: ['Base', 'Move', 'End', 'Read back'],
        rows: rows.map((row) => [
          containerLabel(row.move.base.container),
          `${row.move.leaving} → ${row.move.arriving}`,
          endWords(row),
          row.finding?.text ?? 'not read back',
        ]),
      },
      { kind: 'raw', name: 'steps.txt', text: `${steps.map(lineOf).join('\n')}\n` },
      beforeAll(moves),
      ...(findings.some(({ verdict }) => verdict === 'unverifiable') ? [clearNext(request)] : []),
      ...(stopped ? stoppedNext(defaults, stopped.move, stopped.own) : []),
      ...restNext(
        defaults,
        moves,
        rest.map(({ move }) => move),
      ),
      ...(moved.length === rows.length ? nextOnes(defaults, moves) : []),
      ...moved.slice(0, MOST_OFFERED).map(({ move }): Part => removeNext(defaults, move)),
    ],
  };
}

/** How one base of several ended. `through`: all its steps are done, and it did not read back as moved. */
interface Ended {
  readonly move: Move;
  readonly own: readonly Step[];
  readonly finding: Finding | undefined;
  readonly end: 'moved' | 'through' | 'stopped' | 'not begun';
}

function endOf(move: Move, steps: readonly Step[], findings: readonly Finding[]): Ended {
  const { key } = targetOf(move.base);
  const own = steps.filter(({ target }) => target === key);
  const finding = findings.find(({ target }) => target === key);
  if (finding?.verdict === 'confirmed') return { move, own, finding, end: 'moved' };
  if (own.length === 0) return { move, own, finding, end: 'not begun' };
  return { move, own, finding, end: isThrough(own) ? 'through' : 'stopped' };
}

function endWords({ end, own }: Ended): string {
  if (end === 'through') return `all ${STAGES.length} steps done, not read back as moved`;
  return end === 'stopped' ? `stopped at step ${own.length} of ${STAGES.length}` : end;
}

/** The order is strict, so the last one that was begun ended the queue: by a step, or because it did not read back. */
function whoStopped(rows: readonly Ended[]): Ended | undefined {
  return rows.findLast(({ end }) => end === 'stopped') ?? rows.findLast(({ end }) => end === 'through');
}

function titleOf(moves: Moves, rows: readonly Ended[]): string {
  const count = (wanted: Ended['end']): number => rows.filter(({ end }) => end === wanted).length;
  const through = count('through');
  const more = through === 0 ? '' : `; ${through} more went through all steps, not read back as moved`;
  return `${count('moved')} of ${rows.length} bases are moved off ${fromOf(moves)}${more}`;
}

/** What is through and could not be read is a doubt, as for one base alone; everything else that is not moved is bad. */
function toneOf(rows: readonly Ended[]): View['tone'] {
  const open = rows.filter(({ end }) => end !== 'moved');
  if (open.length === 0) return 'good';
  return open.every(({ end, finding }) => end === 'through' && finding?.verdict !== 'contradicted') ? 'warning' : 'bad';
}

/** Buttons that fit below one message. */
const MOST_OFFERED = 3;

function lineOf({ target, status, text }: Step): string {
  return `${target} ${status} ${text}`;
}

type Move = Moves['moves'][number];

function stoppedNext(defaults: Defaults, move: Move, steps: readonly Step[]): readonly Part[] {
  const name = containerLabel(move.base.container);
  const back = moveWords(defaults, move.base, { ...move, back: true });
  return [
    {
      kind: 'next',
      label: 'Continue',
      words: moveWords(defaults, move.base, move),
      why: `plans what is left of ${name}`,
    },
    ...(isBetween(steps)
      ? []
      : [{ kind: 'next', label: 'Go back', words: back, why: `plans the way back of ${name}` } as const]),
  ];
}

function restNext(defaults: Defaults, moves: Moves, rest: readonly Move[]): readonly Part[] {
  const [first] = rest;
  if (!first) return [];
  const words = volumeWords(defaults, first, { names: rest.map(nameOf), pauseSeconds: moves.pauseSeconds });
  return [{ kind: 'next', label: 'The other bases', words, why: 'plans those that were not begun' }];
}

/** One approval holds only so many of a long index. */
function nextOnes(defaults: Defaults, { moves, indexed, pauseSeconds }: Moves): readonly Part[] {
  const [first] = moves;
  if (!first || !indexed) return [];
  const words = volumeWords(defaults, first, { names: [], pauseSeconds });
  return [{ kind: 'next', label: 'The next bases', words, why: 'plans what the index still names' }];
}

function nameOf({ base: { container } }: Move): string {
  return container.by === 'name' ? container.name : container.cid;
}

function removeNext(defaults: Defaults, { base, leaving }: Move): Part {
  const words = removeWords(defaults, base, leaving);
  return {
    kind: 'next',
    label: 'Remove the old copy',
    words,
    why: `of ${containerLabel(base.container)}, on ${leaving}`,
  };
}
