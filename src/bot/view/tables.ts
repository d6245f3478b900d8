import type { TableBlock } from '@slack/types';
import { type Part, plain, type Text } from '../../handlers/view';
import { type Canvas, leave, left, preformatted, push, RAW_CHARACTERS, section } from './canvas';
import { LIMITS } from './limits';
import { richElements } from './rich';

type Table = Extract<Part, { kind: 'table' }>;

export function drawTable(canvas: Canvas, table: Table): void {
  if (canvas.tables > 0 || table.head.length > LIMITS.table.columns) return drawTableAsText(canvas, table);
  const room = Math.min(left(canvas), LIMITS.table.characters);
  if (sizeOf([table.head]) > room) return leave(canvas, table, `${table.rows.length + (table.more ?? 0)} rows`);
  const shown = fittingRows(table, room).slice(0, LIMITS.table.rows - 1);
  if (shown.length > 0 || table.rows.length === 0) {
    const rows = [table.head, ...shown];
    canvas.tables += 1;
    const wrapped = table.head.map(() => ({ is_wrapped: true }));
    push(canvas, { type: 'table', rows: rows.map((row) => row.map(cell)), column_settings: wrapped }, sizeOf(rows));
  }
  leaveRows(canvas, table, shown.length);
}

/** Slack takes one table per message; a further one is lines of text. */
function drawTableAsText(canvas: Canvas, table: Table): void {
  const room = Math.min(left(canvas) - 100, RAW_CHARACTERS);
  const rows = [table.head, ...table.rows].map((row) => row.map(plain));
  const widths = table.head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const fitting = firstThatFit(lines, (line) => line.length + 1, room);
  const text = fitting.join('\n');
  if (fitting.length === 0) return leave(canvas, table, `${table.rows.length + (table.more ?? 0)} rows`);
  if (text !== '' && (fitting.length > 1 || table.rows.length === 0)) push(canvas, preformatted(text), text.length);
  leaveRows(canvas, table, Math.max(0, fitting.length - 1));
}

function leaveRows(canvas: Canvas, table: Table, shown: number): void {
  const missing = table.rows.length - shown + (table.more ?? 0);
  if (missing > 0) leave(canvas, table, shown === 0 ? `${missing} rows` : `${missing} more rows`);
}

/** The first rows that fit into this many characters with the head. */
function fittingRows(table: Table, characters: number): readonly (readonly Text[])[] {
  return firstThatFit(table.rows, (row) => sizeOf([row]), characters - sizeOf([table.head]) - 100);
}

function firstThatFit<T>(items: readonly T[], size: (item: T) => number, room: number): readonly T[] {
  let used = 0;
  const end = items.findIndex((item) => {
    used += size(item);
    return used > room;
  });
  return end === -1 ? items : items.slice(0, end);
}

function sizeOf(rows: readonly (readonly Text[])[]): number {
  return rows.reduce((sum, row) => sum + row.reduce((size, text) => size + Math.max(1, plain(text).length), 0), 0);
}

/** Slack refuses an empty cell. */
function cell(text: Text): TableBlock['rows'][number][number] {
  if (typeof text === 'string') return { type: 'raw_text', text: text === '' ? ' ' : text };
  const elements = richElements(text);
  return section(elements.length === 0 ? [{ type: 'text', text: ' ' }] : elements);
}
