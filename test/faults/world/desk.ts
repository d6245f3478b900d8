import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { readBody, send } from '../../../sandbox/slack/http';
import { deliverByHttp } from '../../../sandbox/slack/http-link';
import { createWorkspace } from '../../../sandbox/slack/workspace';
import type { Phase } from '../schedule';
import { GROUP, PEOPLE, type Trouble } from '../schedule';

/**
 * Slack, as far as a run needs it. The Web API is the strict pretend workspace's, asked through here, so that calls can be
 * seen, lost and delayed. Commands and clicks are delivered by hand: a person may press a button that is gone by now.
 */
export interface Desk {
  /** For SLACK_API_URL of this process. */
  apiUrl(process: number): string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly channels: readonly string[];
  told: Told;
  /** The trouble that is on. */
  trouble: Extract<Trouble, { kind: 'slack' }>['what'] | null;
  deliver(delivery: Delivery, port: number): Promise<{ readonly ok: boolean; readonly said: string }>;
  close(): Promise<void>;
}

export interface Told {
  shown(message: {
    readonly channel: string;
    readonly ts: string;
    readonly text: string;
    readonly blocks: unknown;
  }): void;
  whispered(delivery: string, said: string): void;
  /** The person who did this sees a form now. */
  opened(delivery: string, form: Form): void;
  /** A message is about to be posted or edited; the process may be struck here. */
  reached(process: number, point: 'post' | 'edit', phase: Phase): void;
}

export interface Form {
  readonly callback: string;
  readonly about: string;
}

function formIn(view: string): Form {
  const { callback_id: callback, private_metadata: about } = JSON.parse(view) as Readonly<Record<string, string>>;
  return { callback: callback ?? '', about: about ?? '' };
}

export interface Delivery {
  readonly id: string;
  readonly again: boolean;
  readonly user: string;
  readonly channel: string;
  readonly what:
    | { readonly kind: 'command'; readonly command: string; readonly text: string }
    | { readonly kind: 'form'; readonly form: Form; readonly opener: string; readonly reason: string }
    | { readonly kind: 'click'; readonly action: string; readonly value: string; readonly ts: string };
}

const CHANNELS = 1_200;
const FAST = { perMinute: 10_000_000, burst: 10_000_000 };
const LARGEST = 4_000_000;
const ACK_MS = 3_000;

export async function createDesk(manifest: unknown): Promise<Desk> {
  const channels = Array.from({ length: CHANNELS }, (_, n) => `C${String(n).padStart(6, '0')}`);
  const workspace = await createWorkspace({
    manifest,
    people: Object.values(PEOPLE),
    channels: channels.map((id) => ({ id, name: id.toLowerCase() })),
    userGroups: [{ id: GROUP, handle: 'oncall', name: 'On call', users: [PEOPLE.dee.id] }],
    rates: { post: FAST, update: FAST, tier2: FAST, tier3: FAST, tier4: FAST },
  });
  const pool = new Pool(new URL(workspace.apiUrl).origin, { connections: 8 });
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const opened = new Map<string, Form>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, first = '', second = '', third = ''] = (request.url ?? '').split(/[/?]/);
    const body = (await readBody(request, LARGEST)) ?? Buffer.alloc(0);
    if (first === 'respond') {
      desk.told.whispered(decodeURIComponent(second), body.toString('utf8'));
      return send(response, { status: 200, body: 'ok' });
    }
    return call({ process: Number(first.slice(1)), method: third, request, response, body });
  }

  async function call({ process, method, request, response, body }: Call): Promise<void> {
    const point = POINTS.get(method);
    const { trouble } = desk;
    if (trouble === 'down') return send(response, { status: 503 });
    if (trouble === 'too fast' && point) return send(response, { status: 429, headers: { 'retry-after': '1' } });
    if (trouble === 'groups unknown' && method === 'usergroups.users.list') return send(response, { status: 503 });
    if (point) desk.told.reached(process, point, 'before');
    if (response.destroyed) return;
    if (method === 'views.open') return open(body, response);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const passed = await pool.request({
      method: 'POST',
      path: `/api/${method}`,
      headers: { authorization, 'content-type': type },
      body,
    });
    const reply = await passed.body.text();
    if (point) note(body, reply);
    if (point) desk.told.reached(process, point, 'sent');
    if (trouble === 'lost answer' && point) return send(response, { status: 502 });
    send(response, { status: passed.statusCode, type: 'application/json; charset=utf-8', body: reply });
    if (point) setImmediate(() => desk.told.reached(process, point, 'answered'));
  }

  /** A trigger opens one form. */
  function open(body: Buffer, response: ServerResponse): void {
    const given = new URLSearchParams(body.toString('utf8'));
    const delivery = given.get('trigger_id') ?? '';
    const known = opened.has(delivery);
    const form = formIn(given.get('view') ?? '{}');
    opened.set(delivery, form);
    const reply = known ? { ok: false, error: 'exchanged_trigger_id' } : { ok: true, view: { id: `V${delivery}` } };
    if (!known) desk.told.opened(delivery, form);
    send(response, { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(reply) });
  }

  function note(body: Buffer, reply: string): void {
    const given = new URLSearchParams(body.toString('utf8'));
    const answered = JSON.parse(reply) as { ok: boolean; ts?: string; error?: string };
    // A call to those who may approve, below the message; it says nothing of its own.
    if (given.has('thread_ts')) return;
    if (!answered.ok) return void console.error('Slack refused', answered);
    const blocks: unknown = JSON.parse(given.get('blocks') ?? '[]');
    desk.told.shown({
      channel: given.get('channel') ?? '',
      ts: answered.ts ?? '',
      text: given.get('text') ?? '',
      blocks,
    });
  }

  const desk: Desk = {
    apiUrl: (process) => `${origin}/p${process}/api/`,
    botToken: workspace.botToken,
    signingSecret: workspace.signingSecret,
    channels,
    told: { shown: () => undefined, whispered: () => undefined, opened: () => undefined, reached: () => undefined },
    trouble: null,
    deliver: (delivery, port) => deliver(delivery, { port, origin, signingSecret: workspace.signingSecret }),
    close: async () => {
      await pool.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await workspace.close();
    },
  };
  return desk;
}

