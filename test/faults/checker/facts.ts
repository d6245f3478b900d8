import type { History, Reading, Seen } from '../history';
import { of } from '../history';
import { type Entry, waysOf } from './ways';

/** A broken promise. */
export interface Violation {
  readonly invariant: Invariant;
  readonly story: number | null;
  readonly what: string;
}

export const INVARIANTS = [
  'quorum',
  'as approved',
  'once',
  'one request',
  'ends',
  'true last word',
  'works',
  'answered',
  'no live buttons',
  'chain',
  'locks',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Shown extends Reading {
  readonly at: number;
  readonly ts: string;
}

/** What is known of one request from its messages. */
export interface Asked {
  readonly id: string;
  readonly story: number;
  readonly by: string;
  readonly shown: readonly Shown[];
  /** The records that its messages speak of. */
  readonly targets: readonly string[];
  /** Where its preview was first seen. */
  readonly waitingAt: number | null;
  /** What its own message says last. */
  readonly last: Shown;
}

export interface Facts {
  readonly history: History;
  readonly requests: ReadonlyMap<string, Asked>;
  readonly effects: readonly Effect[];
  readonly clicks: readonly Click[];
  /** What the trail says of each request, by the moves it made. */
  readonly ways: ReadonlyMap<string, readonly Entry[]>;
}

export interface Effect extends Seen<'effect'> {
  readonly story: number;
  /** Who may have done it: the one that the receipt names, or all that spoke of this record. */
  readonly suspects: readonly Asked[];
}

/** A click with all that came of it. */
export interface Click extends Seen<'clicked'> {
  readonly answer: Seen<'answered'> | null;
  /** The person was told something, in whichever way. */
  readonly told: boolean;
}

export function factsOf(history: History): Facts {
  const requests = requestsIn(history);
  const [effects, clicks] = [effectsIn(history, requests), clicksIn(history)];
  return { history, requests, effects, clicks, ways: waysOf(history) };
}

function requestsIn(history: History): ReadonlyMap<string, Asked> {
  const shown = new Map<string, Seen<'shown'>[]>();
  for (const event of of(history, 'shown')) {
    if (event.request === null) continue;
    shown.set(event.request, [...(shown.get(event.request) ?? []), event]);
  }
  return new Map(
    [...shown].flatMap(([id, events]) => {
      const [first] = events;
      const last = lastOfOwn(events);
      if (!first || !last) return [];
      // What clears a doubt names the records, and touches none.
      const touches = events.some(({ text }) => /\n\/palm (purge|undo) [^\n]*$/.test(text));
      const targets = touches ? (history.stories[first.story]?.targets ?? []) : [];
      return [
        [
          id,
          {
            id,
            story: first.story,
            by: events.find((event) => event.by !== null)?.by ?? '',
            shown: events,
            targets: targets.filter((uuid) => events.some(({ text }) => text.includes(uuid))),
            waitingAt: events.find(({ state }) => state === 'waiting')?.at ?? null,
            last,
          },
        ] as const,
      ];
    }),
  );
}

/** A message that became a copy in the end is not the request's own, whatever it said before. */
function lastOfOwn(events: readonly Seen<'shown'>[]): Seen<'shown'> | undefined {
  const newest = new Map(events.map(({ ts, state }) => [ts, state]));
  return events.findLast(({ ts }) => newest.get(ts) !== 'copy');
}

function effectsIn(history: History, requests: ReadonlyMap<string, Asked>): readonly Effect[] {
  return of(history, 'effect').map((effect) => {
    const story = history.stories.findIndex(({ targets }) => targets.includes(effect.target));
    const named = effect.receipt === null ? undefined : requests.get(effect.receipt);
    if (effect.receipt !== null) return { ...effect, story, suspects: named ? [named] : [] };
    const speaks = [...requests.values()].filter(({ targets }) => targets.includes(effect.target));
    return { ...effect, story, suspects: speaks.filter((one) => isUndo(one) === (effect.what === 'put')) };
  });
}

/** The effects that this request alone can have had. */
export function effectsOf({ effects }: Pick<Facts, 'effects'>, { id }: Pick<Asked, 'id'>): readonly Effect[] {
  return effects.filter(({ suspects }) => suspects.length === 1 && suspects[0]?.id === id);
}

/** Puts records back instead of deleting them. */
export function isUndo({ shown }: Asked): boolean {
  return shown.some(({ text }) => /\n\/palm undo [^\n]*$/.test(text));
}

function clicksIn(history: History): readonly Click[] {
  const answers = of(history, 'answered');
  const whispers = of(history, 'whispered');
  const forms = of(history, 'asked more');
  return of(history, 'clicked').map((click) => {
    const answer = answers.find(({ delivery, copy }) => delivery === click.delivery && copy === click.copy) ?? null;
    const whispered = [...whispers, ...forms].some(({ delivery }) => delivery === click.delivery);
    return { ...click, answer, told: whispered || (answer?.said ?? '') !== '' };
  });
}

/** No request of this story can be older. */
export function oldestAsking({ events }: History, story: number): number {
  const asking = events.filter(
    (event) => (event.kind === 'typed' || event.kind === 'clicked') && event.story === story,
  );
  return Math.min(...asking.map(({ at }) => at));
}
