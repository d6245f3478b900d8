import type { KnownBlock, RichTextElement } from '@slack/types';
import { type Part, plain, type Text, type Tone, type View } from '../handlers/view';
import { wholeText } from '../jobs/attachments';
import {
  type Canvas,
  cut,
  type Drawing,
  isFull,
  leave,
  left,
  note,
  preformatted,
  push,
  RAW_CHARACTERS,
  type Stage,
  section,
} from './canvas';
import { LIMITS } from './limits';
import { nextBlocks } from './next';
import { mrkdwn, richElements } from './rich';
import { drawTable } from './tables';

/** A view as Block Kit. Pure. What does not fit goes to a file, and the message says so. */

const MARKS: Readonly<Record<Tone, string>> = { good: '✔ ', neutral: '', warning: '⚠ ', bad: '✖ ' };

interface Staged {
  readonly view: View;
  readonly stage: Stage;
}

/** One view. `request`: the id that the buttons of suggestions carry; without it they are shown as words only. */
export function drawView(view: View, stage: Stage, request?: string): Drawing {
  return drawViews([{ view, stage }], request);
}

/** What only one person sees: stored nowhere, so the buttons of its suggestions carry their words. */
export function drawSaid(view: View): Drawing {
  return drawViews([{ view, stage: 'said' }]);
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
  for (const block of nextBlocks(view, canvas.stage, request)) push(canvas, block, 0);
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
