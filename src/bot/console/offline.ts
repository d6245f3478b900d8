import { createReadStream } from 'node:fs';
import type { AuditPlace } from '../../handlers/ledger';
import { showReport } from '../../handlers/ops/audit-report';
import { verifyExport } from '../../jobs/trail/export';
import { CODES, type Code } from './codes';
import { newKey } from './key';
import type { Terminal } from './terminal';
import { line, TYPED, viewText } from './text';

/** What the console does without settings and without Redis. */

export const HELP = `The bot's commands in the terminal, without the slash:
  ${TYPED} palm servers
  ${TYPED} palm purge e5cd88f7 --wait

Requests:
  show R…              as it is now
  approve R… [--code 123456]
  deny R… "why"        withdraw R…
  hold R… "why"        release R…
  raw R… [FILE]        the whole result as data, or one of its files

The audit trail:
  audit export [--since 2h]             as JSON lines
  audit verify FILE [--head SEQ:HASH]…  checks such a file; without FILE the trail in Redis

Others:
  key                  a new key, and its line for the bot's file
  ops help [COMMAND]   every command, or how one is used
  --json               the record instead of words
  --wait               waits until a change has ended, not only until it waits for approval

Into a file or a pipe: npm run --silent ops -- …, or npm writes a line of its own first.
Ends with 0 done, 1 refused or failed, 2 not understood, 3 not known how it ended, 4 still waiting.`;

export function makeKey({ out, err }: Terminal): Code {
  const { key, keyHash } = newKey();
  out(`export QUORUMBOT_CONSOLE_KEY=${key}`);
  err('That line is for the environment of one person. This one is for the section console of the bot’s file:');
  err(`  people: [{ user: U…, keyHash: '${keyHash}' }]`);
  return CODES.done;
}

export async function verifyFile(
  { out, err }: Terminal,
  { file, places }: { readonly file: string; readonly places: readonly AuditPlace[] },
): Promise<Code> {
  const found = await verifyExport(linesOf(file), places).catch((error: unknown) => ({
    kind: 'no export' as const,
    why: error instanceof Error ? error.message : String(error),
  }));
  if (found.kind === 'no export') {
    err(`${line(file)} cannot be checked: ${line(found.why)}.`);
    return CODES.usage;
  }
  const { verdict, compared, after } = found;
  const chain = verdict.kind === 'whole' ? { ...verdict, head: verdict.head.hash } : verdict;
  const view = showReport({ ...chain, anchors: { kind: 'none' }, typed: compared });
  out(viewText(view));
  if (after.seq > 0) out(`\nThe file begins after entry ${after.seq}. What was before it was not checked.`);
  return view.tone === 'bad' ? CODES.not : CODES.done;
}

/** Only at line feeds, as the file was written: an entry may hold any other separator. */
async function* linesOf(file: string): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
