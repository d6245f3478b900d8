import type { Entry, Palm } from '../../backends/palm/palm';
import { shorten } from '../words';
import { readServer, type Server, utf8 } from './record';

/** Longest cell of a table, in characters: names are free text and may be of any length. */
const CELL = 80;
/** What nearly every cell is: the other tests are dear when there are 100 000 of them. */
const PLAIN = /^[ -~]{1,80}$/;

/** One line for a table: control characters are shown as escapes, and what is long is cut and says so. */
export function cell(text: string): string {
  if (PLAIN.test(text)) return text;
  if (text === '') return '–';
  return shorten(/\p{C}/u.test(text) ? JSON.stringify(text).slice(1, -1) : text, CELL);
}

export function addressOf(server: Pick<Server, 'host' | 'ports'>): string {
  return cell(server.ports.length === 0 ? `${server.host} (no port)` : `${server.host}:${server.ports.join(',')}`);
}

export function processOf(server: Pick<Server, 'host' | 'pid'>): string {
  return `process ${server.pid} on ${cell(server.host)}`;
}

/** Every field of a record, in words. */
export function recordFacts(server: Server): readonly (readonly [string, string])[] {
  return [
    ['Server', cell(server.server)],
    ['uuid', server.uuid],
    ['Kind', cell(server.kind)],
    ['Address', addressOf(server)],
    ['Process', String(server.pid)],
    ['Configured', server.configured ? 'yes' : 'no'],
    ['Leader', server.leader === server.uuid ? 'itself' : server.leader],
    ['When', `${server.when} (as its own machine wrote it, without a time zone)`],
    ['Functions', server.functions.length === 0 ? 'none' : shorten(server.functions.join(', '), 300)],
  ];
}

/** As many as fit in a line, and how many there are. */
const NAMED = 10;

export function followersText(followers: readonly { readonly uuid: string; readonly server: string }[]): string {
  if (followers.length === 0) return 'nobody else';
  const named = followers.slice(0, NAMED).map(({ uuid, server }) => `${server} (${uuid})`);
  const more = followers.length - named.length;
  const others = followers.length === 1 ? '1 other' : `${followers.length} others`;
  return `${others}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The keys as etcd holds them, one JSON line each: enough to put every byte back by hand. */
export function rawLines(entries: readonly Pick<Entry, 'id' | 'revision' | 'bytes'>[]): string {
  return entries.map(rawLine).join('\n');
}

function rawLine({ id, revision, bytes }: Pick<Entry, 'id' | 'revision' | 'bytes'>): string {
  const value = utf8(bytes);
  return JSON.stringify({
    key: `/servers/${id}`,
    revision,
    ...(value === null ? { base64: bytes.toString('base64') } : { value }),
  });
}

/** What is known of an entry that is not what was expected, in one line. */
export function briefly(entry: Entry): string {
  const row = readServer(entry);
  if (!row.ok) return `at revision ${entry.revision}, and ${row.reason}`;
  const { server } = row;
  return `at revision ${entry.revision}: ${cell(server.server)}, ${processOf(server)}, ${server.configured ? 'configured' : 'not configured'}`;
}

/** Says when it is the key space, and not PALM, that is empty. */
export async function whyEmpty(palm: Palm, signal: AbortSignal): Promise<string> {
  const other = palm.api === 'v2' ? 'v3' : 'v2';
  const found = await palm.otherKeySpace(signal);
  const here = `Nothing is registered below /servers/ in the ${palm.api} key space of ${palm.hosts}.`;
  if (found !== 'holds servers') return here;
  return `${here} The ${other} key space of the same etcd does hold servers: PALM_ETCD_API is probably set wrong.`;
}
