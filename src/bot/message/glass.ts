import type { Request } from '../../jobs/request/request';
import type { Drawing } from '../view/canvas';
import { withBanner } from './banner';

/** Whoever breaks the glass is seen to do so: in the title, in the notification, and with the reason before anything else. */
export function withGlass(drawing: Drawing, request: Request): Drawing {
  const { requester, breakGlass } = request;
  if (breakGlass === undefined) return drawing;
  return withBanner(drawing, request, {
    mark: '⚠ BREAK-GLASS',
    did: [
      'Asked by ',
      { user: requester },
      ` although it may be frozen. Reason: ${breakGlass}. /ops breaks lists it for review.`,
    ],
  });
}
