/** The API of the page and of scripts, under /_/. It acts as any person: there is no login, only this machine. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseJson, readBody, send, sendJson } from './http';
import { isPicture, seenMessage } from './seen';
import { snapshot } from './snapshot';
import type { Store } from './store';
import type { Workspace } from './workspace';

/** Bytes. */
const LARGEST_BODY = 256_000;

interface Post {
  run(body: unknown, workspace: Workspace): Promise<unknown>;
}

function definePost<T>(schema: z.ZodType<T>, act: (body: T, workspace: Workspace) => unknown): Post {
  return { run: async (body, workspace) => act(schema.parse(body), workspace) };
}

const who = z.string();
const chosen = z.union([z.string(), z.array(z.string())]).exactOptional();
const values = z.record(z.string(), z.union([z.string(), z.array(z.string())])).exactOptional();
const confirm = z.boolean().exactOptional();
const times = z.strictObject({ times: z.int().min(0) });

const typing = z.strictObject({
  who,
  channel: z.string(),
  text: z.string().min(1),
  threadTs: z.string().exactOptional(),
});
const refusal = z.strictObject({
  method: z.string(),
  status: z.union([z.literal(429), z.literal(500), z.literal(502), z.literal(503)]),
  times: z.int().exactOptional(),
  retryAfter: z.number().exactOptional(),
  effect: z.enum(['none', 'done']).exactOptional(),
});

const POSTS: Readonly<Record<string, Post>> = {
  type: definePost(typing, (body, workspace) =>
    body.text.trim().startsWith('/') ? workspace.typeCommand(body) : workspace.say(body),
  ),
  press: definePost(
    z.strictObject({ who, channel: z.string(), ts: z.string(), actionId: z.string(), confirm, chosen }),
    (body, workspace) => workspace.press(body),
  ),
  'press-button': definePost(
    z.strictObject({ who, text: z.string(), channel: z.string().exactOptional(), confirm }),
    (body, workspace) => workspace.pressButton(body),
  ),
  submit: definePost(z.strictObject({ who, values }), (body, workspace) => workspace.submitView(body)),
  close: definePost(z.strictObject({ who }), (body, workspace) => workspace.closeView(body.who)),
  'press-in-view': definePost(z.strictObject({ who, actionId: z.string(), chosen, values }), (body, workspace) =>
    workspace.pressInView(body),
  ),
  'press-in-home': definePost(z.strictObject({ who, actionId: z.string(), chosen }), (body, workspace) =>
    workspace.pressInHome(body),
  ),
  suggest: definePost(z.strictObject({ who, actionId: z.string(), value: z.string(), values }), (body, workspace) =>
    workspace.suggest(body),
  ),
  shortcut: definePost(
    z.strictObject({
      who,
      callbackId: z.string(),
      channel: z.string().exactOptional(),
      ts: z.string().exactOptional(),
    }),
    (body, workspace) => workspace.useShortcut(body),
  ),
  home: definePost(z.strictObject({ who }), (body, workspace) => workspace.openHome(body.who)),
  'faults/refuse': definePost(refusal, ({ method, ...how }, { faults }) => faults.refuse(method, how)),
  'faults/slow': definePost(z.strictObject({ method: z.string(), ms: z.int().min(0) }), (body, { faults }) =>
    faults.slow(body.method, body.ms),
  ),
  'faults/drop-acks': definePost(times, (body, { faults }) => faults.dropAcks(body.times)),
  'faults/deliver-twice': definePost(times, (body, { faults }) => faults.deliverTwice(body.times)),
  'faults/app-down': definePost(z.strictObject({ on: z.boolean() }), (body, { faults }) => faults.appDown(body.on)),
  'faults/disconnect': definePost(
    z.strictObject({ reason: z.enum(['warning', 'refresh_requested', 'link_disabled']) }),
    (body, workspace) => workspace.disconnect(body.reason),
  ),
  'faults/clear': definePost(z.strictObject({}), (_body, { faults }) => faults.clear()),
};

/** `world/<system>/<trouble>`, or undefined when the path is no switch. */
function worldSwitch(path: string): Post | undefined {
  const [, system, trouble] = /^world\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (!system || !trouble) return undefined;
  return definePost(z.strictObject({ on: z.boolean() }), (body, workspace) =>
    workspace.switchTrouble(decodeURIComponent(system), decodeURIComponent(trouble), body.on),
  );
}

interface Asked {
  readonly workspace: Workspace;
  readonly store: Store;
  /** Without `/_/`. */
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Only JSON is taken: a form that another site's page could send is not. */
async function answerPost({ workspace, path, request, response }: Asked): Promise<void> {
  const post = POSTS[path] ?? worldSwitch(path);
  if (!post) return sendJson(response, { error: 'there is no such thing' }, 404);
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return sendJson(response, { error: 'send JSON' }, 415);
  }
  const body = await readBody(request, LARGEST_BODY);
  if (!body) return sendJson(response, { error: 'too long' }, 413);
  try {
    sendJson(response, (await post.run(parseJson(body.toString('utf8')), workspace)) ?? {});
  } catch (error) {
    const message =
      error instanceof z.ZodError ? z.prettifyError(error) : String(error instanceof Error ? error.message : error);
    sendJson(response, { error: message }, 400);
  }
}

function answerFile({ store, path, response }: Asked): void {
  const file = store.files.get(decodeURIComponent(path.slice('files/'.length)));
  if (!file) return send(response, { status: 404 });
  const kind = isPicture(file) ? 'inline' : 'attachment';
  const disposition = `${kind}; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  const headers = { 'content-disposition': disposition, 'content-security-policy': "default-src 'none'; sandbox" };
  send(response, { status: 200, type: file.mimetype, headers, body: file.bytes });
}

/** How long changes are gathered before the page is told. */
const GATHER_MS = 60;

/** One event stream per page: it carries no content, only that there is something new. */
function answerEvents({ store, request, response }: Asked): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\ndata: hello\n\n');
  let timer: NodeJS.Timeout | undefined;
  const stop = store.onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      response.write('data: changed\n\n');
    }, GATHER_MS);
  });
  request.on('close', () => {
    stop();
    clearTimeout(timer);
  });
}

function answerGet(asked: Asked): void {
  const { workspace, store, path, request, response } = asked;
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  if (path === 'events') return answerEvents(asked);
  if (path.startsWith('files/')) return answerFile(asked);
  if (path === 'world') return sendJson(response, workspace.world());
  if (path === 'calls') return sendJson(response, workspace.calls);
  if (path === 'messages') {
    const channel = query.get('channel');
    const all = store.messages().filter((one) => one.audience === undefined && (!channel || one.channel === channel));
    return sendJson(
      response,
      all.map((one) => ({ ...seenMessage(store, one), files: one.fileIds })),
    );
  }
  const person = store.people.find((one) => one.id === query.get('who')) ?? store.people[0];
  if (path === 'state' && person) return sendJson(response, snapshot(workspace, store, person));
  return sendJson(response, { error: 'there is no such thing' }, 404);
}

export async function answerControl(asked: Asked): Promise<void> {
  if (asked.request.method === 'POST') return answerPost(asked);
  return answerGet(asked);
}
