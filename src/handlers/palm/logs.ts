import { typed, type Unit, type Units } from '../../backends/units';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { View } from '../view';
import { parseFlags, shorten } from '../words';
import { UNIT } from './fields';
import { byHand, oneUnit } from './unit-state';

const USAGE = 'palm logs registry|pipeliner [-n N]';
const USUAL = 50;
const MOST = 500;

interface Args {
  readonly unit: Unit;
  readonly lines: number;
}

interface Found extends Args {
  readonly where: string | null;
  readonly text: string | null;
}

/** The end of a unit's journal. */
export function palmLogs(units: Units): Query {
  return defineQuery<Args, Found>({
    name: 'palm logs',
    usage: 'registry|pipeliner [-n N]',
    summary: "The newest lines of PALM's registry or pipeliner.",
    examples: ['palm logs registry', 'palm logs pipeliner -n 200'],
    form: [
      UNIT,
      {
        id: 'lines',
        label: 'Lines',
        hint: 'Left empty: 50.',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'lines', short: 'n' },
      },
    ],
    parse,
    read: async ({ unit, lines }, { signal }) => {
      const text = units.where === null ? null : await units.logs(unit, lines, signal);
      return { unit, lines, where: units.where, text };
    },
    render,
  });
}

function parse(words: Words): Parsed<Args> {
  const flags = parseFlags(words, { lines: { type: 'string', short: 'n' } });
  if (!flags.ok) return flags;
  const unit = oneUnit(flags.args.positionals, USAGE);
  if (!unit.ok) return unit;
  const asked = flags.args.values.lines ?? String(USUAL);
  const lines = /^[0-9]{1,4}$/.test(asked) ? Number(asked) : 0;
  if (lines >= 1 && lines <= MOST) return { ok: true, args: { unit: unit.args, lines } };
  return { ok: false, problem: `-n takes a whole number from 1 to ${MOST}, not ${shorten(asked)}` };
}

function render({ unit, lines, where, text }: Found): View {
  if (where === null || text === null) {
    const why = 'PALM_SSH is not set, so the bot cannot read the journal itself.';
    return {
      title: `Journal of ${unit}: not read`,
      tone: 'warning',
      parts: [{ kind: 'text', text: why }, byHand([typed.logs(unit, lines)])],
    };
  }
  const title = `Journal of ${unit} on ${where}, at most ${lines} lines`;
  if (text.trim() === '')
    return { title, tone: 'neutral', parts: [{ kind: 'text', text: 'The journal has no lines for it.' }] };
  return { title, tone: 'neutral', parts: [{ kind: 'raw', name: `${unit}.log`, text: text.trimEnd() }] };
}
