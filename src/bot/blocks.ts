import type { ActionsBlock, Button, KnownBlock, RichTextBlock, RichTextElement, TableBlock } from '@slack/types';
import { type Part, plain, type Text, type Tone, type View } from '../handlers/view';
import { wholeText } from '../jobs/attachments';
import { LIMITS } from './limits';
import { mrkdwn, richElements } from './rich';

/** A view as Block Kit. Pure. What does not fit goes to a file, and the message says so. */
export interface Drawing {
  readonly blocks: readonly KnownBlock[];
  /** For notifications and screen readers. */
  readonly text: string;
  readonly files: readonly FileToPost[];
}

export interface FileToPost {
  readonly name: string;
  readonly alt: string;
  readonly content:
    | { readonly kind: 'attachment'; readonly stored: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'svg'; readonly svg: string }
    /** The whole record as data. */
    | { readonly kind: 'record' };
}

/** Room that is left for state, buttons and footer around a view. */
const ROOM = { blocks: LIMITS.message.blocks - 12, characters: LIMITS.message.characters - 5_000 };
const RAW_CHARACTERS = 2_800;
/** Suggested commands per view, and the characters of each half of one. */
const NEXT = { most: 5, characters: 200 };

const MARKS: Readonly<Record<Tone, string>> = { good: '✔ ', neutral: '', warning: '⚠ ', bad: '✖ ' };

type Table = Extract<Part, { kind: 'table' }>;

interface Canvas {
  readonly blocks: KnownBlock[];
  readonly files: FileToPost[];
  stage: Stage;
  characters: number;
  tables: number;
}

/** Which of a request's views this is; the buttons of its suggestions say so. */
export type Stage = 'preview' | 'result' | 'recheck';

interface Staged {
  readonly view: View;
  readonly stage: Stage;
}

/** One view. `request`: the id that the buttons of suggestions carry; without it they are shown as words only. */
export function drawView(view: View, stage: Stage, request?: string): Drawing {
  return drawViews([{ view, stage }], request);
}

/** Several views in one message: they share its room. */
export function drawViews(views: readonly Staged[], request?: string): Drawing {
  const canvas: Canvas = { blocks: [], files: [], stage: 'result', characters: 0, tables: 0 };
  for (const [index, { view, stage }] of views.entries()) {
    canvas.stage = stage;
    if (index > 0) canvas.blocks.push({ type: 'divider' });
    drawOn(canvas, view, request);
  }
  const [first] = views;
  return { blocks: canvas.blocks, text: first ? fallback(first.view) : '', files: canvas.files };
}

function drawOn(canvas: Canvas, view: View, request: string | undefined): void {
  push(canvas, header(view), view.title.length);
  const rest: Part[] = [];
  for (const part of view.parts) {
    if (part.kind === 'next') continue;
    if (rest.length > 0 || isFull(canvas)) rest.push(part);
    else drawPart(canvas, part);
  }
  if (rest.length > 0) drawRest(canvas, rest);
  drawNext(canvas, view, request);
}

function isFull(canvas: Canvas): boolean {
  return canvas.blocks.length >= ROOM.blocks || left(canvas) < 200;
}

function left(canvas: Canvas): number {
  return ROOM.characters - canvas.characters;
}

function header(view: View): KnownBlock {
  return {
    type: 'header',
    text: { type: 'plain_text', text: cut(`${MARKS[view.tone]}${view.title}`, LIMITS.header), emoji: false },
  };
}

/** Title and first words, for where blocks are not shown. Slack reads it as mrkdwn. */
function fallback(view: View): string {
  const first = view.parts.find((part) => part.kind === 'text');
  const words = first ? `: ${plain(first.text)}` : '';
  return mrkdwn(cut(`${MARKS[view.tone]}${view.title}${words}`, 1_000));
}

function drawPart(canvas: Canvas, part: Exclude<Part, { kind: 'next' }>): void {
  switch (part.kind) {
    case 'text':
      return drawText(canvas, part.text);
    case 'facts':
      return drawFacts(canvas, part.facts);
    case 'table':
      return drawTable(canvas, part);
    case 'raw':
      return drawRaw(canvas, part);
    case 'picture':
      canvas.files.push({ name: part.name, alt: part.alt, content: { kind: 'svg', svg: part.svg } });
      return note(canvas, `Picture in the thread: ${part.alt}`);
  }
}

function drawText(canvas: Canvas, text: Text): void {
  const words = plain(text);
  if (words.length > Math.min(left(canvas), LIMITS.text))
    return drawRaw(canvas, { kind: 'raw', name: 'text.txt', text: words });
  push(canvas, section(richElements(text)), words.length);
}

