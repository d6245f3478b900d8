import { BackendFailure } from '../../backends/failure';
import type { Base, Openio, PeerAnswer, PeerDebug, Service } from '../../backends/openio/openio';
import type { Context } from '../operation';
import { type Copies, readCopies } from './copies';
import { isFinal } from './states';

/** All that pure reads tell of one base. What could not be read is null or empty, and `unread` says why. */
export interface Observed {
  readonly base: Base;
  /** Peers that the directory names. */
  readonly directory: readonly string[] | null;
  readonly debug: readonly PeerDebug[];
  readonly files: readonly PeerAnswer[];
  /** Null while an election is stuck: reading would only wait for it. */
  readonly copies: Copies | null;
  readonly services: readonly Service[] | null;
  readonly unread: readonly string[];
}

/** Where the proxy chooses who answers: enough to see a damaged third copy, few enough to be quick. */
const READS = 10;
const READ_FOR_MS = 20_000;

/** The directory is asked first: when it does not know the base, there is nothing to diagnose and this throws. */
export async function observe(openio: Openio, base: Base, context: Context): Promise<Observed> {
  const { ids } = await openio.peers(base, context);
  const unread: string[] = [];
  const orNull = async <T>(reading: Promise<T>): Promise<T | null> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof BackendFailure) || context.signal.aborted) throw error;
      unread.push(error.message);
      return null;
    }
  };
  const [debug, files, services] = await Promise.all([
    orNull(openio.debug({ base }, context)),
    orNull(openio.election('has', { base }, context)),
    orNull(openio.services(base.container.namespace, base.type, context)),
  ]);
  const copies = isStuck(debug ?? [])
    ? null
    : await orNull(readCopies(openio, base, { times: READS, forMs: READ_FOR_MS }, context));
  const directory = ids.length > 0 ? ids : null;
  return { base, directory, debug: debug ?? [], files: files ?? [], copies, services, unread };
}

/** Some peer is in the middle of an election and none is master. */
export function isStuck(debug: readonly PeerDebug[]): boolean {
  const states = debug.flatMap((peer) => (peer.debug ? [peer.debug.state] : []));
  return !states.includes('MASTER') && states.some((state) => !isFinal(state));
}
