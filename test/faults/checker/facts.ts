import type { History, Reading, Seen } from '../history';
import { of } from '../history';

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
  return { history, requests, effects: effectsIn(history, requests), clicks: clicksIn(history) };
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
      const last = events.findLast((event) => event.state !== 'copy');
      if (!first || !last) return [];
      const targets = history.stories[first.story]?.targets ?? [];
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

function effectsIn(history: History, requests: ReadonlyMap<string, Asked>): readonly Effect[] {
  return of(history, 'effect').map((effect) => {
    const story = history.stories.findIndex(({ targets }) => targets.includes(effect.target));
    const named = effect.receipt === null ? undefined : requests.get(effect.receipt);
    if (effect.receipt !== null) return { ...effect, story, suspects: named ? [named] : [] };
    const speaks = [...requests.values()].filter(({ targets }) => targets.includes(effect.target));
    return { ...effect, story, suspects: speaks.filter((one) => isUndo(one) === (effect.what === 'put')) };
  });
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

/** Whether something was wrong with this process, or with any of these servers, within this time. */
export function wasTroubled(
  history: History,
  {
    process,
    what,
    from,
    until,
  }: { readonly process?: number; readonly what?: RegExp; readonly from: number; readonly until: number },
): boolean {
  const concerns = (event: { readonly process: number | null; readonly what: string }) =>
    (process !== undefined && event.process === process && !/^(clock|starved$)/.test(event.what)) ||
    what?.test(event.what) === true;
  let on = 0;
  for (const event of history.events) {
    if (event.kind !== 'trouble' && event.kind !== 'mended') continue;
    if (!concerns(event)) continue;
    if (event.at > until) return on > 0;
    if (event.kind === 'trouble') on += 1;
    else on -= 1;
    if (event.at >= from) return true;
  }
  return on > 0;
}

/** Of this time, how much a process had to wait for a processor: then nothing can be said of how soon it must do a thing. */
const BUSY_SHARE = 0.5;

/** The machine had other things to do for most of this time: one of the processes got next to none of it. */
export function wasBusy(history: History, { from, until }: { readonly from: number; readonly until: number }): boolean {
  const waited = new Map<number, number>();
  // One stretch may be told to begin before the end of the one before it.
  const begun = new Map<number, number[]>();
  for (const event of history.events) {
    if ((event.kind !== 'trouble' && event.kind !== 'mended') || !event.what.startsWith('starved')) continue;
    const { process, at } = event;
    // The harness itself is busy all the time where many worlds play.
    if (process === null) continue;
    if (event.kind === 'trouble') begun.set(process, [...(begun.get(process) ?? []), at]);
    else {
      const since = begun.get(process)?.shift() ?? at;
      waited.set(process, (waited.get(process) ?? 0) + overlap([since, at], [from, until]));
    }
  }
  return Math.max(0, ...waited.values()) > (until - from) * BUSY_SHARE;
}

function overlap(one: readonly [number, number], other: readonly [number, number]): number {
  return Math.max(0, Math.min(one[1], other[1]) - Math.max(one[0], other[0]));
}

/** Nothing went wrong: then there is no excuse. That the machine was busy now and then is none either. */
export function isCalm(history: History): boolean {
  return of(history, 'trouble').every(({ what }) => what === 'starved');
}

/** No request of this story can be older. */
export function oldestAsking({ events }: History, story: number): number {
  const asking = events.filter(
    (event) => (event.kind === 'typed' || event.kind === 'clicked') && event.story === story,
  );
  return Math.min(...asking.map(({ at }) => at));
}
