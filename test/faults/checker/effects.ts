import { of } from '../history';
import { type Asked, type Effect, type Facts, isUndo, type Violation } from './facts';
import { validApprovals } from './people';

/** What is deleted is the very record that people saw: its version, and its revision where that is shown. */
export function asApproved(facts: Facts): readonly Violation[] {
  return [...deletedOther(facts), ...putOver(facts)];
}

/** What is put back goes where nothing is. */
function putOver({ effects }: Facts): readonly Violation[] {
  return effects
    .filter(({ what, before }) => what === 'put' && before !== null)
    .map(({ story, target, before }) => ({
      invariant: 'as approved',
      story,
      what: `${target} was put back over version ${before}, which nobody had seen`,
    }));
}

function deletedOther(facts: Facts): readonly Violation[] {
  return facts.effects
    .filter((effect) => effect.what === 'deleted' && effect.suspects.length > 0)
    .filter((effect) => !effect.suspects.some((asked) => saw(facts, asked, effect)))
    .map((effect) => ({
      invariant: 'as approved',
      story: effect.story,
      what: `${effect.target} was deleted as version ${effect.before}, revision ${effect.since}; people had seen ${seenBy(effect.suspects)}`,
    }));
}

function saw({ history }: Facts, { shown }: Asked, { at, before, since }: Effect): boolean {
  const previews = shown.filter((one) => one.state === 'waiting' && one.at <= at);
  const revision = new RegExp(`\\b${since}\\b`);
  return previews.some(
    ({ versions, text }) =>
      before !== null && versions.includes(before) && (history.left === null || revision.test(text)),
  );
}

function seenBy(suspects: readonly Asked[]): string {
  const versions = suspects.flatMap(({ shown }) =>
    shown.filter(({ state }) => state === 'waiting').flatMap(({ versions }) => versions),
  );
  return [...new Set(versions)].join(', ') || 'nothing';
}

/** One approval, one effect: not done twice, and not even tried twice. */
export function once(facts: Facts): readonly Violation[] {
  return [...doneTwice(facts), ...triedTwice(facts)];
}

function doneTwice(facts: Facts): readonly Violation[] {
  const groups = new Map<string, Effect[]>();
  for (const effect of facts.effects) {
    const key = `${effect.what} ${effect.target} ${effect.receipt ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  return [...groups].flatMap(([key, effects]) => {
    const allowed = Math.max(1, allowedFor(facts, effects));
    if (effects.length <= allowed) return [];
    return [
      {
        invariant: 'once',
        story: effects[0]?.story ?? null,
        what: `${key}: ${effects.length} times, approved ${allowed} times`,
      } as const,
    ];
  });
}

/** A receipt names one request. Without one, as many effects as there were approved requests for this record. */
function allowedFor(facts: Facts, effects: readonly Effect[]): number {
  const [first] = effects;
  if (!first || first.receipt !== null) return 1;
  const last = effects.at(-1)?.at ?? 0;
  const needs = facts.history.schedule.needs;
  return first.suspects.filter(
    (asked) => new Set(validApprovals(facts, asked, last).map(({ who }) => who)).size >= needs,
  ).length;
}

function triedTwice(facts: Facts): readonly Violation[] {
  const tries = new Map<string, number>();
  for (const { request, target, what } of of(facts.history, 'attempt')) {
    // A peer leaves no name at what it does.
    if (request === null && facts.history.left === null) continue;
    const key = `${what} ${target} by ${request}`;
    tries.set(key, (tries.get(key) ?? 0) + 1);
  }
  return [...tries].flatMap(([key, count]) => {
    const [what = '', target = '', , id = ''] = key.split(' ');
    const story = facts.history.stories.findIndex(({ targets }) => targets.includes(target));
    const most = id === 'null' ? startedFor(facts, { target, isPut: what === 'put' }) : 1;
    if (count <= most) return [];
    return [{ invariant: 'once', story, what: `${key} was sent ${count} times, may be ${most} times` } as const];
  });
}

/** What is put back carries no name: as many attempts as requests that were begun for it. */
function startedFor({ requests, ways }: Facts, { target, isPut }: { target: string; isPut: boolean }): number {
  return [...requests.values()].filter(
    (asked) =>
      isUndo(asked) === isPut &&
      asked.targets.includes(target) &&
      ways.get(asked.id)?.some(({ event }) => event === 'started'),
  ).length;
}
