import type { KnownBlock, RichTextElement } from '@slack/types';
import { type Part, plain, type Text, type Tone, type View } from '../../handlers/view';
import { wholeText } from '../../jobs/store/attachments';
import {
  type Canvas,
  cut,
  type Drawing,
  type FileToPost,
  fileOf,
  isFull,
  leave,
  leaveFile,
  left,
  note,
  preformatted,
  push,
  RAW_CHARACTERS,
  ROOM,
  type Stage,
  section,
  UNSHOWN,
} from './canvas';
import { LIMITS } from './limits';

import { nextBlocks, nextSize, unshownNext } from './next';
import { literalBlocks, mrkdwn, richElements } from './rich';

import { drawTable } from './tables';

/** A view as Block Kit. Pure. What does not fit goes to a file, and the message says so. */

export const MARKS: Readonly<Record<Tone, string>> = { good: '✔ ', neutral: '', warning: '⚠ ', bad: '✖ ' };

interface Staged {
  readonly view: View;
  readonly stage: Stage;
}

/** One view. `request`: the id that the buttons of suggestions carry; without it they are shown as words only. */
export function drawView(view: View, stage: Stage, request?: string): Drawing {
  return drawViews([{ view, stage }], request);
}

/**
 * What only one person sees: whole, or it says that it is not. It is stored nowhere, so the buttons of its suggestions
 * carry their words.
 */
export function drawSaid(view: View): Drawing {
  const drawing = drawIn(ROOM.said, [{ view, stage: 'said' }], undefined);
  return { ...drawing, blocks: literalBlocks(drawing.blocks) };
}

/** Several views in one message: they share its room. */
export function drawViews(views: readonly Staged[], request?: string): Drawing {
  return drawIn(ROOM.request, views, request);
}

function drawIn(room: Canvas['room'], views: readonly Staged[], request: string | undefined): Drawing {
  // The suggestions stand at the end and are never left out, so their room is taken first.
  const characters = views.reduce((sum, { view }) => sum + nextSize(view), 0);
  const canvas: Canvas = { room, blocks: [], files: [], stage: 'result', characters, tables: 0 };
  for (const [index, { view, stage }] of views.entries()) {
    canvas.stage = stage;
    if (index > 0) canvas.blocks.push({ type: 'divider' });
    drawOn(canvas, view, request);
  }
  const [first] = views;
  return { blocks: canvas.blocks, text: first ? fallback(first.view) : '', files: canvas.files };
}

function drawOn(canvas: Canvas, view: View, request: string | undefined): void {
  push(canvas, header(view), Math.min(view.title.length, TITLE_CHARACTERS));
  const rest: Part[] = [];
  for (const part of [...wholeTitle(view), ...view.parts]) {
    if (part.kind === 'next') continue;
    if (rest.length > 0 || isFull(canvas)) rest.push(part);
    else drawPart(canvas, part);
  }
  if (rest.length > 0) drawRest(canvas, rest);
  drawNext(canvas, view, request);
}

/** Leaves room for the name of a cluster before it, and for what is marked there. */
const TITLE_CHARACTERS = LIMITS.header - 70;

function header(view: View): KnownBlock {
  const title = cut(view.title, TITLE_CHARACTERS);
  return { type: 'header', text: { type: 'plain_text', text: `${MARKS[view.tone]}${title}` || ' ', emoji: false } };
}

/** A title that is too long for one line is said again below it. */
function wholeTitle({ title }: View): readonly Part[] {
  return title.length > TITLE_CHARACTERS ? [{ kind: 'text', text: title }] : [];
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
      return drawPicture(canvas, part);
  }
}

type Picture = Extract<Part, { kind: 'picture' }>;

function drawPicture(canvas: Canvas, picture: Picture): void {
  const { alt } = picture;
  if (alt.length > Math.min(left(canvas), NOTE_CHARACTERS)) drawText(canvas, alt);
  if (!canvas.room.below) return note(canvas, `The picture ${picture.name} ${UNSHOWN}`);
  canvas.files.push(pictureFile(picture));
  note(canvas, `Picture in the thread: ${cut(alt, NOTE_CHARACTERS)}`);
}

const NOTE_CHARACTERS = 300;

function pictureFile({ name, alt, svg }: Picture): FileToPost {
  return { name, alt, content: { kind: 'svg', svg } };
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

function drawRaw(canvas: Canvas, raw: Extract<Part, { kind: 'raw' }>): void {
  if (raw.asFile) return leaveFile(canvas, raw);
  const room = Math.max(0, Math.min(left(canvas) - 100, RAW_CHARACTERS));
  const shown = raw.text.slice(0, room);
  if (shown !== '') {
    push(canvas, preformatted(shown), shown.length);
  }
  const missing = raw.text.length - shown.length + (raw.more ?? 0);
  if (missing > 0) leave(canvas, raw, `${missing} more characters`);
}

/** How many files are named. */
const NAMED = 5;

/** What has no place in the message any more, in as few files as can be. */
function drawRest(canvas: Canvas, rest: readonly Part[]): void {
  if (!canvas.room.below) return note(canvas, `${rest.length} more parts ${UNSHOWN}`);
  const short: string[] = [];
  const files: FileToPost[] = [];
  for (const part of rest) {
    if (part.kind === 'picture') {
      files.push(pictureFile(part));
      short.push(`${part.name}: ${part.alt}`);
    } else if ('more' in part && part.more) files.push(fileOf(part));
    else short.push(textOf(part));
  }
  if (short.length > 0) files.push(textFile('more.txt', 'the rest of this message', short.join('\n\n')));
  canvas.files.push(...files);
  const names = files.slice(-NAMED).map(({ name }) => cut(name, 60));
  const others = files.length > NAMED ? `${files.length - NAMED} other files, ` : '';
  note(canvas, `The rest does not fit here. It is in the thread: ${others}${names.join(', ')}.`);
}

function textFile(name: string, alt: string, text: string): FileToPost {
  return { name, alt, content: { kind: 'text', text } };
}

function textOf(part: Part): string {
  if (part.kind === 'text') return plain(part.text);
  if (part.kind === 'facts') return part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n');
  return wholeText(part);
}

function drawNext(canvas: Canvas, view: View, request: string | undefined): void {
  const unshown = unshownNext(view);
  if (unshown !== null && canvas.room.below) {
    canvas.files.push(textFile('suggestions.txt', 'every suggested command', unshown));
    note(canvas, 'All suggestions: suggestions.txt, in the thread.');
  } else if (unshown !== null) note(canvas, `Some suggestions ${UNSHOWN}`);
  for (const block of nextBlocks(view, canvas.stage, request)) push(canvas, block, 0);
}
