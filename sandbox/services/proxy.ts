import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answerSpotter } from './frames';

/** A wire to a server that can be cut, held and slowed. One trouble may be set while another is on. */
export interface CuttableProxy {
  /** The target's url with our port. */
  readonly url: string;
  /**
   * Cuts the connection on which the server's next answer comes: the request has arrived, its answer is lost. Housekeeping
   * of HTTP/2 is no answer. Later connections work.
   */
  cutNextAnswer(): void;
  /** The same for the next answer that holds `answer` after a request that held `request` on its connection. Once. */
  cutAnswer(exchange: Exchange): void;
  /** Accepts connections and passes nothing on, either way, until `release`. */
  hold(): void;
  release(): void;
  /** Every piece that passes, either way, comes this much later; 0 ends it. */
  delay(ms: number): void;
  /** Ends all connections; new ones are refused until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export interface Exchange {
  readonly request: string;
  readonly answer: string;
}

interface Troubles {
  cutArmed: boolean;
  exchange: Exchange | null;
  delayMs: number;
  /** Pending while held. */
  gate: Gate | null;
}
interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export async function cuttableProxy(targetUrl: string): Promise<CuttableProxy> {
  const target = new URL(targetUrl);
  const troubles: Troubles = { cutArmed: false, exchange: null, delayMs: 0, gate: null };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    for (const socket of [client, upstream]) keep(sockets, socket);
    join(client, upstream, troubles);
  });
  const listen = async (port: number) => void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const release = () => {
    troubles.gate?.open();
    troubles.gate = null;
  };
  const refuse = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) reset(socket);
    await closed;
  };
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href.replace(/\/$/, ''),
    cutNextAnswer: () => {
      troubles.cutArmed = true;
    },
    cutAnswer: (exchange) => {
      troubles.exchange = exchange;
    },
    hold: () => {
      troubles.gate ??= newGate();
    },
    release,
    delay: (ms) => {
      troubles.delayMs = ms;
    },
    refuse,
    accept: async () => {
      if (!server.listening) await listen(port);
    },
    close: async () => {
      await refuse();
      release();
    },
  };
}

function newGate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Two sockets that end together: a lost one takes the other with it. */
function join(client: Socket, upstream: Socket, troubles: Troubles): void {
  const spotter = answerSpotter();
  let asked: Exchange | null = null;
  void pass(client, upstream, troubles, (piece) => {
    spotter.sent(piece);
    if (troubles.exchange && piece.includes(troubles.exchange.request)) asked = troubles.exchange;
    return true;
  });
  void pass(upstream, client, troubles, (piece) => {
    const answer = spotter.received(piece);
    if (asked && asked === troubles.exchange && piece.includes(asked.answer)) {
      troubles.exchange = null;
      return false;
    }
    if (!answer || !troubles.cutArmed) return true;
    troubles.cutArmed = false;
    return false;
  });
}

/** Copies to the end. A lost socket, or a piece that may not pass, takes both. */
async function pass(from: Socket, to: Socket, troubles: Troubles, mayPass: (piece: Buffer) => boolean): Promise<void> {
  const lost = new AbortController();
  from.once('close', () => lost.abort());
  try {
    for await (const piece of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (troubles.delayMs > 0) await wait(troubles.delayMs, undefined, { signal: lost.signal });
      await troubles.gate?.opened;
      if (!mayPass(piece)) throw new Error('cut');
      if (!to.write(piece)) await once(to, 'drain', { signal: lost.signal });
    }
    to.end();
  } catch {
    reset(from);
    reset(to);
  }
}

/** Nothing that is still on its way arrives, and the other side learns of it at once, also when it has stopped sending. */
function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // What is being shut down cannot be reset, and Node would keep its handle for ever.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}
