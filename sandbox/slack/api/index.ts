/** The Web API's front desk: who asks, may they, how often, and what is it about. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultBox } from '../faults';
import { parseJson, readBody, send, sendJson } from '../http';
import type { Identity } from '../identity';
import type { Rates } from '../rates';
import type { TrafficLog } from '../traffic';
import { chat } from './chat';
import { directory } from './directory';
import { files } from './files';
import { type Desk, type Method, type Reply, refuse } from './method';
import { views } from './views';

const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries({ ...chat, ...directory, ...files, ...views }));

/** Bytes. The largest message is far below. */
const LARGEST_BODY = 1_000_000;

export interface WebApi {
  readonly desk: Desk;
  readonly identity: Identity;
  readonly rates: Rates;
  readonly faults: FaultBox;
  readonly traffic: TrafficLog;
}

type Arguments = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The arguments, or the error for a body that cannot be read. */
function readArguments(request: IncomingMessage, body: string): Arguments | string {
  const type = request.headers['content-type'] ?? '';
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://local').searchParams);
  if (type.startsWith('application/json')) {
    const parsed = body === '' ? {} : parseJson(body);
    return isRecord(parsed) ? { ...query, ...parsed } : 'invalid_json';
  }
  if (body !== '' && !type.startsWith('application/x-www-form-urlencoded')) return 'invalid_post_type';
  return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
}

/** In JSON the token must be in the header; a form may carry it. */
function tokenOf(request: IncomingMessage, given: Arguments): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer) return bearer;
  return typeof given.token === 'string' ? given.token : undefined;
}

type Token = 'bot' | 'app';

/** Whose token it is; undefined for one that is none of the app's, or not any more. */
function kindOf({ identity, faults }: WebApi, token: string | undefined): Token | undefined {
  const kind = token === identity.botToken ? 'bot' : token === identity.appToken ? 'app' : undefined;
  return kind && !faults.isRevoked(kind) ? kind : undefined;
}

/** What a token may do. */
function scopesOf({ desk, faults }: WebApi, kind: Token): readonly string[] {
  return kind === 'app' ? ['connections:write'] : (faults.granted() ?? desk.scopes);
}

function denied(api: WebApi, method: Method, token: string | undefined): Reply | undefined {
  if (token === undefined) return refuse('not_authed');
  const kind = kindOf(api, token);
  if (!kind) return refuse('invalid_auth');
  if (kind !== method.token) return refuse('not_allowed_token_type');
  if (kind === 'app' || method.scopes.length === 0) return undefined;
  const scopes = scopesOf(api, kind);
  if (method.scopes.some((scope) => scopes.includes(scope))) return undefined;
  return refuse('missing_scope', { needed: method.scopes.join(','), provided: scopes.join(',') });
}

/** With a token that it knows, Slack says what that may do and what the method asks for. */
function scopeHeaders(api: WebApi, name: string, token: string | undefined): Readonly<Record<string, string>> {
  const kind = kindOf(api, token);
  if (!kind) return {};
  const accepted = METHODS.get(name)?.scopes ?? [];
  return {
    'x-oauth-scopes': scopesOf(api, kind).join(','),
    ...(accepted.length > 0 && { 'x-accepted-oauth-scopes': accepted.join(',') }),
  };
}

interface Outcome {
  readonly status: number;
  readonly reply: Reply;
  /** Seconds. */
  readonly retryAfter?: number;
  /** What the answer says of the token's rights. */
  readonly scopes?: Readonly<Record<string, string>>;
}

function limited(retryAfter: number): Outcome {
  return { status: 429, reply: refuse('ratelimited'), retryAfter };
}

function perform(api: WebApi, name: string, request: IncomingMessage, body: string): Outcome & { about: string } {
  const given = readArguments(request, body);
  if (typeof given === 'string') return { status: 200, reply: refuse(given), about: '' };
  const about = [given.channel ?? given.channel_id ?? given.user ?? '', given.text ?? given.filename ?? '']
    .join(' ')
    .trim();
  const method = METHODS.get(name);
  if (!method) return { status: 200, reply: refuse('unknown_method', { req_method: name }), about };
  const presented = tokenOf(request, given);
  const scopes = scopeHeaders(api, name, presented);
  const no = denied(api, method, presented);
  if (no) return { status: 200, reply: no, about, scopes };
  const fault = api.faults.takeRefusal(name);
  if (fault?.effect !== 'done' && fault) return { ...faulty(fault.status, fault.retryAfter), about };
  const seconds = api.rates.take(method.tier, method.tier === 'post' ? `${name} ${String(given.channel)}` : name);
  if (seconds > 0) return { ...limited(seconds), about };
  const { token: _token, team_id: _team, ...rest } = given;
  const reply = method.call(rest, api.desk);
  return fault ? { ...faulty(fault.status, fault.retryAfter), about } : { status: 200, reply, about, scopes };
}

function faulty(status: number, retryAfter = 1): Outcome {
  return status === 429 ? limited(retryAfter) : { status, reply: refuse('internal_error') };
}

/** Answers one call of a method. */
export async function answerApi(api: WebApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const name = new URL(request.url ?? '/', 'http://local').pathname.slice('/api/'.length);
  const body = await readBody(request, LARGEST_BODY);
  if (!body) return sendJson(response, refuse('request_too_large'), 413);
  const { status, reply, retryAfter, about, scopes } = perform(api, name, request, body.toString('utf8'));
  const delay = api.faults.delayOf(name);
  if (delay > 0) await sleep(delay, undefined, { ref: false });
  const error = reply.ok ? undefined : reply.error;
  api.traffic.note({ kind: 'api', method: name, error, status, ms: performance.now() - started, about });
  response.setHeader('date', api.faults.date());
  if (status >= 500) return send(response, { status });
  const headers = {
    ...scopes,
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
  };
  sendJson(response, reply, status, headers);
}
