import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Said =
  | { readonly status?: number; readonly json?: unknown; readonly text?: string }
  /** Says that more follows, and cuts the connection. */
  | { readonly half: string }
  | 'hang up'
  | 'never';

export interface Scripted {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** A proxy that answers whatever a test wants it to answer. */
export async function scripted(answer: (asked: Asked) => Said): Promise<Scripted> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://proxy');
      const body = Buffer.concat(chunks).toString();
      const one = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body,
      };
      asked.push(one);
      const said = answer(one);
      if (said === 'never') return;
      if (said === 'hang up') return void request.socket.destroy();
      if ('half' in said) {
        response.writeHead(200, { 'content-length': said.half.length * 2 });
        response.write(said.half, () => request.socket.destroy());
        return;
      }
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
      response.end(said.text ?? (said.json === undefined ? '' : JSON.stringify(said.json)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, asked, close: () => close(server) };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** What a healthy new proxy says about FVE0 on three peers, the first of them master. */
export function healthy(peers: readonly string[], special: (asked: Asked) => Said | null = () => null) {
  return (asked: Asked): Said => {
    const own = special(asked);
    if (own) return own;
    const verb = asked.path.split('/').at(-1) ?? '';
    if (verb === 'show') {
      const srv = peers.map((host) => ({ seq: 1, type: 'meta2', host, args: '' }));
      return { json: { dir: [], srv, cid: 'AA', account: 'myaccount', name: 'FVE0' } };
    }
    const ids = asked.query.get('service_id')?.split(',') ?? peers;
    const master = peers[0] ?? '';
    const entry = (id: string) => {
      if (verb !== 'status' || id === master) return { status: { status: 200, message: 'OK' }, body: '' };
      return { status: { status: 303, message: master }, body: '' };
    };
    return { json: Object.fromEntries(ids.map((id) => [id, entry(id)])) };
  };
}
