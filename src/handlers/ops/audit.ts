import type { AuditLine, Ledger } from '../ledger';
import { defineQuery, type Query } from '../operation';
import type { View } from '../view';
import { auditTable } from './audit-table';
import { COUNT, parseCount } from './count';

export function opsAudit(ledger: Ledger): Query {
  return defineQuery<number, readonly AuditLine[]>({
    name: 'ops audit',
    usage: '[-n COUNT]',
    summary: 'The newest audit entries.',
    examples: ['ops audit', 'ops audit -n 100'],
    form: [COUNT],
    parse: parseCount,
    read: (count, { request }) => ledger.audit(count, request),
    render: showLines,
  });
}

function showLines(lines: readonly AuditLine[]): View {
  if (lines.length === 0) return { title: 'The audit trail is empty', tone: 'neutral', parts: [] };
  return {
    title: `Audit trail, the newest ${lines.length} of ${lines[0]?.seq ?? 0}`,
    tone: 'neutral',
    parts: [
      auditTable(lines),
      { kind: 'next', label: 'Verify', words: 'ops audit verify', why: 'checks every link of the chain' },
    ],
  };
}
