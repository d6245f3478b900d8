/** Socket Mode: the app connects to us and each payload goes to one of its connections. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { APP_ID, randomId } from './identity';
import type { Answer, Delivery } from './types';

/** As many as Slack lets one app hold. */
const MOST_CONNECTIONS = 10;

const GOODBYE_MS = 500;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

export interface SocketHub {
  /** A path that can be connected to once; undefined when the app holds too many connections. */
  ticket(): string | undefined;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  deliver(delivery: Delivery, retry: boolean): Promise<Answer>;
  /** Tells every connection to go, and closes it unless this is only a warning. Returns how many were told. */
  disconnect(reason: DisconnectReason): number;
  connections(): number;
  close(): Promise<void>;
}

interface Timing {
  readonly ackMs: number;
  readonly pingEveryMs: number;
  readonly changed: () => void;
}

const ack = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

function readAck(data: unknown): z.infer<typeof ack> | undefined {
  try {
    return ack.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}

/** Answers that are waited for, by envelope id. The first ack counts; a later one finds nobody. */
function createWaiting(ackMs: number) {
  const waiting = new Map<string, (answer: Answer) => void>();
  return {
    acked: (id: string, body: unknown) => waiting.get(id)?.({ kind: 'acked', body }),
    wait: (id: string) =>
      new Promise<Answer>((resolve) => {
        const settle = (answer: Answer) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        };
        const timer = setTimeout(() => settle({ kind: 'failed', error: 'operation_timeout' }), ackMs);
        waiting.set(id, settle);
      }),
    giveUp: () => {
      for (const settle of [...waiting.values()]) settle({ kind: 'failed', error: 'dispatch_failed' });
    },
  };
}

function isEmpty(payload: unknown): boolean {
  return typeof payload !== 'object' || payload === null || Object.keys(payload).length === 0;
}

function envelope(delivery: Delivery, id: string, retry: boolean): string {
  return JSON.stringify({
    envelope_id: id,
    type: delivery.type,
    payload: delivery.payload,
    accepts_response_payload: delivery.type !== 'events_api',
    ...(retry ? { retry_attempt: 1, retry_reason: 'timeout' } : {}),
  });
}

function welcome(socket: WebSocket, connections: number): void {
  const info = { num_connections: connections, connection_info: { app_id: APP_ID }, debug_info: { host: 'sandbox' } };
  socket.send(JSON.stringify({ type: 'hello', ...info }));
}

/** Says goodbye, and waits only so long for the answer. */
async function hangUp(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  const impatient = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.close(1001);
  await closed;
  clearTimeout(impatient);
}

export function createSocketHub({ ackMs, pingEveryMs, changed }: Timing): SocketHub {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1_000_000 });
  const tickets = new Set<string>();
  const open: WebSocket[] = [];
  const waiting = createWaiting(ackMs);
  let turn = 0;
  const admit = (socket: WebSocket) => {
    open.push(socket);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      open.splice(open.indexOf(socket), 1);
      changed();
    });
    socket.on('message', (data) => {
      const read = readAck(data);
      if (read) waiting.acked(read.envelope_id, isEmpty(read.payload) ? undefined : read.payload);
    });
    welcome(socket, open.length);
    changed();
  };
  const pings = setInterval(() => {
    for (const socket of open) socket.ping();
  }, pingEveryMs).unref();
  return {
    ticket: () => {
      if (open.length >= MOST_CONNECTIONS) return undefined;
      const path = `/link/${randomId('')}`;
      tickets.add(path);
      return path;
    },
    upgrade: (request, socket, head) => {
      if (!tickets.delete(new URL(request.url ?? '/', 'http://local').pathname)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, admit);
    },
    deliver: async (delivery, retry) => {
      const ready = open.filter((socket) => socket.readyState === WebSocket.OPEN);
      const socket = ready[turn++ % ready.length];
      if (!socket) return { kind: 'failed', error: 'dispatch_failed' };
      const id = randomUUID();
      socket.send(envelope(delivery, id, retry));
      return waiting.wait(id);
    },
    disconnect: (reason) => {
      const told = [...open];
      for (const socket of told) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
        if (reason !== 'warning') socket.close(1000);
      }
      return told.length;
    },
    connections: () => open.length,
    close: async () => {
      clearInterval(pings);
      waiting.giveUp();
      await Promise.all(open.map(hangUp));
      server.close();
    },
  };
}
