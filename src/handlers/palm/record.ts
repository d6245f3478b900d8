import { z } from 'zod';
import type { Entry } from '../../backends/palm/palm';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Local time of the server's machine, without a zone: shown as it is, never computed with. */
const WHEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$/;

/** Looked through in place: zod copies lists, and 100 000 records have a million functions. */
const listOf = <T>(is: (value: unknown) => value is T) =>
  z.custom<readonly T[]>((value) => Array.isArray(value) && value.every(is));
const isText = (value: unknown): value is string => typeof value === 'string';
const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;

/** What PALM writes about a server: these fields, and no others. */
const record = z.strictObject({
  uuid: z.string(),
  server: z.string().min(1),
  kind: z.string(),
  host: z.string().min(1).max(255),
  ports: listOf(isPort),
  pid: z.int().positive(),
  configured: z.boolean(),
  leader: z.string().regex(UUID),
  when: z.string().regex(WHEN),
  functions: listOf(isText),
});

export type Server = z.output<typeof record>;

export type Row =
  | { readonly ok: true; readonly server: Server }
  /** Listed apart, with the reason, and never purged by its name. */
  | { readonly ok: false; readonly reason: string };

/** Nothing is repaired or guessed: a row is a whole record of the server that its key names, or it is not readable. */
export function readServer(entry: Pick<Entry, 'id' | 'bytes' | 'directory'>): Row {
  if (entry.directory) return unreadable('it is a directory, not a record');
  if (!UUID.test(entry.id)) return unreadable('its name is not a uuid');
  const text = utf8(entry.bytes);
  if (text === null) return unreadable('its bytes are not UTF-8');
  const parsed = record.safeParse(json(text));
  if (!parsed.success) return unreadable(reasonOf(parsed.error));
  if (parsed.data.uuid !== entry.id) return unreadable('the uuid in the record is not the one in the key');
  return { ok: true, server: parsed.data };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes that are UTF-8, or null. */
export function utf8(bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Undefined, which is no JSON value, for what is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue || issue.path.length === 0) {
    if (issue?.code === 'unrecognized_keys') return 'it has a field that PALM does not write';
    return 'it is not a JSON object';
  }
  return `its field ${String(issue.path[0])} is missing or wrong`;
}

function unreadable(reason: string): Row {
  return { ok: false, reason };
}
