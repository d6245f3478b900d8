import { requestIdPrefix } from '../../backends/openio/calls';
import { containerLabel } from '../../backends/openio/naming';
import type { Base, Openio } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part, View } from '../view';
import { parseFlags, shorten } from '../words';
import { type Copies, type Copy, differences, good, listed, READS, readCopies } from './copies';
import { containerForm } from './fields';
import { containerFrom, containerWords, NAMING } from './names';
import { settled } from './sync-judgement';

interface Args {
  readonly base: Base;
  readonly times: number;
}

interface Found {
  readonly base: Base;
  readonly copies: Copies;
  readonly requestIds: string;
}

const MOST_TIMES = 200;

/** For reads that are sometimes complete and sometimes not, because one copy is damaged. */
export function openioContainerCheck(openio: Openio): Query {
  return defineQuery<Args, Found>({
    name: 'openio container check',
    usage: 'NAME [--times N] [--cid] [--account ACCOUNT] [--ns NAMESPACE]',
    summary: "Compares every peer's own copy of a container, or repeated reads where the servers cannot show them.",
    examples: ['openio container check FVE0', 'openio container check FVE0 --times 50'],
    form: containerForm({
      id: 'times',
      label: 'How many reads',
      hint: 'Where the servers cannot show the copies one by one.',
      optional: true,
      input: { kind: 'text' },
      as: { kind: 'option', flag: 'times' },
    }),
    parse: (words) => {
      const flags = parseFlags(words, { ...NAMING, times: { type: 'string' } });
      if (!flags.ok) return flags;
      const container = containerFrom(openio, flags.args.values, flags.args.positionals);
      if (!container.ok) return container;
      const { times } = flags.args.values;
      if (times !== undefined && !/^[1-9]\d{0,2}$/.test(times)) {
        return { ok: false, problem: `--times takes a number from 1 to ${MOST_TIMES}, not "${shorten(times)}"` };
      }
      const base: Base = { type: 'meta2', container: container.args };
      return { ok: true, args: { base, times: Math.min(MOST_TIMES, Number(times ?? READS)) } };
    },
    read: async ({ base, times }, context) => {
      // A container that does not exist is said at once, not found as an unreadable copy.
      await openio.peers(base, context);
      const copies = await readCopies(openio, base, { times }, context);
      return { base, copies, requestIds: requestIdPrefix(context.request) };
    },
    render: (found) => view(openio, found),
  });
}

function view(openio: Openio, { base, copies, requestIds }: Found): View {
  const { verdict, text } = settled(copies);
  const best = good(copies);
  const words = containerWords(openio, base.container);
  const next: readonly Part[] = [
    {
      kind: 'next',
      label: 'Diagnose',
      words: `openio election diagnose meta2 ${words}`,
      why: 'shows who is master and what else is wrong',
    },
    {
      kind: 'next',
      label: 'Sync',
      words: `openio election sync meta2 ${words}`,
      why: 'repairs bad copies from a good master',
    },
  ];
  return {
    title: `${containerLabel(base.container)}: ${text}`,
    tone: verdict === 'confirmed' ? 'good' : verdict === 'contradicted' ? 'bad' : 'warning',
    parts: [
      table(copies, best),
      { kind: 'text', text: HOW[copies.kind] },
      { kind: 'facts', facts: [['request ids in the logs', `${requestIds}*`]] },
      ...(verdict === 'confirmed' ? [] : next),
    ],
  };
}

const HOW: Readonly<Record<Copies['kind'], string>> = {
  'by peer':
    "Each row is the peer's own copy of the admin table. Counters that move while the container is used are not compared.",
  'by chance':
    'These servers do not say which peer answers, so the read was repeated; rows are the different answers that came.',
};

function table(copies: Copies, best: Copy | null): Part {
  const head = [copies.kind === 'by peer' ? 'Copy of' : 'Answer', 'Reads', 'Digest', 'ctime', 'Differs in'];
  const rows = copies.copies.map((copy, index) => [
    copy.peer ?? `answer ${index + 1}`,
    String(copy.seen),
    copy.digest ?? '-',
    copy.table?.system['sys.m2.ctime'] ?? 'missing',
    differs(copy, best),
  ]);
  return { kind: 'table', name: 'copies.csv', head, rows };
}

function differs(copy: Copy, best: Copy | null): string {
  if (copy.table === null) return `cannot be read: ${copy.why}`;
  const lines = best ? differences(copy, best) : copy.faults;
  return listed(lines, 12) || (best ? 'nothing' : 'no majority to compare with');
}
