import { BackendFailure } from '../failure';
import { createHttp } from '../http';
import { debugOf } from './answers';
import { createCalls, type Outcome } from './calls';
import { askElection } from './elections';
import { adminTableOf, containerTableOf, flushOf, referenceOf, servicesOf, settingOf } from './exchanges';
import type { AdminTable, Openio, Reading } from './openio';
import { createMemory, type Means, peersOf, provesPeerAlone } from './peers';

export interface OpenioOptions {
  /** `http://host:6000` of the proxy that is asked. */
  readonly proxyUrl: string;
  /** Further proxies, only for emptying their caches too. */
  readonly otherProxyUrls?: readonly string[];
  readonly namespace: string;
  readonly account: string;
  /** The proxy's `proxy.outgoing.timeout.common`; 30 000 unless somebody changed it. */
  readonly hungPeerMs?: number;
  /** How long one peer asked alone may take for a pure read; 10 000 by default. */
  readonly readMs?: number;
}

/** Longest answer that is read. A peer's debug body has about 3 kB. */
const MOST_BYTES = 4 << 20;

export function createOpenio(options: OpenioOptions): Openio {
  const http = createHttp({ backend: 'openio', maxBytes: MOST_BYTES });
  const calls = createCalls(http);
  const proxy = new URL(options.proxyUrl);
  const proxies = [proxy, ...(options.otherProxyUrls ?? []).map((url) => new URL(url))];
  const hungPeerMs = options.hungPeerMs ?? 30_000;
  const means: Means = { calls, memory: createMemory(), proxy, hungPeerMs, readMs: options.readMs ?? 10_000 };
  return {
    namespace: options.namespace,
    account: options.account,
    proxies: proxies.map((url) => url.host),
    hungPeerMs,
    peers: (base, call) => peersOf(means, base, call),
    provesPeerAlone: (base, call) => provesPeerAlone(means, base, call),
    election: (verb, question, call) => askElection(means, verb, question, call),
    debug: async (question, call) => (await askElection(means, 'debug', question, call)).map(debugOf),
    adminTable: async (base, peer, call) => readingOf(await calls.ask(adminTableOf(means, base, peer), call)),
    containerTable: async (container, call) => readingOf(await calls.ask(containerTableOf(means, container), call)),
    setProperties: async (container, properties, call) => {
      await calls.get(settingOf(means, container, properties), call);
    },
    reference: (container, call) => calls.get(referenceOf(means, container), call),
    services: (namespace, type, call) => calls.get(servicesOf(means, namespace, type), call),
    flush: async (host, level, call) => {
      await calls.get(flushOf({ ...means, proxy: configured(host, proxies) }, level), call);
    },
    close: () => http.close(),
  };
}

function readingOf(outcome: Outcome<AdminTable>): Reading {
  if (outcome.kind === 'value') return { kind: 'read', table: outcome.value };
  return { kind: 'refused', refusal: outcome.refusal };
}

/** Only addresses from the configuration are ever written to. */
function configured(host: string, proxies: readonly URL[]): URL {
  const proxy = proxies.find((url) => url.host === host);
  if (proxy) return proxy;
  const known = proxies.map((url) => url.host).join(', ');
  const message = `${host} is not one of the configured proxies (${known})`;
  throw new BackendFailure(message, { backend: 'openio', kind: 'rejected', effect: 'none' });
}
