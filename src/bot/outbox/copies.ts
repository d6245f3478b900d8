import type { Place, Request } from '../../jobs/request/request';
import { ALREADY_THERE, refuseShare } from '../../jobs/request/sharing';
import type { Drawn, Redraws } from '../../jobs/store/redraws';
import type { Store } from '../../jobs/store/store';
import type { Links } from '../../jobs/trail/links';
import { type Face, sharedFaces } from './faces';
import type { Posted } from './files';
import { DONE, type Next } from './pump';
import type { Slack } from './slack';

/** The other places of a result, one after the other: each has it once, whether it was given by its name or by its id. */
interface CopiesDeps {
  readonly slack: Pick<Slack, 'remove'>;
  readonly store: Pick<Store, 'move'>;
  readonly redraws: Pick<Redraws, 'message'>;
  readonly links: Pick<Links, 'of'>;
}

/** One message of a request: where it belongs, and where the others are already. */
export interface Copying {
  readonly face: Face;
  readonly link: string | null;
  readonly taken: readonly Place[];
}

export type Faced = Posted | { readonly next: Exclude<Next, { kind: 'done' }>; readonly message: null };

export async function drawCopies(
  deps: CopiesDeps,
  { request, face: first, own }: { readonly request: Request; readonly face: Face; readonly own: Drawn },
  draw: (copying: Copying) => Promise<Faced>,
): Promise<Next> {
  let next: Next = DONE;
  const taken = [placeOf(first, own)];
  for (const face of sharedFaces(request)) {
    // Only one person can see a direct message.
    const link = request.isPrivate ? null : await deps.links.of(request);
    const copy = await draw({ face, link, taken });
    if (copy.message) taken.push(placeOf(face, copy.message));
    next = sooner(next, await afterShare(deps, request, face, copy.next));
  }
  return next;
}

/** Only Slack knows which channel a name is of, and tells when it takes the message. */
function placeOf({ to }: Face, { channel }: Drawn): Place {
  return { ...to, channel };
}

export const THERE_ALREADY = { kind: 'never', why: ALREADY_THERE } as const satisfies Next;

/** It came out where the result is already. Its files are not posted yet. */
export async function takeBack({ slack }: Pick<CopiesDeps, 'slack'>, { channel, ts }: Drawn): Promise<Faced> {
  const sent = await slack.remove({ channel, ts });
  if (sent.kind === 'slower') return { next: { kind: 'later', ms: sent.seconds * 1_000 }, message: null };
  if (sent.kind === 'lost') return { next: { kind: 'again', why: sent.error }, message: null };
  return { next: THERE_ALREADY, message: null };
}

/** What Slack does not take is recorded: the first message says so, and nobody tries again. */
async function afterShare({ store }: CopiesDeps, request: Request, { index }: Face, next: Next): Promise<Next> {
  if (next.kind !== 'never') return next;
  await store.move(request.id, refuseShare(index, next.why));
  return DONE;
}

/** What only waits for its turn is not kept waiting by what Slack did not take. */
export function sooner(one: Next, other: Next): Next {
  if (one.kind === 'later' && other.kind === 'later') return other.ms < one.ms ? other : one;
  return one.kind === 'later' || other.kind === 'done' ? one : other;
}
