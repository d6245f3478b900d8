/** Small pieces over node:http: guarding the door, reading bodies, answering. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Why this request is refused, or undefined. A foreign Host is a name that was made to point here (DNS rebinding); a
 * foreign Origin is another site's page in the same browser.
 */
export function foreign(request: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(request.headers.host ?? '')) return 'this host name is not served here';
  const { origin } = request.headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return 'other sites may not ask';
  const site = request.headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site' ? 'other sites may not ask' : undefined;
}

/** The whole body, or undefined when it is longer than `most` bytes; the rest of a long one is thrown away. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= most) chunks.push(bytes);
  }
  return size > most ? undefined : Buffer.concat(chunks);
}

const SAFE = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

export interface Sent {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export function send(response: ServerResponse, { status, type, headers, body = '' }: Sent): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...SAFE, 'content-type': type ?? 'text/plain; charset=utf-8', ...headers });
  response.end(body);
}

export function sendJson(response: ServerResponse, body: unknown, status = 200, headers: Sent['headers'] = {}): void {
  send(response, { status, type: 'application/json; charset=utf-8', headers, body: JSON.stringify(body) });
}

/** Undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
