import { z } from 'zod';
import { decodeValue } from '../decode';
import type { WirePath } from './wire';

/** The entry that a tick belongs to, as one server holds it. */
export interface StoredRecord {
  readonly tick: bigint;
  /** Where the entry sits, `one two` written as `one.two`. */
  readonly path: string;
  /** Short text. Hidden for the servers' internal entries: those hold logins. */
  readonly value: string;
  /** False: the entry was changed since, and this tick is only in its history. */
  readonly current: boolean;
}

const recordSchema = z.object({
  value: z.unknown().optional(),
  path: z.object({ path: z.array(z.unknown()) }) satisfies z.ZodType<WirePath>,
  chain: z.object({ node: z.unknown(), tick: z.union([z.number(), z.bigint()]) }).nullish(),
});

/** Characters of a value that are kept. */
const LONGEST_VALUE = 120;

/** The answer to a question for the entry of `tick` of `node`. */
export function readRecord(reply: unknown, about: { node: string; tick: bigint; server: string }): StoredRecord {
  const doing = `read tick ${about.tick} of ${about.node} on ${about.server}`;
  const { value, path, chain } = decodeValue(reply, recordSchema, { backend: 'distkv', doing, effect: 'none' });
  const internal = path.path[0] === null;
  return {
    tick: about.tick,
    path: path.path.map((element) => shown(element, LONGEST_VALUE)).join('.'),
    value: internal ? 'an internal record, not shown' : recordText(value),
    current: chain?.node === about.node && BigInt(chain.tick) === about.tick,
  };
}

function recordText(value: unknown): string {
  return value === undefined ? 'a deletion' : shown(value, LONGEST_VALUE);
}

function shown(value: unknown, most: number): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, plain) ?? 'nothing');
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}
