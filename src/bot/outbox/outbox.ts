import { createHash } from 'node:crypto';
import { type Clusters, shownCluster } from '../../handlers/clusters';
import { isAmong } from '../../jobs/request/places';
import type { Request } from '../../jobs/request/request';
import type { Admission } from '../../jobs/rules/admission';
import type { Attachments } from '../../jobs/store/attachments';
import { type Drawn, type Due, RENEW_EVERY_MS, type Redraws } from '../../jobs/store/redraws';
import type { Store } from '../../jobs/store/store';
import type { Links } from '../../jobs/trail/links';
import type { Log } from '../log';
import { drawRequest } from '../message/message';
import { hasDecisions, leftBehind, withoutDecisions } from '../message/waiting';
import { refusal } from '../receive/commands';
import { drawSaid } from '../view/blocks';
import type { Drawing } from '../view/canvas';
import { approversText, ruledNow } from './approvers';
import { type Copying, drawCopies, type Faced, THERE_ALREADY, takeBack } from './copies';
import { type Face, ownFace, sharedFaces } from './faces';
import { postFiles } from './files';
import { postNotices } from './notices';
import { type Bucket, createPace, type Pace } from './pace';
import { AGAIN_MS, createLanes, createPump, type Next } from './pump';
import { rawFile } from './raw';
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
  readonly links: Links;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly admission: Admission;
  readonly clusters: Clusters;
  readonly log: Log;
  /** The message shows the request as it is now: what else shows it may be drawn as well. */
  readonly onDrawn?: (request: Request) => void;
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
    await lanes.run(ownFace(request).to.channel, () => settle(due, request)).finally(() => clearInterval(lease));
  });

  async function settle(due: Due, request: Request): Promise<void> {
    const next = await drawDue(deps, memory, due).catch(async (error: unknown): Promise<Next> => {
      deps.log.error({ error, request: request.id }, 'message not drawn');
      for (const face of [ownFace(request), ...sharedFaces(request)]) await forgetLooks(deps, face);
      return { kind: 'later', ms: AGAIN_MS };
    });
    if (next.kind === 'later') return deps.redraws.later(due.request, next.ms);
    if (next.kind === 'done') return;
    deps.log.error({ request: request.id, channel: request.place.channel, why: next.why }, 'message given up');
    await deps.redraws.drop(due.request);
    const url = responseUrls.get(request.id);
    if (url !== undefined && next.unposted) await deps.slack.whisper(url, drawSaid(refusal(notPosted(next.why))));
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
 * The messages of a request are drawn by the pump. Any other one is a copy, left behind when a bot was killed between
 * posting and remembering: nobody will draw it again, so it loses its buttons and says where the request goes on.
 */
async function repaint(
  deps: OutboxDeps,
  id: string,
  clicked: { readonly channel: string; readonly ts: string },
): Promise<void> {
  const request = await deps.store.load(id);
  if (!request) return;
  const keys = [ownFace(request), ...sharedFaces(request)].map(({ key }) => key);
  const messages = await Promise.all(keys.map((key) => deps.redraws.message(key)));
  const known = messages.find((message) => message?.ts === clicked.ts && message.channel === clicked.channel);
  if (known?.revision === request.revision) return;
  if (known || messages.includes(null)) return deps.redraws.due(id);
  await deps.slack.update(clicked, leftBehind(id));
}

/** Reads the record at the last moment: what moved while the message waited for its turn is drawn with it. */
async function drawDue(deps: OutboxDeps, memory: Memory, due: Due): Promise<Next> {
  const request = await deps.store.load(due.request);
  if (!request) return { kind: 'never', why: 'the request is gone', unposted: false };
  const own = await drawFace(deps, memory, { request, face: ownFace(request), link: null, taken: [] });
  if (own.message === null || own.next.kind !== 'done') return own.next;
  const next = await drawCopies(deps, { request, own: own.message }, (copy) =>
    drawFace(deps, memory, { request, ...copy }),
  );
  if (next.kind === 'done') {
    await deps.redraws.drawn(due, own.message);
    deps.onDrawn?.(request);
  }
  return next;
}

interface Facing extends Copying {
  readonly request: Request;
}

async function drawFace(deps: OutboxDeps, memory: Memory, facing: Facing): Promise<Faced> {
  const { request, face } = facing;
  const message = (await deps.redraws.message(face.key)) ?? memory.posted.get(face.key) ?? null;
  if (message === null && isAmong(facing.taken, face.to)) return { next: THERE_ALREADY, message: null };
  const drawing = await draw(deps, facing);
  const looks = looksOf(drawing);
  const at = { key: face.key, channel: face.to.channel };
  let shown = message && { ...message, revision: request.revision };
  if (!shown || message?.looks !== looks) {
    const wait = memory.pace.wait(at, message !== null);
    if (wait > 0) return { next: { kind: 'later', ms: wait }, message: null };
    const born = message ?? (hasDecisions(drawing) ? await bear(deps, memory, facing, drawing) : null);
    const sent =
      born && 'ts' in born ? await edit(deps, facing, born, drawing) : (born ?? (await post(deps, facing, drawing)));
    if (born && sent.kind === 'lost') await forgetLooks(deps, face);
    if (sent.kind !== 'ok')
      return { next: nextAfter(sent, memory.pace.bucket(at, message !== null), message === null), message: null };
    memory.pace.sent(face.key);
    shown = { ...sent.value, looks, revision: request.revision };
    if (born) await remember(deps, memory, face, shown);
    else if ((await keepFirst(deps, memory, facing, shown)).ts !== shown.ts)
      return { next: { kind: 'later', ms: 0 }, message: null };
  }
  if (isAmong(facing.taken, { ...face.to, channel: shown.channel })) return takeBack(deps, shown);
  const noticed = await postNotices(deps, request, shown);
  if (noticed.kind === 'later') return { next: noticed, message: null };
  const posted = await postFiles(deps, request, {
    ...{ key: face.key, shown: noticed.shown, drawing, thread: face.to.thread },
  });
  if (posted.next.kind === 'done' && face.share) await deps.redraws.remember(face.key, posted.message);
  return posted;
}

/**
 * An edit whose answer was lost may have been done, and over what another bot drew meanwhile: whoever draws next must not
 * think that the message looks as it is remembered.
 */
async function forgetLooks({ redraws }: OutboxDeps, { key }: Face): Promise<void> {
  const known = await redraws.message(key);
  if (known) await redraws.remember(key, { ...known, looks: '' });
}

/** Should Redis be away just now, the message is not posted a second time. */
async function remember(deps: OutboxDeps, { posted }: Memory, { key }: Face, shown: Drawn): Promise<void> {
  posted.set(key, shown);
  await deps.redraws.remember(key, shown);
  posted.delete(key);
}

/** Of two bots that post at the same time, because one was kept from running, one has the message and the other a copy. */
async function keepFirst(deps: OutboxDeps, { posted }: Memory, facing: Facing, shown: Drawn): Promise<Drawn> {
  const { key } = facing.face;
  posted.set(key, shown);
  const kept = await deps.redraws.first(key, shown);
  posted.delete(key);
  if (kept.ts !== shown.ts) await deps.slack.update(shown, leftBehind(facing.request.id));
  return kept;
}

/**
 * A message is born without the buttons that decide, and gets them once it is remembered: a copy that is left behind by a
 * bot killed in between would offer them for ever.
 */
async function bear(
  deps: OutboxDeps,
  memory: Memory,
  facing: Facing,
  drawing: Drawing,
): Promise<Drawn | Exclude<Sent<never>, { kind: 'ok' }>> {
  const sent = await post(deps, facing, withoutDecisions(drawing));
  if (sent.kind !== 'ok') return sent;
  // Of no revision yet: whoever goes on must draw it.
  return keepFirst(deps, memory, facing, { ...sent.value, revision: 0 });
}

function looksOf({ text, blocks }: Drawing): string {
  return createHash('sha256').update(JSON.stringify({ text, blocks })).digest('hex').slice(0, 16);
}

/** A record that cannot be drawn is still told of. */
async function draw(deps: OutboxDeps, { request, face, link }: Facing): Promise<Drawing> {
  const { store, redraws, admission, clusters, log } = deps;
  const partial = request.state.kind === 'queued' ? await store.partial(request.id) : null;
  const wants = await redraws.wants(request.id);
  try {
    const standing = request.state.kind === 'planned' ? await admission.standingOf(request) : null;
    const approvers = standing ? approversText(request, standing) : '';
    const copy = face.share && { share: face.share, link };
    const now = standing ? ruledNow(request, standing) : request;
    const drawing = drawRequest(now, { partial, approvers, cluster: shownCluster(clusters, request), copy });
    return wants.includes(face.key) ? { ...drawing, files: [...drawing.files, rawFile(request)] } : drawing;
  } catch (error) {
    log.error({ error, request: request.id }, 'record not drawn');
    return {
      text: `Request ${request.id}: ${request.state.kind}. It could not be drawn; the log says why.`,
      blocks: [],
      files: [],
    };
  }
}

function nextAfter(
  sent: Exclude<Sent<unknown>, { kind: 'ok' }>,
  bucket: Bucket,
  unposted: boolean,
): Exclude<Next, { kind: 'done' }> {
  if (sent.kind === 'slower') {
    bucket.pause(sent.seconds);
    return { kind: 'later', ms: sent.seconds * 1_000 };
  }
  return sent.kind === 'lost' ? { kind: 'later', ms: AGAIN_MS } : { kind: 'never', why: sent.error, unposted };
}

type Shown = Omit<Drawn, 'revision'>;

async function post({ slack, log }: OutboxDeps, { request, face }: Facing, drawing: Drawing): Promise<Sent<Shown>> {
  const sent = await orTextOnly(drawing, log, (content) => slack.post(face.to, content));
  if (sent.kind !== 'ok') return sent;
  // A new message notifies those whom it mentions; a card that is put in its place by an edit does not.
  const notices = request.state.kind === 'planned' ? ['call'] : [];
  return { kind: 'ok', value: { ...sent.value, files: [], notices } };
}

const GONE = /^(message_not_found|cant_update_message|edit_window_closed)$/;

/** A message that is gone, or cannot be edited any more, is posted anew. */
async function edit(deps: OutboxDeps, facing: Facing, message: Drawn, drawing: Drawing): Promise<Sent<Shown>> {
  const sent = await orTextOnly(drawing, deps.log, (content) => deps.slack.update(message, content));
  if (sent.kind === 'ok') return { kind: 'ok', value: message };
  if (sent.kind !== 'refused' || !GONE.test(sent.error)) return sent;
  const again = await post(deps, facing, drawing);
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
