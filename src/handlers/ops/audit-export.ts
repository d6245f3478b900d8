import type { AuditExport, Ledger, Since } from '../ledger';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { View } from '../view';
import { parseFlags, shorten } from '../words';
import { parseSince, sinceField } from './since';

/** What Slack shows as a file without complaint; a longer trail is for the console. Characters. */
const MOST_CHARACTERS = 20_000_000;

export function opsAuditExport(ledger: Ledger): Query {
  return defineQuery<Since | null, AuditExport>({
    name: 'ops audit export',
    usage: '[--since 2h]',
    summary: 'The audit trail as a file of JSON lines that can be checked without the bot.',
    examples: ['ops audit export', 'ops audit export --since 2h', 'ops audit export --since 2026-11-25T14:00Z'],
    form: [sinceField('all of it')],
    parse,
    read: (since) => ledger.exportAudit(since),
    render: show,
  });
}

function parse(words: Words): Parsed<Since | null> {
  const flags = parseFlags(words, { since: { type: 'string' } });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0) return { ok: false, problem: `${shorten(positionals[0] ?? '')} is not understood here` };
  return values.since === undefined ? { ok: true, args: null } : parseSince(values.since);
}

function show({ lines, entries, head }: AuditExport): View {
  const text = `${lines.join('\n')}\n`;
  if (text.length > MOST_CHARACTERS) {
    return {
      title: `The audit trail is too long for a file in Slack: ${entries} entries`,
      tone: 'warning',
      parts: [
        {
          kind: 'text',
          text: 'Ask for a part of it with --since, or type npm run ops -- audit export on the bot’s host.',
        },
      ],
    };
  }
  return {
    title: `Audit trail: ${entries} entries`,
    tone: 'neutral',
    parts: [
      {
        kind: 'text',
        text: 'One entry a line. Each holds the SHA-256 of the line before it as prev; the first line says where the file begins and ends.',
      },
      {
        kind: 'facts',
        facts: [
          ['Head', `${head.seq}:${head.hash}`],
          ['Check it', 'npm run ops -- audit verify --file audit.jsonl'],
        ],
      },
      { kind: 'raw', name: 'audit.jsonl', text, asFile: true },
    ],
  };
}
