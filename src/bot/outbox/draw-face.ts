import { createHash } from 'node:crypto';
import { type Clusters, shownCluster } from '../../handlers/clusters';
import { isAmong } from '../../jobs/request/places';
import type { Request } from '../../jobs/request/request';
import type { Admission } from '../../jobs/rules/admission';
import type { Attachments } from '../../jobs/store/attachments';
import type { Drawn, Redraws } from '../../jobs/store/redraws';
import type { Store } from '../../jobs/store/store';
import type { Links } from '../../jobs/trail/links';
import type { Log } from '../log';
import { drawRequest } from '../message/message';
import { isFinal } from '../message/slack-refusals';
import { hasDecisions, leftBehind, withoutDecisions } from '../message/waiting';
import type { Drawing } from '../view/canvas';
import { approversText, mentionable, ruledNow } from './approvers';
import { type Copying, type Faced, THERE_ALREADY, takeBack } from './copies';
import type { Face } from './faces';
import { postFiles } from './files';
import { postNotices } from './notices';
import type { Bucket, Pace } from './pace';
import type { Next } from './pump';
import { rawFile } from './raw';
import type { Sent, Slack } from './slack';
import { orTextOnly } from './text-only';
import { unheard } from './unheard';

/** One message of a request: drawn from its record, posted or edited, and what belongs below it. */
export interface Memory {
  readonly pace: Pace;
  /** Messages whose existence Redis has not confirmed yet. */
  readonly posted: Map<string, Drawn>;
}

