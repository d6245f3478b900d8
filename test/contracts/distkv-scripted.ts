import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Message, messagesOf } from '../../src/backends/distkv/wire';

export interface ScriptedServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Every message that clients sent, in order. */
  readonly received: Message[];
  close(): Promise<void>;
}

/** A server that does exactly what a test says: `greet` when somebody connects, `answer` for each message. */
export async function scriptedServer(script: {
  greet(socket: Socket): void;
  answer?(message: Message, socket: Socket): void;
}): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const received: Message[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    script.greet(socket);
    void listen(socket);
  });
  const listen = async (socket: Socket) => {
    try {
      for await (const message of messagesOf(socket)) {
        received.push(message as Message);
        script.answer?.(message as Message, socket);
      }
    } catch {
      socket.destroy();
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: { host: '127.0.0.1', port: address.port },
    received,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
