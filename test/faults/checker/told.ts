import { of } from '../history';
import type { Click, Facts, Violation } from './facts';
import type { Entry } from './ways';

/** What the trail calls the moves of each button. */
export const TAKEN = {
  approve: /^approv/,
  deny: /^denied$/,
  withdraw: /^withdrawn$/,
  hold: /^held$/,
  release: /^release/,
  next: /^asked$/,
  again: /^asked$/,
} as const;

/** What is said of a vote that does not count. That one is counted already is not. */
const REFUSED =
  /Your click changed nothing|was not counted|Nothing was run|must approve it|must release it|can withdraw/;
const DOUBTED = /not confirmed|as far as is known/i;

/** Who is told that a vote did not count is told so only when it did not. */
export function falselyRefused(facts: Facts): readonly Violation[] {
  const asked = new Map<string, Click[]>();
  for (const click of facts.clicks) {
    const key = `${click.who} ${click.button} ${click.request}`;
    asked.set(key, [...(asked.get(key) ?? []), click]);
  }
  return [...asked.values()].flatMap((clicks) => {
    const [first] = clicks;
    // A form is sent after the click that opened it: that click alone is not a vote.
    const votes = clicks.filter(({ delivery }) => !clicks.some((other) => other.delivery === `${delivery}f`));
    if (!first || !isTaken(facts, first) || refusals(facts, votes) < votes.length) return [];
    const what = `${first.who} was told that ${first.button} on ${first.request} counted for nothing, and it was taken`;
    return [{ invariant: 'answered', story: first.story, what } as const];
  });
}

/** Copies of a delivery share the address that words go to: of two that are sent, one may count and one be refused. */
function refusals({ history }: Facts, votes: readonly Click[]): number {
  const deliveries = new Set(votes.map(({ delivery }) => delivery));
  const whispers = of(history, 'whispered').flatMap((one) => (deliveries.has(one.delivery) ? [one.said] : []));
  const words = [...votes.map(({ answer }) => answer?.said ?? ''), ...whispers];
  return words.filter((said) => REFUSED.test(said) && !DOUBTED.test(said)).length;
}

function isTaken({ ways }: Facts, { who, button, request }: Click): boolean {
  if (button === 'next' || button === 'again') return false;
  return (ways.get(request) ?? []).some(({ event, by }: Entry) => by === who && TAKEN[button].test(event));
}
