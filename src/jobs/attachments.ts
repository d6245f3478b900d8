import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { type Part, plain, type Text, type View } from '../handlers/view';
import type { Keys } from './redis';

/**
 * What is too long for a message goes beside the record: the record stays small, however long a list is, and nothing is
 * cut without a file that holds it all.
 */
export type Stage = 'preview' | 'result' | 'recheck';

export interface Attachments {
  /** Stores the long parts of a view and returns the view without them. */
  spill(request: string, stage: Stage, view: View): Promise<View>;
  /** The whole text of a part that was spilled, or null when it is not kept any more. */
  load(request: string, stage: Stage, name: string): Promise<string | null>;
}

/** What stays in the record: as much as a message can show, and no more. */
const KEPT_ROWS = 60;
const KEPT_CHARACTERS = 2_400;
const KEEP_S = 30 * 24 * 3600;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

interface Attachment {
  readonly name: string;
  readonly text: string;
}

export function createAttachments(redis: Redis, keys: Keys): Attachments {
  return {
    spill: async (request, stage, view) => {
      const spilled = spillView(view);
      for (const { name, text } of spilled.attachments) {
        await redis.hset(keys.attachment(request), `${stage}/${name}`, await zip(text));
      }
      if (spilled.attachments.length > 0) await redis.expire(keys.attachment(request), KEEP_S);
      return spilled.view;
    },
    load: async (request, stage, name) => {
      const zipped = await redis.hgetBuffer(keys.attachment(request), `${stage}/${name}`);
      return zipped === null ? null : (await unzip(zipped)).toString('utf8');
    },
  };
}

/** The view with long parts shortened, and the whole of those parts. */
export function spillView(view: View): { readonly view: View; readonly attachments: readonly Attachment[] } {
  const attachments: Attachment[] = [];
  const parts = view.parts.map((part) => {
    const short = shorten(part);
    if (short !== part) attachments.push({ name: nameOf(part), text: wholeText(part) });
    return short;
  });
  return { view: { ...view, parts }, attachments };
}

function shorten(part: Part): Part {
  if (part.kind === 'table' && part.rows.length > KEPT_ROWS) {
    return { ...part, rows: part.rows.slice(0, KEPT_ROWS), more: part.rows.length - KEPT_ROWS };
  }
  if (part.kind === 'raw' && part.text.length > KEPT_CHARACTERS) {
    const kept = wholeLines(part.text.slice(0, KEPT_CHARACTERS));
    return { ...part, text: kept, more: part.text.length - kept.length };
  }
  return part;
}

/** Cut at the last line end, unless that would leave next to nothing of one long line. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end > text.length / 2 ? text.slice(0, end) : text;
}

function nameOf(part: Part): string {
  return 'name' in part ? part.name : 'text.txt';
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

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
