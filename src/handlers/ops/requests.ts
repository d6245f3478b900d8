import type { Ledger, RequestLine } from '../ledger';
import { defineQuery, type Query } from '../operation';
import { COUNT, parseCount } from './count';
import { whoDid } from './who';

export function opsRequests(ledger: Ledger): Query {
  return defineQuery<number, readonly RequestLine[]>({
    name: 'ops requests',
    usage: '[-n COUNT]',
    summary: 'The newest requests and how they ended.',
    examples: ['ops requests', 'ops requests -n 50'],
    form: [COUNT],
    parse: parseCount,
    read: (count, { request }) => ledger.newest(count, request),
    render: (lines) => ({
      title: lines.length === 0 ? 'No requests yet' : `The newest ${lines.length} requests`,
      tone: 'neutral',
      parts: [
        {
          kind: 'table',
          name: 'requests.csv',
          head: ['Request', 'Asked', 'By', 'State', 'Command'],
          rows: lines.map((line) => [
            line.id,
            [{ at: line.askedAt }],
            whoDid(line.requester),
            line.state,
            `/${line.command}`,
          ]),
        },
      ],
    }),
  });
}