interface Call {
  readonly process: number;
  readonly method: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

const POINTS: ReadonlyMap<string, 'post' | 'edit'> = new Map([
  ['chat.postMessage', 'post'],
  ['chat.update', 'edit'],
]);

interface Road {
  readonly port: number;
  readonly origin: string;
  readonly signingSecret: string;
}

/** The same delivery again has the same payload: Slack's ids name the act, not the attempt. */
async function deliver(
  delivery: Delivery,
  { port, origin, signingSecret }: Road,
): Promise<{ ok: boolean; said: string }> {
  const target = { requestUrl: `http://127.0.0.1:${port}/slack/events`, signingSecret, ackMs: ACK_MS };
  const isCommand = delivery.what.kind === 'command';
  const payload = payloadOf(delivery, `${origin}/respond/${encodeURIComponent(delivery.id)}`);
  const type = isCommand ? 'slash_commands' : 'interactive';
  const answer = await deliverByHttp({ type, payload, about: '' }, target, delivery.again);
  if (answer.kind === 'failed') return { ok: false, said: answer.error };
  return { ok: true, said: answer.body === undefined ? '' : JSON.stringify(answer.body) };
}

function payloadOf({ id, user, channel, what }: Delivery, response_url: string): Readonly<Record<string, unknown>> {
  const common = { api_app_id: 'A0SANDBOX', token: 'sandbox', trigger_id: id, response_url };
  if (what.kind === 'command') {
    const { command, text } = what;
    return { ...common, team_id: 'T0SANDBOX', channel_id: channel, user_id: user, command, text };
  }
  if (what.kind === 'form') return { ...common, ...submissionOf(user, what) };
  const { action, value, ts } = what;
  return {
    ...common,
    type: 'block_actions',
    team: { id: 'T0SANDBOX' },
    user: { id: user, team_id: 'T0SANDBOX' },
    container: { type: 'message', message_ts: ts, channel_id: channel },
    channel: { id: channel },
    message: { ts },
    state: { values: {} },
    actions: [{ action_id: action, block_id: 'decisions', type: 'button', value, action_ts: id }],
  };
}

function submissionOf(
  user: string,
  { form, opener, reason }: Extract<Delivery['what'], { kind: 'form' }>,
): Readonly<Record<string, unknown>> {
  const values = { reason: { reason: { type: 'plain_text_input', value: reason } } };
  return {
    type: 'view_submission',
    team: { id: 'T0SANDBOX' },
    user: { id: user, team_id: 'T0SANDBOX' },
    view: {
      ...{ id: `V${opener}`, hash: opener, type: 'modal', state: { values }, blocks: [] },
      ...{ callback_id: form.callback, private_metadata: form.about },
    },
    response_urls: [],
  };
}
