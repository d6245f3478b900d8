import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Clusters, selectCluster } from '../../handlers/clusters';
import type { Words } from '../../handlers/operation';
import { understand } from '../../handlers/understand';
import { plain } from '../../handlers/view';
import { requestId } from '../../jobs/request/id';
import type { Requests } from '../../jobs/requests';
import type { HookMemory } from '../../jobs/store/hook-memory';
import type { HookConfig } from '../config/hook-config';
import { commandFor } from './command';
import { isSigned, SIGNATURE, TIMESTAMP } from './signature';

/** `POST /hooks/<name>`: lets an alert ask one query in a channel. It can never ask for a change. */
export interface HookDeps {
  readonly hooks: readonly HookConfig[];
  readonly clusters: Clusters;
  readonly requests: Pick<Requests, 'open'>;
  readonly memory: HookMemory;
  readonly onError: (error: unknown, hook: string) => void;
}

const LONGEST_BODY = 16_384;
const PATH = /^\/hooks\/([a-z0-9-]{1,41})$/;

const bodySchema = z.strictObject({ parameters: z.record(z.string(), z.string().max(500)).default({}) });

interface Answer {
  readonly status: number;
  readonly body: { readonly request: string } | { readonly problem: string };
}

export function hookIn(path: string): string | null {
  return PATH.exec(path)?.[1] ?? null;
}

export async function answerHook(
  deps: HookDeps,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answerTo(deps, name, request);
  const text = `${JSON.stringify(body)}\n`;
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

async function answerTo(deps: HookDeps, name: string, request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request);
  if (body === null) return problem(413, `the body is longer than ${LONGEST_BODY} bytes`);
  const hook = deps.hooks.find((one) => one.name === name);
  const header = (key: string) => [request.headers[key]].flat()[0];
  const signature = header(SIGNATURE);
  const signed = { timestamp: header(TIMESTAMP), signature, body };
  // The same words for a hook that is not there: names are nobody's business.
  if (!hook || signature === undefined || !isSigned(hook.secret, signed, Date.now())) {
    return problem(401, 'not signed, signed with another secret, or more than five minutes old');
  }
  const command = commandIn(hook, body);
  if (!command.ok) return problem(400, command.problem);
  const delivery = `webhook ${name} ${createHash('sha256').update(signature).digest('hex')}`;
  try {
    const admitted = await deps.memory.admit(name, requestId(delivery));
    if (admitted === 'again') return problem(409, 'this delivery was taken already');
    if (admitted === 'too many') return problem(429, 'too many in this minute');
    return await open(deps, hook, { words: command.args, delivery });
  } catch (error) {
    deps.onError(error, `hook ${name}`);
    return problem(503, 'not confirmed; try again in a moment');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= LONGEST_BODY) chunks.push(bytes);
  }
  return length <= LONGEST_BODY ? Buffer.concat(chunks) : null;
}

function commandIn(hook: HookConfig, body: Buffer) {
  const parsed = bodySchema.safeParse(jsonIn(body));
  if (parsed.success) return commandFor(hook, parsed.data.parameters);
  return { ok: false, problem: 'the body must be JSON: { "parameters": { "name": "value" } }' } as const;
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

interface Ordered {
  readonly words: Words;
  readonly delivery: string;
}

async function open(deps: HookDeps, hook: HookConfig, { words, delivery }: Ordered): Promise<Answer> {
  const understood = understand(deps.clusters, { words, channel: hook.channel });
  if (understood.kind === 'said' || words[0] === 'ops') {
    return problem(422, 'the command of this hook is not understood with these parameters');
  }
  const { cluster, operation, words: rest } = understood;
  // Twice at once is one request: its id is of the delivery.
  const opened = await deps.requests.open({
    delivery,
    road: 'webhook',
    cluster: cluster.name,
    operation,
    words: rest,
    requester: `webhook ${hook.name}`,
    place: { channel: hook.channel },
  });
  return opened.ok ? { status: 202, body: { request: opened.request.id } } : problem(403, plain(opened.refusal.why));
}

/** What a hook can never do, found at start: a template that does not begin with a query. */
export function hookProblems({ hooks, clusters }: Pick<HookDeps, 'hooks' | 'clusters'>): readonly string[] {
  return hooks.flatMap(({ name, template, channel }) => {
    const selected = selectCluster(template);
    const words = selected.ok ? selected.args.words : [];
    const on = (selected.ok ? selected.args.cluster : null) ?? clusters.ofChannel(channel);
    const operation = words[0] === 'ops' ? null : clusters.find(on)?.catalogue.match(words)?.operation;
    if (operation?.kind === 'query') return [];
    return [`hooks.${name}.command must begin with a query of openio, distkv or palm that is configured there`];
  });
}

function problem(status: number, text: string): Answer {
  return { status, body: { problem: text } };
}
