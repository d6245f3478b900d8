import type { Field } from '../form';
import type { Since } from '../ledger';
import type { Parsed } from '../operation';
import { shorten } from '../words';

/** `left`: what it means when it is left empty. */
export function sinceField(left: string): Field {
  return {
    id: 'since',
    label: 'Since',
    hint: `How long ago (2h, 90m, 1d) or a time (2026-11-25T14:00Z). Left empty: ${left}.`,
    optional: true,
    input: { kind: 'text' },
    as: { kind: 'option', flag: 'since' },
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = /^(?:\d{1,5}[smhd])+$/;
/** With a time zone, so that nobody has to guess one: `2026-11-25T14:00Z`. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/;

/** `2h`, `1h30m`, `2d`: milliseconds; null when it is none of these. */
export function readSpan(text: string): number | null {
  if (!SPAN.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

/** How long ago, or since when. */
export function parseSince(text: string): Parsed<Since> {
  const ago = readSpan(text);
  if (ago !== null && ago > 0) return { ok: true, args: { ago } };
  const at = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return { ok: true, args: { at } };
  return {
    ok: false,
    problem: `--since takes a span (2h, 90m, 1d) or a time (2026-11-25T14:00Z), not ${shorten(text)}`,
  };
}

/** When it is not said: the last two hours. */
export const USUAL_SINCE: Since = { ago: 2 * 3_600_000 };

/** `2 h`, `1 d 30 min`, as people read it. */
export function spanText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  let left = ms;
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || '0 s';
}
