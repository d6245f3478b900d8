import type { Text } from '../handlers/view';
import type { Attachments } from '../jobs/attachments';
import { type Drawn, type Due, RENEW_EVERY_MS, type Redraws } from '../jobs/redraws';
import type { Request } from '../jobs/request';
import type { Store } from '../jobs/store';
import { type Drawing, drawView, type FileToPost } from './blocks';
import { refusal } from './commands';
import type { Log } from './log';
import { drawRequest } from './message';
import { type Bucket, createPace, type Pace } from './pace';
import { toPng } from './png';
import type { Sent, Slack } from './slack';

/**
 * Every message leaves through here. Takes requests whose message is behind, draws each from its record as it is now, and
 * posts or edits at a pace Slack accepts. What was missed while Slack or the bot was away is drawn once, as it is then.
 */
export interface Outbox {
  start(): void;
  /** Ends after the calls that are under way. */
  stop(): Promise<void>;
  /** After a click: the clicked message is drawn as the record is now, also when it is an old or a second one. */
  repaint(request: string, clicked: { readonly channel: string; readonly ts: string }): Promise<void>;
  /** How a person can still be told when the channel cannot be posted to. */
  rememberResponseUrl(request: string, url: string): void;
}

export interface OutboxDeps {
  readonly slack: Slack;
  readonly store: Store;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly approvers: Text;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

const LOOK_EVERY_MS = 250;
const AT_ONCE = 20;
/** After an answer was lost. */
const AGAIN_MS = 3_000;
/** How long a response_url works. */
const RESPONSE_URL_MS = 30 * 60_000;

/** What to do next with a request whose message is due. */
type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly ms: number }
  | { readonly kind: 'never'; readonly why: string };
const DONE: Next = { kind: 'done' };

export function createOutbox(deps: OutboxDeps): Outbox {
  const pace = createPace(deps.clock);
  const responseUrls = new Map<string, string>();
  const lanes = createLanes();
  const pump = createPump(deps, async (due) => {
    const request = await deps.store.load(due.request);
    if (!request) return deps.redraws.drop(due.request);
    const renew = () => void deps.redraws.renew(due.request).catch(() => undefined);
    const lease = setInterval(renew, RENEW_EVERY_MS);
    await lanes.run(request.place.channel, () => settle(due, request)).finally(() => clearInterval(lease));
  });

  async function settle(due: Due, request: Request): Promise<void> {
    const next = await drawDue(deps, pace, due).catch((error: unknown): Next => {
      deps.log.error({ error, request: request.id }, 'message not drawn');
      return { kind: 'later', ms: AGAIN_MS };
    });
    if (next.kind === 'later') return deps.redraws.later(due.request, next.ms);
    if (next.kind === 'done') return;
    deps.log.error({ request: request.id, channel: request.place.channel, why: next.why }, 'message given up');
    await deps.redraws.drop(due.request);
    const url = responseUrls.get(request.id);
    if (url !== undefined) await deps.slack.whisper(url, drawView(refusal(notPosted(next.why)), 'result'));
  }

  return {
    start: pump.start,
    stop: async () => {
      await pump.stop();
      await lanes.idle();
    },
    repaint: async (id, clicked) => {
      await repaint(deps, id, clicked).catch((error: unknown) =>
        deps.log.warn({ error, request: id }, 'clicked message not repainted'),
      );
    },
    rememberResponseUrl: (request, url) => {
      responseUrls.set(request, url);
      setTimeout(() => responseUrls.delete(request), RESPONSE_URL_MS).unref();
    },
  };
}

function notPosted(why: string): string {
  return `I could not post in this channel: Slack says ${why}. Invite me to the channel, then run the command again.`;
}

/** Takes what is due, when something has moved and four times a second, and hands it on. */
function createPump({ redraws, log }: OutboxDeps, serve: (due: Due) => Promise<void>) {
  let pumping: Promise<void> | null = null;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;

  async function pump(): Promise<void> {
    while (!stopping) {
      const due = await redraws.take(AT_ONCE);
      for (const one of due) void serve(one).catch((error: unknown) => log.error({ error }, 'message not drawn'));
      if (due.length < AT_ONCE) return;
    }
  }

  function wake(): void {
    if (pumping || stopping) return;
    pumping = pump()
      .catch((error: unknown) => log.warn({ error }, 'due messages not read'))
      .finally(() => {
        pumping = null;
      });
  }

  return {
    start: () => {
      timer = setInterval(wake, LOOK_EVERY_MS);
      unsubscribe = redraws.onMove(wake);
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      unsubscribe?.();
      await pumping;
    },
  };
}

/** One channel is served in order; channels do not wait for each other. */
function createLanes() {
  const lanes = new Map<string, Promise<void>>();
  return {
    run: (channel: string, work: () => Promise<void>): Promise<void> => {
      const after = (lanes.get(channel) ?? Promise.resolve()).then(work).finally(() => {
        if (lanes.get(channel) === after) lanes.delete(channel);
      });
      lanes.set(channel, after);
      return after;
    },
    idle: async () => {
      await Promise.allSettled(lanes.values());
    },
  };
}

