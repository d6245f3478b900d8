import { type Audience, unfit } from '../handlers/audience';
import type { Operation, Words } from '../handlers/operation';
import { requestId } from './request/id';
import { type Asked, decide as deciding, type Move } from './request/lifecycle';
import { hold, release } from './request/opinion';
import { guessed, refused } from './request/refused';
import { dangerOf, type Place, type Request, type Road } from './request/request';
import { type ShareWish, share } from './request/sharing';
import type { Admission } from './rules/admission';
import { mayAsk, type Refusal, type Standing, type Vote } from './rules/policy';
import type { Ruling } from './rules/rules';
import type { SecondFactor } from './second-factor/second-factor';
import { createGap, type Gap } from './store/gap';
import { gone, type Store } from './store/store';
import type { Queues } from './work/queue';

/** The one way in. Command, button, form and console all end here, so there is no second road to forget a check on. */
export interface Requests {
  /**
   * Stores a request and queues its first job. Asking again with the same delivery gives the same request. Rejects when
   * Redis has not confirmed: then nothing was run as far as is known.
   */
  open(asking: Asking): Promise<Opened>;
  /** Why this may not be asked, or null. Writes nothing: for whoever shows a preview before asking. */
  objection(wish: Wish): Promise<Refusal | null>;
  /** Whether a freeze holds for this now, as far as this process knows the time. Needs no Redis: for what a form offers. */
  frozen(wish: Pick<Wish, 'cluster' | 'operation' | 'channel'>): boolean;
  /** Counts a decision, or a second opinion, if it may count. Rejects when Redis has not confirmed. */
  decide(id: string, vote: Vote): Promise<Opened>;
  /** Why a vote would not count, or null. Writes nothing: for whoever asks for more words before the vote. */
  refusal(id: string, vote: Vote): Promise<Refusal | null>;
  /** What the rules ask for by now, which may be more than when it was shown. Needs no Redis. */
  rulingOf(request: Request): Ruling;
  /** The result shall be seen in another place as well. Rejects when Redis has not confirmed. */
  share(id: string, wish: ShareWish): Promise<Opened>;
}

/** What would be asked, as far as admission looks at it. */
export interface Wish {
  readonly road: Road;
  readonly cluster: string;
  readonly operation: Operation;
  readonly requester: string;
  readonly channel: string;
  /** Why a freeze shall not hold for it. */
  readonly breakGlass?: string;
}

export interface Asking {
  /** Names this delivery and its repetitions: Slack's trigger id, or a click's own marks. */
  readonly delivery: string;
  readonly road: Road;
  readonly cluster: string;
  /** As that cluster has it. */
  readonly operation: Operation;
  readonly words: Words;
  readonly requester: string;
  /** Why a freeze shall not hold for it. */
  readonly breakGlass?: string;
  readonly place: Place;
  readonly audience?: Audience;
}

const EVERYBODY: Audience = { isPrivate: false, share: null };

export type Opened =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly refusal: Refusal };

export interface RequestsDeps {
  readonly store: Store;
  readonly queues: Queues;
  readonly admission: Admission;
  readonly secondFactor: Pick<SecondFactor, 'prove'>;
  readonly onError: (error: unknown, request: string) => void;
}

export function createRequests(deps: RequestsDeps): Requests {
  const gap = createGap();
  return {
    open: (asking) => gap.during(open(deps, gap, asking)),
    objection: (wish) => objection(deps, wish),
    frozen: ({ operation: { kind, name }, cluster, channel }) =>
      kind === 'change' && deps.admission.frozen({ kind, operation: name, cluster, channel }, Date.now()),
    decide: (id, vote) => decide(deps, id, vote),
    refusal: async (id, vote) => {
      const request = await deps.store.load(id);
      if (!request) return gone(id);
      const [standing, at] = await Promise.all([deps.admission.standingOf(request), deps.store.now()]);
      const moved = moveOf(vote, standing)(request, { at, seq: 0 });
      return moved.ok ? null : moved.refusal;
    },
    rulingOf: (request) => deps.admission.rulingOf(request),
    share: (id, wish) => deps.store.move(id, share(wish)),
  };
}

function moveOf(vote: Vote, standing: Standing): Move {
  if (vote.decision === 'hold') return hold(vote, standing);
  return vote.decision === 'release' ? release(vote, standing) : deciding(vote, standing);
}

