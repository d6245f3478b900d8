import { DateTime, IANAZone } from 'luxon';

/**
 * Times in which changes are frozen, as people write them: by the wall clock of one time zone. Where the clocks change
 * and a wall time exists twice or not at all, the freeze is the longer one. Pure.
 */
export interface Calendar {
  /** An IANA name: `Europe/Paris`. */
  readonly zone: string;
  readonly windows: readonly Window[];
}

export type Window = { readonly text: string } & (
  | { readonly kind: 'weekly'; readonly from: WeekTime; readonly to: WeekTime }
  | { readonly kind: 'dated'; readonly from: DayTime; readonly to: DayTime }
);

interface WallTime {
  readonly hour: number;
  readonly minute: number;
}
interface WeekTime extends WallTime {
  /** 1: Monday … 7: Sunday. */
  readonly weekday: number;
}
interface DayTime extends WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKLY = /^([a-z]{3})[a-z]* (\d{1,2}):(\d{2})$/;
const DATED = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{1,2}):(\d{2}))?$/;

/** `fri 16:00 – mon 08:00`, `2026-12-20 – 2027-01-04` (both days included) or `2026-12-24 12:00 – 2026-12-27 08:00`. */
export function parseWindow(text: string): Window | null {
  const [from = '', to = '', ...more] = text
    .trim()
    .toLowerCase()
    .split(/\s+(?:–|—|-|to)\s+/);
  if (more.length > 0) return null;
  const [weekFrom, weekTo] = [weekTime(from), weekTime(to)];
  if (weekFrom && weekTo) {
    const isEmpty = minuteOfWeek(weekFrom) === minuteOfWeek(weekTo);
    return isEmpty ? null : { kind: 'weekly', text, from: weekFrom, to: weekTo };
  }
  const [dayFrom, dayTo] = [dayTime(from, 'begin'), dayTime(to, 'end')];
  if (!dayFrom || !dayTo || naive(dayFrom) >= naive(dayTo)) return null;
  return { kind: 'dated', text, from: dayFrom, to: dayTo };
}

function weekTime(text: string): WeekTime | null {
  const [, name = '', hour, minute] = WEEKLY.exec(text) ?? [];
  const weekday = DAYS.indexOf(name) + 1;
  const time = { hour: Number(hour), minute: Number(minute) };
  return weekday > 0 && isWallTime(time) ? { weekday, ...time } : null;
}

function dayTime(text: string, edge: 'begin' | 'end'): DayTime | null {
  const [whole, , , , hour, minute] = DATED.exec(text) ?? [];
  if (whole === undefined) return null;
  const date = DateTime.fromISO(whole.slice(0, 10), { zone: 'utc' });
  const time = { hour: Number(hour ?? 0), minute: Number(minute ?? 0) };
  if (!date.isValid || !isWallTime(time)) return null;
  // A day alone is included whole.
  const isWholeDay = hour === undefined && edge === 'end';
  return { ...dateOf(isWholeDay ? date.plus({ days: 1 }) : date), ...time };
}

function isWallTime({ hour, minute }: WallTime): boolean {
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

function minuteOfWeek({ weekday, hour, minute }: WeekTime): number {
  return (weekday * 24 + hour) * 60 + minute;
}

function dateOf({ year, month, day }: DateTime): Omit<DayTime, keyof WallTime> {
  return { year, month, day };
}

/** More windows that follow each other without a gap than this have no end that people would wait for. */
const MOST_FOLLOWING = 50;

/** `until`: when the last of the windows that follow each other ends; null: not within sight. */
export interface Frozen {
  readonly until: number | null;
}

/** Whether this is a frozen time, and until when. */
export function frozenAt(calendars: readonly Calendar[], at: number): Frozen | null {
  let until = at;
  for (let windows = 0; windows < MOST_FOLLOWING; windows++) {
    const end = endOf(calendars, until);
    if (end === null) return windows === 0 ? null : { until };
    until = end;
  }
  return { until: null };
}

/** When the next window begins, if that is within this time. Null: none does. */
export function nextFreeze({ zone, windows }: Calendar, at: number, withinMs: number): number | null {
  const starts = windows.flatMap((window) => startsFrom(window, zone, at, withinMs));
  const ahead = starts.filter((start) => start > at && start <= at + withinMs);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

function startsFrom({ kind, from }: Window, zone: string, at: number, withinMs: number): readonly number[] {
  if (kind === 'dated') return [first(from, zone)];
  const today = DateTime.fromMillis(at, { zone }).startOf('day');
  const days = Array.from({ length: Math.ceil(withinMs / A_DAY_MS) + 1 }, (_, ahead) => today.plus({ days: ahead }));
  const begun = days.filter(({ weekday }) => weekday === from.weekday);
  return begun.map((day) => first({ ...dateOf(day), ...from }, zone));
}

/** The latest end of the windows that this instant is in. */
function endOf(calendars: readonly Calendar[], at: number): number | null {
  const spans = calendars.flatMap(({ zone, windows }) => windows.flatMap((window) => spansNear(window, zone, at)));
  const ends = spans.filter(([from, to]) => from <= at && at < to).map(([, to]) => to);
  return ends.length === 0 ? null : Math.max(...ends);
}

type Span = readonly [from: number, to: number];

/** The occurrences of a window that this instant could be in. */
function spansNear(window: Window, zone: string, at: number): readonly Span[] {
  if (window.kind === 'dated') return [[first(window.from, zone), last(window.to, zone)]];
  const { from, to } = window;
  const lasts = (to.weekday - from.weekday + 7) % 7;
  const days = minuteOfWeek(to) < minuteOfWeek(from) && lasts === 0 ? 7 : lasts;
  const today = DateTime.fromMillis(at, { zone }).startOf('day');
  const since = (today.weekday - from.weekday + 7) % 7;
  // Today's or the last one, the one before, which may last a whole week, and one that a clock change draws into today.
  const back = since === 6 ? [-1, since] : [since, since + 7];
  return back
    .map((ago) => today.minus({ days: ago }))
    .map((day) => [first({ ...dateOf(day), ...from }, zone), last({ ...dateOf(day.plus({ days })), ...to }, zone)]);
}

function first(time: DayTime, zone: string): number {
  return Math.min(...instants(time, zone));
}

function last(time: DayTime, zone: string): number {
  return Math.max(...instants(time, zone));
}

const A_DAY_MS = 24 * 3600_000;

/** The instants that a wall time can mean: one, or two where it exists twice, or the two around it where it does not exist. */
function instants(time: DayTime, zone: string): readonly number[] {
  const { year, month, day, hour, minute } = time;
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  const offsetMs = (near: number) => DateTime.fromMillis(near, { zone }).offset * 60_000;
  const candidates = [wall - A_DAY_MS, wall + A_DAY_MS].map((near) => wall - offsetMs(near));
  const real = candidates.filter((instant) => instant + offsetMs(instant) === wall);
  return real.length > 0 ? real : candidates;
}

function naive({ year, month, day, hour, minute }: DayTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}
