import { z } from 'zod';
import { type Compared, compare, type Place } from './anchor';
import { type Head, type Verdict, verifyChain } from './audit';

/**
 * The audit trail as JSON lines: first a line that says what follows, then the exact text of each entry. The SHA-256 of a
 * line (without its line end) is what the next one holds as `prev`, so anybody can check the chain with nothing but
 * `sha256sum`.
 */
const placeSchema = z.strictObject({ seq: z.int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const headerSchema = z.strictObject({
  trail: z.string(),
  version: z.literal(1),
  /** The place that the first entry follows: the beginning, unless the export begins later. */
  after: placeSchema,
  head: placeSchema,
});
type Header = z.infer<typeof headerSchema>;

export function exportHeader(trail: string, after: Head, head: Head): string {
  return JSON.stringify({ trail, version: 1, after, head } satisfies Header);
}

export type ExportVerdict =
  | { readonly kind: 'no export'; readonly why: string }
  | { readonly kind: 'read'; readonly after: Head; readonly verdict: Verdict; readonly compared: readonly Compared[] };

/** Checks an exported trail without Redis, and compares it with places that are known from elsewhere. */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  places: readonly Place[] = [],
): Promise<ExportVerdict> {
  const rest = iteratorOf(lines);
  const header = readHeader(await rest.next());
  if (!header) return { kind: 'no export', why: 'its first line is not that of an exported audit trail' };
  const { after, head } = header;
  const walked = await walk(remaining(rest), head, { after, places });
  return { kind: 'read', after, ...walked };
}

interface Walking {
  readonly after: Head;
  readonly places: readonly Place[];
}

/** Walks a trail once, and compares the places on the way. */
export async function walk(
  texts: AsyncIterable<string> | Iterable<string>,
  head: Head,
  { after, places }: Walking,
): Promise<{ readonly verdict: Verdict; readonly compared: readonly Compared[] }> {
  const wanted = new Set(places.map(({ seq }) => seq));
  const found = new Map([[after.seq, after.hash]]);
  const onEntry = ({ seq, hash }: Head) => void (wanted.has(seq) && found.set(seq, hash));
  const verdict = await verifyChain(texts, head, { after, onEntry });
  return { verdict, compared: compare(places, found) };
}

function iteratorOf(lines: AsyncIterable<string> | Iterable<string>) {
  return Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
}

async function* remaining(rest: AsyncIterator<string> | Iterator<string>): AsyncIterable<string> {
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}

function readHeader(first: IteratorResult<string>): Header | null {
  if (first.done) return null;
  try {
    const parsed = headerSchema.safeParse(JSON.parse(first.value));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
