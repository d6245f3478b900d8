import type { Form } from '../form';
import { defineQuery, type Query, type Words } from '../operation';
import type { Rulebook, RuleInWords, RulesFound } from '../rulebook';
import type { Part, View } from '../view';

type Found = RulesFound | { readonly kind: 'list'; readonly rules: readonly RuleInWords[] };

const COMMAND: Form = [
  {
    id: 'command',
    label: 'Command',
    hint: 'For example: palm purge. Left empty: all rules.',
    optional: true,
    input: { kind: 'text' },
    as: { kind: 'words', raw: true },
  },
];

/** Which rules hold, before somebody runs into them. */
export function opsRules(rulebook: Rulebook): Query {
  return defineQuery<Words, Found>({
    name: 'ops rules',
    usage: '[COMMAND]',
    summary: 'Which rules hold for a command in this channel: who may ask, who may approve, freezes. Alone: all rules.',
    examples: ['ops rules', 'ops rules palm purge'],
    form: COMMAND,
    parse: (words) => ({ ok: true, args: words }),
    read: async (words, { request }) =>
      words.length === 0 ? { kind: 'list', rules: rulebook.list() } : rulebook.about({ request, words }),
    render,
  });
}

function render(found: Found): View {
  if (found.kind === 'said') return found.view;
  if (found.kind === 'found') {
    const parts: Part[] = [
      { kind: 'facts', facts: found.facts },
      { kind: 'text', text: 'The requester never counts as an approver.' },
      { kind: 'next', label: 'All rules', words: 'ops rules', why: 'lists every rule' },
    ];
    return { title: `Rules for /${found.command}`, tone: 'neutral', parts };
  }
  const parts = found.rules.flatMap(({ name, facts }): Part[] => [
    { kind: 'text', text: name },
    { kind: 'facts', facts },
  ]);
  const rules = found.rules.length - 1;
  const title = rules === 0 ? 'The usual rules hold' : `The usual rules, and ${rules} of the configuration`;
  const all =
    'Every rule that matches holds: a person must be on every list, the greatest number and the shortest time count.';
  return { title, tone: 'neutral', parts: [...parts, ...(rules > 0 ? [{ kind: 'text', text: all } as const] : [])] };
}
