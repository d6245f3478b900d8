import { decodeValue } from '../decode';
import { BackendFailure } from '../failure';
import type { Address, Tls } from './connection';
import type { Credentials } from './login';
import { readRecord, type StoredRecord } from './record';
import { readState, type Section, type State, ticksIn, tockSchema } from './state';
import { subtract, type TickSet, ticksToWire, wireInteger } from './ticks';
import { createVisiting, type Hello, type Visit } from './visit';
import type { Message } from './wire';

export interface DistkvOptions {
  /** At least one. The first one is asked unless a command names another; all are read after a mark. */
  readonly servers: readonly Address[];
  /** Used only where a server demands it. */
  readonly login?: Credentials | null;
  /** Speaks TLS to all servers; never tried unasked. */
  readonly tls?: Tls;
  /** Milliseconds for connecting, greeting and login together. */
  readonly connectMs?: number;
  /** Milliseconds for one request. */
  readonly requestMs?: number;
}

/** What servers shall stop asking for. They check nothing of it, so check first. */
export interface Mark {
  readonly node: string;
  readonly ticks: TickSet;
  /** Also destroys the records of these ticks wherever they are held. */
  readonly deleted: boolean;
}

export type Marked =
  | { readonly kind: 'marked'; readonly tock: { readonly before: bigint; readonly after: bigint } }
  /** Nothing was sent: these ticks are not missing on that server any more. */
  | { readonly kind: 'changed'; readonly gone: TickSet };

/** DistKV's servers. Every server is named `host:port`, as in `servers`; other names throw. */
export interface Distkv {
  readonly servers: readonly [string, ...string[]];
  /** How a server introduces itself, after a login where it demands one. */
  hello(server: string, signal: AbortSignal): Promise<Hello>;
  state(server: string, sections: readonly Section[], signal: AbortSignal): Promise<State>;
  /** What a server holds of these ticks; a tick that it does not hold is not in the answer. */
  records(server: string, wanted: Wanted, signal: AbortSignal): Promise<readonly StoredRecord[]>;
  /** Marks on this server alone. Reads `missing` on the same connection right before, and never sends anything else. */
  mark(server: string, mark: Mark, signal: AbortSignal): Promise<Marked>;
  /** Sends the mark to all servers by way of this one. No server confirms it: read them. Gives this server's tock. */
  broadcast(server: string, mark: Mark, signal: AbortSignal): Promise<bigint>;
}

export interface Wanted {
  readonly node: string;
  readonly ticks: readonly bigint[];
}

const CONNECT_MS = 5_000;
const REQUEST_MS = 5_000;

/** Connects when asked, for every question anew; there is nothing to close. */
export function createDistkv(options: DistkvOptions): Distkv {
  const [first, ...others] = options.servers;
  if (!first) throw new Error('at least one DistKV server is needed');
  const visit = createVisiting({
    addresses: new Map(options.servers.map((address) => [serverName(address), address])),
    credentials: options.login ?? null,
    tls: options.tls ?? null,
    connectMs: options.connectMs ?? CONNECT_MS,
    requestMs: options.requestMs ?? REQUEST_MS,
  });
  return {
    servers: [serverName(first), ...others.map(serverName)],
    hello: (server, signal) => visit(server, signal, async (there) => there.hello),
    state: (server, sections, signal) => visit(server, signal, (there) => stateOf(there, sections)),
    records: (server, wanted, signal) => visit(server, signal, (there) => recordsOf(there, wanted)),
    mark: (server, mark, signal) => visit(server, signal, (there) => markOn(there, mark)),
    broadcast: (server, mark, signal) =>
      visit(server, signal, (there) => send(there, 'broadcast the mark', markMessage('fake_info_send', mark))),
  };
}

/** IPv6 addresses in brackets, as they are configured. */
function serverName({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Never asks for `debugger`: it would start one on the server. */
async function stateOf(visit: Visit, asked: readonly Section[]): Promise<State> {
  const wanted = Object.fromEntries(asked.map((section) => [section, true]));
  const reply = await visit.ask('read the state', 'none', { action: 'get_state', ...wanted });
  return readState({ server: visit.server, asked, earlier: visit.earlier, reply });
}

async function markOn(visit: Visit, mark: Mark): Promise<Marked> {
  const state = await stateOf(visit, ['missing']);
  const gone = subtract(mark.ticks, ticksIn(state, 'missing', mark.node));
  if (gone.length > 0) return { kind: 'changed', gone };
  const after = await send(visit, 'mark the ticks', markMessage('fake_info', mark));
  return { kind: 'marked', tock: { before: state.tock, after } };
}

/** The names are the server's own: this is what its command line sends for `mark`. */
function markMessage(action: 'fake_info' | 'fake_info_send', { node, ticks, deleted }: Mark): Message {
  return { action, [deleted ? 'deleted' : 'superseded']: { [node]: ticksToWire(ticks) } };
}

async function send(visit: Visit, doing: string, message: Message): Promise<bigint> {
  const reply = await visit.ask(doing, 'possible', message);
  return decodeValue(reply, tockSchema, { backend: 'distkv', doing: `${doing} on ${visit.server}`, effect: 'possible' })
    .tock;
}

async function recordsOf(visit: Visit, { node, ticks }: Wanted): Promise<readonly StoredRecord[]> {
  const found = await Promise.all(ticks.map((tick) => recordOf(visit, node, tick)));
  return found.filter((record) => record !== null);
}

async function recordOf(visit: Visit, node: string, tick: bigint): Promise<StoredRecord | null> {
  try {
    const message = { action: 'get_value', node, tick: wireInteger(tick), nchain: 1 };
    const reply = await visit.ask(`read tick ${tick} of ${node}`, 'none', message);
    return readRecord(reply, { node, tick, server: visit.server });
  } catch (error) {
    if (error instanceof BackendFailure && error.kind === 'rejected' && saysAbsent(error, node, tick)) return null;
    throw error;
  }
}

/** The server's whole answer for an absent tick or an unknown node is that key, since 0.65 wrapped in `KeyError(…)`. */
function saysAbsent(error: BackendFailure, node: string, tick: bigint): boolean {
  return [`${tick}`, `KeyError(${tick})`, `'${node}'`, `KeyError('${node}')`].some((text) =>
    error.message.endsWith(`: ${text}`),
  );
}
