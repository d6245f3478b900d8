import type { Distkv } from '../../backends/distkv/distkv';
import { SECTIONS } from '../../backends/distkv/state';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, View } from '../view';
import { parseFlags } from '../words';
import { type Answer, askServers, statesOf } from './ask';
import { type Problem, problemsIn } from './checks';
import { oddityParts, plural } from './show';

/** What is wrong with the network of servers, each with its evidence and what to type next. */
export function distkvDiagnose(distkv: Distkv): Query {
  return defineQuery<null, readonly Answer[]>({
    name: 'distkv diagnose',
    usage: '',
    summary: 'Says what is wrong with the DistKV servers, what shows it, and what to type next.',
    examples: ['distkv diagnose'],
    parse,
    read: (_args, { signal }) => askServers(distkv, { servers: distkv.servers, sections: SECTIONS, signal }),
    render,
  });
}

function parse(words: Words): Parsed<null> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  if (flags.args.positionals.length > 0)
    return { ok: false, problem: 'distkv diagnose takes nothing; it reads all configured servers' };
  return { ok: true, args: null };
}

function render(answers: readonly Answer[]): View {
  const states = statesOf(answers);
  const problems = problemsIn(answers);
  if (problems.length === 0) {
    return {
      title: `DistKV is well: ${plural(states.length, 'server')} read, nothing wrong found`,
      tone: 'good',
      parts: [],
    };
  }
  const grave = problems.filter((problem) => problem.grave).length;
  return {
    title: `DistKV: ${plural(problems.length, 'problem')} found`,
    tone: grave > 0 ? 'bad' : 'warning',
    parts: [
      problemTable(problems),
      ...problems.flatMap((problem) => (problem.next ? [problem.next] : [])),
      ...oddityParts(states),
    ],
  };
}

function problemTable(problems: readonly Problem[]): Part {
  const rows = problems.map((problem) => [problem.grave ? 'grave' : 'note', problem.what, problem.evidence]);
  return { kind: 'table', name: 'distkv-diagnosis.csv', head: ['Weight', 'What is wrong', 'What shows it'], rows };
}
