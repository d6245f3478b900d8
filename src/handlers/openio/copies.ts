import { createHash } from 'node:crypto';
import { BackendFailure } from '../../backends/failure';
import type { AdminTable, Base, Openio, Reading } from '../../backends/openio/openio';
import type { Context } from '../operation';

/** One answer to "what is in this base": a peer's own copy, or one of the answers that repeated reading gave. */
export interface Copy {
  /** Null where the peer that answered is not known. */
  readonly peer: string | null;
  /** Null: nothing could be read, `why` says why. */
  readonly table: AdminTable | null;
  readonly why: string;
  /** What a healthy copy has and this one lacks. Empty for a healthy one. */
  readonly faults: readonly string[];
  /** Short hash of the rows that do not move by themselves; null when nothing could be read. */
  readonly digest: string | null;
  /** How many reads gave exactly this. */
  readonly seen: number;
}

/** `by peer`: every copy is known. `by chance`: the proxy chose who answered, so a copy may have been missed. */
export interface Copies {
  readonly kind: 'by peer' | 'by chance';
  readonly copies: readonly Copy[];
}

export interface Reads {
  /** How often to read where the proxy chooses the peer. */
  readonly times: number;
  /** Reading by chance ends after this long, in milliseconds; a peer that hangs holds up each read it is chosen for. */
  readonly forMs?: number;
  /** Where each peer can be asked: only these, instead of all that the directory names. */
  readonly only?: readonly string[];
}

/** Three healthy peers, one of them damaged: 20 reads miss it once in 3 000 times. */
export const READS = 20;
const READ_FOR_MS = 60_000;
/** Reads that wait for a hung peer or an election tell nothing more the third time. */
const SLOW_MS = 5_000;
const MOST_SLOW = 2;

/** Every peer's own copy where the servers can tell, else the different answers of repeated reads. */
export async function readCopies(openio: Openio, base: Base, reads: Reads, context: Context): Promise<Copies> {
  if (await openio.provesPeerAlone(base, context)) {
    const ids = reads.only ?? (await openio.peers(base, context)).ids;
    const copies = ids.map(async (peer) => copyOf(base, peer, await readOne(openio, base, peer, context)));
    return { kind: 'by peer', copies: await Promise.all(copies) };
  }
  const until = Date.now() + (reads.forMs ?? READ_FOR_MS);
  const answers: Copy[] = [];
  let slow = 0;
  while (answers.length < reads.times && slow < MOST_SLOW && Date.now() < until) {
    const started = Date.now();
    answers.push(copyOf(base, null, await readOne(openio, base, null, context)));
    if (Date.now() - started > SLOW_MS) slow += 1;
  }
  return { kind: 'by chance', copies: counted(answers) };
}

/** A peer that cannot be reached is a copy that could not be read; a request that was wrong is a failure. */
async function readOne(openio: Openio, base: Base, peer: string | null, context: Context): Promise<Reading | string> {
  try {
    return await openio.adminTable(base, peer, context);
  } catch (error) {
    if (!(error instanceof BackendFailure) || context.signal.aborted) throw error;
    return error.message;
  }
}

function copyOf(base: Base, peer: string | null, reading: Reading | string): Copy {
  if (typeof reading === 'string') return unread(peer, reading);
  if (reading.kind === 'refused') {
    const { code, message } = reading.refusal;
    return unread(peer, `${message} (code ${code})`);
  }
  const { table } = reading;
  return { peer, table, why: '', faults: faultsOf(base, table), digest: digestOf(table), seen: 1 };
}

function unread(peer: string | null, why: string): Copy {
  return { peer, table: null, why, faults: [], digest: null, seen: 1 };
}

function counted(answers: readonly Copy[]): readonly Copy[] {
  const kinds = new Map<string, Copy>();
  for (const answer of answers) {
    const key = answer.digest ?? `unread: ${answer.why.replace(/\d+/g, '')}`;
    const known = kinds.get(key);
    kinds.set(key, known ? { ...known, seen: known.seen + answer.seen } : answer);
  }
  return [...kinds.values()].toSorted((a, b) => b.seen - a.seen);
}

/** Rows that every healthy copy has. */
const NEEDED = {
  meta0: ['sys.name'],
  meta1: ['sys.name'],
  meta2: ['sys.name', 'sys.peers', 'sys.m2.ctime', 'sys.m2.init'],
} as const;