async function open(deps: RequestsDeps, gap: Gap, asking: Asking): Promise<Opened> {
  const { operation, audience = EVERYBODY } = asking;
  const why = unfit(operation, audience);
  if (why !== null) return { ok: false, refusal: { rule: audience.isPrivate ? 'private' : 'sharing', why } };
  const asked = askedOf(asking);
  const opened = await admit(deps, asked);
  if (!opened.ok) {
    if (asked.kind === 'change') await writeDown(deps, asked, opened.refusal);
    return opened;
  }
  const { id } = asked;
  // Not waited for: the request is stored, and the sweep adds a job that was lost.
  gap.afterwards(() => void deps.queues.read(id).catch((error: unknown) => deps.onError(error, id)));
  return opened;
}

function askedOf({ delivery, operation, audience = EVERYBODY, ...asking }: Asking): Asked {
  const { kind, name } = operation;
  const { isPrivate, share } = audience;
  const where = share === null ? {} : { share: { channel: share } };
  return { id: requestId(delivery), kind, operation: name, ...asking, isPrivate, ...where };
}

async function admit({ admission, store }: RequestsDeps, asked: Asked): Promise<Opened> {
  const { kind, operation, cluster, place } = asked;
  const refusal = kind === 'query' ? null : await admission.unsafe();
  if (refusal) return { ok: false, refusal };
  const standing = await admission.standing({ kind, operation, cluster, channel: place.channel, danger: null });
  return store.open(asked, standing);
}

/**
 * A change that was refused is in the audit trail as well, once however often it is delivered: it costs the trail one entry,
 * where a query that is answered costs it two. The refusal stands, whether or not that could be written.
 */
async function writeDown({ store, onError }: RequestsDeps, asked: Asked, refusal: Refusal): Promise<void> {
  // Under an id of its own: the same delivery may be admitted when it comes again.
  const id = requestId(`refused ${asked.id}`);
  await store.begin(id, refused({ ...asked, id }, refusal)).catch((error: unknown) => onError(error, id));
}

/** Everything else is in order by now, so no code is used up for a vote that does not count. */
async function decideWithCode(deps: RequestsDeps, id: string, vote: Vote, standing: Standing): Promise<Opened> {
  const refusal = await deps.secondFactor.prove(vote.by, vote.code);
  if (!refusal) return deps.store.move(id, moveOf(vote, { ...standing, secondFactor: 'given' }));
  if (refusal.tell) await deps.store.move(id, guessed(vote.by, refusal.tell));
  return { ok: false, refusal };
}

async function objection({ admission }: RequestsDeps, wish: Wish): Promise<Refusal | null> {
  const { operation, cluster, channel, road, requester, breakGlass } = wish;
  const { kind, name } = operation;
  const unsafe = kind === 'query' ? null : await admission.unsafe();
  if (unsafe) return unsafe;
  const standing = await admission.standing({ kind, operation: name, cluster, channel, danger: null });
  // The question itself is judged by Redis' clock; this one may be a little off.
  const glass = breakGlass === undefined ? {} : { breakGlass };
  return mayAsk({ kind, road, requester, channel, ...glass }, { standing, at: Date.now() });
}

const PLANNED_MEANWHILE: Refusal = {
  rule: 'changed meanwhile',
  why: 'The preview is only just there. Your click changed nothing. Look at it and press again.',
};

/** Rules depend on the danger: a vote counts only on a request that still has the one that the rules were looked up for. */
function judgedAs(request: Request, move: Move): Move {
  const danger = dangerOf(request);
  return (now, tick) => (dangerOf(now) === danger ? move(now, tick) : { ok: false, refusal: PLANNED_MEANWHILE });
}

async function decide(deps: RequestsDeps, id: string, vote: Vote): Promise<Opened> {
  const refusal = vote.decision === 'approve' ? await deps.admission.unsafe() : null;
  if (refusal) return { ok: false, refusal };
  const request = await deps.store.load(id);
  if (!request) return { ok: false, refusal: gone(id) };
  const standing = await deps.admission.standingOf(request);
  const first = await deps.store.move(id, judgedAs(request, moveOf(vote, standing)));
  // Its plan came while the rules were looked up, and with it other rules: once more by these.
  if (!first.ok && first.refusal === PLANNED_MEANWHILE) return decide(deps, id, vote);
  const wantsCode = !first.ok && first.refusal.rule === 'second factor';
  const moved = wantsCode ? await decideWithCode(deps, id, vote, standing) : first;
  if (moved.ok && moved.request.state.kind === 'approved') {
    deps.queues.perform(id).catch((error: unknown) => deps.onError(error, id));
  }
  return moved;
}
