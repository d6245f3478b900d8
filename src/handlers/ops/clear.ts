import { z } from 'zod';
import type { Ledger } from '../ledger';
import { type Change, defineChange } from '../operation';
import type { View } from '../view';
import { parseRequestId, requestField } from './request-id';

const plan = z.strictObject({
  request: z.string(),
  command: z.string(),
  locked: z.array(z.string()),
  rules: z.strictObject({
    ...{ operation: z.string(), cluster: z.string(), channel: z.string() },
    danger: z.enum(['reversible', 'irreversible']),
  }),
});
type Plan = z.infer<typeof plan>;

/**
 * The end of doubt: a person has looked at the targets of an uncertain request, and others agree. As many as would have to
 * agree to the request itself, by the rules of its cluster: what it locks is as precious as what it was to change.
 */
export function opsClear(ledger: Ledger): Change {
  return defineChange<string, Plan>({
    name: 'ops clear',
    usage: 'REQUEST',
    summary: 'Frees the targets of an uncertain request, after somebody has looked at them.',
    examples: ['ops clear R7K2M9QF4'],
    form: [requestField('Uncertain request', ledger, ({ state }) => state === 'uncertain')],
    schema: plan,
    parse: (words) => parseRequestId(words, 'ops clear REQUEST'),
    danger: ({ rules }) => rules.danger,
    judgedAs: ({ rules: { danger: _, ...as } }) => as,
    plan: async (id) => {
      const account = await ledger.find(id);
      if (!account)
        return { kind: 'refused', why: `There is no request ${id}. List what there is with /ops requests.` };
      if (!account.uncertain)
        return { kind: 'unchanged', why: `Request ${id} is ${account.state}: it holds no target back.` };
      const { command, locked, rules } = account;
      return { kind: 'plan', plan: { request: id, command, locked: [...locked], rules } };
    },
    targets: ({ request }) => [{ key: `ops/requests/${request}`, label: `request ${request}` }],
    preview,
    undo: () => 'Nothing is written to the targets; they stay free.',
    execute: async function* ({ request }, context) {
      const cleared = await ledger.clear(request, context.request);
      yield {
        target: `ops/requests/${request}`,
        status: cleared ? 'done' : 'skipped',
        text: cleared ? 'cleared' : 'it was cleared meanwhile',
      };
    },
    verify: async ({ request }) => {
      const account = await ledger.find(request);
      const free = account !== null && !account.uncertain && account.locked.length === 0;
      const text = free ? 'its targets are free' : 'its targets are still locked';
      return [{ target: `ops/requests/${request}`, verdict: free ? 'confirmed' : 'contradicted', text }];
    },
    render: ({ request, locked }, _steps, findings) => {
      const free = findings.every((finding) => finding.verdict === 'confirmed');
      return {
        title: free ? `Request ${request} is cleared` : `Request ${request} is not cleared`,
        tone: free ? 'good' : 'bad',
        parts: [
          {
            kind: 'text',
            text: free ? `Free now: ${locked.join(', ')}.` : 'Its targets are still locked. Look with /ops locks.',
          },
        ],
      };
    },
  });
}

function preview({ request, command, locked, rules }: Plan): View {
  return {
    title: `Clear request ${request}`,
    tone: 'warning',
    parts: [
      {
        kind: 'text',
        text: 'How that request ended is not known. Look at its targets first: once they are free, others may change them.',
      },
      {
        kind: 'facts',
        facts: [
          ['Its command', `/${command}`],
          ['Frees', locked.join(', ') || 'nothing'],
          ['By the rules of', `/${rules.operation}, on ${rules.cluster}`],
        ],
      },
    ],
  };
}
