import { of } from '../history';
import {
  type Asked,
  type Effect,
  type Facts,
  isCalm,
  isUndo,
  oldestAsking,
  type Violation,
  wasBusy,
  wasTroubled,
} from './facts';

/** Between what happens and what is seen of it. */
const NEARLY_MS = 20;

/** Every request comes to an end, and people can see it. */
export function ends({ requests }: Facts): readonly Violation[] {
  return [...requests.values()]
    .filter(({ last }) => last.state !== 'ended')
    .map(({ id, story, last }) => ({
      invariant: 'ends',
      story,
      what: `${id} was still ${last.state} when all was over`,
    }));
}

/** No message, and no copy of one, can be pressed after its request has ended. */
export function noLiveButtons({ history, requests }: Facts): readonly Violation[] {
  const newest = new Map(of(history, 'shown').map((event) => [event.ts, event]));
  return [...newest.values()].flatMap(({ request, buttons, ts, story }) => {
    const asked = request === null ? undefined : requests.get(request);
    if (asked?.last.state !== 'ended' || buttons.length === 0) return [];
    return [
      {
        invariant: 'no live buttons',
        story,
        what: `${request} has ended, and its message ${ts} still offers ${buttons.join(', ')}`,
      } as const,
    ];
  });
}

/** What the last message says is what happened. */
export function trueLastWord(facts: Facts): readonly Violation[] {
  return [...facts.requests.values()].flatMap((asked) => {
    const wrong = asked.last.state === 'ended' ? lieOf(facts, asked) : null;
    return wrong === null
      ? []
      : [{ invariant: 'true last word', story: asked.story, what: `${asked.id}: ${wrong}` } as const];
  });
}

function lieOf(facts: Facts, asked: Asked): string | null {
  const { word } = asked.last;
  const own = facts.effects.filter(({ suspects }) => suspects.length === 1 && suspects[0] === asked);
  const oldest = oldestAsking(facts.history, asked.story) + facts.history.expiresAfterMs;
  if (word === 'expired' && asked.last.at < oldest - NEARLY_MS) return 'says expired, and its time was not over';
  if (word === 'uncertain') return isDoubtful(facts, asked) ? null : 'says uncertain, and nothing had gone wrong';
  if (word === 'succeeded') return lacking(facts, asked, own);
  // Something was done, and something was not: what remains to be said is in the table of the message.
  if (word === 'partial') return null;
  const [first] = own;
  return first ? `says ${word}, and ${first.target} was ${first.what} by it` : null;
}

/** What enough people approved is done, where nothing and nobody stands in its way. */
export function works(facts: Facts): readonly Violation[] {
  const { history, requests } = facts;
  if (!isCalm(history) || !history.left) return [];
  const approved = new Set(
    history.left.trail
      .map((text) => JSON.parse(text) as { event: string; request: string })
      .flatMap(({ event, request }) => (event === 'approved' ? [request] : [])),
  );
  return [...requests.values()].flatMap((asked) => {
    const { id, story, last } = asked;
    // On a slow machine time may be over before the start.
    if (!approved.has(id) || last.word === 'succeeded' || last.word === 'expired' || isInTheWay(facts, asked))
      return [];
    // etcd did not answer in the shortened time: the machine is to blame.
    if (wasBusy(history, { from: asked.waitingAt ?? 0, until: last.at })) return [];
    return [
      { invariant: 'works', story, what: `${id} was approved, nothing stood in its way, and it ${last.word}` } as const,
    ];
  });
}

/** Somebody else wrote to its records, or asked for the same ones. */
function isInTheWay({ history, requests }: Facts, { id, targets, story }: Asked): boolean {
  const written = of(history, 'wrote').filter(({ target }) => targets.includes(target));
  if (written.length > targets.length) return true;
  return [...requests.values()].some((other) => other.id !== id && other.story === story);
}

/** A write may have been lost, or its answer. */
function isDoubtful({ history }: Facts, { waitingAt, last }: Asked): boolean {
  return wasTroubled(history, {
    what: /^etcd|^redis|^down|^freeze|^starved for/,
    from: waitingAt ?? 0,
    until: last.at,
  });
}

function lacking(facts: Facts, asked: Asked, own: readonly Effect[]): string | null {
  const missing = asked.targets.find(
    (target) => !own.some((effect) => effect.target === target) && !wasSo(facts, asked, target),
  );
  return missing === undefined
    ? null
    : `says succeeded, and ${missing} was never ${isUndo(asked) ? 'put back' : 'gone'}`;
}

/** Somebody else had done it already, or another request did. */
function wasSo({ history }: Facts, asked: Asked, target: string): boolean {
  const wanted = isUndo(asked);
  let isThere = false;
  for (const event of history.events) {
    if (event.at > asked.last.at) break;
    if (event.kind !== 'wrote' && event.kind !== 'effect') continue;
    if (event.target !== target) continue;
    isThere = event.version !== null;
    if (event.at >= (asked.waitingAt ?? 0) && isThere === wanted) return true;
  }
  return isThere === wanted;
}