/** The request's own message is drawn by the pump; any other one that was clicked is drawn here, once. */
async function repaint(
  deps: OutboxDeps,
  id: string,
  clicked: { readonly channel: string; readonly ts: string },
): Promise<void> {
  const [request, message] = await Promise.all([deps.store.load(id), deps.redraws.message(id)]);
  if (!request) return;
  if (message?.ts === clicked.ts && message.revision === request.revision) return;
  if (!message || message.ts === clicked.ts) return deps.redraws.due(id);
  await deps.slack.update(clicked, drawRequest(request, { partial: null, approvers: deps.approvers }));
}

/** Reads the record at the last moment: what moved while the message waited for its turn is drawn with it. */
async function drawDue(deps: OutboxDeps, pace: Pace, due: Due): Promise<Next> {
  const [request, message] = await Promise.all([deps.store.load(due.request), deps.redraws.message(due.request)]);
  if (!request) return { kind: 'never', why: 'the request is gone' };
  const wait = pace.wait(request, message !== null);
  if (wait > 0) return { kind: 'later', ms: wait };
  const partial = request.state.kind === 'queued' ? await deps.store.partial(request.id) : null;
  const drawing = drawRequest(request, { partial, approvers: deps.approvers });
  const sent = message ? await edit(deps, message, drawing) : await post(deps, request, drawing);
  if (sent.kind !== 'ok') return nextAfter(sent, pace.bucket(request, message !== null));
  pace.sent(request.id);
  const shown: Drawn = { ...sent.value, revision: request.revision };
  await deps.redraws.remember(request.id, shown);
  return postFiles(deps, request, { due, shown, drawing });
}

function nextAfter(sent: Exclude<Sent<unknown>, { kind: 'ok' }>, bucket: Bucket): Next {
  if (sent.kind === 'slower') {
    bucket.pause(sent.seconds);
    return { kind: 'later', ms: sent.seconds * 1_000 };
  }
  return sent.kind === 'lost' ? { kind: 'later', ms: AGAIN_MS } : { kind: 'never', why: sent.error };
}

type Shown = Omit<Drawn, 'revision'>;

async function post({ slack, log }: OutboxDeps, request: Request, drawing: Drawing): Promise<Sent<Shown>> {
  const { place } = request;
  const sent = await orTextOnly(drawing, log, (content) => slack.post(place, content));
  return sent.kind === 'ok' ? { kind: 'ok', value: { channel: place.channel, ts: sent.value.ts, files: [] } } : sent;
}

/** A message that is gone is posted anew. */
async function edit(deps: OutboxDeps, message: Drawn, drawing: Drawing): Promise<Sent<Shown>> {
  const sent = await orTextOnly(drawing, deps.log, (content) => deps.slack.update(message, content));
  if (sent.kind === 'ok') return { kind: 'ok', value: message };
  if (sent.kind !== 'refused' || (sent.error !== 'message_not_found' && sent.error !== 'cant_update_message'))
    return sent;
  const { channel } = message;
  const posted = await orTextOnly(drawing, deps.log, (content) => deps.slack.post({ channel }, content));
  return posted.kind === 'ok' ? { kind: 'ok', value: { channel, ts: posted.value.ts, files: message.files } } : posted;
}

/** Slack's rules change: a message it refuses for its form is sent as plain text rather than not at all. */
async function orTextOnly<T>(
  drawing: Drawing,
  log: Log,
  send: (content: Pick<Drawing, 'text' | 'blocks'>) => Promise<Sent<T>>,
): Promise<Sent<T>> {
  const sent = await send(drawing);
  if (sent.kind !== 'refused' || !/blocks|msg_too_long/.test(sent.error)) return sent;
  log.error({ error: sent.error, details: sent.details }, 'Slack refused the form of a message; sent as text');
  return send({ text: drawing.text, blocks: [] });
}

interface Posting {
  readonly due: Due;
  readonly shown: Drawn;
  readonly drawing: Drawing;
}

async function postFiles(deps: OutboxDeps, request: Request, { due, shown, drawing }: Posting): Promise<Next> {
  let message = shown;
  for (const file of drawing.files) {
    if (message.files.includes(markOf(file))) continue;
    const data = await contentOf(deps, request, file);
    const sent = await deps.slack.upload(message, { ...file, data });
    if (sent.kind === 'slower') return { kind: 'later', ms: sent.seconds * 1_000 };
    if (sent.kind === 'lost') return { kind: 'later', ms: AGAIN_MS };
    if (sent.kind === 'refused')
      deps.log.error({ request: request.id, file: file.name, error: sent.error }, 'file refused');
    message = { ...message, files: [...message.files, markOf(file)] };
    await deps.redraws.remember(request.id, message);
  }
  await deps.redraws.drawn(due, message);
  return DONE;
}

/** The same name may stand for a file of the preview and one of the result. */
function markOf({ name, content }: FileToPost): string {
  return content.kind === 'attachment' ? `${content.stage}/${name}` : `${content.kind}/${name}`;
}

async function contentOf({ attachments }: OutboxDeps, request: Request, { content }: FileToPost): Promise<Buffer> {
  if (content.kind === 'svg') return toPng(content.svg);
  if (content.kind === 'text') return Buffer.from(content.text);
  const text = await attachments.load(request.id, content.stage, content.name);
  return Buffer.from(text ?? 'This file is not kept any more.');
}
