import type { Place, Request } from './request';

/** Where a request belongs. Pure. */

/** The thread of a channel is another place than the channel. */
export function isAmong(places: readonly Place[], { channel, thread }: Place): boolean {
  return places.some((one) => one.channel === channel && one.thread === thread);
}

/** From the Home tab, where there is no channel: the place is the person. */
export function isAskedAtHome({ place, requester }: Pick<Request, 'place' | 'requester'>): boolean {
  return place.channel === requester;
}
