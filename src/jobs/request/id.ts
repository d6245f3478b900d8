import { createHash } from 'node:crypto';

/** Crockford's alphabet: no I, L, O, U to misread at night. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LENGTH = 8;

/** The same delivery always has the same id, so that asking again is harmless even when the first answer was lost. */
export function requestId(delivery: string): string {
  const hash = createHash('sha256').update(delivery).digest();
  return `R${[...hash.subarray(0, ID_LENGTH)].map((byte) => ALPHABET[byte % 32]).join('')}`;
}
