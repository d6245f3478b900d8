import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asked } from './asked';
import { errorReply, OioError, type Reply, reasonOf } from './reply';
import { routeOf } from './routes';
import type { World } from './state';
import type { FarCall, Watch } from './watch';

export interface Listening {
  readonly url: string;
  isDown(): boolean;
  /** Cuts every connection and refuses new ones; what it was asked before is still done. */
  stop(): Promise<void>;
  /** Comes back on the same port. */
  start(): Promise<void>;
}

/** The pretend proxy on 127.0.0.1. */
export async function startProxy(world: World, watch: Watch, wanted: number): Promise<Listening> {
  let server = createServer((request, response) => void serve(world, watch, request, response));
  const port = await listen(server, wanted);
  let down = false;
  return {
    url: `http://127.0.0.1:${port}`,
    isDown: () => down,
    stop: async () => {
      if (down) return;
      down = true;
      await close(server);
    },
    start: async () => {
      if (!down) return;
      server = createServer((request, response) => void serve(world, watch, request, response));
      await listen(server, port);
      down = false;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      resolve(address.port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(world: World, watch: Watch, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const reply = await answer(world, watch, request);
    if (reply === 'hang up') response.destroy();
    else send(request, response, reply);
  } catch (error) {
    response.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

async function answer(world: World, watch: Watch, request: IncomingMessage): Promise<Reply | 'hang up'> {
  const url = new URL(request.url ?? '/', 'http://proxy');
  const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  try {
    const route = routeOf(world, request.method ?? 'GET', path);
    const asked = await read(world, request, url);
    const call = watch.arrive({
      method: request.method ?? 'GET',
      what: whatOf(path),
      query: asked.query,
      body: asked.body,
    });
    if ((await watch.tell(call, 'before')) === 'hang up') return 'hang up';
    const reply = await replied(world, () => route(world, asked));
    return (await watch.tell(call, 'after')) ?? reply;
  } catch (error) {
    if (error instanceof OioError) return errorReply(world, error);
    throw error;
  }
}

/** Without version and namespace. */
function whatOf(path: readonly string[]): FarCall['what'] {
  return path.slice(path[1] === 'cache' ? 1 : 2).join('/');
}

async function replied(world: World, work: () => Promise<Reply> | Reply): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OioError) return errorReply(world, error);
    throw error;
  }
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
