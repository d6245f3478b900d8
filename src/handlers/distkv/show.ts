import { stringify, type Tags } from 'yaml';
import { SECTIONS, type Section, type State, type TickSection } from '../../backends/distkv/state';
import { countTicks, formatTicks, type TickSet } from '../../backends/distkv/ticks';
import type { Part } from '../view';
import { joinWords } from '../words';

/** Ranges that are written out before the rest is only counted. */
const MOST_RANGES = 12;
/** Ranges in one YAML file. More would be a file of many megabytes, stored with the request. */
const MOST_YAML_RANGES = 20_000;

/** `2,5-9`; a long list is cut and says so. */
export function shortTicks(set: TickSet): string {
  if (set.length === 0) return 'none';
  if (set.length <= MOST_RANGES) return formatTicks(set);
  const rest = countTicks(set.slice(MOST_RANGES));
  return `${formatTicks(set.slice(0, MOST_RANGES))} and ${plural(rest, 'more tick')}`;
}

/** `tick 2`, `ticks 2,5-9`. */
export function namedTicks(set: TickSet): string {
  return `${countTicks(set) === 1n ? 'tick' : 'ticks'} ${shortTicks(set)}`;
}

export function plural(count: bigint | number, thing: string): string {
  return `${count} ${thing}${BigInt(count) === 1n ? '' : 's'}`;
}

export function counter(value: bigint | null | undefined): string {
  if (value === undefined) return 'unknown';
  return value === null ? 'never heard of' : `${value}`;
}

/** `test1 (10.0.0.1:27586)`. */
export function named(state: State): string {
  return `${state.node} (${state.server})`;
}

export function next(words: readonly string[], label: string, why: string): Part {
  return { kind: 'next', label, words: joinWords(['distkv', ...words]), why };
}

/** As Python's YAML writer does it: old boolean words quoted, lists not indented. Maps stay maps and are no ordered ones. */
const YAML_STYLE = {
  version: '1.1',
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':omap')),
  indentSeq: false,
  sortMapEntries: true,
  singleQuote: true,
  lineWidth: 0,
} as const;

/** What `distkv client internal state` prints for these sections, to the letter. */
export function stateYaml(state: State): string {
  const room = { ranges: MOST_YAML_RANGES };
  const top: Record<string, unknown> = { node: state.node, seq: state.seq, tock: state.tock };
  for (const section of SECTIONS) {
    if (state.asked.includes(section))
      top[section] = section === 'nodes' ? state.nodes : yamlTicks(state, section, room);
  }
  const text = stringify(top, YAML_STYLE);
  return room.ranges >= 0 ? text : `${text}# cut: only the first ${MOST_YAML_RANGES} ranges are here\n`;
}

function yamlTicks(state: State, section: TickSection, room: { ranges: number }): ReadonlyMap<string, unknown> {
  const nodes = new Map<string, unknown>();
  for (const [node, ticks] of state.ticks[section]) {
    const kept = ticks.slice(0, Math.max(0, room.ranges));
    room.ranges -= ticks.length;
    if (kept.length > 0)
      nodes.set(
        node,
        kept.map(([from, to]) => (from + 1n === to ? from : [from, to])),
      );
  }
  return nodes;
}

export function yamlPart(state: State): Part {
  return {
    kind: 'raw',
    asFile: true,
    name: `distkv-${state.node.replaceAll(/[^\w.-]/g, '_')}.yaml`,
    text: stateYaml(state),
  };
}

/** Nonsense that somebody stored, if any. */
export function oddityParts(states: readonly State[]): readonly Part[] {
  const rows = states.flatMap((state) => state.oddities.map((text) => [named(state), text]));
  if (rows.length === 0) return [];
  return [
    {
      kind: 'text',
      text: 'These servers hold things that are no nodes or no ticks. Servers store whatever they are sent.',
    },
    { kind: 'table', name: 'distkv-oddities.csv', head: ['Server', 'What it holds'], rows },
  ];
}

export const SECTION_NAMES: Readonly<Record<Section, string>> = {
  nodes: 'node counters',
  deleted: 'deleted',
  missing: 'missing',
  remote_missing: 'missing elsewhere',
  superseded: 'superseded',
  present: 'present',
};
