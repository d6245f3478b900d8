import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Part, plain, type Text, type View } from '../../handlers/view';
import type { Keys } from './redis';

/**
 * What is too long for a message goes beside the record: the record stays small, however long a list is, and nothing is
 * cut without a file that holds it all.
 */
export interface Attachments {
  /**
   * Stores the long parts of a view and returns the view without them. They are kept under a hash of what they hold, so
   * that a view always finds its own, whoever else spilled one for the same request.
   */
  spill(request: string, view: View): Promise<View>;
  /** The whole of a part that was spilled, or null when it is not kept any more. */
  load(request: string, stored: string): Promise<Spillable | null>;
  /** The view with its long parts whole again, as far as they are kept. */
  whole(request: string, view: View): Promise<View>;
}

/** What stays in the record: as much as a message can show, and no more. */
const KEPT_ROWS = 60;
const KEPT_CHARACTERS = 2_400;
const KEEP_S = 30 * 24 * 3600;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

interface Attachment {
  readonly stored: string;
  readonly part: Spillable;
}

export function createAttachments(redis: Redis, keys: Keys): Attachments {
  async function load(request: string, stored: string): Promise<Spillable | null> {
    const zipped = await redis.hgetBuffer(keys.attachment(request), stored);
    return zipped === null ? null : readPart((await unzip(zipped)).toString('utf8'));
  }

  return {
    load,
    spill: async (request, view) => {
      const spilled = spillView(view);
      for (const { stored, part } of spilled.attachments) {
        await redis.hset(keys.attachment(request), stored, await zip(JSON.stringify(part)));
      }
      if (spilled.attachments.length > 0) await redis.expire(keys.attachment(request), KEEP_S);
      return spilled.view;
    },
    whole: async (request, view) => {
      const parts = view.parts.map(async (part) => {
        if (!('stored' in part) || part.stored === undefined) return part;
        const kept = await load(request, part.stored);
        return kept ? { ...kept, name: part.name } : part;
      });
      return { ...view, parts: await Promise.all(parts) };
    },
  };
}

/** The view with long parts shortened, and the whole of those parts. */
export function spillView(view: View): { readonly view: View; readonly attachments: readonly Attachment[] } {
  const attachments: Attachment[] = [];
  const parts = view.parts.map((part) => {
    if (!isLong(part)) return part;
    const stored = createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 16);
    attachments.push({ stored, part });
    return shorten(part, stored);
  });
  return { view: { ...view, parts }, attachments };
}

export type Spillable = Extract<Part, { kind: 'table' | 'raw' }>;

/** Enough to tell a part from any other JSON; the rest is our own, written above and by nobody else. */
const partSchema = z.union([
  z.looseObject({ kind: z.literal('table'), head: z.array(z.unknown()), rows: z.array(z.array(z.unknown())) }),
  z.looseObject({ kind: z.literal('raw'), text: z.string() }),
]);

/** Older versions of the bot kept the text of the file instead of the part: CSV, or what a far side said. */
function readPart(text: string): Spillable {
  const older = { kind: 'raw', name: '', text } as const;
  try {
    const part: unknown = JSON.parse(text);
    return partSchema.safeParse(part).success ? (part as Spillable) : older;
  } catch {
    return older;
  }
}

function isLong(part: Part): part is Spillable {
  if (part.kind === 'table') return part.rows.length > KEPT_ROWS;
  return part.kind === 'raw' && part.text.length > KEPT_CHARACTERS;
}

function shorten(part: Spillable, stored: string): Part {
  if (part.kind === 'table') {
    return { ...part, rows: part.rows.slice(0, KEPT_ROWS), more: part.rows.length - KEPT_ROWS, stored };
  }
  const kept = wholeLines(part.text.slice(0, KEPT_CHARACTERS));
  return { ...part, text: kept, more: part.text.length - kept.length, stored };
}

/** Cut at the last line end, unless that would leave next to nothing of one long line. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end > text.length / 2 ? text.slice(0, end) : text;
}

/** A part as the text of a file: a table as CSV (RFC 4180), anything else as it is. */
export function wholeText(part: Part): string {
  if (part.kind === 'table') return `${[part.head, ...part.rows].map(csvLine).join('\r\n')}\r\n`;
  if (part.kind === 'raw') return part.text;
  return '';
}

function csvLine(cells: readonly Text[]): string {
  return cells.map((cell) => csvCell(plain(cell))).join(',');
}

/**
 * Spreadsheets run a cell that begins like a formula. An apostrophe keeps it text; numbers may have a sign. Whoever needs
 * the exact cells takes the raw data.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const SIGNED_NUMBER = /^[+-]\d+(?:[.,]\d+)*(?:e[+-]?\d+)?%?$/i;

function csvCell(text: string): string {
  const cell = FORMULA.test(text) && !SIGNED_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
