import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Config } from './config/config';
import { answerHook, type HookDeps, hookIn } from './hooks/hooks';
import type { Log } from './log';
import type { Metrics } from './metrics';

/** The HTTP side of the process: Slack's requests where it takes them, and what a supervisor asks. */
export interface HttpDeps {
  /** Bolt's listener; null in Socket Mode and in a worker. */
  readonly slack: RequestListener | null;
  /** What lets alerts ask; null in a worker. */
  readonly hooks: HookDeps | null;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface Readiness {
  readonly ready: boolean;
  readonly lines: readonly string[];
}

const SLACK_PATH = '/slack/events';
/** Bolt refuses old requests only; one from the future would stay valid for as long. Seconds. */
const MOST_CLOCK_SKEW_S = 300;

export async function listen(deps: HttpDeps, { host, port }: Pick<Config, 'host' | 'port'>): Promise<Server> {
  const server = createServer((request, response) => {
    route(deps, request, response).catch((error: unknown) => {
      deps.log.error({ error }, 'http request failed');
      if (!response.headersSent) answer(response, 500, 'text/plain', 'error\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== null && { host }) }, resolve);
  });
  return server;
}

async function route(deps: HttpDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?');
  if (path === SLACK_PATH && request.method === 'POST' && deps.slack) return onSlack(deps.slack, request, response);
  const hook = request.method === 'POST' ? hookIn(path) : null;
  if (hook !== null && deps.hooks) return answerHook(deps.hooks, hook, request, response);
  if (request.method !== 'GET') return answer(response, 404, 'text/plain', 'not found\n');
  if (path === '/healthz') return answer(response, 200, 'text/plain', 'ok\n');
  if (path === '/readyz') return onReady(deps, response);
  if (path === '/metrics')
    return answer(response, 200, deps.metrics.registry.contentType, await deps.metrics.registry.metrics());
  answer(response, 404, 'text/plain', 'not found\n');
}

/** The timestamp is part of what Slack signs, so looking at it before the signature is checked gives nothing away. */
function onSlack(slack: RequestListener, request: IncomingMessage, response: ServerResponse): void {
  const stamp = Number(request.headers['x-slack-request-timestamp']);
  if (!Number.isFinite(stamp) || Math.abs(Date.now() / 1_000 - stamp) > MOST_CLOCK_SKEW_S) {
    request.resume();
    return answer(response, 401, 'text/plain', 'timestamp out of range\n');
  }
  slack(request, response);
}

async function onReady({ readiness }: HttpDeps, response: ServerResponse): Promise<void> {
  const { ready, lines } = await readiness();
  answer(response, ready ? 200 : 503, 'text/plain', `${lines.join('\n')}\n`);
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