export interface OutboxDeps {
  readonly slack: Slack;
  readonly store: Store;
  readonly links: Links;
  readonly redraws: Redraws;
  readonly attachments: Attachments;
  readonly admission: Admission;
  readonly clusters: Clusters;
  /** Ends the schedules whose question this is. */
  readonly endSchedules: (request: Request) => Promise<void>;
  readonly log: Log;
  /** The message shows the request as it is now: what else shows it may be drawn as well. */
  readonly onDrawn?: (request: Request) => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** Which message of which request. */
interface Shown {
  readonly request: Request;
  readonly face: Face;
}

interface Facing extends Copying, Shown {}

/** What a message shall look like, and who shall hear of it when it is new. */
interface Wanted {
  readonly drawing: Drawing;
  readonly looks: string;
  readonly mayHear: readonly string[];
}

/** The message as it is shown now, or why it is not. */
type Placed = Drawn | { readonly next: Exclude<Next, { kind: 'done' }> };

export async function drawFace(deps: OutboxDeps, memory: Memory, facing: Facing): Promise<Faced> {
  const { request, face } = facing;
  const known = await knownMessage(deps, memory, facing);
  const message = known && known.refused === face.refused ? known : null;
  if (message === null && isAmong(facing.taken, face.to)) return { next: THERE_ALREADY, message: null };
  const wanted = await draw(deps, facing);
  const isNewest = message?.looks === wanted.looks;
  const placed = isNewest ? message : await place(deps, memory, { ...facing, message }, wanted);
  if ('next' in placed) return { next: placed.next, message: null };
  const shown = { ...placed, revision: request.revision };
  if (isAmong(facing.taken, { ...face.to, channel: shown.channel })) return takeBack(deps, shown);
  // Only one person sees a direct message: nobody else is called there.
  const noticed =
    face.refused === undefined ? await postNotices(deps, request, shown) : ({ kind: 'shown', shown } as const);
  if (noticed.kind !== 'shown') return { next: noticed, message: null };
  const posted = await postFiles(deps, request, {
    ...{ key: face.key, shown: noticed.shown, drawing: wanted.drawing, thread: face.to.thread },
  });
  if (posted.next.kind === 'done' && face.share) await deps.redraws.remember(face.key, posted.message);
  return posted;
}

/**
 * What this process posted, and Redis could not keep, is kept before anything is done with it: it must get no buttons that
 * another process, which posts a message of its own meanwhile, would leave there for ever. Throws while Redis is away.
 */
export async function knownMessage(deps: OutboxDeps, memory: Memory, shown: Shown): Promise<Drawn | null> {
  const { key } = shown.face;
  const unkept = memory.posted.get(key);
  return unkept ? keepFirst(deps, memory, shown, unkept) : deps.redraws.message(key);
}

interface Placing extends Facing {
  /** Null: there is none yet. */
  readonly message: Drawn | null;
}

/** What was booked for one place does not count for the other. */
function pacedAs({ key, to, refused }: Face): { readonly key: string; readonly channel: string } {
  return { key: refused === undefined ? key : `${key} direct`, channel: to.channel };
}

async function place(deps: OutboxDeps, memory: Memory, placing: Placing, wanted: Wanted): Promise<Placed> {
  const at = { ...pacedAs(placing.face), canWaitMs: canWaitMs(placing, wanted) };
  const wait = memory.pace.wait(at, placing.message !== null);
  if (wait > 0) return { next: { kind: 'later', ms: wait } };
  const placed = placing.message
    ? await change(deps, memory, { ...placing, message: placing.message }, wanted)
    : await begin(deps, memory, placing, wanted);
  if (!('next' in placed)) memory.pace.sent(at.key);
  return placed;
}

function newborn({ drawing, mayHear }: Pick<Wanted, 'drawing' | 'mayHear'>): Drawing {
  return unheard(withoutDecisions(drawing), mayHear);
}

/** People wait for buttons, decisions and results. Progress, and names that only become live, come after those. */
function canWaitMs({ request, message }: Placing, wanted: Wanted): number {
  const isRunning = request.state.kind === 'running';
  if (isRunning && message?.isRunning) return PROGRESS_WAITS_MS;
  const isNames = !hasDecisions(wanted.drawing) && message?.looks === looksOf(newborn(wanted));
  return isNames ? NAMES_WAIT_MS : 0;
}

const PROGRESS_WAITS_MS = 3_000;
const NAMES_WAIT_MS = 10_000;

/**
 * A message is born without the buttons that decide, and gets them once it is remembered: a copy that is left behind by a
 * bot killed in between would offer them for ever. It is born without live people as well, whom it would notify.
 */
async function begin(deps: OutboxDeps, memory: Memory, facing: Facing, wanted: Wanted): Promise<Placed> {
  const { request, face } = facing;
  const at = pacedAs(face);
  const first = newborn(wanted);
  const sent = await post(deps, facing, first);
  if (sent.kind !== 'ok') return { next: nextAfter(sent, memory.pace.bucket(at, false)) };
  // What is still read is edited soon anyway.
  const isEnough = request.state.kind === 'queued' || looksOf(first) === wanted.looks;
  // Of no revision yet where it is not: whoever goes on must draw it.
  const born = isEnough
    ? { ...sent.value, looks: wanted.looks, revision: request.revision }
    : { ...sent.value, looks: looksOf(first), revision: 0 };
  const kept = await keepFirst(deps, memory, facing, born);
  if (kept.ts !== born.ts) return { next: { kind: 'later', ms: 0 } };
  if (isEnough) return born;
  const wait = hasDecisions(wanted.drawing) ? 0 : memory.pace.wait({ ...at, canWaitMs: NAMES_WAIT_MS }, true);
  if (wait > 0) return { next: { kind: 'later', ms: wait } };
  return change(deps, memory, { ...facing, message: born }, wanted);
}

async function change(
  deps: OutboxDeps,
  memory: Memory,
  placing: Placing & { readonly message: Drawn },
  { drawing, looks, mayHear }: Wanted,
): Promise<Placed> {
  const { request, face, message } = placing;
  const sent = await orTextOnly(deps, request, drawing, (content) => deps.slack.update(message, content));
  if (sent.kind === 'refused' && GONE.test(sent.error))
    return postAnew(deps, memory, placing, { drawing, looks, mayHear });
  if (sent.kind === 'lost') await forgetLooks(deps, face);
  if (sent.kind !== 'ok') return { next: nextAfter(sent, memory.pace.bucket(pacedAs(face), true)) };
  const shown = { ...message, looks, revision: request.revision, isRunning: request.state.kind === 'running' };
  await remember(deps, memory, face, shown);
  return shown;
}

const GONE = /^(message_not_found|cant_update_message|edit_window_closed)$/;

/** A message that is gone, or cannot be edited any more. Nobody is reminded a second time because of that. */
async function postAnew(
  deps: OutboxDeps,
  memory: Memory,
  { message, ...facing }: Placing & { readonly message: Drawn },
  { drawing, mayHear }: Wanted,
): Promise<Placed> {
  const { face } = facing;
  const sent = await post(deps, facing, newborn({ drawing, mayHear }));
  if (sent.kind !== 'ok') return { next: nextAfter(sent, memory.pace.bucket(pacedAs(face), false)) };
  const notices = [...new Set([...(message.notices ?? []), ...(sent.value.notices ?? [])])];
  await remember(deps, memory, face, { ...sent.value, notices, looks: '', revision: 0 });
  return { next: { kind: 'later', ms: 0 } };
}

/**
 * An edit whose answer was lost may have been done, and over what another bot drew meanwhile: whoever draws next must not
 * think that the message looks as it is remembered.
 */
export async function forgetLooks({ redraws }: Pick<OutboxDeps, 'redraws'>, { key }: Face): Promise<void> {
  const known = await redraws.message(key);
  if (known) await redraws.remember(key, { ...known, looks: '' });
}

/** Should Redis be away just now, the message is not posted a second time. */
async function remember(
  deps: OutboxDeps,
  { posted }: Pick<Memory, 'posted'>,
  { key }: Face,
  shown: Drawn,
): Promise<void> {
  posted.set(key, shown);
  await deps.redraws.remember(key, shown);
  posted.delete(key);
}

/** Of two bots that post at the same time, because one was kept from running, one has the message and the other a copy. */
async function keepFirst(deps: OutboxDeps, { posted }: Memory, { request, face }: Shown, shown: Drawn): Promise<Drawn> {
  const { key } = face;
  posted.set(key, shown);
  const kept = await deps.redraws.first(key, shown);
  // The one that is there is where Slack takes no edit any more.
  if (kept.refused !== shown.refused) {
    await remember(deps, { posted }, face, shown);
    return shown;
  }
  posted.delete(key);
  if (kept.ts !== shown.ts) await deps.slack.update(shown, leftBehind(request.id));
  return kept;
}

function looksOf({ text, blocks }: Drawing): string {
  return createHash('sha256').update(JSON.stringify({ text, blocks })).digest('hex').slice(0, 16);
}

async function draw(deps: OutboxDeps, { request, face, link }: Facing): Promise<Wanted> {
  const { store, redraws, admission, clusters } = deps;
  const partial = request.state.kind === 'queued' ? await store.partial(request.id) : null;
  const wants = await redraws.wants(request.id);
  const standing = request.state.kind === 'planned' ? await admission.standingOf(request) : null;
  const drawing = orPlain(deps, request, () => {
    const copy = face.share && { share: face.share, link };
    const approvers = standing ? approversText(request, standing) : '';
    const cluster = shownCluster(clusters, request);
    const now = standing ? ruledNow(request, standing) : request;
    return drawRequest(now, { partial, approvers, cluster, copy, refused: face.refused });
  });
  const files = wants.includes(face.key) ? [...drawing.files, rawFile(request)] : drawing.files;
  const { requester } = request;
  return {
    drawing: { ...drawing, files },
    looks: looksOf(drawing),
    mayHear: isDirect(face) ? [requester] : standing ? mentionable(standing).filter((id) => id !== requester) : [],
  };
}

/** Slack notifies the one person who is there of every message anyway. */
function isDirect({ to }: Face): boolean {
  return /^[UWD]/.test(to.channel);
}

/** A record that cannot be drawn is still told of. */
function orPlain({ log }: OutboxDeps, { id, state }: Request, drawn: () => Drawing): Drawing {
  try {
    return drawn();
  } catch (error) {
    log.error({ error, request: id }, 'record not drawn');
    const text = `Request ${id}: ${state.kind}. It could not be drawn; the log says why.`;
    return { text, blocks: [], files: [] };
  }
}

function nextAfter(sent: Exclude<Sent<unknown>, { kind: 'ok' }>, bucket: Bucket): Exclude<Next, { kind: 'done' }> {
  if (sent.kind === 'slower') {
    bucket.pause(sent.seconds);
    return { kind: 'later', ms: sent.seconds * 1_000 };
  }
  return sent.kind === 'refused' && isFinal(sent.error)
    ? { kind: 'never', why: sent.error }
    : { kind: 'again', why: sent.error };
}

type Posted = Omit<Drawn, 'revision'>;

async function post(deps: OutboxDeps, { request, face }: Facing, drawing: Drawing): Promise<Sent<Posted>> {
  const sent = await orTextOnly(deps, request, drawing, (content) => deps.slack.post(face.to, content));
  if (sent.kind !== 'ok') return sent;
  // A new message notifies those whom it mentions; a card that is put in its place by an edit does not.
  const notices = request.state.kind === 'planned' ? ['call'] : [];
  const refused = face.refused === undefined ? {} : { refused: face.refused };
  return { kind: 'ok', value: { ...sent.value, files: [], notices, ...refused } };
}
