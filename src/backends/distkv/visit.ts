import { z } from 'zod';
import { decodeValue } from '../decode';
import { type Address, openConnection, type Tls } from './connection';
import type { Doing } from './exchanges';
import { type Credentials, demanded, login } from './login';
import { type Earlier, greetingSchema, tockSchema } from './state';
import type { Message } from './wire';

/** A short stay with one server: connect, log in, ask, close. */
export interface Visit {
  readonly server: string;
  /** From the greeting. */
  readonly tock: bigint;
  /** What the server said of itself when we came. */
  readonly hello: Hello;
  /** The highest tock seen on this server before this visit began. */
  readonly earlier: Earlier | null;
  /** `doing` in lower case without the server. `effect` says what a lost answer may mean. */
  ask(doing: string, effect: Doing['effect'], message: Message): Promise<Message>;
}

/** How a server introduces itself. */
export interface Hello {
  /** The server's own name. */
  readonly node: string;
  /** As it tells; `0.0.1` where its package does not know. Null: it does not tell. */
  readonly version: string | null;
  /** The method of the login that it demands; null: it lets anybody in. */
  readonly login: string | null;
}

export type Visiting = <T>(server: string, signal: AbortSignal, stay: (visit: Visit) => Promise<T>) => Promise<T>;

export interface VisitOptions {
  readonly addresses: ReadonlyMap<string, Address>;
  readonly credentials: Credentials | null;
  readonly tls: Tls | null;
  readonly connectMs: number;
  readonly requestMs: number;
}

export function createVisiting(options: VisitOptions): Visiting {
  const tocks = createTocks();
  return async (server, signal, stay) => {
    const address = options.addresses.get(server);
    if (!address) throw new Error(`no server ${server} is configured`);
    const earlier = tocks.seen(server);
    const arrival = arrivalAt(server, signal, options.connectMs);
    const connection = await openConnection(address, options.tls, arrival());
    try {
      await login(connection, options.credentials, arrival());
      const { node, tock } = decodeValue(connection.greeting, greetingSchema, decoding(`connect to ${server}`));
      tocks.saw(server, { node, tock }, earlier);
      const ask: Visit['ask'] = async (doing, effect, message) => {
        const about = { doing: `${doing} on ${server}`, effect, signal, withinMs: options.requestMs };
        const reply = await connection.request(message, about);
        // The answer about an entry carries the entry's tock instead of the server's.
        const answered = 'path' in reply ? null : tockSchema.safeParse(reply).data;
        if (answered) tocks.saw(server, { node, tock: answered.tock }, earlier);
        return reply;
      };
      return await stay({ server, tock, hello: helloOf(node, connection.greeting), earlier, ask });
    } finally {
      connection.close();
    }
  };
}

function helloOf(node: string, greeting: Message): Hello {
  const numbers = z.array(z.union([z.int(), z.bigint()])).safeParse(greeting.version).data;
  return { node, version: numbers ? numbers.join('.') : null, login: demanded(greeting) };
}

/** Connecting, greeting and login share one deadline. */
function arrivalAt(server: string, signal: AbortSignal, connectMs: number): () => Doing {
  const until = performance.now() + connectMs;
  return () => ({
    doing: `connect to ${server}`,
    effect: 'none',
    signal,
    withinMs: Math.max(1, Math.round(until - performance.now())),
  });
}

function decoding(doing: string) {
  return { backend: 'distkv', doing, effect: 'none' } as const;
}

/**
 * The highest tock of each server, in the memory of this process. A server whose tock fell was restarted with old data, or
 * is another one than before; the fall is seen by whoever asked with the higher one in mind, and then forgotten.
 */
function createTocks() {
  const highest = new Map<string, Earlier>();
  return {
    seen: (server: string): Earlier | null => highest.get(server) ?? null,
    saw: (server: string, now: Earlier, earlier: Earlier | null) => {
      const before = highest.get(server);
      const fell = earlier !== null && now.tock <= earlier.tock;
      if (!before || fell || before.node !== now.node || before.tock < now.tock) highest.set(server, now);
    },
  };
}
