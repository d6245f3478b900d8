import type { z } from 'zod';
import { decodeJson } from '../decode';
import { BackendFailure } from '../failure';
import type { Http, HttpAnswer } from '../http';
import { refusal as refusalShape } from './answers';
import type { Call, Refusal, WireCall } from './openio';

/** One exchange with a proxy. */
export interface Exchange<T> {
  readonly proxy: URL;
  readonly method: 'GET' | 'POST';
  /** `v3.0` unless another kind of service is asked. */
  readonly api?: 'v1';
  /** Below the api; its pieces are escaped here. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In lower case: `election status of FVE0`. */
  readonly doing: string;
  readonly writes: boolean;
  /** How long the servers may take, told to them too. */
  readonly withinMs: number;
  readonly shape: z.ZodType<T>;
}

export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T; readonly ms: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly ms: number };

export interface Calls {
  /** Sends once and never again. Refusals are values here. */
  ask<T>(exchange: Exchange<T>, call: Call): Promise<Outcome<T>>;
  /** The same, where a refusal is a failure. */
  get<T>(exchange: Exchange<T>, call: Call): Promise<T>;
}

/** The servers' own deadline comes first, so that their words arrive instead of a cut connection. */
const GRACE_MS = 2_000;
const LONGEST_REQUEST_ID = 63;

/** What the request ids of one request begin with, for searching the servers' logs. */
export function requestIdPrefix(request: string): string {
  return `${request.replace(/[^\w.-]/g, '').slice(0, LONGEST_REQUEST_ID - 12)}-`;
}

export function createCalls(http: Http): Calls {
  let counter = 0;
  const send = (exchange: Exchange<unknown>, call: Call): Promise<HttpAnswer> => {
    counter += 1;
    const body = bodyOf(exchange);
    return http.call({
      url: urlOf(exchange),
      method: exchange.method,
      doing: exchange.doing,
      writes: exchange.writes,
      timeoutMs: exchange.withinMs + GRACE_MS,
      signal: call.signal,
      headers: {
        accept: 'application/json',
        // 4.2 answers 40 ms late on kept-alive connections, and a write must not meet one that was just closed.
        connection: 'close',
        'x-oio-req-id': `${requestIdPrefix(call.request)}${counter}`,
        'x-oio-timeout': String(exchange.withinMs * 1_000),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === null ? {} : { body }),
    });
  };
  const ask = async <T>(exchange: Exchange<T>, call: Call): Promise<Outcome<T>> => {
    const started = performance.now();
    const answer = await send(exchange, call);
    return { ...outcomeOf(answer, exchange), ms: Math.round(performance.now() - started) };
  };
  return {
    ask,
    get: async (exchange, call) => {
      const outcome = await ask(exchange, call);
      if (outcome.kind === 'value') return outcome.value;
      throw refused(exchange, outcome.refusal);
    },
  };
}

/** The exchange as it goes over the wire, without the credentials that an address may hold. */
export function wireOf(exchange: Exchange<unknown>): WireCall {
  const url = urlOf(exchange);
  return { method: exchange.method, url: `${url.origin}${url.pathname}${url.search}`, body: bodyOf(exchange) };
}

function bodyOf(exchange: Exchange<unknown>): string | null {
  return exchange.body === undefined ? null : JSON.stringify(exchange.body);
}

/** Every piece is escaped: names may hold `/ & = %` and anything else. */
function urlOf(exchange: Exchange<unknown>): URL {
  const { api = 'v3.0', path, proxy } = exchange;
  const url = new URL(`/${api}/${path.map(encodeURIComponent).join('/')}`, proxy);
  url.search = new URLSearchParams(exchange.query).toString();
  return url;
}

function outcomeOf<T>(answer: HttpAnswer, exchange: Exchange<T>) {
  const decoding = { backend: 'openio', doing: exchange.doing, effect: exchange.writes ? 'possible' : 'none' } as const;
  if (answer.status === 200) {
    return { kind: 'value', value: decodeJson(answer.body, exchange.shape, decoding) } as const;
  }
  if (answer.status === 201 || answer.status === 204) {
    return { kind: 'value', value: exchange.shape.parse(null) } as const;
  }
  const { status: code, message } = decodeJson(answer.body, refusalShape, {
    ...decoding,
    doing: `${exchange.doing}: HTTP ${answer.status}`,
  });
  return { kind: 'refused', refusal: { http: answer.status, code, message } } as const;
}

export function refused(exchange: Pick<Exchange<unknown>, 'doing' | 'writes'>, refusal: Refusal): BackendFailure {
  const { http, code, message } = refusal;
  const effect = exchange.writes && mayHaveActed(refusal) ? 'possible' : 'none';
  const text = `${exchange.doing}: ${wordsOf(refusal)} (HTTP ${http}, code ${code}: ${message})`;
  const absent = code === NO_SUCH_CONTAINER ? ({ absent: true } as const) : {};
  return new BackendFailure(text, { backend: 'openio', kind: 'rejected', effect, ...absent });
}

/** Of the directory, for an account, a container or a cid that it does not know. */
export const NO_SUCH_CONTAINER = 406;

/** Frozen, disabled, already enabled, the two protections of copy, no service: checked before anything is done. */
const CHECKED_FIRST = new Set([436, 437, 439, 472, 473, 481]);

/** A 503 in the middle of a loop over peers, or "Known master did not reply", may come after the deed. */
function mayHaveActed({ http, code }: Refusal): boolean {
  return http >= 500 && !CHECKED_FIRST.has(code);
}

function wordsOf({ http, code, message }: Refusal): string {
  if (message.includes("parameter 'namespace'")) return 'the proxy does not serve this namespace';
  if (message.includes('No meta1 answered')) return 'the directory (meta1) does not answer';
  if (message.startsWith('Deadline reached')) return 'the time given to the servers ran out';
  if (message.startsWith('Election failed')) return 'the election does not end';
  if (code === NO_SUCH_CONTAINER) return 'there is no such container';
  if (code === 431) return 'the directory names no service for it';
  if (code === 453) return 'there is no such service type';
  if (code === 400) return 'the proxy does not understand the request';
  if (code === 404) return 'this proxy knows no such request';
  return http === 503 ? 'the servers cannot do this now' : 'the servers said no';
}
