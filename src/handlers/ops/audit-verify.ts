import type { AuditPlace, Ledger } from '../ledger';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import { parseFlags, shorten } from '../words';
import { parsePlace } from './audit-place';
import { showReport } from './audit-report';

const MOST_TYPED = 20;

export function opsAuditVerify(ledger: Ledger): Query {
  return defineQuery({
    name: 'ops audit verify',
    usage: '[--head SEQ:HASH]…',
    summary: 'Checks every link of the audit trail, and compares it with its anchors and with the foot of a message.',
    examples: ['ops audit verify', 'ops audit verify --head 1234:ab12cd34ef56'],
    form: [
      {
        id: 'head',
        label: 'Number and hash from the foot of a message',
        hint: 'Like 1234:ab12cd34ef56. Left empty: only the chain and its anchors are checked.',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'option', flag: 'head', many: true },
      },
    ],
    parse,
    read: (places) => ledger.verifyAudit(places),
    render: showReport,
  });
}

function parse(words: Words): Parsed<readonly AuditPlace[]> {
  const flags = parseFlags(words, { head: { type: 'string', multiple: true } });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0) return { ok: false, problem: `${shorten(positionals[0] ?? '')} is not understood here` };
  const typed = values.head ?? [];
  if (typed.length > MOST_TYPED)
    return { ok: false, problem: `--head is given ${typed.length} times; at most ${MOST_TYPED}` };
  const places: AuditPlace[] = [];
  for (const text of typed) {
    const place = parsePlace(text);
    if (!place.ok) return place;
    places.push(place.args);
  }
  return { ok: true, args: places };
}
