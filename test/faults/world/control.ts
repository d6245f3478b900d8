import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Phase, Point } from '../schedule';

/** A point of a program's work where something befalls it. */
export interface Trap {
  readonly id: number;
  readonly point: Point;
  readonly phase: Phase;
  readonly nth: number;
  /** `CUT`: the answer to the move is lost with its connection. */
  readonly signal: 'SIGKILL' | 'SIGSTOP' | 'CUT';
}

export interface Attempt {
  readonly what: 'delete' | 'put';
  readonly target: string;
  readonly request: string | null;
}

/** The other end of what `hooks.cjs` says and is told. */
export interface Control {
  readonly port: number;
  /** These and no others, in every process, from now on. */
  arm(traps: readonly Trap[]): void;
  clock(process: number, by: number): void;
  /** Replaced from round to round. */
  told: {
    attempt(process: number, attempt: Attempt): void;
    fired(process: number, id: number): void;
    starved(process: number, ms: number): void;
  };
  close(): Promise<void>;
}

interface Said {
  readonly process?: number;
  readonly attempt?: Attempt;
  readonly fired?: number;
  readonly starved?: number;
}

export async function createControl(): Promise<Control> {
  const sockets = new Map<number, Socket>();
  let traps: readonly Trap[] = [];
  const server = createServer((socket) => {
    let process = -1;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (sockets.get(process) === socket) sockets.delete(process);
    });
    const lines = createInterface({ input: socket }).on('error', () => undefined);
    lines.on('line', (line) => {
      const said = JSON.parse(line) as Said;
      if (said.process !== undefined) {
        process = said.process;
        sockets.set(process, socket);
        tell(socket, { arm: traps });
      }
      if (said.attempt) control.told.attempt(process, said.attempt);
      if (said.starved !== undefined) control.told.starved(process, said.starved);
      if (said.fired !== undefined) control.told.fired(process, said.fired);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const control: Control = {
    port: (server.address() as AddressInfo).port,
    arm: (next) => {
      traps = next;
      for (const socket of sockets.values()) tell(socket, { arm: traps });
    },
    clock: (process, by) => {
      const socket = sockets.get(process);
      if (socket) tell(socket, { clock: by });
    },
    told: { attempt: () => undefined, fired: () => undefined, starved: () => undefined },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
  return control;
}

function tell(socket: Socket, message: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}
