/** Slack's date tokens, in English and in this machine's time zone. */

const DAY_MS = 86_400_000;

function english(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-US', options).format(date);
}

function isoDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function ago(date: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - date.getTime()) / 1000);
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.round(seconds / size), unit);
}

function relative(date: Date, now: Date): string | undefined {
  const near: readonly (readonly [number, string])[] = [
    [0, 'today'],
    [-DAY_MS, 'yesterday'],
    [DAY_MS, 'tomorrow'],
  ];
  return near.find(([shift]) => isoDay(new Date(now.getTime() + shift)) === isoDay(date))?.[1];
}

const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const FORMATS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time,
  time_secs: { ...time, second: '2-digit' },
};

/** Undefined for a token that Slack does not know. */
function token(name: string, date: Date, now: Date): string | undefined {
  if (name === 'ago') return ago(date, now);
  if (name === 'date_num') return isoDay(date);
  const format = FORMATS[name.replace(/_pretty$/, '')];
  if (!format) return undefined;
  return (name.endsWith('_pretty') ? relative(date, now) : undefined) ?? english(date, format);
}

/** `Posted {date_num} {time}` at a Unix time in seconds. Unknown tokens stay visible. */
export function formatDate(seconds: number, format: string, now = new Date()): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return format;
  return format.replace(/\{(\w+)\}/g, (whole, name: string) => token(name, date, now) ?? whole);
}
