import type { Slot, Step, Target, Words } from '../../handlers/operation';
import { plain, type View } from '../../handlers/view';
import { joinWords } from '../../handlers/words';
import { freezesAt } from '../rules/freeze';
import {
  countedApprovals,
  mayAsk,
  mayBePrivate,
  mayDecide,
  mayStart,
  type Refusal,
  type Standing,
  type VoteOf,
} from '../rules/policy';
import { missingApprovals, neededNow } from '../rules/quorum';
import type { Handover } from '../store/commit';
import type { Event, Note } from '../trail/audit';
import { claimsOf } from './claims';
import { fingerprintOf } from './fingerprint';
import { isAmong } from './places';
import type { Decision, Outcome, Performed, Place, Proposed, Recheck, Request, Road, State } from './request';

/**
 * Every move a request can make, as pure functions. `store.ts` carries them out: it supplies the clock (Redis TIME) and
 * the audit number, and writes request, audit entry and locks in one script or not at all.
 */
export interface Tick {
  readonly at: number;
  /** The number that the audit entry of this move will have. */
  readonly seq: number;
}

export type Moved =
  | {
      readonly ok: true;
      readonly request: Request;
      readonly note: Note;
      /** Locks to take with this move; it fails as a whole when one is held. */
      readonly claim?: readonly Target[];
      /** One place of each to take with this move; it fails as a whole when one has none left. */
      readonly slots?: readonly Slot[];
      /** Give back every lock of this request. */
      readonly release?: boolean;
      /** Written with this move; it fails as a whole when what is handed over is not there any more. */
      readonly handover?: Handover;
      /** No message tells of it. */
      readonly silent?: boolean;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** A move of a stored request. */
export type Move = (request: Request, tick: Tick) => Moved;

export interface Asked {
  readonly id: string;
  readonly kind: Request['kind'];
  readonly operation: string;
  readonly words: Words;
  readonly cluster: string;
  readonly road: Road;
  readonly requester: string;
  readonly breakGlass?: string;
  readonly place: Place;
  readonly isPrivate?: boolean;
  /** Where the result shall be seen as well. */
  readonly share?: Place;
}

export function ask({ share: wish, isPrivate = false, ...asked }: Asked, standing: Standing, tick: Tick): Moved {
  const { words, place, road, cluster, breakGlass } = asked;
  // There it is seen anyway.
  const share = wish && !isAmong([place], wish) ? wish : undefined;
  const refusal =
    mayBePrivate(asked.kind, isPrivate) ?? mayAsk({ ...asked, channel: place.channel }, { standing, at: tick.at });
  if (refusal) return { ok: false, refusal };
  const request: Request = {
    ...asked,
    ...(isPrivate && { isPrivate }),
    ...(share && { shares: [{ ...share, by: asked.requester, at: tick.at }] }),
    revision: 1,
    askedAt: tick.at,
    state: { kind: 'queued' },
  };
  const shown = isPrivate ? { private: 'yes' } : share && { share: share.channel };
  return moved(request, 'asked', {
    by: asked.requester,
    detail: {
      words: joinWords(words),
      channel: place.channel,
      road,
      cluster,
      ...shown,
      ...(breakGlass !== undefined && { breakGlass }),
    },
  });
}

/** The part of the time for deciding after which people are reminded. */
const REMIND_AFTER = 2 / 3;

/** What would be done is known: people may decide now, on exactly this. */
export const plan =
  (proposed: Omit<Proposed, 'fingerprint'>, standing: Standing): Move =>
  (request, tick) => {
    if (request.state.kind !== 'queued') return notIn(request, 'queued');
    // Now that the danger is known, rules apply that could not be judged before.
    const refusal = mayAsk({ ...request, channel: request.place.channel }, { standing, at: tick.at });
    if (refusal) return { ok: false, refusal };
    const { expiresAfterMs } = standing.ruling;
    const fingerprint = fingerprintOf(request, proposed.plan);
    const state: State = {
      kind: 'planned',
      proposed: { ...proposed, fingerprint },
      approvals: [],
      expiresAt: tick.at + expiresAfterMs,
      remindAt: tick.at + Math.round(expiresAfterMs * REMIND_AFTER),
    };
    return moved(next(request, state), 'planned', {
      detail: { fingerprint, danger: proposed.danger, needs: proposed.needs, targets: labels(proposed.targets) },
    });
  };

export const decide =
  (vote: VoteOf<Decision>, standing: Standing): Move =>
  (request, tick) => {
    const { state } = request;
    if (state.kind !== 'planned') return { ok: false, refusal: notWaiting(request) };
    const refusal = mayDecide(request, state, vote, { standing, at: tick.at });
    if (refusal) return { ok: false, refusal };
    // A rule that is stricter by now counts, and people are shown so.
    const proposed = { ...state.proposed, ...neededNow(state.proposed, standing.ruling) };
    const raised = proposed.needs > state.proposed.needs ? { needs: proposed.needs } : {};
    const note = { by: vote.by, detail: { fingerprint: proposed.fingerprint, road: vote.road, ...raised } };
    if (vote.decision !== 'approve') {
      const kind = vote.decision === 'deny' ? 'denied' : 'withdrawn';
      const said = vote.reason === undefined ? {} : { reason: vote.reason };
      const ended: State = { kind, by: vote.by, at: tick.at, proposed, approvals: state.approvals, ...said };
      return moved(next(request, ended), kind, { by: vote.by, detail: { ...note.detail, ...said } });
    }
    const proved = proposed.danger === 'irreversible' && standing.secondFactor === 'given';
    const voted = { by: vote.by, at: tick.at, ...(proved && { secondFactor: true as const }) };
    const approvals = countedApprovals(request, [...state.approvals, voted], standing);
    const told = { by: vote.by, detail: { ...note.detail, ...(proved && { 'second factor': 'given' }) } };
    if (missingApprovals(proposed, approvals) > 0)
      return moved(next(request, { ...state, proposed, approvals }), 'approval', told);
    const expiresAt = tick.at + standing.ruling.expiresAfterMs;
    return moved(next(request, { kind: 'approved', proposed, approvals, expiresAt }), 'approved', told);
  };

export const expire: Move = (request, tick) => {
  const { state } = request;
  if (state.kind !== 'planned' && state.kind !== 'approved') return notIn(request, 'planned');
  if (tick.at <= state.expiresAt) return notIn(request, 'expired');
  const { proposed, approvals } = state;
  return moved(next(request, { kind: 'expired', at: tick.at, proposed, approvals }), 'expired', {
    detail: { fingerprint: proposed.fingerprint, approvals: approvals.length },
  });
};

/** Approved → running, with a lock on every target. Stored before the first byte leaves; only one worker can win it. */
export const start =
  (standing: Standing): Move =>
  (request, tick) => {
    const { state, cluster } = request;
    if (state.kind !== 'approved') return notIn(request, 'approved');
    const refusal = mayStart(request, state, { standing, at: tick.at });
    if (refusal) return { ok: false, refusal };
    const { proposed, approvals } = state;
    const began = { startedAt: tick.at, steppedAt: tick.at, fence: tick.seq };
    const running: State = { kind: 'running', proposed, approvals, ...began, steps: [] };
    const { ruling } = standing;
    const broken = freezesAt(ruling, tick.at).map(({ rule }) => rule);
    const detail = {
      ...{ fingerprint: proposed.fingerprint, fence: tick.seq },
      ...(broken.length > 0 && { brokenFreeze: broken.join(', '), breakGlass: request.breakGlass ?? '' }),
    };
    return { ...moved(next(request, running), 'started', { detail }), ...claimsOf(cluster, proposed, ruling) };
  };

export const step =
  (done: Step): Move =>
  (request, tick) => {
    const { state } = request;
    if (state.kind !== 'running') return notIn(request, 'running');
    return moved(next(request, { ...state, steps: [...state.steps, done], steppedAt: tick.at }), 'step', {
      detail: { target: done.target, status: done.status, text: done.text },
    });
  };

/** The end of a query, of a change that needs no approval, or of one that was performed. */
export const finish =
  (outcome: Outcome, from: 'queued' | 'approved' | 'running'): Move =>
  (request, tick) => {
    const { state } = request;
    // Whoever ends a request says how far it had come when that was judged: a late reader must not end what runs by now.
    if (state.kind !== from) return notIn(request, from);
    const decided = state.kind === 'queued' ? null : { proposed: state.proposed, approvals: state.approvals };
    const finished: State = {
      kind: 'finished',
      at: tick.at,
      startedAt: state.kind === 'running' ? state.startedAt : null,
      outcome,
      decided,
      recheck: recheckOf(outcome, decided?.proposed ?? null, tick.at),
    };
    return {
      ...moved(next(request, finished), 'finished', { detail: summary(outcome) }),
      // Doubt keeps its targets locked until a person has looked.
      release: outcome.kind !== 'uncertain',
    };
  };

export const recheck =
  (view: View): Move =>
  (request) => {
    const { state } = request;
    if (state.kind !== 'finished' || state.recheck.kind !== 'due') return notIn(request, 'finished');
    return moved(next(request, { ...state, recheck: { kind: 'made', view } }), 'rechecked', {
      detail: { title: view.title },
    });
  };

/** A person has looked at the targets of an uncertain request and frees them, by a request of their own. */
export const clear =
  (clearing: string, by?: string): Move =>
  (request) => {
    const { state } = request;
    if (state.kind !== 'finished' || state.outcome.kind !== 'uncertain') return notIn(request, 'uncertain');
    if (state.outcome.clearedBy !== undefined) return notIn(request, 'uncertain any more');
    const outcome: Performed = { ...state.outcome, clearedBy: clearing };
    const note = { ...(by !== undefined && { by }), detail: { 'with request': clearing } };
    return { ...moved(next(request, { ...state, outcome }), 'cleared', note), release: true };
  };

function recheckOf(outcome: Outcome, proposed: Proposed | null, at: number): Recheck {
  if (!proposed || proposed.recheckAfterMs === null) return { kind: 'none' };
  return outcome.kind === 'succeeded' || outcome.kind === 'partial'
    ? { kind: 'due', at: at + proposed.recheckAfterMs }
    : { kind: 'none' };
}

function summary(outcome: Outcome): Note['detail'] {
  if (outcome.kind === 'answered') return { outcome: 'answered', title: outcome.view.title };
  if ('why' in outcome) return { outcome: outcome.kind, why: plain(outcome.why) };
  const verdicts = outcome.findings.map((finding) => `${finding.target}: ${finding.verdict}`).join('; ');
  return { outcome: outcome.kind, title: outcome.view.title, verdicts };
}

function labels(targets: readonly Target[]): string {
  return targets.map((target) => target.key).join(' ');
}

export function next(request: Request, state: State): Request {
  return { ...request, revision: request.revision + 1, state };
}

export function moved(request: Request, event: Event, said: { by?: string; detail: Note['detail'] }) {
  return { ok: true, request, note: { event, request: request.id, operation: request.operation, ...said } } as const;
}

export function notIn(request: Request, wanted: string): Moved {
  return {
    ok: false,
    refusal: {
      rule: 'changed meanwhile',
      why: `Request ${request.id} is ${request.state.kind}, not ${wanted}. Nothing was changed.`,
    },
  };
}

const ENDINGS: Readonly<Record<State['kind'], string>> = {
  queued: 'is still being read. Wait for its preview',
  planned: 'waits for approval',
  approved: 'is approved already and about to run',
  running: 'is running already',
  denied: 'was denied',
  withdrawn: 'was withdrawn',
  expired: 'has expired',
  finished: 'has ended already',
};

export function notWaiting(request: Request): Refusal {
  return {
    rule: 'not waiting',
    why: `Request ${request.id} ${ENDINGS[request.state.kind]}. Your click changed nothing.`,
  };
}
