import type { Base, Openio, PeerAnswer, PeerDebug, Reference, Service } from '../../backends/openio/openio';
import type { Context } from '../operation';
import { masterOf } from './codes';
import { type Copies, READS, readCopies } from './copies';
import { isFinal, mastersSeen } from './states';

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
 * Reads only, except that a base nobody remembers an election of is asked for its status, which elects. A service that is
 * no peer is asked for its file and its election, never for its copy: reading a copy elects there too.
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
  const known = mastersSeen(remembered);
  const elected = known.length > 0 ? null : masterOf(await openio.election('status', { base }, context));
  const debug = elected === null ? remembered : await openio.debug({ base, only: ids }, context);
  const masters = known.length > 0 ? known : elected === null ? [] : [elected];
  const peers = debug.filter(({ answer }) => directory.includes(answer.id));
  const readable = readablePeers(peers, masters, directory);
  const copies =
    readable.length === 0 || (!alone && readable.length < directory.length)
      ? null
      : await readCopies(openio, base, { times: READS, only: readable }, context);
  return { base, reference, directory, alone, debug, files, masters, copies };
}

/** Reading a copy waits for an election, which does not end among those who do not know the master as a peer. */
function readablePeers(
  peers: readonly PeerDebug[],
  masters: readonly string[],
  directory: readonly string[],
): readonly string[] {
  if (masters.length > 0 && masters.every((master) => directory.includes(master))) return directory;
  return peers.filter(({ debug }) => debug && isFinal(debug.state)).map(({ answer }) => answer.id);
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
