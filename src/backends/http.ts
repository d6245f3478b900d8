import { Agent, request } from 'undici';
import { type Backend, BackendFailure, type FailureKind } from './failure';

export interface HttpCall {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** What is being done, in lower case: `list servers`. Failures begin with it. */
  readonly doing: string;
  /** Whether the far side changes something when it gets this: only then can a failure have the effect `possible`. */
  readonly writes: boolean;
  /** The whole call, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Any answer, whatever its status: what a status means is the protocol's business. Redirects are not followed. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Http {
  /** Sends once and never again. Throws `BackendFailure` when there is no whole answer, and nothing else. */
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpOptions {
  readonly backend: Backend;
  /** Longest answer in bytes that is read; a longer one is `malformed`. */
  readonly maxBytes?: number;
  /** Most connections to one host; further calls wait. */
  readonly connections?: number;
  /** Shorter than any call's time, so that a host that is away is told apart from one that does not answer. */
  readonly connectMs?: number;
}

/** Kept-alive connections of one backend. Undici's own timers are off: a call's time bounds all of it. */
export function createHttp(options: HttpOptions): Http {
  const agent = new Agent({
    connections: options.connections ?? 32,
    pipelining: 1,
    maxResponseSize: options.maxBytes ?? 64 << 20,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: options.connectMs ?? 1_500 },
  });
  return {
    call: (call) => send(agent, options.backend, call),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, backend: Backend, call: HttpCall): Promise<HttpAnswer> {
  if (call.signal.aborted) {
    throw new BackendFailure(`${call.doing}: given up before anything was sent`, {
      backend,
      kind: 'timeout',
      effect: 'none',
    });
  }
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), call.timeoutMs);
  try {
    const answer = await request(call.url, {
      dispatcher: agent,
      method: call.method,
      headers: { ...call.headers },
      body: call.body ?? null,
      signal: AbortSignal.any([late.signal, call.signal]),
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body };
  } catch (error) {
    const told = tell(error, late.signal.aborted, call);
    const effect = told.sent && call.writes ? 'possible' : 'none';
    const message = `${call.doing}: ${call.url.host} ${told.text}`;
    throw new BackendFailure(message, { backend, kind: told.kind, effect, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

interface Told {
  readonly kind: FailureKind;
  readonly text: string;
  /** Whether the request may have left this machine. */
  readonly sent: boolean;
}

/** Everything that is not known to have failed while connecting counts as sent. */
function tell(error: unknown, late: boolean, call: HttpCall): Told {
  const code = codeOf(error);
  if (late) return { kind: 'timeout', text: `did not answer within ${call.timeoutMs} ms`, sent: true };
  if (call.signal.aborted) return { kind: 'timeout', text: 'was given up while it had not answered', sent: true };
  if (whileConnecting(error, code)) return { kind: 'unreachable', text: `cannot be reached (${code})`, sent: false };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { kind: 'malformed', text: 'answered too much', sent: true };
  if (/^(HPE_|HTTPParserError)/.test(code))
    return { kind: 'malformed', text: `does not answer in HTTP (${code})`, sent: true };
  return { kind: 'timeout', text: `dropped the connection before the answer (${code})`, sent: true };
}

const NEVER_CONNECTED = /^(UND_ERR_CONNECT_TIMEOUT|ENOTFOUND|EAI_.*|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|.*CERT.*)$/;

function whileConnecting(error: unknown, code: string): boolean {
  if (NEVER_CONNECTED.test(code)) return true;
  if (!isRecord(error)) return false;
  if (Array.isArray(error.errors)) return error.errors.every((each) => whileConnecting(each, codeOf(each)));
  return error.syscall === 'connect';
}

function codeOf(error: unknown): string {
  if (!isRecord(error)) return String(error);
  return String(error.code ?? error.name ?? 'unknown error');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
