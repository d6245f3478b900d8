import type { Entry, Palm } from '../../backends/palm/palm';
import { nearest } from '../near';
import type { Parsed, Words } from '../operation';
import type { Part, View } from '../view';
import { parseFlags, shorten } from '../words';
import { type Row, readServer } from './record';
import { cell } from './text';

/** Fewer hexadecimal characters than this name too much. */
const SHORTEST_PREFIX = 6;
/** Candidates shown when a prefix fits several servers. */
const CANDIDATES = 20;
/** Servers offered when none begins with the prefix. */
const NEAREST = 3;
const SHAPE = '00000000-0000-0000-0000-000000000000';

/** Uuids or beginnings of uuids, each once, in any case, and no flags. */
export function parseUuids(
  words: Words,
  limits: { readonly most: number; readonly usage: string },
): Parsed<readonly string[]> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  const wanted = [...new Set(flags.args.positionals.map((word) => word.toLowerCase()))];
  if (wanted.length === 0) return { ok: false, problem: `a uuid is needed: ${limits.usage}` };
  const wrong = wanted.find((word) => !isPrefix(word));
  if (wrong !== undefined) {
    const how = `at least its first ${SHORTEST_PREFIX} characters, as palm servers lists them`;
    return { ok: false, problem: `${shorten(JSON.stringify(wrong))} is not the uuid of a server; give ${how}` };
  }
  if (wanted.length > limits.most) {
    return { ok: false, problem: `${wanted.length} servers are too many for one request; at most ${limits.most}` };
  }
  return { ok: true, args: wanted };
}

function isPrefix(word: string): boolean {
  if (word.length > SHAPE.length || word.replaceAll('-', '').length < SHORTEST_PREFIX) return false;
  return [...word].every((letter, at) => (SHAPE[at] === '-' ? letter === '-' : /[0-9a-f]/.test(letter)));
}

export interface Match {
  readonly entry: Entry;
  readonly row: Row;
}

/** A server that names another one as its leader. */
export interface Follower {
  readonly uuid: string;
  readonly server: string;
}

export interface Survey {
  readonly cluster: string;
  readonly total: number;
  /** Rows that are readable as servers. */
  readonly registered: number;
  /** The rows whose names begin with one of the prefixes. */
  readonly matches: readonly Match[];
  /** By leader: who calls it that, itself left out. */
  readonly followers: ReadonlyMap<string, readonly Follower[]>;
  readonly names: ReadonlySet<string>;
}

/** One listing: only rows that are asked for are kept whole. */
export async function survey(palm: Palm, prefixes: readonly string[], signal: AbortSignal): Promise<Survey> {
  const matches: Match[] = [];
  const followers = new Map<string, Follower[]>();
  const names = new Set<string>();
  let registered = 0;
  const { cluster } = await palm.list((entry) => {
    const row = readServer(entry);
    names.add(entry.id);
    if (row.ok) registered += 1;
    if (prefixes.some((prefix) => entry.id.startsWith(prefix))) matches.push({ entry, row });
    if (row.ok && row.server.leader !== entry.id) {
      const { uuid, leader, server } = row.server;
      const known = followers.get(leader);
      if (known) known.push({ uuid, server: cell(server) });
      else followers.set(leader, [{ uuid, server: cell(server) }]);
    }
  }, signal);
  return { cluster, total: names.size, registered, matches, followers, names };
}

export type Selected =
  | { readonly kind: 'one'; readonly match: Match }
  | { readonly kind: 'none' | 'several'; readonly why: string; readonly view: View };

export function select(found: Survey, prefix: string): Selected {
  const [match, ...others] = found.matches.filter(({ entry }) => entry.id.startsWith(prefix));
  if (!match) {
    const title = `No server begins with ${prefix}`;
    const why = `No server below /servers/ begins with ${prefix}. Type palm servers to see what is registered.`;
    const near = nearest(
      prefix,
      [...found.names].map((name) => name.slice(0, prefix.length)),
    );
    const meant = [...found.names].filter((name) => near.includes(name.slice(0, prefix.length))).slice(0, NEAREST);
    return {
      kind: 'none',
      why,
      view: { title, tone: 'warning', parts: [...meant.map(showInstead), seeAll], absent: true },
    };
  }
  if (others.length === 0) return { kind: 'one', match };
  const title = `${others.length + 1} servers begin with ${prefix}`;
  const why = `${title}. Type more characters of the one you mean.`;
  return { kind: 'several', why, view: { title, tone: 'warning', parts: [candidates([match, ...others])] } };
}

function showInstead(id: string): Part {
  return {
    kind: 'next',
    label: `Show ${id.slice(0, 8)}`,
    words: `palm show ${id}`,
    why: 'is registered and looks alike',
  };
}

const seeAll: Part = {
  kind: 'next',
  label: 'List servers',
  words: 'palm servers',
  why: 'shows every server and its uuid',
};

function candidates(matches: readonly Match[]): Part {
  const rows = matches
    .slice(0, CANDIDATES)
    .map(({ entry, row }) => [
      entry.id,
      row.ok ? cell(row.server.server) : 'cannot be read',
      row.ok ? cell(row.server.host) : '–',
      entry.revision,
    ]);
  return { kind: 'table', name: 'candidates.csv', head: ['uuid', 'Server', 'Host', 'Revision'], rows };
}