function drawFacts(canvas: Canvas, facts: Extract<Part, { kind: 'facts' }>['facts']): void {
  const shown: RichTextElement[] = [];
  let characters = 0;
  for (const [index, [label, value]] of facts.entries()) {
    const size = label.length + plain(value).length + 3;
    if (characters + size > left(canvas)) {
      push(canvas, section(shown), characters);
      const whole = facts.map(([name, text]) => [name, plain(text)]);
      return leave(
        canvas,
        { kind: 'table', name: 'facts.csv', head: ['What', 'Value'], rows: whole },
        `${facts.length - index} more lines`,
      );
    }
    shown.push(
      { type: 'text', text: `${index === 0 ? '' : '\n'}${label}: `, style: { bold: true } },
      ...richElements(value),
    );
    characters += size;
  }
  push(canvas, section(shown), characters);
}

function drawTable(canvas: Canvas, table: Table): void {
  if (canvas.tables > 0 || table.head.length > LIMITS.table.columns) return drawTableAsText(canvas, table);
  const room = Math.min(left(canvas), LIMITS.table.characters);
  if (sizeOf([table.head]) > room) return leaveRows(canvas, table, 0);
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
  if (fitting.length > 1) push(canvas, preformatted(text), text.length);
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

function drawRaw(canvas: Canvas, raw: Extract<Part, { kind: 'raw' }>): void {
  if (raw.asFile) return leave(canvas, raw, 'As text');
  const room = Math.max(0, Math.min(left(canvas) - 100, RAW_CHARACTERS));
  const shown = raw.text.slice(0, room);
  if (shown !== '') {
    push(canvas, preformatted(shown), shown.length);
  }
  const missing = raw.text.length - shown.length + (raw.more ?? 0);
  if (missing > 0) leave(canvas, raw, `${missing} more characters`);
}

/** Says what is not shown, and posts the whole of it. */
function leave(canvas: Canvas, part: Extract<Part, { kind: 'table' | 'raw' }>, what: string): void {
  const content = part.stored
    ? ({ kind: 'attachment', stored: part.stored } as const)
    : ({ kind: 'text', text: wholeText(part) } as const);
  canvas.files.push({ name: part.name, alt: part.name, content });
  note(canvas, `${what}. All of it: ${part.name}, in the thread.`);
}

function drawRest(canvas: Canvas, rest: readonly Part[]): void {
  const short: string[] = [];
  for (const part of rest) {
    if (part.kind === 'picture') drawPart(canvas, part);
    else if ('more' in part && part.more) leave(canvas, part, part.name);
    else short.push(textOf(part));
  }
  if (short.length === 0) return;
  canvas.files.push({
    name: 'more.txt',
    alt: 'the rest of this message',
    content: { kind: 'text', text: short.join('\n\n') },
  });
  note(canvas, 'The rest does not fit here. All of it: more.txt, in the thread.');
}

function textOf(part: Part): string {
  if (part.kind === 'text') return plain(part.text);
  if (part.kind === 'facts') return part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n');
  return wholeText(part);
}

function note(canvas: Canvas, text: string): void {
  push(
    canvas,
    { type: 'context', elements: [{ type: 'plain_text', text: cut(text, LIMITS.text), emoji: false }] },
    text.length,
  );
}

/** Suggested commands: the words and why as text, the command as a button. */
function drawNext(canvas: Canvas, view: View, request: string | undefined): void {
  const next = view.parts.filter((part) => part.kind === 'next').slice(0, NEXT.most);
  if (next.length === 0) return;
  const lines = next.flatMap((part, index): RichTextElement[] => [
    { type: 'text', text: index === 0 ? 'Next: ' : '\nOr: ' },
    { type: 'text', text: cut(`/${part.words}`, NEXT.characters), style: { code: true } },
    { type: 'text', text: cut(` ${part.why}`, NEXT.characters) },
  ]);
  push(canvas, section(lines), 0);
  if (request === undefined) return;
  const elements = next.map(
    (part, index): Button => ({
      type: 'button',
      action_id: `next_${canvas.stage}_${index}`,
      value: request,
      text: { type: 'plain_text', text: cut(part.label || 'Run', LIMITS.button.text), emoji: false },
      accessibility_label: cut(`${part.label}: /${part.words}`, LIMITS.button.accessibilityLabel),
    }),
  );
  push(canvas, { type: 'actions', elements } satisfies ActionsBlock, 0);
}

function preformatted(text: string): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] };
}

export function section(elements: readonly RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...elements] }] };
}

function push(canvas: Canvas, block: KnownBlock, characters: number): void {
  if (block.type === 'rich_text' && block.elements.every((element) => element.elements.length === 0)) return;
  canvas.blocks.push(block);
  canvas.characters += characters;
}

/** At most this many characters, and never half of a surrogate pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  return `${text.slice(0, /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end)}…`;
}
