import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** One-time codes as RFC 6238 has them and every authenticator app makes them: six digits of SHA-1, new each 30 seconds. */

const SECRET_BYTES = 20;
const PERIOD_S = 30;
export const DIGITS = 6;
/** Clocks may be apart by this many codes. */
const WINDOW = 1;

export function newSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** What an authenticator app reads. */
export function uriOf(secret: Uint8Array, owner: string): string {
  return totp(secret, owner).toString();
}

/** The secret as people type it. */
export function base32Of(secret: Uint8Array): string {
  return secretOf(secret).base32;
}

/** The time step that this code belongs to, or null when it is the code of none that is near. Pure. */
export function stepOf(code: string, secret: Uint8Array, now: number): number | null {
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = totp(secret).validate({ token: digits, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / (PERIOD_S * 1_000)) + delta;
}

function totp(secret: Uint8Array, label = ''): TOTP {
  return new TOTP({
    issuer: 'Quorumbot',
    label,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_S,
    secret: secretOf(secret),
  });
}

/** The library wants a buffer of its own, and Node's small ones share one. */
function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
