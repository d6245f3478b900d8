import type { AuditLine, Ledger } from '../ledger';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { View } from '../view';
import { auditTable } from './audit-table';
import { COUNT, parseCount } from './count';

type Args = { readonly kind: 'verify' } | { readonly kind: 'newest'; readonly count: number };
type Verdict = Awaited<ReturnType<Ledger['verifyAudit']>>;
type Found =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'lines'; readonly lines: readonly AuditLine[] };

export function opsAudit(ledger: Ledger): Query {
  return defineQuery<Args, Found>({
    name: 'ops audit',
    usage: '[verify] [-n COUNT]',
    summary: 'The newest audit entries; verify checks the whole chain.',
    examples: ['ops audit', 'ops audit verify'],
    form: [
      {
        id: 'verify',
        label: 'What',
        hint: 'Left empty: the newest entries.',
        optional: true,
        input: { kind: 'select', options: ['verify'] },
        as: { kind: 'word' },
      },
      COUNT,
    ],
    parse,
    read: async (args) =>
      args.kind === 'verify'
        ? { kind: 'verdict', verdict: await ledger.verifyAudit() }
        : { kind: 'lines', lines: await ledger.audit(args.count) },
    render: (found) => (found.kind === 'verdict' ? showVerdict(found.verdict) : showLines(found.lines)),
  });
}

function parse(words: Words): Parsed<Args> {
  if (words.length === 1 && words[0] === 'verify') return { ok: true, args: { kind: 'verify' } };
  const count = parseCount(words);
  return count.ok ? { ok: true, args: { kind: 'newest', count: count.args } } : count;
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

function showVerdict(verdict: Verdict): View {
  if (verdict.kind === 'whole') {
    return {
      title: 'The audit trail is whole',
      tone: 'good',
      parts: [
        {
          kind: 'facts',
          facts: [
            ['Entries', String(verdict.entries)],
            ['Head', verdict.head],
          ],
        },
      ],
    };
  }
  return {
    title: `The audit trail is broken at entry ${verdict.at}`,
    tone: 'bad',
    parts: [
      { kind: 'text', text: `${verdict.why}. Somebody or something changed the trail outside the bot.` },
      { kind: 'text', text: 'Keep a copy of Redis as it is now and compare it with a backup before anything else.' },
    ],
  };
}
