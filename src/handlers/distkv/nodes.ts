import type { Distkv } from '../../backends/distkv/distkv';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, View } from '../view';
import { parseFlags } from '../words';
import { type Answer, askServers, statesOf } from './ask';
import { counterTable, differences } from './differences';
import { oddityParts, plural } from './show';

/** The last known tick of every node, as each server knows it. */
export function distkvNodes(distkv: Distkv): Query {
  return defineQuery<null, readonly Answer[]>({
    name: 'distkv nodes',
    usage: '',
    summary: 'Shows the last known tick of every node, as each DistKV server knows it.',
    examples: ['distkv nodes'],
    parse,
    read: (_args, { signal }) => askServers(distkv, { servers: distkv.servers, sections: ['nodes'], signal }),
    render,
  });
}

function parse(words: Words): Parsed<null> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  if (flags.args.positionals.length > 0)
    return { ok: false, problem: 'distkv nodes takes nothing; for one tick type distkv who NODE TICK' };
  return { ok: true, args: null };
}

function render(answers: readonly Answer[]): View {
  const states = statesOf(answers);
  if (states.length === 0) return { title: 'No DistKV server answers', tone: 'bad', parts: [silentTable(answers)] };
  const apart = differences(states);
  const silent = answers.length - states.length;
  const parts: Part[] = [counterTable(states)];
  if (apart.length > 0) parts.push({ kind: 'text', text: `The servers disagree. ${apart.join(' ')}` });
  if (silent > 0) parts.push(silentTable(answers));
  return {
    title: `DistKV: the nodes as ${plural(states.length, 'server')} ${states.length === 1 ? 'knows' : 'know'} them`,
    tone: apart.length > 0 || silent > 0 ? 'warning' : 'neutral',
    parts: [...parts, ...oddityParts(states)],
  };
}

function silentTable(answers: readonly Answer[]): Part {
  const rows = answers.flatMap((answer) => (answer.kind === 'silent' ? [[answer.server, answer.why]] : []));
  return { kind: 'table', name: 'distkv-silent.csv', head: ['Server that does not answer', 'Why'], rows };
}
