import type { Place } from '../../jobs/request/request';
import type { Opened, Requests } from '../../jobs/requests';
import type { Redraws } from '../../jobs/store/redraws';
import { gone, type Store } from '../../jobs/store/store';
import { ownFace, sharedFaces } from '../outbox/faces';

export interface SharingDeps {
  readonly store: Pick<Store, 'load'>;
  readonly requests: Pick<Requests, 'share'>;
  readonly redraws: Pick<Redraws, 'message'>;
}

/** A result goes to each place once, whether that was given by its name or by its id. */
export async function shareResult(
  { store, requests, redraws }: SharingDeps,
  id: string,
  wish: { readonly by: string; readonly place: Place },
): Promise<Opened> {
  const request = await store.load(id);
  if (!request) return { ok: false, refusal: gone(id) };
  const faces = [ownFace(request), ...sharedFaces(request)];
  const messages = await Promise.all(faces.map(({ key }) => redraws.message(key)));
  const seen = faces.flatMap(({ to }, at) => {
    const message = messages[at];
    return message ? [{ ...to, channel: message.channel }] : [];
  });
  return requests.share(id, { ...wish, seen, isDisplaced: messages[0]?.refused !== undefined });
}
