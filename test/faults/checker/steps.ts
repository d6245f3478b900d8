import { wasBusy, wasTroubled } from './excuses';
import { type Asked, type Effect, effectsOf, type Facts, type Violation } from './facts';
import { type Entry, momentOf } from './ways';

/** Without a beat for so long somebody else ends the request, and tells what was done at its end. */
const BEAT_LASTS_MS = 600;

/** What the trail calls done was done, what it calls not done was not, and each effect has its step. */
export function stepProblems(facts: Facts): readonly Violation[] {
  return [...facts.ways].flatMap(([request, way]) => {
    const asked = facts.requests.get(request);
    if (!asked) return [];
    const steps = way.filter(({ event }) => event === 'step');
    return [...toldTwice(steps), ...untrueSteps(facts, asked, steps), ...withoutStep(facts, asked, way)].map(
      (what) => ({ invariant: 'chain', story: asked.story, what: `${request}: ${what}` }) as const,
    );
  });
}

function targetOf({ detail }: Entry): string {
  return String(detail.target).split('/').at(-1) ?? '';
}

function toldTwice(steps: readonly Entry[]): readonly string[] {
  const targets = steps.map(targetOf);
  return targets.flatMap((target, at) => (targets.indexOf(target) === at ? [] : [`two steps tell of ${target}`]));
}

function untrueSteps(facts: Facts, asked: Asked, steps: readonly Entry[]): readonly string[] {
  const sure = effectsOf(facts, asked);
  const may = facts.effects.filter(({ suspects }) => suspects.includes(asked));
  return steps.flatMap((step) => {
    const target = targetOf(step);
    const { status } = step.detail;
    const isDone = isClearing(step) ? wasCleared(facts, target, asked) : may.some((effect) => effect.target === target);
    if (status === 'done' && !isDone) return [`entry ${step.seq} calls ${target} done, and nothing was done to it`];
    if ((status === 'skipped' || status === 'failed') && sure.some((effect) => effect.target === target))
      return [`entry ${step.seq} calls ${target} ${status}, and it was done`];
    return [];
  });
}

/** Such a step frees what another request holds, and touches no record. */
function isClearing({ detail }: Entry): boolean {
  return String(detail.target).startsWith('ops/requests/');
}

function wasCleared({ ways }: Facts, request: string, { id }: Asked): boolean {
  return (ways.get(request) ?? []).some(({ event, detail }) => event === 'cleared' && detail['with request'] === id);
}

/** Whoever was struck between the effect and its step cannot tell of it. */
function withoutStep(facts: Facts, asked: Asked, way: readonly Entry[]): readonly string[] {
  const { history } = facts;
  const until = momentOf(history, way, 'finished');
  if (until === null) return [];
  return effectsOf(facts, asked).flatMap((effect) => {
    if (way.some((entry) => entry.event === 'step' && targetOf(entry) === effect.target)) return [];
    const from = effect.at - BEAT_LASTS_MS;
    const servers = { what: /^(redis|etcd)/, from, until };
    const isExcused =
      wasTroubled(history, { ...servers, process: performerOf(facts, asked, effect) }) || wasBusy(history, servers);
    return isExcused ? [] : [`${effect.target} was ${effect.what}, and no step tells of it`];
  });
}

/** Which process sent it. */
function performerOf({ history }: Facts, { id }: Asked, { target }: Effect): number | undefined {
  const attempt = history.events.findLast(
    (event) => event.kind === 'attempt' && event.target === target && (event.request === null || event.request === id),
  );
  return attempt?.kind === 'attempt' ? attempt.process : undefined;
}
