import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ConsoleConfig } from '../config/console-config';

/** A console key: 256 random bits, so that its plain hash can stand in the bot's file. */
const PREFIX = 'qbk_';
const KEY = /^qbk_[A-Za-z0-9_-]{43}$/;

export interface NewKey {
  /** For the environment of one person, and nobody else's. */
  readonly key: string;
  readonly keyHash: string;
}

export function newKey(): NewKey {
  const key = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { key, keyHash: keyHashOf(key) };
}

function keyHashOf(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

export type Identified =
  | { readonly ok: true; readonly user: string; readonly channel: string }
  | { readonly ok: false; readonly problem: string };

/** The person whose key this is. Every line is compared, each in the same time, whichever one fits. */
export function identify(config: ConsoleConfig | null, key: string | null): Identified {
  if (!config) return refused('The file of QUORUMBOT_CONFIG has no section console, so nobody may use it.');
  if (key === null) return refused('QUORUMBOT_CONSOLE_KEY is not set. Make a key with: npm run ops -- key');
  if (!KEY.test(key)) return refused('QUORUMBOT_CONSOLE_KEY is not a key. Make one with: npm run ops -- key');
  const hash = Buffer.from(keyHashOf(key));
  const fitting = config.people.filter(({ keyHash }) => timingSafeEqual(Buffer.from(keyHash), hash));
  const [person] = fitting;
  if (!person) return refused('This key is nobody’s: it is not (or no longer) in the section console of the file.');
  return { ok: true, user: person.user, channel: config.channel };
}

function refused(problem: string): Identified {
  return { ok: false, problem };
}
