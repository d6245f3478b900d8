import { of } from '../history';
import { wasBusy, wasTroubled } from './excuses';
import { type Asked, type Effect, effectsOf, type Facts, isUndo, oldestAsking, type Violation } from './facts';
import { liesInRows } from './rows';
import { momentOf } from './ways';

/** Between what happens and what is seen of it. */
const NEARLY_MS = 20;
/** After its end a trouble is felt for as long as it takes to be connected again. */
const LEFT_BEHIND_MS = 2_000;

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
  const own = effectsOf(facts, asked);
  const inRow = liesInRows(facts, asked, own);
  if (inRow !== null) return inRow;
  const oldest = oldestAsking(facts.history, asked.story) + facts.history.expiresAfterMs;
  if (word === 'expired' && asked.last.at < oldest - NEARLY_MS) return 'says expired, and its time was not over';
  if (word === 'uncertain') return isDoubtful(facts, asked) ? null : 'says uncertain, and nothing had gone wrong';
  if (word === 'succeeded') return lacking(facts, asked, own);
  if (word === 'partial') return notPartial(facts, asked, own);
  const [first] = own;
  return first ? `says ${word}, and ${first.target} was ${first.what} by it` : null;
}

/** Something was done, and something was not, or not for long. */
function notPartial(facts: Facts, asked: Asked, own: readonly Effect[]): string | null {
  const { targets, last } = asked;
  if (own.length === 0 && !targets.some((target) => wasSo(facts, asked, target)))
    return 'says partial, and nothing of it was done';
  const undone = targets.filter((target) => {
    const done = own.find((effect) => effect.target === target);
    return (
      !done ||
      of(facts.history, 'wrote').some(
        (one) => one.target === target && one.revision > done.revision && one.at < last.at,
      )
    );
  });
  return undone.length === 0 ? 'says partial, and all of it was done, and stayed so' : null;
}

/** A write may have been lost, or its answer; what befell another process than the one that wrote is no reason. */
function isDoubtful({ history, ways }: Facts, { id, waitingAt, last }: Asked): boolean {
  const way = ways.get(id);
  const started = momentOf(history, way, 'started') ?? waitingAt ?? 0;
  const around = { from: started - LEFT_BEHIND_MS, until: momentOf(history, way, 'finished') ?? last.at };
  const attempt = of(history, 'attempt').find(({ request }) => request === id);
  const what = attempt ? /^(etcd|redis)/ : /^(etcd|redis|down|freeze|starved for)/;
  return wasTroubled(history, { process: attempt?.process, what, ...around }) || wasBusy(history, around);
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
  const changes = [...of(history, 'wrote'), ...of(history, 'effect')]
    .filter((event) => event.target === target && event.at <= asked.last.at)
    .toSorted((one, other) => one.revision - other.revision);
  for (const event of changes) {
    isThere = event.version !== null;
    if (event.at >= (asked.waitingAt ?? 0) && isThere === wanted) return true;
  }
  return isThere === wanted;
}
