import { adminTable, peerAnswers, reference, services } from './answers';
import type { Exchange } from './calls';
import { containerLabel, query } from './naming';
import type { AdminTable, Base, Container, ElectionVerb, PeerAnswer, Reference, Service } from './openio';

/** Where the proxy is and how long things take. */
export interface Way {
  readonly proxy: URL;
  readonly hungPeerMs: number;
  readonly readMs: number;
  readonly copyMs: number;
}

/** Peers of a base; one call may have to wait for each, one after the other. */
const MOST_PEERS = 3;
/** A peer waits at most this long for its election to end (`sqliterepo.election.wait.delay`). */
const ELECTION_MS = 20_000;

/** `type`: services of this type only. */
export function referenceOf(way: Way, container: Container, type?: string): Exchange<Reference> {
  return {
    proxy: way.proxy,
    method: 'GET',
    path: [container.namespace, 'reference', 'show'],
    query: { ...query(container), ...(type === undefined ? {} : { type }) },
    doing: `look up ${containerLabel(container)}`,
    writes: false,
    withinMs: way.hungPeerMs + way.readMs,
    shape: reference,
  };
}

export function containerTableOf(way: Way, container: Container): Exchange<AdminTable> {
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'container', 'get_properties'],
    query: query(container),
    doing: `show ${containerLabel(container)}`,
    writes: false,
    withinMs: way.hungPeerMs + way.readMs,
    shape: adminTable,
  };
}

export function adminTableOf(way: Way, base: Base, peer: string | null): Exchange<AdminTable> {
  const { container, type } = base;
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'admin', 'get_properties'],
    query: { ...query(container), type, ...serviceId(peer) },
    doing: `read ${peer === null ? 'a copy' : `the copy of ${peer}`} of ${containerLabel(container)}`,
    writes: false,
    withinMs: peer === null ? way.hungPeerMs + way.readMs : way.readMs,
    shape: adminTable,
  };
}

export function servicesOf(way: Way, namespace: string, type: string): Exchange<readonly Service[]> {
  return {
    proxy: way.proxy,
    method: 'GET',
    path: [namespace, 'conscience', 'list'],
    query: { type },
    doing: `list the ${type} services of ${namespace}`,
    writes: false,
    withinMs: way.readMs,
    shape: services,
  };
}

/** `peer` null asks all peers in one call. */
export function verbOf(
  way: Way,
  verb: ElectionVerb | 'remove',
  { base, peer }: { readonly base: Base; readonly peer: string | null },
): Exchange<readonly Omit<PeerAnswer, 'ms'>[]> {
  const { container, type } = base;
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'admin', verb],
    query: { ...query(container), type, ...serviceId(peer) },
    doing: `${verb} of the ${type} base of ${containerLabel(container)}${peer === null ? '' : ` on ${peer}`}`,
    writes: verb === 'sync' || verb === 'leave' || verb === 'remove',
    withinMs: withinMs(way, verb, peer),
    shape: peerAnswers,
  };
}

/** What every write through the master of a base has in common. The proxy may try each peer before it finds the master. */
export function masterWrite(way: Way, base: Base, verb: string): Omit<Exchange<unknown>, 'shape'> {
  const { container, type } = base;
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'admin', verb],
    query: { ...query(container), type },
    doing: `${verb} the ${type} base of ${containerLabel(container)}`,
    writes: true,
    withinMs: MOST_PEERS * way.hungPeerMs + ELECTION_MS,
  };
}

function serviceId(peer: string | null): Record<string, string> {
  return peer === null ? {} : { service_id: peer };
}

/** A pure read of one peer is given little time; what may wait for an election, or for peers in a row, all that it needs. */
function withinMs(way: Way, verb: ElectionVerb | 'remove', peer: string | null): number {
  if (peer === null) return MOST_PEERS * way.hungPeerMs + ELECTION_MS;
  return verb === 'debug' || verb === 'has' || verb === 'ping' ? way.readMs : way.hungPeerMs + way.readMs;
}
