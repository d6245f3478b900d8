import { type Clusters, shownCluster } from '../handlers/clusters';
import type { Admission } from '../jobs/admission';
import type { Attachments } from '../jobs/attachments';
import { type Drawn, type Due, RENEW_EVERY_MS, type Redraws } from '../jobs/redraws';
import type { Request } from '../jobs/request';
import type { Store } from '../jobs/store';
import { approversText } from './approvers';
import { type Drawing, drawView } from './blocks';
import { refusal } from './commands';
import { type Posting, postFiles } from './files';
import type { Log } from './log';
import { drawRequest } from './message';
import { postNotices } from './notices';
import { type Bucket, createPace, type Pace } from './pace';
import { AGAIN_MS, createLanes, createPump, type Next } from './pump';
import type { Sent, Slack } from './slack';

/**
 * Every message leaves through here. Takes requests whose message is behind, draws each from its record as it is now, and
 * posts or edits at a pace Slack accepts. What was missed while Slack or the bot was away is drawn once, as it is then.
 */
export interface Outbox {
  start(): void;
  /** Ends after the calls that are under way. */
  stop(): Promise<void>;
  /** After a click: the request's own message is drawn as the record is now; a copy left behind says where it goes on. */
  repaint(request: string, clicked: { readonly channel: string; readonly ts: string }): Promise<void>;
  /** How a person can still be told when the channel cannot be posted to. */
  rememberResponseUrl(request: string, url: string): void;
}

export interface OutboxDeps {
  readonly slack: Slack;
  readonly store: Store;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly admission: Admission;
  readonly clusters: Clusters;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** How long a response_url works. */
const RESPONSE_URL_MS = 30 * 60_000;

interface Memory {
  readonly pace: Pace;
  /** Messages whose existence Redis has not confirmed yet. */
  readonly posted: Map<string, Drawn>;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const memory: Memory = { pace: createPace(deps.clock), posted: new Map() };
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
    const next = await drawDue(deps, memory, due).catch((error: unknown): Next => {
      deps.log.error({ error, request: request.id }, 'message not drawn');
      return { kind: 'later', ms: AGAIN_MS };
    });
    if (next.kind === 'later') return deps.redraws.later(due.request, next.ms);
    if (next.kind === 'done') return;
    deps.log.error({ request: request.id, channel: request.place.channel, why: next.why }, 'message given up');
    await deps.redraws.drop(due.request);
    const url = responseUrls.get(request.id);
    if (url !== undefined && next.unposted)
      await deps.slack.whisper(url, drawView(refusal(notPosted(next.why)), 'result'));
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

/**
 * The request's own message is drawn by the pump. Any other one is a copy, left behind when a bot was killed between
 * posting and remembering: nobody will draw it again, so it loses its buttons and says where the request goes on.
 */
async function repaint(
  deps: OutboxDeps,
  id: string,
  clicked: { readonly channel: string; readonly ts: string },
): Promise<void> {
  const [request, message] = await Promise.all([deps.store.load(id), deps.redraws.message(id)]);
  if (!request) return;
  if (message?.ts === clicked.ts && message.revision === request.revision) return;
  if (!message || message.ts === clicked.ts) return deps.redraws.due(id);
  const text = `Request ${id} goes on in its other message. This copy was left behind when the bot was started again.`;
  await deps.slack.update(clicked, { text, blocks: [] });
}

/** Reads the record at the last moment: what moved while the message waited for its turn is drawn with it. */
async function drawDue(deps: OutboxDeps, memory: Memory, due: Due): Promise<Next> {
  const [request, stored] = await Promise.all([deps.store.load(due.request), deps.redraws.message(due.request)]);
  if (!request) return { kind: 'never', why: 'the request is gone', unposted: false };
  const message = stored ?? memory.posted.get(request.id) ?? null;
  // Only its files are missing still.
  if (message?.revision === request.revision && request.state.kind !== 'queued') {
    return postBelow(deps, request, { due, shown: message, drawing: await draw(deps, request) });
  }
  const wait = memory.pace.wait(request, message !== null);
  if (wait > 0) return { kind: 'later', ms: wait };
  const drawing = await draw(deps, request);
  const sent = message ? await edit(deps, request, message, drawing) : await post(deps, request, drawing);
  if (sent.kind !== 'ok') return nextAfter(sent, memory.pace.bucket(request, message !== null), message === null);
  memory.pace.sent(request.id);
  const shown: Drawn = { ...sent.value, revision: request.revision };
  // Should Redis be away just now, the message is not posted a second time.
  memory.posted.set(request.id, shown);
  await deps.redraws.remember(request.id, shown);
  memory.posted.delete(request.id);
  return postBelow(deps, request, { due, shown, drawing });
}

/** What follows the message in its thread. */
async function postBelow(deps: OutboxDeps, request: Request, posting: Posting): Promise<Next> {
  const noticed = await postNotices(deps, request, posting.shown);
  return noticed.kind === 'later' ? noticed : postFiles(deps, request, { ...posting, shown: noticed.shown });
}

/** A record that cannot be drawn is still told of. */
async function draw({ store, admission, clusters, log }: OutboxDeps, request: Request): Promise<Drawing> {
  const partial = request.state.kind === 'queued' ? await store.partial(request.id) : null;
  try {
    const approvers = approversText(admission.rulingOf(request));
    return drawRequest(request, { partial, approvers, cluster: shownCluster(clusters, request) });
  } catch (error) {
    log.error({ error, request: request.id }, 'record not drawn');
    return {
      text: `Request ${request.id}: ${request.state.kind}. It could not be drawn; the log says why.`,
      blocks: [],
      files: [],
    };
  }
}

function nextAfter(sent: Exclude<Sent<unknown>, { kind: 'ok' }>, bucket: Bucket, unposted: boolean): Next {
  if (sent.kind === 'slower') {
    bucket.pause(sent.seconds);
    return { kind: 'later', ms: sent.seconds * 1_000 };
  }
  return sent.kind === 'lost' ? { kind: 'later', ms: AGAIN_MS } : { kind: 'never', why: sent.error, unposted };
}

type Shown = Omit<Drawn, 'revision'>;

async function post({ slack, log }: OutboxDeps, request: Request, drawing: Drawing): Promise<Sent<Shown>> {
  const { place } = request;
  const sent = await orTextOnly(drawing, log, (content) => slack.post(place, content));
  if (sent.kind !== 'ok') return sent;
  // A new message notifies those whom it mentions; a card that is put in its place by an edit does not.
  const notices = request.state.kind === 'planned' ? ['call'] : [];
  return { kind: 'ok', value: { channel: place.channel, ts: sent.value.ts, files: [], notices } };
}

const GONE = /^(message_not_found|cant_update_message|edit_window_closed)$/;

/** A message that is gone, or cannot be edited any more, is posted anew. */
async function edit(deps: OutboxDeps, request: Request, message: Drawn, drawing: Drawing): Promise<Sent<Shown>> {
  const sent = await orTextOnly(drawing, deps.log, (content) => deps.slack.update(message, content));
  if (sent.kind === 'ok') return { kind: 'ok', value: message };
  if (sent.kind !== 'refused' || !GONE.test(sent.error)) return sent;
  const again = await post(deps, request, drawing);
  if (again.kind !== 'ok') return again;
  // Nobody is reminded a second time because a message was deleted.
  const notices = [...new Set([...(message.notices ?? []), ...(again.value.notices ?? [])])];
  return { kind: 'ok', value: { ...again.value, notices } };
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
