import type { Base, Openio, PeerAnswer, PeerDebug, Reference, Service } from '../../../backends/openio/openio';
import type { Context } from '../../operation';
import { masterOf } from '../codes';
import { type Copies, READS, readCopies } from '../copies';
import { isFinal, isKeptOut, mastersSeen } from '../states';

/** What reads tell of one base, of the services that it is on, and of others that are asked about. */
export interface Look {
  readonly base: Base;
  readonly reference: Reference;
  /** Who the directory names, sorted. */
  readonly directory: readonly string[];
  /** Whether a service can be asked alone, be it a peer or not. Else only the directory's are known. */
  readonly alone: boolean;
  readonly debug: readonly PeerDebug[];
  readonly files: readonly PeerAnswer[];
  /** Everyone who is master in somebody's eyes. */
  readonly masters: readonly string[];
  /** Null: no copy can be read, because no election can end while a service that is no peer is master. */
  readonly copies: Copies | null;
}

/**
 * Reads only, except that peers without a role are asked for their status, which elects. A service that is no peer is
 * asked for its file and its election, never for its copy: reading a copy elects there too.
 */
export async function lookAt(openio: Openio, base: Base, others: readonly string[], context: Context): Promise<Look> {
  const reference = await openio.reference(base.container, context);
  const directory = reference.services.filter(({ type }) => type === base.type).map(({ host }) => host);
  const alone = await openio.provesPeerAlone(base, context);
  const ids = alone ? [...new Set([...directory, ...others])] : directory;
  const [remembered, files] = await Promise.all([
    openio.debug({ base, only: ids }, context),
    openio.election('has', { base, only: ids }, context),
  ]);
  const wake = wakeOf(remembered, directory);
  const answers = wake === null ? [] : await openio.election(wake, { base }, context);
  const debug = wake === null ? remembered : await openio.debug({ base, only: ids }, context);
  const [elected = wake === 'status' ? masterOf(answers) : null] = mastersSeen(debug);
  const masters = elected === null ? [] : [...new Set([elected, ...mastersSeen(debug)])];
  const copies = await copiesOf(openio, base, { directory, alone, debug, masters }, context);
  return { base, reference, directory, alone, debug, files, masters, copies };
}

/**
 * How to wake the peers; null: each has its role. One that lost its place (its ZooKeeper session ended, or an election
 * failed) takes part again only when somebody asks for it; until then it looks as if the trouble went on. Under a master
 * whom the directory does not name, no election ends, so nobody waits for it.
 */
function wakeOf(debug: readonly PeerDebug[], directory: readonly string[]): 'status' | 'ping' | null {
  const masters = mastersSeen(debug);
  const peers = debug.filter(({ answer }) => directory.includes(answer.id) && answer.status === 200);
  if (masters.length > 0 && peers.every((peer) => isFinal(peer.debug?.state ?? ''))) return null;
  return masters.some((master) => !directory.includes(master)) ? 'ping' : 'status';
}

/**
 * Reading a copy waits for an election, which does not end among those who do not know the master as a peer: while a move
 * is under way, a peer that comes back between the new list and the new election is kept out, however good its copy is.
 */
async function copiesOf(
  openio: Openio,
  base: Base,
  { directory, alone, debug, masters }: Pick<Look, 'directory' | 'alone' | 'debug' | 'masters'>,
  context: Context,
): Promise<Copies | null> {
  const peers = debug.filter(({ answer }) => directory.includes(answer.id));
  const isInside = masters.length > 0 && masters.every((master) => directory.includes(master));
  const unreadable = peers.filter((peer) => (isInside ? isKeptOut(peer) : !isFinal(peer.debug?.state ?? '')));
  const only = directory.filter((service) => !unreadable.some(({ answer }) => answer.id === service));
  if (only.length === 0 || (!alone && !isInside && unreadable.length > 0)) return null;
  const { kind, copies } = await readCopies(openio, base, { times: READS, only }, context);
  // Where the proxy chooses who is read, a peer that is kept out is read too, in vain.
  return { kind, copies: unreadable.length === 0 ? copies : copies.filter(({ table }) => table !== null) };
}

/** What `has` said of a service's file. */
export function fileOf({ files }: Look, service: string): 'yes' | 'no' | 'not known' | 'silent' {
  const answer = files.find(({ id }) => id === service);
  if (!answer) return 'not known';
  if (answer.status === 200) return 'yes';
  return answer.status === 431 ? 'no' : 'silent';
}

/** What the copies say in one row of their tables, each different value once. */
export function valuesOf(copies: Copies | null, key: string): readonly (string | undefined)[] {
  const tables = copies?.copies.flatMap(({ table }) => table ?? []) ?? [];
  return [...new Set(tables.map(({ system }) => system[key]))];
}

export function hasScore({ score, up }: Service): boolean {
  return score > 0 && up !== false;
}
