import type { Json } from './operation';
import { type Part, type Piece, plain, type Text, type View } from './view';

/**
 * What counts when two answers to the same question are compared. Times, pictures and suggestions do not; nor does what
 * moves by itself with every question.
 */
export function comparable(view: View): Json {
  return { title: view.title, tone: view.tone, ...Object.fromEntries(view.parts.flatMap(entryOf)) };
}

/** Labels and columns that are another each time without anything having changed. */
const MOVING: ReadonlySet<string> = new Set(['Took', 'Tock', 'request ids in the logs', 'etcd']);

function entryOf(part: Part, at: number): readonly (readonly [string, Json])[] {
  switch (part.kind) {
    case 'text':
      return [[`text ${at + 1}`, steady(part.text)]];
    case 'facts':
      return part.facts.filter(([label]) => !MOVING.has(label)).map(([label, value]) => [label, steady(value)]);
    case 'table':
      return [[part.name, rowsOf(part)]];
    case 'raw':
      // A part that is only a file says the same again in a form for machines.
      return part.asFile ? [] : [[part.name, part.text]];
    case 'picture':
    case 'next':
      return [];
  }
}

/** By their first cell, so that one row more does not shift all the others; what is there twice is numbered. */
function rowsOf({ head, rows }: Extract<Part, { kind: 'table' }>): Json {
  const seen = new Map<string, number>();
  return Object.fromEntries(
    rows.map((row) => {
      const name = steady(row[0] ?? '');
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      const cells = head.flatMap((column, at) =>
        MOVING.has(column) ? [] : [[column, steady(row[at] ?? '')] as const],
      );
      return [count === 1 ? name : `${name} (${count})`, Object.fromEntries(cells)];
    }),
  );
}

function steady(text: Text): string {
  return typeof text === 'string' ? text : plain(text.filter((piece) => !isTime(piece)));
}

function isTime(piece: Piece): boolean {
  return typeof piece === 'object' && 'at' in piece;
}
