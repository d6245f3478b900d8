import { setImmediate as turn } from 'node:timers/promises';
import { GRPCOutOfRangeError, type IKeyValue, type IRangeResponse, Range } from 'etcd3';
import { BackendFailure } from '../failure';
import { SERVERS, serverKey } from './keys';
import type { Entry, Listing, PalmLimits } from './palm';
import { type Clients, isTooLong } from './v3-client';

/** `/servers/` with the slash: without it, `/servers-old/x` would be in it too. */
export const ALL_SERVERS = Range.prefix(SERVERS);

const DOING = 'list the servers';
/** How often a listing begins anew because etcd compacted the revision it was reading. */
const RESTARTS = 5;

interface Reading {
  readonly clients: Clients;
  readonly limits: PalmLimits;
  readonly signal: AbortSignal;
  /** Ends the whole listing, on `performance.now()`'s clock. */
  readonly until: number;
}

export async function listV3<T>(
  source: Pick<Reading, 'clients' | 'limits' | 'signal'>,
  map: (entry: Entry) => T,
): Promise<Listing<T>> {
  const reading = { ...source, until: performance.now() + source.limits.listMs };
  for (let restart = 0; ; restart++) {
    try {
      return await listOnce(reading, map);
    } catch (error) {
      if (!isCompacted(error) || restart === RESTARTS) throw error;
    }
  }
}

/**
 * All pages show one revision. The next page is asked for before this one is looked through, so that etcd works meanwhile.
 * No sort order is given: etcd answers in key order anyway, and asked to sort it reads everything for every page.
 */
async function listOnce<T>(reading: Reading, map: (entry: Entry) => T): Promise<Listing<T>> {
  const rows: T[] = [];
  let page = await readPage(reading, { start: ALL_SERVERS.start });
  const { cluster_id: cluster, revision } = page.header;
  for (;;) {
    const last = page.kvs.at(-1);
    const next = page.more && last ? readPage(reading, { start: after(last.key), revision }) : null;
    if (next) await turn();
    for (const kv of page.kvs) rows.push(map(entryOf(kv)));
    if (!next) return { cluster: BigInt(cluster).toString(16), revision, rows };
    page = await next;
  }
}

interface PageStart {
  readonly start: Buffer;
  readonly revision?: string;
}

/** Pages of large records are too long for one answer: they are asked for again in smaller pieces. */
async function readPage(reading: Reading, { start, revision }: PageStart): Promise<IRangeResponse> {
  const { clients, limits, signal, until } = reading;
  for (let limit = limits.pageSize; ; limit = Math.ceil(limit / 10)) {
    if (performance.now() > until) throw tookTooLong(limits.listMs);
    const range = { key: start, range_end: ALL_SERVERS.end, limit, ...(revision === undefined ? {} : { revision }) };
    try {
      return await clients.read(DOING, signal, (client) => client.kv.range(range));
    } catch (error) {
      if (!isTooLongPage(error) || limit === 1) throw error;
    }
  }
}

export async function getV3(clients: Clients, uuid: string, signal: AbortSignal): Promise<Entry | null> {
  const key = Buffer.from(serverKey(uuid));
  const answer = await clients.read('read a server', signal, (client) => client.kv.range({ key }));
  const [kv] = answer.kvs;
  return kv ? entryOf(kv) : null;
}

export function entryOf(kv: IKeyValue): Entry {
  const name = kv.key.subarray(SERVERS.length);
  return { id: textOf(name), revision: kv.mod_revision, bytes: kv.value, directory: false };
}

/** Keys are bytes; what is not UTF-8 is shown in hexadecimal, so that two such keys never look the same. */
function textOf(name: Buffer): string {
  const text = name.toString();
  return text.includes('\uFFFD') && !Buffer.from(text).equals(name) ? `0x${name.toString('hex')}` : text;
}

function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

function isCompacted(error: unknown): boolean {
  return error instanceof BackendFailure && error.cause instanceof GRPCOutOfRangeError;
}

function isTooLongPage(error: unknown): boolean {
  return error instanceof BackendFailure && isTooLong(error.cause);
}

function tookTooLong(ms: number): BackendFailure {
  return new BackendFailure(`${DOING}: not finished within ${ms} ms`, {
    backend: 'palm',
    kind: 'timeout',
    effect: 'none',
  });
}
