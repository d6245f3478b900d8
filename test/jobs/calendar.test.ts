import fc from 'fast-check';
import { DateTime } from 'luxon';
import { type Calendar, frozenAt, isZone, nextFreeze, parseWindow } from '../../src/jobs/rules/calendar';

const at = (text: string) => {
  const time = DateTime.fromISO(text, { setZone: true });
  if (!time.isValid) throw new Error(text);
  return time.toMillis();
};
const calendar = (zone: string, ...texts: string[]): Calendar => ({
  zone,
  windows: texts.map((text) => {
    const window = parseWindow(text);
    if (!window) throw new Error(`${text} is no window`);
    return window;
  }),
});
const until = (freeze: Calendar | readonly Calendar[], when: string) => {
  const frozen = frozenAt([freeze].flat(), at(when));
  if (!frozen) return 'free';
  return frozen.until === null ? 'no end' : DateTime.fromMillis(frozen.until, { zone: 'utc' }).toFormat('LL-dd HH:mm');
};

const weekend = calendar('Europe/Paris', 'fri 16:00 – mon 08:00');
test.each([
  ['2026-11-27T15:59:59+01:00', 'free'],
  ['2026-11-27T16:00:00+01:00', '11-30 07:00'],
  ['2026-11-28T12:00:00+01:00', '11-30 07:00'],
  ['2026-11-30T07:59:59+01:00', '11-30 07:00'],
  ['2026-11-30T08:00:00+01:00', 'free'],
  // The same instant told by another clock.
  ['2026-11-28T00:00:00-08:00', '11-30 07:00'],
])('from Friday to Monday, at %s: %s', (when, expected) => {
  expect(until(weekend, when)).toBe(expected);
});

test.each([
  ['clocks go forward in it', '2026-03-28T12:00:00+01:00', '03-30 06:00'],
  ['clocks go back in it', '2026-10-24T12:00:00+02:00', '10-26 07:00'],
])('a weekend keeps its wall clock when the %s', (_what, when, expected) => {
  expect(until(weekend, when)).toBe(expected);
});

const night = calendar('Europe/Paris', 'sun 02:30 – sun 02:45');
test('a time that exists twice: the freeze is the longer one', () => {
  // 2026-10-25: 02:30 is at 00:30Z and again at 01:30Z.
  expect(until(night, '2026-10-25T00:29:00Z')).toBe('free');
  expect(until(night, '2026-10-25T00:30:00Z')).toBe('10-25 01:45');
  expect(until(night, '2026-10-25T01:44:00Z')).toBe('10-25 01:45');
  expect(until(night, '2026-10-25T01:45:00Z')).toBe('free');
});

test('a time that does not exist: the freeze still happens', () => {
  // 2026-03-29: 02:30 does not exist; clocks jump at 01:00Z.
  expect(until(night, '2026-03-29T01:00:00Z')).toBe('03-29 01:45');
});

test.each([
  ['after the end, the day before they go back', 'fri 16:00 – sat 20:00', '2026-10-24T20:00:00+02:00', 'free'],
  [
    'before the beginning, the day before they go forward',
    'sat 20:00 – sun 12:00',
    '2026-03-28T19:59:00+01:00',
    'free',
  ],
  ['in it, the day before they go forward', 'sat 20:00 – sun 12:00', '2026-03-28T20:00:00+01:00', '03-29 10:00'],
  ['after the end, the day they went forward', 'sun 08:00 – sun 20:00', '2026-03-29T20:00:00+02:00', 'free'],
])('a clock change is felt in its own hour alone: %s', (_what, window, when, expected) => {
  expect(until(calendar('Europe/Paris', window), when)).toBe(expected);
});

test('a window over most of a week, and one within a day', () => {
  expect(until(calendar('UTC', 'tue 10:00 – tue 09:00'), '2026-11-24T09:30:00Z')).toBe('free');
  expect(until(calendar('UTC', 'tue 10:00 – tue 09:00'), '2026-11-24T08:30:00Z')).toBe('11-24 09:00');
  expect(until(calendar('UTC', 'tue 10:00 – tue 09:00'), '2026-11-24T10:30:00Z')).toBe('12-01 09:00');
  expect(until(calendar('UTC', 'tue 10:00 – tue 11:00'), '2026-11-24T10:30:00Z')).toBe('11-24 11:00');
});

