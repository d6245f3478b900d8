import type { Distkv } from '../../backends/distkv/distkv';
import { SECTIONS, type Section, type State, type TickSection } from '../../backends/distkv/state';
import { countTicks } from '../../backends/distkv/ticks';
import type { Form } from '../form';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, Tone, View } from '../view';
import { parseFlags } from '../words';
import { type Answer, askServers, chooseServer, statesOf } from './ask';
import { counterTable, differences } from './differences';
import { serverField } from './fields';
import { next, oddityParts, plural, SECTION_NAMES, shortTicks, yamlPart } from './show';

interface Args {
  /** Null: all that are configured. */
  readonly server: string | null;
  /** Null: the summary. */
  readonly sections: readonly Section[] | null;
}

interface Found {
  readonly answers: readonly Answer[];
  /** Those that are shown as tables. */
  readonly sections: readonly Section[];
}

/** What the real command line's `-ndmrk` asks for. */
const SUMMARY: readonly Section[] = ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded'];
/** What the summary writes out; the rest of it is in the file. */
const WRITTEN_OUT: readonly Section[] = ['nodes', 'missing', 'remote_missing'];
/** Differences that are written out one by one. */
const MOST_DIFFERENCES = 10;

const SECTION_FLAGS: Form = (
  [
    ['nodes', 'n', 'Last known ticks'],
    ['deleted', 'd', 'Deleted'],
    ['missing', 'm', 'Missing'],
    ['remote-missing', 'r', 'Missing on other servers'],
    ['known', 'k', 'Known as superseded'],
    ['present', 'p', 'Present'],
  ] as const
).map(([flag, short, label]) => ({
  id: flag,
  label,
  optional: true,
  input: { kind: 'flag' },
  as: { kind: 'flag', flag, short },
}));

export function distkvState(distkv: Distkv): Query {
  return defineQuery<Args, Found>({
    name: 'distkv state',
    usage: '[-n] [-d] [-m] [-r] [-k] [-p] [--server HOST:PORT]',
    summary: 'Shows what every DistKV server knows and misses. Flags choose sections, as on the real command line.',
    examples: ['distkv state', 'distkv state -ndmrk', `distkv state -m --server ${distkv.servers[0]}`],
    form: [...SECTION_FLAGS, serverField(distkv, 'Left empty: all of them.')],
    parse: (words) => parse(distkv, words),
    read: async ({ server, sections }, { signal }) => {
      const asked = sections ?? SUMMARY;
      const servers = server === null ? distkv.servers : [server];
      return {
        answers: await askServers(distkv, { servers, sections: asked, signal }),
        sections: sections ?? WRITTEN_OUT,
      };
    },
    render,
  });
}

function parse(distkv: Distkv, words: Words): Parsed<Args> {
  const flags = parseFlags(words, {
    nodes: { type: 'boolean', short: 'n' },
    deleted: { type: 'boolean', short: 'd' },
    missing: { type: 'boolean', short: 'm' },
    'remote-missing': { type: 'boolean', short: 'r' },
    known: { type: 'boolean', short: 'k' },
    superseded: { type: 'boolean', short: 's' },
    present: { type: 'boolean', short: 'p' },
    server: { type: 'string' },
  });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0)
    return { ok: false, problem: 'distkv state takes flags only; type a node after distkv mark or distkv who' };
  const server = chooseServer(distkv, values.server);
  if (!server.ok) return server;
  const wanted: Readonly<Record<Section, boolean | undefined>> = {
    nodes: values.nodes,
    deleted: values.deleted,
    missing: values.missing,
    remote_missing: values['remote-missing'],
    superseded: values.superseded ?? values.known,
    present: values.present,
  };
  const sections = SECTIONS.filter((section) => wanted[section]);
  return { ok: true, args: { server: server.server, sections: sections.length > 0 ? sections : null } };
}

function render({ answers, sections }: Found): View {
  const states = statesOf(answers);
  return {
    ...headline(answers, sections),
    parts: [
      {
        kind: 'table',
        name: 'distkv-servers.csv',
        head: ['Server', 'Node', 'Tock', 'Missing'],
        rows: answers.map(serverRow),
      },
      ...sectionParts(states, sections),
      ...differenceParts(states),
      ...oddityParts(states),
      ...states.map(yamlPart),
      ...nextParts(answers),
    ],
  };
}

function headline(answers: readonly Answer[], sections: readonly Section[]): { title: string; tone: Tone } {
  const states = statesOf(answers);
  if (states.length === 0) return { title: 'No DistKV server answers', tone: 'bad' };
  const silent = answers.length - states.length;
  const missing = missingNodes(states);
  const many = silent > 0 ? `; ${plural(silent, 'server')} of ${answers.length} silent` : '';
  if (missing.length > 0)
    return { title: `DistKV is not healthy: ticks of ${missing.join(', ')} are missing${many}`, tone: 'bad' };
  if (silent > 0) return { title: `DistKV: ${silent} of ${plural(answers.length, 'server')} silent`, tone: 'warning' };
  if (!sections.includes('missing'))
    return { title: `DistKV: ${plural(answers.length, 'server')} read`, tone: 'neutral' };
  return { title: `DistKV is healthy: nothing is missing on ${plural(answers.length, 'server')}`, tone: 'good' };
}

function missingNodes(states: readonly State[]): readonly string[] {
  return [...new Set(states.flatMap((state) => [...state.ticks.missing.keys()]))].sort();
}

function serverRow(answer: Answer): readonly string[] {
  if (answer.kind === 'silent') return [answer.server, '', '', `does not answer: ${answer.why}`];
  const { state } = answer;
  const missing = [...state.ticks.missing].map(([node, ticks]) => `${node}: ${shortTicks(ticks)}`).join('; ');
  return [
    state.server,
    state.node,
    `${state.tock}`,
    state.asked.includes('missing') ? missing || 'nothing' : 'not asked',
  ];
}

function sectionParts(states: readonly State[], sections: readonly Section[]): readonly Part[] {
  const rows = states.flatMap((state) =>
    sections.flatMap((section) => (section === 'nodes' ? [] : tickRows(state, section))),
  );
  const parts: Part[] = [];
  if (rows.length > 0)
    parts.push({
      kind: 'table',
      name: 'distkv-ticks.csv',
      head: ['Server', 'Section', 'Node', 'Ticks', 'Count'],
      rows,
    });
  if (sections.includes('nodes') && states.length > 0) parts.push(counterTable(states));
  return parts;
}

function tickRows(state: State, section: TickSection): readonly (readonly string[])[] {
  return [...state.ticks[section]].map(([node, ticks]) => [
    state.node,
    SECTION_NAMES[section],
    node,
    shortTicks(ticks),
    `${countTicks(ticks)}`,
  ]);
}

function differenceParts(states: readonly State[]): readonly Part[] {
  const found = differences(states);
  if (found.length === 0) return [];
  const rest =
    found.length > MOST_DIFFERENCES ? ` And ${plural(found.length - MOST_DIFFERENCES, 'more difference')}.` : '';
  return [{ kind: 'text', text: `The servers disagree. ${found.slice(0, MOST_DIFFERENCES).join(' ')}${rest}` }];
}

function nextParts(answers: readonly Answer[]): readonly Part[] {
  const states = statesOf(answers);
  if (answers.length === states.length && missingNodes(states).length === 0) return [];
  return [next(['diagnose'], 'Diagnose', 'says what is wrong, with evidence, before anything is marked')];
}
