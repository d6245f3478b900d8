import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeReply } from './codec';
import type { LoginRule } from './login';
import { type Host, serve, type Version } from './session';
import { createStore, type Entry, type Store } from './store';

export interface MemberOptions {
  readonly name: string;
  readonly version: Version;
  readonly login: LoginRule | null;
  readonly tock: bigint;
  /** The network's bus. Raises when the broker is dead. */
  readonly publish: (from: string, message: Readonly<Record<string, unknown>>) => void;
  readonly spread: (from: string, entry: Entry) => void;
}

/** One server of the network. While it runs it hears the bus; its port is open only while nothing keeps it waiting. */
export interface Member {
  readonly name: string;
  readonly address: string;
  readonly store: Store;
  running(): boolean;
  serving(): boolean;
  write(path: readonly unknown[], value: unknown): Entry;
  hear(message: Readonly<Record<string, unknown>>): void;
  /** Ends every connection the way a dead broker does in the end: an unasked error, then the close. */
  hangUp(error: string): void;
  stop(): Promise<void>;
  start(): void;
  open(): Promise<void>;
}

export async function createMember(options: MemberOptions): Promise<Member> {
  const { name } = options;
  const store = createStore();
  let tock = options.tock;
  let running = true;
  const nextTock = () => {
    tock += 1n;
    return tock;
  };
  const write = (path: readonly unknown[], value: unknown): Entry => {
    const entry = { path, value, node: name, tick: (store.tickOf(name) ?? 0n) + 1n, tock: nextTock() };
    store.update(entry);
    options.spread(name, entry);
    return entry;
  };
  const host: Host = { ...options, store, tock: nextTock, write, publish: (message) => options.publish(name, message) };
  const door = await createDoor((socket) => void serve(socket, host));
  return {
    name,
    address: door.address,
    store,
    running: () => running,
    serving: door.isOpen,
    write,
    hear: (message) => {
      nextTock();
      store.info(message);
    },
    hangUp: (error) => {
      for (const socket of door.sockets) socket.end(encodeReply({ error, tock: nextTock() }));
    },
    stop: async () => {
      running = false;
      await door.close();
    },
    start: () => {
      running = true;
    },
    open: async () => {
      if (running) await door.open();
    },
  };
}

/** One port that can be opened and closed again and again. Open at first. */
async function createDoor(onClient: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  let opening: Promise<number> | null = null;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    onClient(socket);
  });
  const port = await listen(server, 0);
  return {
    address: `127.0.0.1:${port}`,
    sockets,
    isOpen: () => server.listening,
    open: async () => {
      if (server.listening) return;
      opening ??= listen(server, port).finally(() => {
        opening = null;
      });
      await opening;
    },
    close: async () => {
      await opening;
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
