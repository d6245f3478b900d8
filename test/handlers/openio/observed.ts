import type { Base, PeerAnswer, PeerDebug, Service, Transition } from '../../../src/backends/openio/openio';
import type { Copies, Copy } from '../../../src/handlers/openio/copies';
import type { Observed } from '../../../src/handlers/openio/observe';

const BASE: Base = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'FVE0' },
};
export const [A, B, C] = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'] as const;

export function said(id: string, status = 200, message = 'OK'): PeerAnswer {
  return { id, status, message, body: '', ms: 1 };
}

export function log(...steps: readonly string[]): readonly Transition[] {
  return steps.map((step, at) => {
    const [from = '', event = '', to = ''] = step.split(':');
    return { at, from, event, to };
  });
}

interface Peer {
  readonly state: string;
  readonly master?: string;
  readonly peers?: readonly string[];
  readonly log?: readonly Transition[];
}

export function remembers(id: string, peer: Peer): PeerDebug {
  const others = peer.peers ?? [A, B, C].filter((each) => each !== id);
  const debug = {
    state: peer.state,
    place: 1,
    master: peer.master ?? null,
    peers: others,
    log: peer.log ?? [],
    unread: [],
  };
  return { answer: said(id), debug, strange: false };
}

export function silent(id: string, status: number, message: string): PeerDebug {
  return { answer: said(id, status, message), debug: null, strange: false };
}

export function copy(
  peer: string | null,
  digest: string,
  more: { faults?: readonly string[]; system?: Record<string, string> } = {},
): Copy {
  const system = { 'sys.peers': [A, B, C].join(','), 'sys.status': '0', ...more.system };
  return { peer, digest, faults: more.faults ?? [], table: { properties: {}, system }, why: '', seen: 1 };
}

export function service(address: string, more: Partial<Service> = {}): Service {
  return { address, score: 100, up: true, location: '', volume: '', locks: [], ...more };
}

/** A base with which nothing is wrong. */
export function seen(more: Partial<Observed> = {}): Observed {
  const copies: Copies = { kind: 'by peer', copies: [copy(A, 'good'), copy(B, 'good'), copy(C, 'good')] };
  const debug = [
    remembers(A, { state: 'MASTER' }),
    remembers(B, { state: 'SLAVE', master: A }),
    remembers(C, { state: 'SLAVE', master: A }),
  ];
  const services = [service(A), service(B), service(C)];
  return {
    base: BASE,
    directory: [A, B, C],
    debug,
    files: [said(A), said(B), said(C)],
    copies,
    services,
    unread: [],
    ...more,
  };
}
