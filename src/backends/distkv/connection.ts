import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Collect, createExchanges, type Doing, type Exchanges, errorText, failureOf } from './exchanges';
import { encodeMessage, type Message, messagesOf } from './wire';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Only when asked for: a plaintext client that reaches a TLS port kills an old server, so nothing is ever probed. */
export type Tls = Pick<ConnectionOptions, 'ca' | 'servername'>;

/**
 * One connection to one server. Questions may overlap: answers are matched by `seq`. An error without `seq`, bytes that
 * cannot be read, or the end of the connection fail every question under way with that cause, and all later ones.
 */
export interface Connection {
  /** What the server said first. */
  readonly greeting: Message;
  /** One question, one answer. */
  request(message: Message, doing: Doing): Promise<Message>;
  /** A question answered by a start, any number of items and an end: the items. */
  stream(message: Message, doing: Doing): Promise<readonly Message[]>;
  close(): void;
}

/** Items of one multi-reply; the login, the only one we ask for, has at most one. */
const MOST_ITEMS = 10_000;

/** The server speaks first. Answering its greeting is optional and left out: it would only switch flow control on. */
export async function openConnection(address: Address, tls: Tls | null, doing: Doing): Promise<Connection> {
  const socket = tls ? connectTls({ ...tls, ...address }) : connectPlain(address);
  socket.setNoDelay(true);
  const exchanges = createExchanges();
  const close = () => {
    exchanges.end({ kind: 'unreachable', text: 'the connection was closed' });
    socket.destroy();
  };
  try {
    const greeting = exchanges.begin(0, single(doing), doing, () => void pump(socket, exchanges));
    return { greeting: await greeting, ...asking(socket, exchanges), close };
  } catch (error) {
    close();
    throw error;
  }
}

function asking(socket: Socket, exchanges: Exchanges): Pick<Connection, 'request' | 'stream'> {
  let lastSeq = 0;
  const ask = <T>(message: Message, doing: Doing, collect: Collect<T>) => {
    lastSeq += 1;
    const seq = lastSeq;
    return exchanges.begin(seq, collect, doing, () => void socket.write(encodeMessage({ ...message, seq })));
  };
  return {
    request: (message, doing) => ask(message, doing, single(doing)),
    stream: (message, doing) => ask(message, doing, several(doing)),
  };
}

async function pump(socket: Socket, exchanges: Exchanges): Promise<void> {
  let greeted = false;
  // Tells first, so that what the loop below makes of the broken stream comes too late.
  socket.on('error', (cause) => exchanges.end({ kind: lost(greeted), text: reason(cause), cause }));
  try {
    for await (const message of messagesOf(socket)) {
      greeted = true;
      exchanges.receive(message);
    }
    exchanges.end({ kind: lost(greeted), text: 'the server closed the connection before it answered' });
  } catch (cause) {
    exchanges.end({ kind: 'malformed', text: 'the server sent bytes that are no MessagePack', cause });
  } finally {
    socket.destroy();
  }
}

/** Before the greeting nothing was sent. */
function lost(greeted: boolean): 'timeout' | 'unreachable' {
  return greeted ? 'timeout' : 'unreachable';
}

function reason(error: Error): string {
  if ('code' in error && error.code === 'ECONNREFUSED') return 'connection refused';
  return error.message === '' ? error.name : error.message;
}

/** An error is known by its key: its text may be empty. */
function single(doing: Doing): Collect<Message> {
  return (message) => {
    if ('error' in message) throw refused(message, doing);
    return { whole: message };
  };
}

function several(doing: Doing): Collect<readonly Message[]> {
  const items: Message[] = [];
  let error: Message | null = null;
  return (message) => {
    if (message.state === 'end') {
      if (error) throw refused(error, doing);
      return { whole: items };
    }
    if ('error' in message) error ??= message;
    else if (message.state !== 'start') items.push(message);
    if (items.length <= MOST_ITEMS) return null;
    throw failureOf({ kind: 'malformed', text: `more than ${MOST_ITEMS} items in one answer` }, doing);
  };
}

/** The server said no to this very question, so it has done nothing. */
function refused(message: Message, doing: Doing) {
  return failureOf({ kind: 'rejected', text: errorText(message.error) }, { doing: doing.doing, effect: 'none' });
}
