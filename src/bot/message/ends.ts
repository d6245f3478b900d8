import { decidedOf, type Performed, type Request, type State } from '../../jobs/request/request';
import { cut, type Drawing } from '../view/canvas';
import { withBanner, withMark } from './banner';

/** How a change ended that was begun, where it is not what people asked for: said before anything else. Pure. */

type Finished = Extract<State, { kind: 'finished' }>;

export function withOutcome(drawing: Drawing, request: Request, { outcome, decided }: Finished): Drawing {
  if (decided === null) return drawing;
  if (outcome.kind === 'uncertain') return withDoubt(drawing, request, outcome);
  // The title alone may be the same for both: nothing of it, or not all of it.
  return outcome.kind === 'partial' || outcome.kind === 'failed'
    ? withMark(drawing, outcome.kind.toUpperCase())
    : drawing;
}

function withDoubt(drawing: Drawing, request: Request, outcome: Performed): Drawing {
  if (outcome.clearedBy !== undefined) {
    const did = `How it ended was never known. Request ${outcome.clearedBy} cleared it: what it had locked is free again.`;
    return withBanner(drawing, request, { mark: 'UNCERTAIN', did });
  }
  const did = 'Nobody knows how it ended: it may have happened, or it may still happen.';
  return withBanner(drawing, request, { mark: 'UNCERTAIN', did, follows: whatToDo(request, outcome) });
}

/** What is locked, what to look at, and what frees it. */
function whatToDo(request: Request, outcome: Performed): string {
  const targets = decidedOf(request.state)?.proposed.targets ?? [];
  const doubted = doubtedIn(outcome);
  const label = (key: string) => targets.find((target) => target.key === key)?.label ?? key;
  const locked = targets.map((target) => target.label);
  const look = doubted.length === 0 ? locked : doubted.map(label);
  return `Locked, so that nobody changes it meanwhile: ${few(locked)}. Look at ${few(look)} first. Then press Clear: once as many people agree as to the change itself, it is free again.`;
}

/** Of several targets those that nothing is known of. */
function doubtedIn({ steps, findings }: Performed): readonly string[] {
  const unread = findings.filter(({ verdict }) => verdict === 'unverifiable').map(({ target }) => target);
  if (unread.length > 0) return unread;
  return [...new Set(steps.filter(({ status }) => status === 'unknown').map(({ target }) => target))];
}

const NAMED = 8;
const NAME_CHARACTERS = 80;

function few(names: readonly string[]): string {
  if (names.length === 0) return 'what /ops locks lists';
  const more = names.length - NAMED;
  const shown = names
    .slice(0, NAMED)
    .map((name) => cut(name, NAME_CHARACTERS))
    .join(', ');
  return more > 0 ? `${shown} and ${more} more (/ops locks)` : shown;
}
