/** One server for everything: Web API, response URLs, files, sockets, the page and its control API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerApi, type WebApi } from './api';
import { answerControl } from './control';
import { foreign, parseJson, readBody, send, sendJson } from './http';
import { respond } from './respond';
import { answerPage } from './static';
import type { Workspace } from './workspace';

/** Bytes. */
const LARGEST_UPLOAD = 20_000_000;
const LARGEST_RESPONSE = 1_000_000;

export interface Served {
  readonly api: WebApi;
  /** Known once it listens. */
  readonly port: () => number;
  readonly workspace: () => Workspace;
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
}

/** Slack answers a response URL with plain words, and a worn-out one with 404. */
async function answerResponseUrl({ api }: Served, { request, response, path }: Visit): Promise<void> {
  const started = performance.now();
  const body = await readBody(request, LARGEST_RESPONSE);
  const note = (status: number, error: string | undefined) => {
    const ms = performance.now() - started;
    api.traffic.note({ kind: 'response_url', method: 'response_url', error, status, ms, about: '' });
    send(response, { status, body: error ?? 'ok' });
  };
  if (!body) return note(413, 'request_too_large');
  const redeemed = api.desk.tickets.redeem(path);
  if (!redeemed.ok) return note(404, redeemed.error);
  const error = respond(api.desk.store, redeemed.origin, parseJson(body.toString('utf8')));
  return note(error ? 400 : 200, error);
}

/** The bytes come as they are or as the one file of a form. */
async function answerUpload({ api }: Served, { request, response, path }: Visit): Promise<void> {
  const body = await readBody(request, LARGEST_UPLOAD);
  if (!body) return send(response, { status: 413 });
  const problem = api.desk.uploads.receive(path, await fileIn(request, body));
  send(response, problem ? { status: 400, body: problem } : { status: 200, body: `OK - ${body.length}` });
}

async function fileIn(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const file = [...form.values()].find((value) => typeof value !== 'string');
  return file ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
}

/** Without the bot's token Slack sends browsers to its login page. */
function answerPrivateFile({ api }: Served, { request, response, path }: Visit): void {
  const authorized = request.headers.authorization === `Bearer ${api.identity.botToken}`;
  if (!authorized || !api.desk.scopes.includes('files:read')) {
    return send(response, { status: 302, headers: { location: '/' } });
  }
  const file = api.desk.store.files.get(/^\/files-pri\/[^/]+-(F\w+)\//.exec(path)?.[1] ?? '');
  send(response, file ? { status: 200, type: file.mimetype, body: file.bytes } : { status: 404 });
}

async function answer(served: Served, visit: Visit): Promise<void> {
  const { request, response, path } = visit;
  const no = foreign(request, served.port());
  if (no) return sendJson(response, { error: no }, 403);
  if (path.startsWith('/api/')) return answerApi(served.api, request, response);
  if (path.startsWith('/respond/') && request.method === 'POST') return answerResponseUrl(served, visit);
  if (path.startsWith('/upload/') && request.method === 'POST') return answerUpload(served, visit);
  if (path.startsWith('/files-pri/')) return answerPrivateFile(served, visit);
  const { store } = served.api.desk;
  if (path.startsWith('/_/'))
    return answerControl({ ...visit, workspace: served.workspace(), store, path: path.slice(3) });
  const [, channel, seconds, rest] = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(path) ?? [];
  if (channel) return send(response, { status: 302, headers: { location: `/#${channel}/${seconds}.${rest}` } });
  if (path === '/favicon.ico') return send(response, { status: 204 });
  if (request.method === 'GET' && answerPage(response, path)) return undefined;
  return send(response, { status: 404, body: 'not found' });
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://local').pathname;
}

export function createWorkspaceServer(served: Served): Server {
  const server = createServer((request, response) => {
    answer(served, { request, response, path: pathOf(request) }).catch((error: unknown) => {
      console.error('the sandbox workspace failed to answer', error);
      if (!response.headersSent) send(response, { status: 500 });
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!foreign(request, served.port())) return served.api.desk.hub.upgrade(request, socket, head);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  return server;
}
