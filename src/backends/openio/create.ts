import { createHttp } from '../http';
import { debugOf } from './answers';
import { createCalls, type Outcome } from './calls';
import { askElection } from './elections';
import { adminTableOf, containerTableOf, referenceOf, servicesOf } from './exchanges';
import { basesOn } from './held';
import type { AdminTable, Openio, Reading } from './openio';
import { createMemory, type Means, peersOf, provesPeerAlone } from './peers';
import { answers, probe } from './probe';
import { configured, createWrites } from './writes';

export interface OpenioOptions {
  /** `http://host:6000` of the proxy that is asked. */
  readonly proxyUrl: string;
  /** Further proxies, only for emptying their caches too. */
  readonly otherProxyUrls?: readonly string[];
  readonly namespace: string;
  readonly account: string;
  /** Bases of one namespace that may be moved at the same time; 1 unless told otherwise. */
  readonly movesAtOnce?: number;
  /** The proxy's `proxy.outgoing.timeout.common`; 30 000 unless somebody changed it. */
  readonly hungPeerMs?: number;
  /** How long one peer asked alone may take for a pure read; 10 000 by default. */
  readonly readMs?: number;
  /** How long a copy of a whole base may take; by default as long as the servers allow one another, 241 000. */
  readonly copyMs?: number;
}

/** Longest answer that is read. A peer's debug body has about 3 kB. */
const MOST_BYTES = 4 << 20;

export function createOpenio(options: OpenioOptions): Openio {
  const http = createHttp({ backend: 'openio', maxBytes: MOST_BYTES });
  const calls = createCalls(http);
  const proxy = new URL(options.proxyUrl);
  const proxies = [proxy, ...(options.otherProxyUrls ?? []).map((url) => new URL(url))];
  const hungPeerMs = options.hungPeerMs ?? 30_000;
  const means: Means = {
    calls,
    memory: createMemory(),
    proxy,
    hungPeerMs,
    readMs: options.readMs ?? 10_000,
    copyMs: options.copyMs ?? 241_000,
  };
  const writes = createWrites(means, proxies);
  return {
    namespace: options.namespace,
    account: options.account,
    proxies: proxies.map((url) => url.host),
    hungPeerMs,
    movesAtOnce: options.movesAtOnce ?? 1,
    peers: (base, call) => peersOf(means, base, call),
    provesPeerAlone: (base, call) => provesPeerAlone(means, base, call),
    election: (verb, question, call) => askElection(means, verb, question, call),
    debug: async (question, call) => (await askElection(means, 'debug', question, call)).map(debugOf),
    adminTable: async (base, peer, call) => readingOf(await calls.ask(adminTableOf(means, base, peer), call)),
    containerTable: async (container, call) => readingOf(await calls.ask(containerTableOf(means, container), call)),
    setProperties: (container, properties, call) => writes.setProperties(container, properties).send(call),
    reference: (container, call) => calls.get(referenceOf(means, container), call),
    services: (namespace, type, call) => calls.get(servicesOf(means, namespace, type), call),
    flush: async (host, level, call) => writes.flush(host, level).send(call),
    writes,
    basesOn: (namespace, service, call) => basesOn(means, { namespace, service }, call),
    answers: (service, call) => answers({ http, way: means }, service, call),
    probe: async (host, call) => {
      const way = { ...means, proxy: configured(host, proxies) };
      return probe({ http, calls, way, namespace: options.namespace }, call);
    },
    close: () => http.close(),
  };
}

function readingOf(outcome: Outcome<AdminTable>): Reading {
  if (outcome.kind === 'value') return { kind: 'read', table: outcome.value };
  return { kind: 'refused', refusal: outcome.refusal };
}
