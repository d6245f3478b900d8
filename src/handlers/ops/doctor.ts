import type { Doctor, Line } from '../checkup';
import { defineQuery, type Query } from '../operation';
import type { Part, View } from '../view';
import { nothing } from './nothing';

/** Whether everything around the bot is as it must be, and what to do where it is not. */
export function opsDoctor(doctor: Doctor): Query {
  return defineQuery<null, readonly Line[]>({
    name: 'ops doctor',
    usage: '',
    summary: 'Looks at everything around the bot: what it found, why it matters, what to do.',
    examples: ['ops doctor'],
    parse: (words) => nothing(words, 'ops doctor'),
    read: (_args, { signal }) => doctor.examine(signal),
    render,
  });
}

function render(lines: readonly Line[]): View {
  const bad = lines.filter(({ tone }) => tone === 'bad');
  const warnings = lines.filter(({ tone }) => tone === 'warning');
  const fine = lines.filter(({ tone }) => tone === 'ok');
  const tone = bad.length > 0 ? 'bad' : warnings.length > 0 ? 'warning' : 'good';
  const parts: Part[] = [...bad, ...warnings].map(troublePart);
  if (fine.length > 0) parts.push(fineTable(fine));
  if (parts.length > 0 && tone !== 'good')
    parts.push({ kind: 'next', label: 'Look again', words: 'ops doctor', why: 'after something was mended' });
  return { title: titleOf(bad.length, warnings.length, fine.length), tone, parts };
}

function titleOf(bad: number, warnings: number, fine: number): string {
  if (bad + warnings === 0) return `All ${fine} checks are fine`;
  const wrong = [
    ...(bad > 0 ? [`${bad} ${bad === 1 ? 'problem' : 'problems'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return `${wrong.join(', ')}; ${fine} fine`;
}

function troublePart(line: Line): Part {
  const todo = line.tone === 'ok' ? 'nothing' : line.todo;
  return {
    kind: 'facts',
    facts: [
      [line.tone === 'bad' ? 'Problem' : 'Warning', line.what],
      ['Found', line.found],
      ['Why it matters', line.why],
      ['What to do', todo],
    ],
  };
}

function fineTable(lines: readonly Line[]): Part {
  return {
    kind: 'table',
    name: 'doctor.csv',
    head: ['Fine', 'Found', 'Why it matters'],
    rows: lines.map(({ what, found, why }) => [what, found, why]),
  };
}
