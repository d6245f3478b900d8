import type { Ledger, LockLine } from '../ledger';
import { defineQuery, type Query } from '../operation';
import { nothing } from './nothing';

export function opsLocks(ledger: Ledger): Query {
  return defineQuery<null, readonly LockLine[]>({
    name: 'ops locks',
    usage: '',
    summary: 'Which targets are locked, by which request, since when.',
    examples: ['ops locks'],
    parse: (words) => nothing(words, 'ops locks'),
    read: () => ledger.locks(),
    render: (locks) => ({
      title: locks.length === 0 ? 'Nothing is locked' : `${locks.length} locked`,
      tone: 'neutral',
      parts:
        locks.length === 0
          ? []
          : [
              {
                kind: 'table',
                name: 'locks.csv',
                head: ['Target', 'Request', 'Asked by', 'Since'],
                rows: locks.map((lock) => [
                  lock.target,
                  lock.request,
                  [{ user: lock.requester }],
                  [{ at: lock.since }],
                ]),
              },
            ],
    }),
  });
}
