import type { Ledger, RequestAccount } from '../ledger';
import { defineQuery, type Query } from '../operation';
import { type Part, piecesOf, type View } from '../view';
import { auditTable } from './audit-table';
import { parseRequestId, requestField } from './request-id';
import { whoDid } from './who';

interface Found {
  readonly id: string;
  readonly account: RequestAccount | null;
}

export function opsRequest(ledger: Ledger): Query {
  return defineQuery<string, Found>({
    name: 'ops request',
    usage: 'REQUEST',
    summary: 'One request: who asked, who decided, every step, every audit entry.',
    examples: ['ops request R7K2M9QF4'],
    form: [requestField('Request', ledger)],
    parse: (words) => parseRequestId(words, 'ops request REQUEST'),
    read: async (id, { request }) => ({ id, account: await ledger.find(id, request) }),
    render: ({ id, account }) => (account ? show(account) : unknown(id)),
  });
}

function unknown(id: string): View {
  return {
    title: `There is no request ${id}`,
    tone: 'warning',
    parts: [
      { kind: 'text', text: 'Ended requests are kept for 90 days; their audit entries stay.' },
      { kind: 'next', label: 'Newest requests', words: 'ops requests', why: 'lists what there is' },
    ],
  };
}

function show(account: RequestAccount): View {
  const parts: Part[] = [
    {
      kind: 'facts',
      facts: [
        ['Command', `/${account.command}`],
        ['Asked by', [...piecesOf(whoDid(account.requester)), ', ', { at: account.askedAt }]],
        ['State', account.state],
        ...account.facts,
      ],
    },
  ];
  if (account.steps.length > 0) {
    parts.push({ kind: 'table', name: 'steps.csv', head: ['Target', 'Status', 'What'], rows: account.steps });
  }
  parts.push(auditTable(account.entries));
  if (account.locked.length > 0) {
    parts.push({ kind: 'text', text: `Locked by this request: ${account.locked.join(', ')}.` });
  }
  if (account.uncertain) {
    const why = 'frees its targets, after somebody has looked at them';
    parts.push({ kind: 'next', label: 'Clear', words: `ops clear ${account.id}`, why });
  }
  return { title: `Request ${account.id}: ${account.state}`, tone: account.uncertain ? 'warning' : 'neutral', parts };
}