test.each([
  ['2026-12-19T23:59:00+01:00', 'free'],
  ['2026-12-20T00:00:00+01:00', '01-04 23:00'],
  ['2027-01-04T23:59:00+01:00', '01-04 23:00'],
  ['2027-01-05T00:00:00+01:00', 'free'],
])('days include the first and the last whole, at %s: %s', (when, expected) => {
  expect(until(calendar('Europe/Paris', '2026-12-20 – 2027-01-04'), when)).toBe(expected);
});

test('windows that follow each other are one freeze, over several calendars', () => {
  const both = [weekend, calendar('Europe/Paris', '2026-11-30 08:00 – 2026-11-30 12:00')];
  expect(until(both, '2026-11-28T12:00:00+01:00')).toBe('11-30 11:00');
});

test('a freeze without a gap has no end that could be told', () => {
  expect(until(calendar('UTC', 'mon 00:00 – thu 00:00', 'thu 00:00 – mon 00:00'), '2026-11-28T12:00:00Z')).toBe(
    'no end',
  );
});

test.each(['', 'fri', 'fri 16:00', 'fri 16:00 – fri 16:00', 'fri 25:00 – mon 08:00', 'xyz 10:00 – mon 08:00'])(
  '%j is no window',
  (text) => expect(parseWindow(text)).toBeNull(),
);
test.each(['2026-02-30 – 2026-03-02', '2026-03-02 – 2026-03-01', 'fri 16:00 – 2026-03-02', '2026-3-1 – 2026-3-2'])(
  '%j is no window either',
  (text) => expect(parseWindow(text)).toBeNull(),
);

test('zones are those of IANA', () => {
  expect(['Europe/Paris', 'UTC', 'America/St_Johns'].map(isZone)).toEqual([true, true, true]);
  expect(['Mars/Olympus', '', 'local', 'GMT+25'].map(isZone)).toEqual([false, false, false, false]);
});

const minuteOfWeek = (weekday: number, hour: number, minute = 0) => ((weekday - 1) * 24 + hour) * 60 + minute;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

test('whatever the zone, the window and the moment: frozen is what the wall clock says, and it ends later', () => {
  const zones = [
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'UTC',
    'Asia/Kathmandu',
  ];
  const edge = fc.record({ day: fc.integer({ min: 1, max: 7 }), hour: fc.integer({ min: 0, max: 23 }) });
  const moment = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...zones), edge, edge, moment, (zone, from, to, now) => {
      fc.pre(from.day !== to.day || from.hour !== to.hour);
      const text = [from, to].map(({ day, hour }) => `${DAYS[day - 1]} ${hour}:00`).join(' – ');
      const frozen = frozenAt([calendar(zone, text)], now);
      if (frozen) {
        expect(frozen.until).toBeGreaterThan(now);
        expect(frozenAt([calendar(zone, text)], frozen.until ?? 0)).toBeNull();
      }
      // In the hours in which the clocks change the tables above say what holds.
      const wall = DateTime.fromMillis(now, { zone });
      fc.pre(wall.plus({ hours: 3 }).offset === wall.minus({ hours: 3 }).offset);
      const [begin, end] = [minuteOfWeek(from.day, from.hour), minuteOfWeek(to.day, to.hour)];
      const minute = minuteOfWeek(wall.weekday, wall.hour, wall.minute);
      const inside = begin < end ? begin <= minute && minute < end : minute >= begin || minute < end;
      expect(frozen !== null).toBe(inside);
    }),
    { numRuns: 500 },
  );
});

const DAY_MS = 24 * 3600_000;
const next = (freeze: Calendar, when: string, days = 7) => {
  const from = nextFreeze(freeze, at(when), days * DAY_MS);
  return from === null ? 'none' : DateTime.fromMillis(from, { zone: 'utc' }).toFormat('LL-dd HH:mm');
};

test.each([
  ['later in the week', '2026-11-24T12:00:00+01:00', '11-27 15:00'],
  ['on the same day', '2026-11-27T15:59:59+01:00', '11-27 15:00'],
  ['the one after that which holds', '2026-11-27T16:00:00+01:00', '12-04 15:00'],
  ['after the clocks went back', '2026-10-24T12:00:00+02:00', '10-30 15:00'],
])('the next weekend: %s', (_what, when, expected) => {
  expect(next(weekend, when)).toBe(expected);
});

test('what begins later than one looks ahead is not in sight, and what is over does not come again', () => {
  const days = calendar('UTC', '2026-12-20 – 2027-01-04');
  expect(next(days, '2026-12-12T23:59:59Z')).toBe('none');
  expect(next(days, '2026-12-13T00:00:00Z')).toBe('12-20 00:00');
  expect(next(days, '2027-02-01T00:00:00Z')).toBe('none');
});
