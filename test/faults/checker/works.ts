import { of } from '../history';
import { wasBusy, wasTroubled } from './excuses';
import { type Asked, effectsOf, type Facts, type Violation } from './facts';
import { type Entry, momentOf } from './ways';

/** After its end a trouble is felt for as long as it takes to be connected again, or until a lost job is noticed. */
const LEFT_BEHIND_MS = 2_000;

/** What people asked for is read, and what enough of them approved is done, unless something or somebody stood in its way. */
export function works(facts: Facts): readonly Violation[] {
  return [...facts.ways].flatMap(([id, way]) => {
    const asked = facts.requests.get(id);
    const wrong = asked ? (notRead(facts, way) ?? notDone(facts, asked, way)) : null;
    return asked && wrong !== null ? [{ invariant: 'works', story: asked.story, what: `${id} ${wrong}` } as const] : [];
  });
}

function outcomeOf(way: readonly Entry[]): string | null {
  const end = way.find(({ event }) => event === 'finished');
  return end ? String(end.detail.outcome) : null;
}

/** Nothing could be read, for no reason. */
function notRead({ history }: Facts, way: readonly Entry[]): string | null {
  if (way.some(({ event }) => event === 'planned') || outcomeOf(way) !== 'failed') return null;
  const asked = momentOf(history, way, 'asked') ?? 0;
  return isExcused(history, { from: asked, until: momentOf(history, way, 'finished') ?? asked })
    ? null
    : 'was asked, nothing had gone wrong, and it could not be read';
}

/** One that was left alone until its approval had expired is judged by the trail. */
function notDone(facts: Facts, asked: Asked, way: readonly Entry[]): string | null {
  const { history } = facts;
  const approved = momentOf(history, way, 'approved');
  const finished = momentOf(history, way, 'finished');
  const outcome = outcomeOf(way);
  if (approved === null || finished === null || outcome === 'succeeded') return null;
  const own = effectsOf(facts, asked);
  if (asked.targets.every((target) => own.some((effect) => effect.target === target))) return null;
  if (isInTheWay(facts, asked, way)) return null;
  return isExcused(history, { from: approved, until: finished })
    ? null
    : `was approved, nothing stood in its way, and it ended ${outcome}`;
}

/** Slack says who is in a group: without that nobody may approve, and what was approved may not start. */
const NEEDED = /^(redis|etcd|down|freeze|starved for|slack (down|groups unknown))/;

function isExcused(
  history: Facts['history'],
  { from, until }: { readonly from: number; readonly until: number },
): boolean {
  const around = { from: from - LEFT_BEHIND_MS, until };
  return wasTroubled(history, { what: NEEDED, ...around }) || wasBusy(history, { from, until });
}

/** Somebody else wrote to its records after it was asked, or held them; its own work makes servers register again. */
function isInTheWay(facts: Facts, asked: Asked, way: readonly Entry[]): boolean {
  const { history, requests, ways } = facts;
  const [from, until] = [momentOf(history, way, 'asked') ?? 0, momentOf(history, way, 'finished') ?? 0];
  const own = effectsOf(facts, asked);
  const isWritten = of(history, 'wrote').some(
    ({ target, at }) =>
      asked.targets.includes(target) &&
      at >= from &&
      at <= until &&
      !own.some((effect) => effect.target === target && effect.at <= at),
  );
  const others = [...requests.values()].filter(
    ({ id, targets }) => id !== asked.id && targets.some((target) => asked.targets.includes(target)),
  );
  return isWritten || others.some(({ id }) => heldMeanwhile(history, ways.get(id) ?? [], { from, until }));
}

function heldMeanwhile(
  history: Facts['history'],
  way: readonly Entry[],
  { from, until }: { readonly from: number; readonly until: number },
): boolean {
  const started = momentOf(history, way, 'started');
  const finished = momentOf(history, way, 'finished');
  if (started === null || started > until) return false;
  return finished === null || finished >= from || outcomeOf(way) === 'uncertain';
}
