import type { State } from '../../backends/distkv/state';
import { ticksIn } from '../../backends/distkv/state';
import { sameTicks } from '../../backends/distkv/ticks';
import type { Part } from '../view';
import { counter, named, shortTicks } from './show';

/** Where servers of one network disagree, one sentence each: on a node's counter, or on what is missing of it. */
export function differences(states: readonly State[]): readonly string[] {
  return nodeNames(states).flatMap((node) => [...counterDifference(states, node), ...missingDifference(states, node)]);
}

/** All nodes that any of the servers knows, sorted. */
export function nodeNames(states: readonly State[]): readonly string[] {
  return [...new Set(states.flatMap((state) => [...state.nodes.keys(), ...state.ticks.missing.keys()]))].sort();
}

function counterDifference(states: readonly State[], node: string): readonly string[] {
  const asked = states.filter((state) => state.asked.includes('nodes'));
  // A node without changes is 0 on one server, null or unknown on another: that is no difference.
  if (new Set(asked.map((state) => state.nodes.get(node) ?? 0n)).size <= 1) return [];
  return [
    `Counter of ${node}: ${asked.map((state) => `${counter(state.nodes.get(node))} on ${state.node}`).join(', ')}.`,
  ];
}

function missingDifference(states: readonly State[], node: string): readonly string[] {
  const asked = states.filter((state) => state.asked.includes('missing'));
  const [first, ...rest] = asked.map((state) => ticksIn(state, 'missing', node));
  if (!first || rest.every((other) => sameTicks(other, first))) return [];
  const each = asked.map((state) => `${shortTicks(ticksIn(state, 'missing', node))} on ${state.node}`);
  return [`Missing of ${node}: ${each.join(', ')}.`];
}

/** One row per node, one column per server that answered. */
export function counterTable(states: readonly State[]): Part {
  const rows = nodeNames(states).map((node) => [node, ...states.map((state) => counter(state.nodes.get(node)))]);
  return {
    kind: 'table',
    name: 'distkv-nodes.csv',
    head: ['Node', ...states.map((state) => `Tick on ${named(state)}`)],
    rows,
  };
}
