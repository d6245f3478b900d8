import { requestIdPrefix } from '../../backends/openio/calls';
import type { Base, Openio } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part, View } from '../view';
import { parseFlags } from '../words';
import { baseForm } from './fields';
import { advised, type Finding } from './finding';
import { baseFrom, NAMING } from './names';
import { type Observed, observe } from './observe';
import { RULES } from './rules';
import { mastersSeen } from './states';
import { labelOf } from './writes';

interface Found {
  readonly seen: Observed;
  readonly requestIds: string;
}

const TICK_MS = 1_000;

/** Reads all that can be read without starting or changing anything, and says what is wrong, the weightiest first. */
export function openioElectionDiagnose(openio: Openio): Query {
  return defineQuery<Base, Found>({
    name: 'openio election diagnose',
    usage: 'TYPE NAME [--cid] [--account ACCOUNT] [--ns NAMESPACE]',
    summary: 'Reads everything about a base and says what is wrong with it, with evidence and the next command.',
    examples: ['openio election diagnose meta2 FVE0'],
    form: baseForm(),
    parse: (words) => {
      const flags = parseFlags(words, NAMING);
      return flags.ok ? baseFrom(openio, flags.args.values, flags.args.positionals) : flags;
    },
    read: async (base, context) => {
      const started = Date.now();
      const ticking = setInterval(() => context.report(reading(openio, base, Date.now() - started)), TICK_MS);
      try {
        return { seen: await observe(openio, base, context), requestIds: requestIdPrefix(context.request) };
      } finally {
        clearInterval(ticking);
      }
    },
    render: ({ seen, requestIds }) => view(openio, seen, requestIds),
  });
}

function reading(openio: Openio, base: Base, ms: number): View {
  const each = Math.round(openio.hungPeerMs / 1_000);
  const text = `Reading elections, files, copies and services. A peer that hangs may cost ${each} s. ${Math.round(ms / 1_000)} s so far.`;
  return { title: `Diagnosing ${labelOf(base)}`, tone: 'neutral', parts: [{ kind: 'text', text }] };
}

function view(openio: Openio, seen: Observed, requestIds: string): View {
  const findings = RULES.flatMap(([, rule]) => rule(seen) ?? []);
  const [first] = findings;
  const grave = findings.some(({ tone }) => tone === 'bad');
  const advice = new Map(
    findings.flatMap(({ next }) => (next ? [[`${next.operation} ${next.flags}`, next] as const] : [])),
  );
  return {
    title: first ? `${labelOf(seen.base)}: ${first.text}` : `${labelOf(seen.base)}: nothing wrong was found`,
    tone: grave ? 'bad' : findings.some(({ tone }) => tone === 'warning') ? 'warning' : first ? 'neutral' : 'good',
    parts: [
      ...findings.map(partOf),
      ...unread(seen),
      { kind: 'facts', facts: summary(seen, requestIds) },
      ...[...advice.values()].map((each) => advised(openio, seen.base, each)),
    ],
  };
}

function partOf({ text, evidence }: Finding, index: number): Part {
  return { kind: 'text', text: [`${index + 1}. ${text}`, ...evidence.map((line) => `   ${line}`)].join('\n') };
}

function unread({ unread: texts }: Observed): readonly Part[] {
  return texts.length === 0 ? [] : [{ kind: 'text', text: `Could not be read: ${texts.join('; ')}` }];
}

function summary({ directory, debug, copies }: Observed, requestIds: string): readonly (readonly [string, string])[] {
  const how =
    copies?.kind === 'by chance'
      ? "these servers do not show each peer's own copy, so a damaged one may be missed"
      : null;
  return [
    ['peers in the directory', directory?.join(', ') ?? 'not known'],
    ['master', mastersSeen(debug).join(', ') || 'none'],
    ['copies', copies === null ? 'not read: the election is not over' : (how ?? `${copies.copies.length} compared`)],
    ['request ids in the logs', `${requestIds}*`],
  ];
}