function faultsOf(base: Base, { system }: AdminTable): readonly string[] {
  const missing = NEEDED[base.type].filter((key) => system[key] === undefined).map((key) => `lacks ${key}`);
  const init = system['sys.m2.init'];
  const uninitialised = init !== undefined && init !== '1' ? [`sys.m2.init is ${init}`] : [];
  const corrupt = system['stats.page_count'] === '-1' ? ['its file cannot be read (stats.page_count is -1)'] : [];
  return [...missing, ...uninitialised, ...corrupt];
}

/** Counters that clients move while a container is in use: their presence counts, their value does not. */
const MOVING = /^(version:.*|sys\.m2\.(usage|objects|version))$/;
/**
 * Facts about the file, not about its content; and the counters per storage policy. A row for a policy appears with the
 * first object that uses it, so between two reads not even its presence says anything.
 */
const LEFT_OUT = /^(stats\.|sys\.last_vacuum$|sys\.m2\.(usage|objects)\.)/;

/** All rows of a table that should be the same in every copy, by name. */
function rowsOf({ properties, system }: AdminTable): ReadonlyMap<string, string> {
  const kept = Object.entries(system)
    .filter(([key]) => !LEFT_OUT.test(key))
    .map(([key, value]) => [key, MOVING.test(key) ? 'present' : value] as const);
  const own = Object.entries(properties).map(([key, value]) => [`property ${key}`, value] as const);
  return new Map([...kept, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rows that do not move by themselves, as they are kept before something is changed. */
export function steady({ properties, system }: AdminTable): AdminTable {
  const kept = Object.entries(system).filter(([key]) => !MOVING.test(key) && !LEFT_OUT.test(key));
  return { properties, system: Object.fromEntries(kept) };
}

/** The same copies as if these rows were not in them: what is just being changed must not count as damage. */
export function without({ kind, copies }: Copies, rows: readonly string[]): Copies {
  const bare = copies.map((copy) => (copy.table ? { ...copy, digest: digestOf(copy.table, rows) } : copy));
  return { kind, copies: kind === 'by peer' ? bare : counted(bare) };
}

function digestOf(table: AdminTable, ignored: readonly string[] = []): string {
  const rows = [...rowsOf(table)].filter(([key]) => !ignored.includes(key));
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 12);
}

export function isHealthy(copy: Copy): boolean {
  return copy.table !== null && copy.faults.length === 0;
}

/** The copy that most healthy copies equal; null when there is none or when as many say something else. */
export function good({ copies }: Copies): Copy | null {
  const votes = new Map<string, Copy[]>();
  for (const copy of copies) {
    if (copy.digest !== null && isHealthy(copy)) votes.set(copy.digest, [...(votes.get(copy.digest) ?? []), copy]);
  }
  const [first, second] = [...votes.values()].toSorted((a, b) => b.length - a.length);
  if (!first || (second && second.length === first.length)) return null;
  return first[0] ?? null;
}

/** How a copy differs from another, row by row, in words. Empty when only moving counters differ. */
export function differences(copy: Copy, other: Copy): readonly string[] {
  if (!copy.table || !other.table) return [];
  const own = rowsOf(copy.table);
  const theirs = rowsOf(other.table);
  const lacking = [...theirs.keys()].filter((key) => !own.has(key)).map((key) => `lacks ${key}`);
  const extra = [...own.keys()].filter((key) => !theirs.has(key)).map((key) => `has ${key} besides`);
  const changed = [...own].flatMap(([key, value]) => {
    const there = theirs.get(key);
    return there !== undefined && there !== value ? [`${key} is ${value}, elsewhere ${there}`] : [];
  });
  return [...new Set([...copy.faults, ...lacking, ...changed, ...extra])];
}

/** Whether any table of `copy` has a higher version than in `other`: it may hold writes that the other one lacks. */
export function isNewer(copy: Copy, other: Copy): boolean {
  const theirs = other.table?.system ?? {};
  return Object.entries(copy.table?.system ?? {}).some(([key, value]) => {
    const there = theirs[key];
    return key.startsWith('version:') && there !== undefined && versionOf(value) > versionOf(there);
  });
}

function versionOf(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

/** The first of many names, in one line. */
export function listed(names: readonly string[], most = 6): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}
