import type { AuditPlace } from '../ledger';
import type { Parsed } from '../operation';
import { shorten } from '../words';

/** As the footer of a message has it, `1234 · ab12cd34ef56`, or with a colon. Fewer digits than 8 would prove little. */
const PLACE = /^(\d{1,15})\s*[:·]\s*([0-9a-f]{8,64})$/i;

export function parsePlace(text: string): Parsed<AuditPlace> {
  const match = PLACE.exec(text.trim());
  const seq = Number(match?.[1] ?? 0);
  if (match && seq > 0) return { ok: true, args: { seq, hash: (match[2] ?? '').toLowerCase() } };
  return {
    ok: false,
    problem: `--head takes number and hash from the foot of a message, like 1234:ab12cd34ef56, not ${shorten(text)}`,
  };
}
