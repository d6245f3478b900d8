import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types';
import type { Part } from '../../handlers/view';
import { wholeText } from '../../jobs/store/attachments';
import { LIMITS } from './limits';

/** A message as Block Kit, and the files that belong below it. */
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

/** How much a message may hold; of a request's message state, buttons and footer take the rest. */
export const ROOM = {
  request: { blocks: LIMITS.message.blocks - 26, characters: LIMITS.message.characters - 5_000, below: true },
  /** What one person sees has nothing around it, and no thread for files below it. */
  said: { blocks: LIMITS.message.blocks - 12, characters: LIMITS.message.characters - 500, below: false },
} as const;
export const RAW_CHARACTERS = 2_800;

/** What is drawn so far. */
export interface Canvas {
  readonly room: (typeof ROOM)[keyof typeof ROOM];
  readonly blocks: KnownBlock[];
  readonly files: FileToPost[];
  stage: Stage;
  characters: number;
  tables: number;
}

/**
 * Which of a request's views this is; the buttons of its suggestions say so. `said`: one that only one person sees and that
 * is stored nowhere.
 */
export type Stage = 'preview' | 'result' | 'recheck' | 'said';

export function isFull(canvas: Canvas): boolean {
  return canvas.blocks.length >= canvas.room.blocks || left(canvas) < 200;
}

export function left(canvas: Canvas): number {
  return canvas.room.characters - canvas.characters;
}

type Leavable = Extract<Part, { kind: 'table' | 'raw' }>;

/** Says what is not shown, and posts the whole of it. */
export function leave(canvas: Canvas, part: Leavable, what: string): void {
  if (!canvas.room.below) return note(canvas, `${what} ${UNSHOWN}`);
  canvas.files.push(fileOf(part));
  note(canvas, `${what}. All of it: ${part.name}, in the thread.`);
}

/** What is a file and nothing else. */
export function leaveFile(canvas: Canvas, part: Leavable): void {
  if (!canvas.room.below) return note(canvas, `${cut(part.name, 60)} is not shown here.`);
  canvas.files.push(fileOf(part));
  note(canvas, `${cut(part.name, 60)} is in the thread.`);
}

/** Where there is no thread for files. */
export const UNSHOWN = 'do not fit here. Ask for less.';

export function fileOf(part: Leavable): FileToPost {
  const content = part.stored
    ? ({ kind: 'attachment', stored: part.stored } as const)
    : ({ kind: 'text', text: wholeText(part) } as const);
  return { name: part.name, alt: part.name, content };
}

export function note(canvas: Canvas, text: string): void {
  push(
    canvas,
    { type: 'context', elements: [{ type: 'plain_text', text: cut(text, LIMITS.text), emoji: false }] },
    text.length,
  );
}

export function preformatted(text: string): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] };
}

export function section(elements: readonly RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...elements] }] };
}

export function push(canvas: Canvas, block: KnownBlock, characters: number): void {
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
