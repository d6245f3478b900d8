import { isAskedAtHome } from '../../jobs/request/places';
import { hasEnded, type Place, type Request, type Share } from '../../jobs/request/request';
import { sharesOf } from '../../jobs/request/sharing';

/** One of the messages of a request: where it was asked, or one of the places where its result is shared. */
export interface Face {
  /** Names its message among what is remembered. The first one's is the request's own id. */
  readonly key: string;
  readonly to: Place;
  /** Null: where it was asked. */
  readonly share: Share | null;
  /** Of the share. */
  readonly index: number;
  /** Why Slack did not take it where it belongs. */
  readonly refused?: string;
}

/** A private answer goes to the direct messages with whoever asked: there it can hold files, be edited, and be found again. */
export function ownFace({ id, isPrivate, requester, place }: Request): Face {
  return { key: id, to: isPrivate ? { channel: requester } : place, share: null, index: -1 };
}

/** Where Slack does not take it, whoever asked has it as a direct message. Null: there is nobody to write to. */
export function displacedFace(request: Request, refused: string): Face | null {
  const { requester, isPrivate } = request;
  if (isPrivate || isAskedAtHome(request) || !isPerson(requester)) return null;
  return { ...ownFace(request), to: { channel: requester }, refused };
}

/** A webhook asks, too. */
function isPerson(requester: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(requester);
}

/** Only what has ended is shown elsewhere, and only where Slack did not refuse it. */
export function sharedFaces(request: Request): readonly Face[] {
  if (!hasEnded(request.state)) return [];
  const faces = sharesOf(request).map((share, index) => ({
    key: `${request.id}.${index + 1}`,
    to: share,
    share,
    index,
  }));
  return faces.filter(({ share }) => share.refused === undefined);
}
