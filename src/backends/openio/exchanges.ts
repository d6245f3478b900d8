import { adminTable, anyAnswer, peerAnswers, reference, services } from './answers';
import type { Exchange } from './calls';
import { containerLabel, query } from './naming';
import type { AdminTable, Base, CacheLevel, Container, ElectionVerb, PeerAnswer, Reference, Service } from './openio';

/** Where the proxy is and how long things take. */
export interface Way {
  readonly proxy: URL;
  readonly hungPeerMs: number;
  readonly readMs: number;
}

/** Peers of a base; one call may have to wait for each, one after the other. */
const MOST_PEERS = 3;
/** A peer waits at most this long for its election to end (`sqliterepo.election.wait.delay`). */
const ELECTION_MS = 20_000;

export function referenceOf(way: Way, container: Container): Exchange<Reference> {
  return {
    proxy: way.proxy,
    method: 'GET',
    path: [container.namespace, 'reference', 'show'],
    query: query(container),
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

export function settingOf(
  way: Way,
  container: Container,
  properties: Readonly<Record<string, string>>,
): Exchange<unknown> {
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'container', 'set_properties'],
    query: query(container),
    body: { properties, system: {} },
    doing: `set properties of ${containerLabel(container)}`,
    writes: true,
    withinMs: way.hungPeerMs + way.readMs,
    shape: anyAnswer,
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

export function flushOf(way: Way, level: CacheLevel): Exchange<unknown> {
  return {
    proxy: way.proxy,
    method: 'POST',
    path: ['cache', 'flush', level],
    query: {},
    doing: `empty the ${level} cache`,
    writes: true,
    withinMs: way.readMs,
    shape: anyAnswer,
  };
}

/** `peer` null asks all peers in one call. */
export function verbOf(
  way: Way,
  verb: ElectionVerb,
  { base, peer }: { readonly base: Base; readonly peer: string | null },
): Exchange<readonly Omit<PeerAnswer, 'ms'>[]> {
  const { container, type } = base;
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'admin', verb],
    query: { ...query(container), type, ...serviceId(peer) },
    doing: `${verb} of the ${type} base of ${containerLabel(container)}${peer === null ? '' : ` on ${peer}`}`,
    writes: verb === 'sync' || verb === 'leave',
    withinMs: withinMs(way, verb, peer),
    shape: peerAnswers,
  };
}

function serviceId(peer: string | null): Record<string, string> {
  return peer === null ? {} : { service_id: peer };
}

/** A pure read of one peer is given little time; what may wait for an election, or for peers in a row, all that it needs. */
function withinMs(way: Way, verb: ElectionVerb, peer: string | null): number {
  if (peer === null) return MOST_PEERS * way.hungPeerMs + ELECTION_MS;
  return verb === 'debug' || verb === 'has' || verb === 'ping' ? way.readMs : way.hungPeerMs + way.readMs;
}
