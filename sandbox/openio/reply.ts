import { isNew, type World } from './state';

/** What goes back over HTTP. `text` is sent as it is; `json` undefined means no body. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error of OpenIO: code and message. Thrown to end the whole call. */
export class OioError extends Error {
  readonly code: number;
  readonly retryAfter: boolean;

  constructor(code: number, message: string, retryAfter = true) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const NOT_FOUND = new Set([404, 406, 409, 418, 420, 431, 453, 454]);
const BAD = new Set([400, 480]);
const FORBIDDEN = new Set([403, 440, 441, 455]);
const CONFLICT = new Set([421, 424, 433]);
const AWAY = new Set([2, 3, 4, 5, 6, 7, 8, 10, 305, 436, 481, 503, 504, 509, 511]);

export function errorReply(world: World, error: OioError): Reply {
  const status = httpOf(world, error.code);
  const retry = status === 503 && error.retryAfter ? { 'Retry-After': '1' } : {};
  const backend = isNew(world) && error.message !== 'No handler found' ? { 'x-backend-service-id': '' } : {};
  return { status, json: { status: error.code, message: error.message }, headers: { ...backend, ...retry } };
}

function httpOf(world: World, code: number): number {
  if (BAD.has(code)) return 400;
  if (FORBIDDEN.has(code)) return 403;
  if (NOT_FOUND.has(code)) return 404;
  if (CONFLICT.has(code)) return 409;
  if (code === 2 && !isNew(world)) return 500;
  return AWAY.has(code) ? 503 : 500;
}

/** What 4.2 answers to some writes with `{}` and newer servers with 204. */
export function written(world: World): Reply {
  return isNew(world) ? { status: 204 } : { status: 200, json: {} };
}

export function reasonOf(reply: Reply): string | undefined {
  if (isObject(reply.json) && reply.json.message === 'No handler found') return 'No handler found';
  return REASONS[reply.status];
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  500: 'Internal error',
  503: 'Service unavailable',
};

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
