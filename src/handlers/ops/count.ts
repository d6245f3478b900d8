import type { Field } from '../form';
import type { Parsed, Words } from '../operation';
import { parseFlags, shorten } from '../words';

const USUAL = 20;
const MOST = 500;

export const COUNT: Field = {
  id: 'count',
  label: 'How many',
  hint: `Left empty: ${USUAL}.`,
  optional: true,
  input: { kind: 'text' },
  as: { kind: 'option', flag: 'count', short: 'n' },
};

/** `-n COUNT`, 20 when it is not given. */
export function parseCount(words: Words): Parsed<number> {
  const flags = parseFlags(words, { count: { type: 'string', short: 'n' } });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0) return { ok: false, problem: `${shorten(positionals[0] ?? '')} is not understood here` };
  const count = Number(values.count ?? USUAL);
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    return { ok: false, problem: `-n takes a whole number from 1 to ${MOST}, not ${shorten(values.count ?? '')}` };
  }
  return { ok: true, args: count };
}
