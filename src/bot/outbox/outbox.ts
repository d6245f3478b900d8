import { setTimeout as wait } from 'node:timers/promises';
import type { Request } from '../../jobs/request/request';
import { type Due, RENEW_EVERY_MS } from '../../jobs/store/redraws';
import { elsewhereText, nowhereText } from '../message/displaced';
import { leftBehind } from '../message/waiting';
import { refusal } from '../receive/commands';
import { drawSaid } from '../view/blocks';
import { drawCopies, type Faced, sooner } from './copies';
import { drawFace, forgetLooks, knownMessage, type Memory, type OutboxDeps } from './draw-face';
import { displacedFace, type Face, ownFace, sharedFaces } from './faces';
import { createPace } from './pace';
import { AGAIN_MS, createLanes, createPump, type Next } from './pump';
import { createTroubles } from './troubles';

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
  /** Where a command was typed, the person is told that its answer is elsewhere. Kept by this process alone. */
  rememberResponseUrl(request: string, url: string): void;
  /** Why messages wait just now, in Slack's words; null: none does. */
  trouble(): string | null;
}

/** How long a response_url works. */
const RESPONSE_URL_MS = 30 * 60_000;
const PUT_BACK_EVERY_MS = 500;

export function createOutbox(deps: OutboxDeps): Outbox {
  const memory: Memory = { pace: createPace(deps.clock), posted: new Map() };
  const responseUrls = new Map<string, string>();
  const troubles = createTroubles(deps.clock);
  const lanes = createLanes();
  let stopping = false;
  const pump = createPump(deps, async (due) => {
    const request = await deps.store.load(due.request);
    if (!request) return deps.redraws.drop(due.request);
    const renew = () => void deps.redraws.renew(due.request).catch(() => undefined);
    const lease = setInterval(renew, RENEW_EVERY_MS);
    await lanes.run(ownFace(request).to.channel, () => settle(due, request)).finally(() => clearInterval(lease));
  });

  async function settle(due: Due, request: Request): Promise<void> {
    const next = await drawDue(deps, memory, due).catch((error: unknown): null => {
      deps.log.error({ error, request: request.id }, 'message not drawn');
      return null;
    });
    if (next === null) return putBack(deps, memory, request, () => stopping);
    if (next.kind === 'later') return deps.redraws.later(due.request, next.ms);
    if (next.kind === 'again') return again(request, next.why);
    troubles.over(request.id);
    if (next.kind === 'never') {
      deps.log.error({ request: request.id, channel: request.place.channel, why: next.why }, 'message given up');
      await deps.redraws.drop(due.request);
    }
    await tellWhoTyped(request, next);
  }

  function again({ id }: Request, why: string): Promise<void> {
    const ms = troubles.failed(id, why);
    deps.log.warn({ request: id, why, againInMs: ms }, 'message not taken by Slack');
    return deps.redraws.later(id, ms);
  }

  /** Where it was typed there is no message. */
  async function tellWhoTyped({ id }: Request, next: Next): Promise<void> {
    const url = responseUrls.get(id);
    if (url === undefined) return;
    const refused = next.kind === 'never' ? next.why : (await deps.redraws.message(id))?.refused;
    if (refused === undefined) return;
    responseUrls.delete(id);
    const said = next.kind === 'never' ? nowhereText(refused, id) : elsewhereText(refused);
    await deps.slack.whisper(url, drawSaid(refusal(said)));
  }

  return {
    start: pump.start,
    stop: async () => {
      stopping = true;
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
    trouble: troubles.newest,
  };
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

/**
 * What became of a drawing is not known, and another bot may have drawn a newer one and taken it off the list: so it goes
 * onto the list again, however long Redis is away. What was posted is kept first: that other bot knows nothing of it.
 */
async function putBack(deps: OutboxDeps, memory: Memory, request: Request, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    try {
      for (const face of [ownFace(request), ...sharedFaces(request)]) {
        await knownMessage(deps, memory, { request, face });
        await forgetLooks(deps, face);
      }
      return await deps.redraws.later(request.id, AGAIN_MS);
    } catch {
      await wait(PUT_BACK_EVERY_MS);
    }
  }
}

/** Reads the record at the last moment: what moved while the message waited for its turn is drawn with it. */
async function drawDue(deps: OutboxDeps, memory: Memory, due: Due): Promise<Next> {
  const request = await deps.store.load(due.request);
  if (!request) return { kind: 'never', why: 'the request is gone' };
  const { face, drawn: own } = await drawOwn(deps, memory, request);
  if (own.message === null) return own.next;
  const copies = await drawCopies(deps, { request, face, own: own.message }, (copy) =>
    drawFace(deps, memory, { request, ...copy }),
  );
  const next = sooner(own.next, copies);
  if (next.kind === 'done') {
    await deps.redraws.drawn(due, own.message);
    deps.onDrawn?.(request);
  }
  return next;
}

interface DrawnOwn {
  readonly face: Face;
  readonly drawn: Faced;
}

/** Where it was asked; or, where Slack does not take it there, as a direct message to whoever asked. */
async function drawOwn(deps: OutboxDeps, memory: Memory, request: Request): Promise<DrawnOwn> {
  const usual = ownFace(request);
  const known = await knownMessage(deps, memory, { request, face: usual });
  const displaced = known?.refused === undefined ? null : displacedFace(request, known.refused);
  const face = displaced ?? usual;
  const drawn = await drawFace(deps, memory, { request, face, link: null, taken: [] });
  if (drawn.next.kind !== 'never' || displaced) return { face, drawn };
  return displace(deps, memory, request, drawn.next.why);
}

async function displace(deps: OutboxDeps, memory: Memory, request: Request, refused: string): Promise<DrawnOwn> {
  const { channel } = request.place;
  deps.log.error({ request: request.id, channel, why: refused }, 'Slack takes no message there');
  if (request.road === 'schedule') await deps.endSchedules(request);
  const face = displacedFace(request, refused);
  if (!face) return { face: ownFace(request), drawn: { next: { kind: 'never', why: refused }, message: null } };
  return { face, drawn: await drawFace(deps, memory, { request, face, link: null, taken: [] }) };
}
