import { mayDecide, type Standing, type VoteOf } from '../rules/policy';
import { missingApprovals } from '../rules/quorum';
import { type Move, moved, next, notIn, notWaiting } from './lifecycle';
import type { Hold, Waiting } from './request';

/** The moves that leave a request waiting: somebody doubts it, somebody takes the doubt back, people are reminded. Pure. */

/** How many others overrule whoever holds a request. */
export const OVERRULES = 2;

export const hold =
  (vote: VoteOf<'hold'>, standing: Standing): Move =>
  (request, tick) => {
    const { state } = request;
    if (state.kind !== 'planned') return { ok: false, refusal: notWaiting(request) };
    const refusal = mayDecide(request, state, vote, { standing, at: tick.at });
    if (refusal) return { ok: false, refusal };
    const held: Hold = { by: vote.by, at: tick.at, why: vote.reason ?? '', releases: [] };
    const { fingerprint } = state.proposed;
    return moved(next(request, { ...state, held }), 'held', { by: vote.by, detail: { fingerprint, reason: held.why } });
  };

/** Whoever holds it releases it alone. Two others can do it as well: the first of them is counted, the second releases. */
export const release =
  (vote: VoteOf<'release'>, standing: Standing): Move =>
  (request, tick) => {
    const { state } = request;
    if (state.kind !== 'planned') return { ok: false, refusal: notWaiting(request) };
    const refusal = mayDecide(request, state, vote, { standing, at: tick.at });
    if (refusal) return { ok: false, refusal };
    const { held, ...free } = state;
    if (!held) return notIn(request, 'held');
    const note = { by: vote.by, detail: { fingerprint: state.proposed.fingerprint, holder: held.by } };
    const releases = [...held.releases, { by: vote.by, at: tick.at }];
    if (vote.by === held.by || releases.length >= OVERRULES) return moved(next(request, free), 'released', note);
    return moved(next(request, { ...state, held: { ...held, releases } }), 'release', note);
  };

/** Time is running out and somebody is missing. The mark in the record is what keeps it from being said twice. */
export const remind: Move = (request, tick) => {
  const { state } = request;
  if (state.kind !== 'planned' || !isDue(state, tick.at)) return notIn(request, 'in need of a reminder');
  const { remindAt: _, ...rest } = state;
  const missing = missingApprovals(state.proposed, state.approvals);
  return moved(next(request, { ...rest, remindedAt: tick.at }), 'reminded', { detail: { missing } });
};

export function isDue(state: Waiting, now: number): boolean {
  return state.remindAt !== undefined && now >= state.remindAt && now <= state.expiresAt;
}
