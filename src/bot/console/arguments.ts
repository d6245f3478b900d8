import type { AuditPlace, Since } from '../../handlers/ledger';
import type { Parsed, Words } from '../../handlers/operation';
import { parsePlace } from '../../handlers/ops/audit-place';
import { parseRequestId } from '../../handlers/ops/request-id';
import { parseSince } from '../../handlers/ops/since';
import { parseFlags, shorten } from '../../handlers/words';
import type { Vote } from '../../jobs/rules/policy';

/** What somebody typed after `npm run ops --`. */
export type Typed =
  /** Of the console itself; needs neither settings nor Redis. */
  | { readonly kind: 'help' | 'key' }
  | { readonly kind: 'verify file'; readonly file: string; readonly places: readonly AuditPlace[] }
  | { readonly kind: 'export'; readonly since: Since | null; readonly words: Words }
  | { readonly kind: 'show'; readonly id: string; readonly isJson: boolean }
  | { readonly kind: 'raw'; readonly id: string; readonly name: string | null }
  | Voting
  /** A command as in Slack. `waits`: also until a change has ended. */
  | { readonly kind: 'command'; readonly words: Words; readonly isJson: boolean; readonly waits: boolean };

export interface Voting {
  readonly kind: 'vote';
  readonly id: string;
  readonly decision: Vote['decision'];
  readonly reason: string | null;
  /** A one-time code. */
  readonly code: string | null;
  readonly isJson: boolean;
  readonly waits: boolean;
}

const REASONED: ReadonlySet<string> = new Set(['deny', 'hold'] satisfies Vote['decision'][]);
const DECISIONS = ['approve', 'deny', 'withdraw', 'hold', 'release'] as const satisfies readonly Vote['decision'][];

/** Own flags stand anywhere, because no command of Slack has one of these names; a test sees to that. */
const OWN_FLAGS = ['--json', '--wait'] as const;

export function readArguments(argv: readonly string[]): Parsed<Typed> {
  const isJson = argv.includes('--json');
  const waits = argv.includes('--wait');
  const words = argv.filter((word) => !OWN_FLAGS.some((flag) => flag === word));
  const [first = 'help', ...rest] = words;
  const decision = DECISIONS.find((one) => one === first);
  if (decision) return readVote(decision, rest, { isJson, waits });
  switch (first) {
    case 'help':
    case '--help':
    case '-h':
      return rest.length === 0
        ? ok({ kind: 'help' })
        : ok({ kind: 'command', words: ['ops', ...words], isJson, waits });
    case 'key':
      return rest.length === 0 ? ok({ kind: 'key' }) : problem('key takes no words');
    case 'show': {
      const id = parseRequestId(rest, 'show REQUEST');
      return id.ok ? ok({ kind: 'show', id: id.args, isJson }) : id;
    }
    case 'raw':
      return readRaw(rest);
    case 'audit':
      return readAudit(rest);
    default:
      return ok({ kind: 'command', words, isJson, waits });
  }
}

function readVote(decision: Vote['decision'], words: Words, how: Pick<Voting, 'isJson' | 'waits'>): Parsed<Typed> {
  const flags = parseFlags(words, { code: { type: 'string' } });
  if (!flags.ok) return flags;
  const { code = null } = flags.args.values;
  if (code !== null && decision !== 'approve') return problem('--code is for approve alone');
  const [typed, ...reasons] = flags.args.positionals;
  const needs = REASONED.has(decision);
  const usage = `${decision} REQUEST${needs ? ' "why"' : ''}`;
  const id = parseRequestId(typed === undefined ? [] : [typed], usage);
  if (!id.ok) return id;
  const reason = reasons.join(' ').trim();
  if (needs && reason === '') return problem(`the others and the audit trail need a reason: ${usage}`);
  if (!needs && reason !== '') return problem(`${shorten(reason)} is not understood here: ${usage}`);
  return ok({ kind: 'vote', id: id.args, decision, reason: needs ? reason : null, code, ...how });
}

function readRaw([typed, name, ...more]: Words): Parsed<Typed> {
  const usage = 'raw REQUEST [FILE]';
  if (more.length > 0) return problem(`${shorten(more[0] ?? '')} is not understood here: ${usage}`);
  const id = parseRequestId(typed === undefined ? [] : [typed], usage);
  return id.ok ? ok({ kind: 'raw', id: id.args, name: name ?? null }) : id;
}

function readAudit([what, ...rest]: Words): Parsed<Typed> {
  if (what === 'export') return readExport(rest);
  if (what === 'verify') return readVerify(rest);
  return problem('audit export [--since 2h] and audit verify FILE are known here; ops audit shows the newest entries');
}

function readExport(words: Words): Parsed<Typed> {
  const flags = parseFlags(words, { since: { type: 'string' } });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0) return problem(`${shorten(positionals[0] ?? '')} is not understood here`);
  if (values.since === undefined) return ok({ kind: 'export', since: null, words });
  const since = parseSince(values.since);
  return since.ok ? ok({ kind: 'export', since: since.args, words }) : since;
}

/** With a file it is checked here; without one the bot checks the trail in Redis, as in Slack. */
function readVerify(words: Words): Parsed<Typed> {
  const flags = parseFlags(words, { file: { type: 'string' }, head: { type: 'string', multiple: true } });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  const [file = values.file, ...more] = positionals;
  if (more.length > 0 || (positionals.length > 0 && values.file !== undefined))
    return problem('one file is checked at a time');
  if (file === undefined)
    return ok({ kind: 'command', words: ['ops', 'audit', 'verify', ...words], isJson: false, waits: false });
  const places: AuditPlace[] = [];
  for (const text of values.head ?? []) {
    const place = parsePlace(text);
    if (!place.ok) return place;
    places.push(place.args);
  }
  return ok({ kind: 'verify file', file, places });
}

function ok(typed: Typed): Parsed<Typed> {
  return { ok: true, args: typed };
}

function problem(text: string): Parsed<Typed> {
  return { ok: false, problem: text };
}
