import type { Socket } from 'node:net';
import { messagesOf } from '../../src/backends/distkv/wire';
import { encodeReply, FullPath } from './codec';
import { createGate, type Gate, type LoginRule } from './login';
import { PythonError, quote } from './loose';
import type { Entry, Store } from './store';

export type Version = '0.57.4' | '0.65.0';
type Message = Readonly<Record<string, unknown>>;

/** What a connection needs of the server behind it. */
export interface Host {
  readonly name: string;
  readonly version: Version;
  readonly login: LoginRule | null;
  readonly store: Store;
  /** Every look at it raises it. */
  tock(): bigint;
  /** To all servers, this one included. Raises when the broker is dead. */
  publish(message: Message): void;
  write(path: readonly unknown[], value: unknown): Entry;
}

/** Serves one client the way the real server does: greeting, answers by `seq`, and the errors that end it all. */
export async function serve(socket: Socket, host: Host): Promise<void> {
  const gate = createGate(host.login);
  const send = (message: Message) =>
    void socket.write(encodeReply('tock' in message ? message : { ...message, tock: host.tock() }));
  socket.on('error', () => socket.destroy());
  send(greeting(host));
  const messages = messagesOf(socket)[Symbol.asyncIterator]();
  for (let more = true; more; ) {
    const next = await messages.next().catch(() => null);
    if (next === null && !socket.destroyed) send({ error: '' });
    more = next !== null && !next.done && take(next.value, { host, gate, send });
  }
  socket.end();
}

interface Session {
  readonly host: Host;
  readonly gate: Gate;
  readonly send: (message: Message) => void;
}

function greeting({ name, version, login, store, tock }: Host): Message {
  return {
    seq: 0,
    version: version.split('.').map(Number),
    node: name,
    tick: store.tickOf(name),
    tock: tock(),
    qlen: 10,
    ...(login ? { auth: [login.method] } : {}),
  };
}

/** False: the connection is over. Errors without `seq` are the ones that end it, but for the first two. */
function take(message: unknown, { host, gate, send }: Session): boolean {
  if (!isMap(message)) {
    send({ error: "'tuple' object has no attribute 'seq'" });
    return true;
  }
  const { seq, action } = message;
  if (seq === undefined) send({ error: 'seq' });
  if (seq === undefined || seq === 0) return true;
  const known = typeof action === 'string' && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (action === undefined) send({ error: 'action' });
  else if (!gate.open() && action !== 'auth' && action !== 'diffie_hellman') send({ error: '' });
  else if (action === 'auth') return enter(message, { host, gate, send });
  else if (action === 'watch') return watch(seq, send);
  else if (action === 'diffie_hellman')
    return reply(seq, { host, gate, send }, () => ({ ...gate.exchange(message.pubkey) }));
  else if (!known) send({ error: quote(`SCmd_${String(action)}`) });
  else return reply(seq, { host, gate, send }, () => known(message, host));
  return false;
}

function reply(seq: unknown, { host, send }: Session, act: () => Message): boolean {
  try {
    send({ ...act(), seq });
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    send({ error: host.version === '0.57.4' ? error.message : error.repr, seq });
  }
  return true;
}

/** The real command line watches its configuration before it does anything. Here there is none, and it never changes. */
function watch(seq: unknown, send: Session['send']): boolean {
  send({ state: 'start', seq });
  send({ state: 'uptodate', seq });
  return true;
}

function enter(message: Message, { gate, send }: Session): boolean {
  const { seq } = message;
  send({ state: 'start', seq });
  try {
    gate.enter(message);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    send({ error: error.repr, seq });
  }
  send({ state: 'end', seq });
  return true;
}

const ACTIONS: Readonly<Record<string, (message: Message, host: Host) => Message>> = {
  get_tock: (_message, { tock }) => ({ tock: tock() }),
  get_state: (message, { store, name, tock }) => ({ ...store.state(message), node: name, tock: tock() }),
  fake_info: (message, { store }) => {
    store.info(message);
    return {};
  },
  fake_info_send: (message, { publish }) => {
    publish(message);
    return {};
  },
  enum_node: (message, { store }) => ({ result: store.own(message.node).map((entry) => entry.tick) }),
  kill_node: (message, { store, publish }) => {
    const [first] = store.own(message.node);
    if (first) throw new PythonError('ServerError', `Node ${String(message.node)} has entry ${first.tick}`);
    store.drop(String(message.node));
    publish({ node_drop: [message.node] });
    return {};
  },
  get_value: (message, { store }) => {
    if ('path' in message) {
      const found = store.at(pathOf(message.path));
      return found ? entryReply(found) : {};
    }
    const found = store.entry(message.node, message.tick);
    return { ...entryReply(found), path: new FullPath(found.path) };
  },
  set_value: (message, { write }) => {
    const entry = write(pathOf(message.path), message.value);
    return { tock: entry.tock, chain: { node: entry.node, tick: entry.tick, prev: null } };
  },
};

function entryReply({ value, node, tick, tock }: Entry): Message {
  return { ...(value === undefined ? {} : { value }), chain: { node, tick, prev: null }, tock };
}

function pathOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) && Array.isArray(value.path) ? value.path : [];
}

function isMap(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
