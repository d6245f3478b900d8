import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the clock of a sender may be from ours. Seconds. */
const WINDOW_S = 300;

export const TIMESTAMP = 'x-quorumbot-timestamp';
export const SIGNATURE = 'x-quorumbot-signature';

/** What a sender computes: `v1=` and HMAC-SHA256 over version, time and body, hexadecimal. */
export function sign(secret: string, timestamp: string, body: Buffer): string {
  return `v1=${createHmac('sha256', secret).update(`v1:${timestamp}:`).update(body).digest('hex')}`;
}

export interface Signed {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/** Compared in the same time wherever they differ; the time is looked at only when it is known to be the sender's. */
export function isSigned(secret: string, { timestamp, signature, body }: Signed, nowMs: number): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  const wanted = Buffer.from(sign(secret, timestamp, body));
  const given = Buffer.from(signature);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  return Math.abs(nowMs / 1_000 - Number(timestamp)) <= WINDOW_S;
}
