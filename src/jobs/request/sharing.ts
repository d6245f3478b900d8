import type { Refusal } from '../rules/policy';
import { type Move, moved, next } from './lifecycle';
import { isAmong } from './places';
import { hasEnded, type Place, type Request, type Share } from './request';

/** A result is seen in other places, too. Pure moves; what is posted there is drawn from the same record. */

/** Beyond this a result is better linked to than repeated. */
const MOST_SHARES = 10;

/** Who wants it to be seen where. */
export interface ShareWish {
  readonly by: string;
  readonly place: Place;
  /** Where its messages are, as Slack told when it took them: a place may have been given by its name. */
  readonly seen?: readonly Place[];
  /** Slack did not take it where it was asked. */
  readonly isDisplaced?: boolean;
}

/** Counts only as a wish until Slack has taken the message; see `refuseShare`. */
export const share =
  ({ by, place, seen = [], isDisplaced = false }: ShareWish): Move =>
  (request, tick) => {
    const refusal = mayShare(request, { by, place, seen, isDisplaced });
    if (refusal) return { ok: false, refusal };
    return moved(withShares(request, [...sharesOf(request), { ...place, by, at: tick.at }]), 'shared', {
      by,
      detail: { channel: place.channel },
    });
  };

/** Slack does not take the message there: said once, and not tried again. */
export const refuseShare =
  (index: number, why: string): Move =>
  (request) => {
    const shares = sharesOf(request);
    const refused = shares[index];
    if (!refused || refused.refused !== undefined)
      return { ok: false, refusal: { rule: 'sharing', why: `Request ${request.id} has no such share.` } };
    const all = shares.map((one, at) => (at === index ? { ...one, refused: why } : one));
    return moved(withShares(request, all), 'share refused', { detail: { channel: refused.channel, why } });
  };

/** Why a share was refused that was to where the result is anyway. Nobody has to mend that. */
export const ALREADY_THERE = 'already_there';

export function sharesOf({ shares = [] }: Request): readonly Share[] {
  return shares;
}

/**
 * A change is not shared while it may still move: whoever performs it must find its record as it was left. Where Slack
 * refused it, it may be tried again once somebody has mended that.
 */
function mayShare(request: Request, { by, place, seen, isDisplaced }: Required<ShareWish>): Refusal | null {
  const { id, isPrivate, requester } = request;
  const refused = (why: Refusal['why']): Refusal => ({ rule: 'sharing', why });
  if (request.kind === 'change' && !hasEnded(request.state))
    return refused(`Request ${id} has not ended yet. Share it when it has. Nothing was posted.`);
  if (isPrivate && by !== requester)
    return refused([`Request ${id} was asked privately: only `, { user: requester }, ' can post it.']);
  const wished = sharesOf(request).filter((one) => one.refused === undefined);
  const known = [...(isPrivate || isDisplaced ? [] : [request.place]), ...wished, ...seen];
  if (isAmong(known, place))
    return refused([`The result of ${id} is in `, { channel: place.channel }, ' already. Nothing was posted again.']);
  if (sharesOf(request).length >= MOST_SHARES)
    return refused(`The result of ${id} was shared ${MOST_SHARES} times already. Link to one of these messages.`);
  return null;
}

function withShares(request: Request, shares: readonly Share[]): Request {
  return { ...next(request, request.state), shares };
}
