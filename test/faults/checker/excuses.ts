import type { Event, History } from '../history';

/** When, and what, may have been the reason for something that should not be. */
export interface Excuse {
  /** Whatever was wrong with this process. */
  readonly process?: number | undefined;
  /** Any of these, on whichever server or process of the program under test. */
  readonly what?: RegExp;
  readonly from: number;
  readonly until: number;
}

type Change = Extract<Event, { kind: 'trouble' | 'mended' }>;

/** Whether something was wrong within this time. That the harness itself had to wait is nothing that befell the program. */
export function wasTroubled({ events }: Pick<History, 'events'>, { process, what, from, until }: Excuse): boolean {
  const concerns = (event: Change) =>
    !isOfHarness(event) &&
    ((process !== undefined && event.process === process && !/^(clock|starved$)/.test(event.what)) ||
      what?.test(event.what) === true);
  let on = 0;
  for (const event of events) {
    if (event.kind !== 'trouble' && event.kind !== 'mended') continue;
    if (!concerns(event)) continue;
    if (event.at > until) return on > 0;
    if (event.kind === 'trouble') on += 1;
    else on -= 1;
    if (event.at >= from) return true;
  }
  return on > 0;
}

/** The process is none of the program's, or is not known yet because it is just starting. */
function isOfHarness({ what, process }: Change): boolean {
  return what.startsWith('starved') && (process === null || process < 0);
}

/** Of this time, how much a process had to wait for a processor: then nothing can be said of how soon it must do a thing. */
const BUSY_SHARE = 0.5;
/** One pause of the harness says nothing of the machine, however short the time is that is judged. */
const LEAST_JUDGED_MS = 1_000;

/**
 * The machine had other things to do for most of this time: one of the processes got next to none of it. The harness counts
 * as well, but only where it stood still: it is never idle.
 */
export function wasBusy(history: History, { from, until }: Pick<Excuse, 'from' | 'until'>): boolean {
  const waited = new Map<number | null, number>();
  for (const { process, since, at, isLong } of starvations(history)) {
    if (process === null && !isLong) continue;
    waited.set(process, (waited.get(process) ?? 0) + overlap([since, at], [from, until]));
  }
  const least = (process: number | null) => Math.max(until - from, process === null ? LEAST_JUDGED_MS : 0);
  return [...waited].some(([process, ms]) => ms > least(process) * BUSY_SHARE);
}

/** For how long the harness itself had to wait: what it measures is too long by as much. */
export function harnessWaited(history: History, { from, until }: Pick<Excuse, 'from' | 'until'>): number {
  return starvations(history)
    .filter(({ process }) => process === null)
    .reduce((sum, { since, at }) => sum + overlap([since, at], [from, until]), 0);
}

interface Starvation {
  readonly process: number | null;
  readonly since: number;
  readonly at: number;
  readonly isLong: boolean;
}

function starvations({ events }: History): readonly Starvation[] {
  // One stretch may be told to begin before the end of the one before it.
  const begun = new Map<number | null, number[]>();
  return events.flatMap((event) => {
    if ((event.kind !== 'trouble' && event.kind !== 'mended') || !event.what.startsWith('starved')) return [];
    const { process, at } = event;
    if (event.kind === 'trouble') begun.set(process, [...(begun.get(process) ?? []), at]);
    return event.kind === 'trouble'
      ? []
      : [{ process, since: begun.get(process)?.shift() ?? at, at, isLong: event.what === 'starved for long' }];
  });
}

function overlap(one: readonly [number, number], other: readonly [number, number]): number {
  return Math.max(0, Math.min(one[1], other[1]) - Math.max(one[0], other[0]));
}
