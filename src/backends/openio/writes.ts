import { BackendFailure } from '../failure';
import { anyAnswer } from './answers';
import { type Exchange, refused, wireOf } from './calls';
import { askElection } from './elections';
import { masterWrite, verbOf, type Way } from './exchanges';
import { containerLabel, query } from './naming';
import type { Base, CacheLevel, Call, Container, PeerAnswer, Write, Writes } from './openio';
import type { Means } from './peers';

const FROZEN = 436;
const ALREADY_ENABLED = 439;

/** `proxies`: only these are ever told to empty their cache. */
export function createWrites(means: Means, proxies: readonly URL[]): Writes {
  return {
    freeze: (base) => switching(means, statusOf(means, base, 'freeze'), FROZEN),
    enable: (base) => switching(means, statusOf(means, base, 'enable'), ALREADY_ENABLED),
    setPeers: (base, peers) => plain(means, peersOfBase(means, base, peers)),
    copy: (base, pair) => copying(means, base, pair),
    replaceReference: (container, hosts) => plain(means, forceOf(means, container, hosts)),
    leave: (base, peer) => leaving(means, base, peer),
    remove: (base, peer) => removing(means, base, peer),
    setProperties: (container, properties) => plain(means, settingOf(means, container, properties)),
    flush: (host, level) => plain(means, flushOf({ ...means, proxy: configured(host, proxies) }, level)),
  };
}

function plain(means: Means, exchange: Exchange<unknown>): Write<void> {
  return {
    wire: wireOf(exchange),
    send: async (call) => {
      await means.calls.get(exchange, call);
    },
  };
}

/** The servers refuse to do what is so already, with a code of its own. */
function switching(means: Means, exchange: Exchange<unknown>, already: number): Write<'changed' | 'already'> {
  return {
    wire: wireOf(exchange),
    send: async (call) => {
      const outcome = await means.calls.ask(exchange, call);
      if (outcome.kind === 'value') return 'changed';
      if (outcome.refusal.code === already) return 'already';
      throw refused(exchange, outcome.refusal);
    },
  };
}

/** Only the proxy names the destination in front of a network error; what the destination says of the source may come late. */
function copying(means: Means, base: Base, pair: Pair): Write<void> {
  const exchange = copyOf(means, base, pair);
  return {
    wire: wireOf(exchange),
    send: async (call) => {
      const outcome = await means.calls.ask(exchange, call);
      if (outcome.kind === 'value') return;
      const { code, message } = outcome.refusal;
      if (!NEVER_REACHED.has(code) || !message.startsWith(`${pair.to}: `)) throw refused(exchange, outcome.refusal);
      const text = `${exchange.doing}: ${pair.to} cannot be reached, so nothing was copied (code ${code}: ${message})`;
      throw failure(text, 'unreachable');
    },
  };
}

function leaving(means: Means, base: Base, peer: string | null): Write<readonly PeerAnswer[]> {
  const only = peer === null ? {} : { only: [peer] };
  return {
    wire: wireOf(verbOf(means, 'leave', { base, peer })),
    send: (call) => askElection(means, 'leave', { base, ...only }, call),
  };
}

function removing(means: Means, base: Base, peer: string): Write<'removed' | 'absent'> {
  const exchange = verbOf(means, 'remove', { base, peer });
  return {
    wire: wireOf(exchange),
    send: async (call: Call) => {
      const [answer, ...others] = await means.calls.get(exchange, call);
      if (answer && answer.id === peer && others.length === 0) return removalIn(exchange.doing, answer);
      throw failure(`${exchange.doing}: the servers answered for other peers than ${peer}`, 'malformed');
    },
  };
}

/** Newer servers say whether there was a file. Older ones say nothing, and the second time that they cannot open it. */
function removalIn(doing: string, answer: Omit<PeerAnswer, 'ms'>): 'removed' | 'absent' {
  const { status, message, body } = answer;
  if (status === 431) return 'absent';
  if (status === 200) return isUndeleted(body) ? 'absent' : 'removed';
  const text = `${doing}: ${answer.id} answers ${status} ${message}`;
  if (NEVER_REACHED.has(status)) throw failure(text, 'unreachable');
  throw failure(text, status === TIMED_OUT ? 'timeout' : 'rejected');
}

/** Connection refused, no route, and a peer that the proxy remembers as down and does not even try. */
const NEVER_REACHED = new Set([2, 6, 8]);
const TIMED_OUT = 7;

function isUndeleted(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'deleted' in body && body.deleted === false;
}

function failure(message: string, kind: BackendFailure['kind']): BackendFailure {
  return new BackendFailure(message, { backend: 'openio', kind, effect: kind === 'unreachable' ? 'none' : 'possible' });
}

function statusOf(way: Way, base: Base, verb: 'freeze' | 'enable'): Exchange<unknown> {
  return { ...masterWrite(way, base, verb), shape: anyAnswer };
}

/** Never with `X-oio-admin`: newer servers would then write on one peer only and say that all is well. */
function peersOfBase(way: Way, base: Base, peers: readonly string[]): Exchange<unknown> {
  const body = { system: { 'sys.peers': hostList(peers) } };
  const doing = `write the peers into the ${base.type} base of ${containerLabel(base.container)}`;
  return { ...masterWrite(way, base, 'set_properties'), body, doing, shape: anyAnswer };
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

function copyOf(way: Way, base: Base, { from, to }: Pair): Exchange<unknown> {
  const doing = `copy the ${base.type} base of ${containerLabel(base.container)} from ${from} to ${to}`;
  const withinMs = way.copyMs;
  return { ...masterWrite(way, base, 'copy'), body: { to, from }, doing, withinMs, shape: anyAnswer };
}

function forceOf(way: Way, container: Container, hosts: readonly string[]): Exchange<unknown> {
  return {
    proxy: way.proxy,
    method: 'POST',
    path: [container.namespace, 'reference', 'force'],
    query: { ...query(container), type: 'meta2', replace: 'yes' },
    body: { type: 'meta2', host: hostList(hosts), args: '', seq: 1 },
    doing: `replace the services of ${containerLabel(container)} in the directory`,
    writes: true,
    withinMs: way.hungPeerMs + way.readMs,
    shape: anyAnswer,
  };
}

/** Sorted as the servers write it. An empty list would delete the key, and a comma in a name would make two of one. */
function hostList(hosts: readonly string[]): string {
  const wrong =
    hosts.length === 0 || new Set(hosts).size < hosts.length || hosts.some((host) => !/^[^,\s]+$/.test(host));
  if (!wrong) return hosts.toSorted().join(',');
  const message = `"${hosts.join('" "')}" is no list of different peers; nothing was sent`;
  throw new BackendFailure(message, { backend: 'openio', kind: 'rejected', effect: 'none' });
}

function settingOf(way: Way, container: Container, properties: Readonly<Record<string, string>>): Exchange<unknown> {
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

function flushOf(way: Way, level: CacheLevel): Exchange<unknown> {
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

export function configured(host: string, proxies: readonly URL[]): URL {
  const proxy = proxies.find((url) => url.host === host);
  if (proxy) return proxy;
  const known = proxies.map((url) => url.host).join(', ');
  const message = `${host} is not one of the configured proxies (${known})`;
  throw new BackendFailure(message, { backend: 'openio', kind: 'rejected', effect: 'none' });
}
