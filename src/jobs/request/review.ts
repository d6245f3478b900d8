import { isApprover, isUnattended, type Refusal, type Standing } from '../rules/policy';
import { type Move, moved, next } from './lifecycle';
import { hasEnded, type Request, type Road } from './request';

/** A glass that was broken is looked at afterwards, by somebody else who could have stopped it. Pure. */

export interface Reviewer {
  readonly by: string;
  readonly road: Road;
}

export const review =
  (reviewer: Reviewer, standing: Standing): Move =>
  (request, tick) => {
    const why = objection(request, reviewer, standing);
    if (why !== null) return { ok: false, refusal: { rule: 'review', why } };
    const { by } = reviewer;
    const reviewed = { ...next(request, request.state), reviewed: { by, at: tick.at } };
    return moved(reviewed, 'reviewed', { by, detail: {} });
  };

function objection(request: Request, { by, road }: Reviewer, standing: Standing): Refusal['why'] | null {
  const { id, breakGlass, requester, reviewed, state } = request;
  if (breakGlass === undefined) return `Request ${id} was not asked with --break-glass: there is nothing to review.`;
  if (reviewed)
    return [`Request ${id} was reviewed by `, { user: reviewed.by }, ' at ', { at: reviewed.at }, ' already.'];
  if (!hasEnded(state)) return `Request ${id} has not ended yet. Review it when it has.`;
  if (isUnattended(road)) return `A ${road} cannot review ${id}. Only a person can.`;
  if (by === requester) return `You asked for ${id} yourself, so somebody else must review it.`;
  if (isApprover(by, standing) === 'yes') return null;
  return `Only people who may approve ${id} can review it. Nothing was written down.`;
}
