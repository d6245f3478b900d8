import type { AuditLine } from '../ledger';
import type { Part } from '../view';
import { whoDid } from './who';

/** Audit entries as people read them. */
export function auditTable(lines: readonly AuditLine[]): Part {
  return {
    kind: 'table',
    name: 'audit.csv',
    head: ['No.', 'When', 'Request', 'What', 'By', 'Detail'],
    rows: lines.map((line) => [
      String(line.seq),
      [{ at: line.at }],
      line.request,
      `${line.operation}: ${line.event}`,
      whoDid(line.by),
      line.detail,
    ]),
  };
}
