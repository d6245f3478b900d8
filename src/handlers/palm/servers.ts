import type { Entry, Palm } from '../../backends/palm/palm';
import { type Context, defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, View } from '../view';
import { parseFlags, shorten } from '../words';
import { readServer, type Server } from './record';
import { addressOf, cell, whyEmpty } from './text';

interface Filter {
  readonly server?: string | undefined;
  readonly host?: string | undefined;
  readonly function?: string | undefined;
}

/** What the table needs of a record: functions are left behind, so that 100 000 servers fit in memory. */
interface Line {
  readonly uuid: string;
  readonly server: string;
  readonly kind: string;
  readonly address: string;
  readonly pid: number;
  readonly configured: boolean;
  readonly leader: string;
  readonly when: string;
}

interface Unreadable {
  readonly id: string;
  readonly revision: string;
  readonly reason: string;
}

interface Found {
  readonly source: string;
  readonly revision: string;
  readonly filter: Filter;
  readonly lines: readonly Line[];
  /** Readable servers, whether they match or not. */
  readonly total: number;
  readonly unreadable: readonly Unreadable[];
  /** Every name below `/servers/`: a leader that is not among them is absent. */
  readonly names: ReadonlySet<string>;
  /** Why there is nothing at all, when there is nothing at all. */
  readonly empty: string | null;
}

export function palmServers(palm: Palm): Query {
  return defineQuery<Filter, Found>({
    name: 'palm servers',
    usage: '[--server NAME] [--host HOST] [--function F]',
    summary: 'The servers that PALM has registered in etcd, and rows there that cannot be read.',
    examples: ['palm servers', 'palm servers --server montecarlo --host 10.0.0.11', 'palm servers --function price'],
    form: [
      {
        id: 'server',
        label: 'Only this server',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'server' },
      },
      {
        id: 'host',
        label: 'Only on this host',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'host' },
      },
      {
        id: 'function',
        label: 'Only with this function',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'function' },
      },
    ],
    parse,
    read: (filter, context) => read(palm, filter, context),
    render,
  });
}

function parse(words: Words): Parsed<Filter> {
  const text = { type: 'string' } as const;
  const flags = parseFlags(words, { server: text, host: text, function: text });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length === 0) return { ok: true, args: { ...values } };
  const typed = shorten(positionals[0] ?? '');
  return { ok: false, problem: `${typed} is not understood here; for one server type palm show UUID` };
}

async function read(palm: Palm, filter: Filter, { signal }: Context): Promise<Found> {
  const names = new Set<string>();
  const lines: Line[] = [];
  const unreadable: Unreadable[] = [];
  const { revision } = await palm.list((entry) => {
    names.add(entry.id);
    const row = readServer(entry);
    if (!row.ok) unreadable.push(unreadableOf(entry, row.reason));
    else if (matches(row.server, filter)) lines.push(lineOf(row.server));
  }, signal);
  const empty = names.size === 0 ? await whyEmpty(palm, signal) : null;
  const source = `${palm.hosts} (${palm.api})`;
  return { source, revision, filter, lines, total: names.size - unreadable.length, unreadable, names, empty };
}

function unreadableOf({ id, revision }: Entry, reason: string): Unreadable {
  return { id: cell(id), revision, reason };
}

function matches(server: Server, filter: Filter): boolean {
  if (filter.server !== undefined && server.server !== filter.server) return false;
  if (filter.host !== undefined && server.host !== filter.host) return false;
  return filter.function === undefined || server.functions.includes(filter.function);
}

function lineOf(server: Server): Line {
  const { uuid, pid, configured, leader, when } = server;
  return {
    uuid,
    pid,
    configured,
    leader,
    when,
    server: cell(server.server),
    kind: cell(server.kind),
    address: addressOf(server),
  };
}

const HEAD = ['uuid', 'Server', 'Kind', 'Address', 'Process', 'Configured', 'Leader', 'When'];

function render(found: Found): View {
  const { lines, unreadable, total, empty } = found;
  if (empty !== null) return { title: 'No PALM servers', tone: 'warning', parts: [{ kind: 'text', text: empty }] };
  const orphans = lines.filter((line) => isOrphan(line, found)).length;
  const rows = lines.map((line) => cells(line, found));
  const parts: Part[] = [{ kind: 'facts', facts: facts(found, orphans) }];
  if (rows.length > 0) parts.push({ kind: 'table', name: 'servers.csv', head: HEAD, rows });
  if (unreadable.length > 0) parts.push(...apart(unreadable));
  return {
    title: titleOf(lines.length, total, found.filter),
    tone: orphans + unreadable.length > 0 ? 'warning' : 'neutral',
    parts,
  };
}

function titleOf(shown: number, total: number, filter: Filter): string {
  const asked = Object.entries(filter).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag} ${shorten(value)}`],
  );
  if (asked.length === 0) return `${total} PALM ${total === 1 ? 'server' : 'servers'}`;
  return `${shown} of ${total} PALM servers match ${asked.join(' ')}`;
}

function facts(
  { lines, unreadable, source, revision }: Found,
  orphans: number,
): readonly (readonly [string, string])[] {
  const unconfigured = lines.filter((line) => !line.configured).length;
  return [
    ['etcd', `${source} at revision ${revision}`],
    ['Not configured', String(unconfigured)],
    ['Orphans', orphans === 0 ? '0' : `${orphans}: their leader is not registered`],
    ['Unreadable rows', String(unreadable.length)],
  ];
}

function isOrphan(line: Line, { names }: Found): boolean {
  return line.leader !== line.uuid && !names.has(line.leader);
}

function cells(line: Line, found: Found): readonly string[] {
  const { uuid, server, kind, address, pid, configured, when } = line;
  return [uuid, server, kind, address, String(pid), configured ? 'yes' : 'no', leaderMark(line, found), when];
}

function leaderMark(line: Line, found: Found): string {
  if (line.leader === line.uuid) return 'itself';
  return isOrphan(line, found) ? `absent: ${line.leader}` : line.leader;
}

function apart(unreadable: readonly Unreadable[]): readonly Part[] {
  const rows = unreadable.map(({ id, revision, reason }) => [id, reason, revision]);
  return [
    {
      kind: 'text',
      text: 'These rows could not be read as servers. They are never purged by name; palm show tells more of a uuid.',
    },
    { kind: 'table', name: 'unreadable.csv', head: ['Name', 'Why', 'Revision'], rows },
  ];
}
