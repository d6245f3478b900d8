import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TroubledSystem } from '../world';
import { electAll } from './admin';
import type { Asked } from './asked';
import { createContainer } from './bases';
import { errorReply, OioError, type Reply, reasonOf } from './reply';
import { routeOf } from './routes';
import { createWorld, type Version, type World } from './state';
import { listTroubles, troublesOf } from './troubles';

export interface OpenioSandboxOptions {
  readonly version: Version;
  /** A free one by default. */
  readonly port?: number;
  readonly namespace?: string;
  readonly account?: string;
  /**
   * Every wait of the real servers (30 s for a hung peer, 20 s for an election) and every `X-oio-timeout` is multiplied by
   * this, so a client keeps its real settings. 1/15 by default: a hung peer costs 2 s.
   */
  readonly scale?: number;
  readonly random?: () => number;
}

export interface OpenioSandbox extends TroubledSystem {
  readonly url: string;
  readonly namespace: string;
  readonly account: string;
  /** For tests: everything that the pretend servers know. */
  readonly world: World;
  close(): Promise<void>;
}

/** A pretend oio-proxy with meta2 services behind it, holding FVE0 and cnt2. Listens on 127.0.0.1 only. */
export async function createOpenioSandbox(options: OpenioSandboxOptions): Promise<OpenioSandbox> {
  const { version, namespace = 'OPENIO', account = 'myaccount', scale = 1 / 15, random = Math.random } = options;
  const world = createWorld({ version, namespace, scale, random });
  const port = version === '4.2.10' ? 7000 : 6000;
  const hosts = (...numbers: readonly [string, number][]) => numbers.map(([host, n]) => `${host}:${port + n}`);
  const spare = version === '4.2.10' ? 23 : 20;
  createContainer(world, {
    account,
    name: 'FVE0',
    hosts: hosts(['127.0.0.1', spare], ['127.0.0.2', 24], ['127.0.0.3', 25]),
    properties: { a: '1' },
  });
  createContainer(world, {
    account,
    name: 'cnt2',
    hosts: hosts(['127.0.0.1', 20], ['127.0.0.1', 23], ['127.0.0.3', 25]),
    properties: {},
  });
  for (const base of world.bases.values()) await electAll(world, base);
  const server = createServer((request, response) => void serve(world, request, response));
  const url = await listen(server, options.port ?? 0);
  const kinds = troublesOf(world);
  return {
    name: 'openio',
    url,
    namespace,
    account,
    world,
    troubles: () => listTroubles(kinds),
    switchTrouble: async (id, on) => {
      const kind = kinds.find((each) => each.id === id);
      if (!kind) throw new Error(`openio has no trouble called ${id}`);
      await kind.switch(on);
    },
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(request, response, await answer(world, request));
  } catch (error) {
    if (error instanceof OioError) send(request, response, errorReply(world, error));
    else response.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

async function answer(world: World, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://proxy');
  const [version, ...path] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (version !== 'v3.0') throw new OioError(404, 'No handler found');
  const route = routeOf(world, request.method ?? 'GET', path);
  return route(world, await read(world, request, url));
}

const MOST_BYTES = 1 << 20;

async function read(world: World, request: IncomingMessage, url: URL): Promise<Asked> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    size += piece.length;
    if (size > MOST_BYTES) throw new OioError(400, 'Body too large');
    chunks.push(piece);
  }
  const micros = Number(request.headers['x-oio-timeout']);
  const timeoutMicros = Number.isFinite(micros) ? micros : null;
  const deadline = timeoutMicros === null ? null : world.now() + (timeoutMicros / 1000) * world.scale;
  return { query: url.searchParams, body: parse(Buffer.concat(chunks).toString()), deadline, timeoutMicros };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new OioError(400, 'Invalid JSON');
  }
}

/** Slashes are escaped and, unless asked otherwise, the connection is closed: as the real proxy does. */
function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json).replaceAll('/', '\\/'));
  const keep = request.headers.connection?.toLowerCase() === 'keep-alive';
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.setHeader('Connection', keep ? 'Keep-Alive' : 'Close');
  if (text !== '') response.setHeader('Content-Type', 'application/json');
  const reason = reasonOf(reply);
  if (reason === undefined) response.writeHead(reply.status, { 'Content-Length': Buffer.byteLength(text) });
  else response.writeHead(reply.status, reason, { 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
