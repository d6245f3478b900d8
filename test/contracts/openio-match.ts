import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';

/** One recorded exchange with a real proxy. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly response: Answer;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Capture {
  readonly version: '4.2.10' | '2026.14.2';
  readonly exchanges: readonly Exchange[];
}

export function captured(name: string): Capture {
  return JSON.parse(readFileSync(join(__dirname, '../fixtures/openio', `${name}.json`), 'utf8'));
}

/** Sends a recorded request somewhere else. */
export function replay(url: string, { request: recorded }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...recorded.headers, 'content-length': Buffer.byteLength(recorded.body) };
    const sent = request(
      new URL(recorded.target, url),
      { method: recorded.method, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            reason: answer.statusMessage ?? '',
            headers: kept(answer.headers),
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(recorded.body);
  });
}

function kept(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => {
    return name === 'retry-after' || name === 'content-type' || name.startsWith('x-oio-container');
  });
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** How closely addresses have to agree: where an election decides, only who is who matters, not which address it is. */
export type Addresses = 'the same' | 'any';

/**
 * What has to be equal in a recorded answer and in the stand-in's: everything but times, counters, request ids, the order
 * of peers, and how often an election has turned round.
 */
export function comparable(answer: Answer, addresses: Addresses): unknown {
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, text(name, value, addresses)]),
  );
  return { status: answer.status, reason: answer.reason, headers, body: body(answer.body, addresses) };
}

function body(raw: string, addresses: Addresses): unknown {
  try {
    return plain('', JSON.parse(raw), addresses);
  } catch {
    return raw;
  }
}

function plain(key: string, value: unknown, addresses: Addresses): unknown {
  if (typeof value === 'string') return text(key, value, addresses);
  if (typeof value === 'number')
    return ['status', 'seq', 'score', 'score.put', 'score.get'].includes(key) ? value : 'NUMBER';
  if (Array.isArray(value)) return list(key, value, addresses);
  if (typeof value !== 'object' || value === null) return key === 'id' ? 'NUMBER' : value;
  const entries = Object.entries(value).filter(([name]) => name !== 'sys.last_vacuum');
  const named = entries.map(([name, inner]) => [text('', name, addresses), plain(name, inner, addresses)] as const);
  return named.toSorted((a, b) => order(JSON.stringify(a), JSON.stringify(b)));
}

/** A log is the set of what happened. Lists of services come in any order. */
function list(key: string, value: readonly unknown[], addresses: Addresses): unknown {
  if (key === 'log') return 'LOG';
  return value
    .map((each) => plain('', each, addresses))
    .toSorted((a, b) => order(JSON.stringify(a), JSON.stringify(b)));
}

function text(key: string, value: string, addresses: Addresses): string {
  if (key === 'sys.status' || key.endsWith('sys-status')) return value;
  const counted = value
    .replace(/\b\d{10,16}\b/g, 'TIME')
    .replace(/reqid=[\w-]+/, 'reqid=ID')
    .replace(/Timeout \(\d+\.\d+s\)/, 'Timeout (SECONDS)')
    .replace(/^\d+(:|%3A)0$/, 'VERSION')
    .replace(/meta2-\d/, addresses === 'any' ? 'meta2-N' : '$&');
  return addresses === 'any' ? counted.replace(/\d+\.\d+\.\d+\.\d+:\d+/g, 'ADDRESS') : counted;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Peer → what its log says, newest first, without times. */
export function logs(answer: Answer): ReadonlyMap<string, readonly string[]> {
  const peers: Record<string, { body: { log?: string[] } | null }> = JSON.parse(answer.body);
  return new Map(
    Object.entries(peers).map(([id, each]) => [id, (each.body?.log ?? []).map((line) => line.replace(/^\d+:/, ''))]),
  );
}
