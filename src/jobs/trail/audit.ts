import { hash } from 'node:crypto';
import { z } from 'zod';

/**
 * The audit trail: every move of every request, in one order. Each entry holds the SHA-256 of the one before, so an
 * edited, removed or swapped entry breaks the chain at a place that can be named. The head (number and hash of the newest
 * entry) is stored apart, which shows a truncated end.
 */
export const EVENTS = [
  'asked',
  'planned',
  'held',
  'release',
  'released',
  'reminded',
  'approval',
  'approved',
  'denied',
  'withdrawn',
  'expired',
  'started',
  'step',
  'finished',
  'rechecked',
  'cleared',
  'shared',
  'share refused',
  'enrolled',
  'refused',
  'wrong code',
  'locked out',
  'reviewed',
] as const;
export type Event = (typeof EVENTS)[number];

/** What a move says of itself; the chain's own fields are added when it is written. */
export interface Note {
  readonly event: Event;
  readonly request: string;
  readonly operation: string;
  /** Slack user id; absent where the bot itself moved the request. */
  readonly by?: string;
  /** Facts in words: the command, the fingerprint, a target and what happened to it. */
  readonly detail: Readonly<Record<string, string | number>>;
}

const entrySchema = z.strictObject({
  seq: z.int().positive(),
  at: z.int().nonnegative(),
  prev: z.string(),
  event: z.enum(EVENTS),
  request: z.string(),
  operation: z.string(),
  by: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Entry = z.infer<typeof entrySchema>;

/** An entry's place: its number and its hash, which holds everything before it. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The head of an empty trail. */
export const GENESIS: Head = { seq: 0, hash: '0'.repeat(64) };

export interface Sealed {
  readonly head: Head;
  /** The exact bytes that are stored and hashed. */
  readonly text: string;
}

export function seal(note: Note, prev: Head, at: number): Sealed {
  const seq = prev.seq + 1;
  const text = JSON.stringify({ seq, at, prev: prev.hash, ...note });
  return { head: { seq, hash: hashOf(text) }, text };
}

export function hashOf(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Null when the text is not an entry. */
export function readEntry(text: string): Entry | null {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const LINK = /^\{"seq":([1-9]\d{0,14}),"at":\d{1,15},"prev":"([0-9a-f]{64})",/;

/** What the chain hangs on; everything behind it is held by the hash. */
function readLink(text: string): { readonly seq: number; readonly prev: string } | null {
  const match = LINK.exec(text);
  return match ? { seq: Number(match[1]), prev: match[2] ?? '' } : null;
}

export type Verdict =
  | { readonly kind: 'whole'; readonly entries: number; readonly head: Head }
  | { readonly kind: 'broken'; readonly at: number; readonly why: string };

export interface Walk {
  /** The place that the first entry must follow; left out: the beginning of the trail. */
  readonly after?: Head;
  /** Told of each entry that fits, with the hash of what stands there now. */
  readonly onEntry?: (place: Head) => void;
}

/** Walks stored entries in order and names the first that does not fit. */
export async function verifyChain(
  texts: AsyncIterable<string> | Iterable<string>,
  head: Head,
  { after = GENESIS, onEntry }: Walk = {},
): Promise<Verdict> {
  let last = after;
  for await (const text of texts) {
    const expected = last.seq + 1;
    const link = readLink(text);
    if (!link) return { kind: 'broken', at: expected, why: 'it is not an audit entry any more' };
    if (link.seq !== expected) {
      return { kind: 'broken', at: expected, why: `entry ${link.seq} stands where ${expected} should be` };
    }
    if (link.prev !== last.hash) {
      return {
        kind: 'broken',
        at: expected,
        why: `entry ${last.seq} is not the one that entry ${expected} was written after`,
      };
    }
    last = { seq: link.seq, hash: hashOf(text) };
    onEntry?.(last);
  }
  if (last.seq < head.seq)
    return { kind: 'broken', at: last.seq + 1, why: `the trail ends here, but ${head.seq} entries were written` };
  if (last.hash !== head.hash)
    return { kind: 'broken', at: last.seq, why: 'the newest entry is not the one that was written' };
  return { kind: 'whole', entries: last.seq - after.seq, head };
}
