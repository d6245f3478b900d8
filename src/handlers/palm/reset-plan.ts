import { z } from 'zod';
import type { Approved, Entry } from '../../backends/palm/palm';
import { sha256 } from './purge-plan';
import { utf8 } from './record';
import { unitName, unitState } from './unit-state';

/** A key as it was listed. Text where it is text: the plan is stored, and a file is made of it before anything is deleted. */
const key = z.strictObject({
  id: z.string(),
  revision: z.string(),
  value: z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })]),
});

export const resetPlan = z.strictObject({
  api: z.enum(['v2', 'v3']),
  cluster: z.string(),
  hosts: z.string(),
  keys: z.array(key).min(1),
  /** Null: the bot has no way to the units, and says what to type. */
  units: z
    .strictObject({ where: z.string(), before: z.array(z.strictObject({ unit: unitName, state: unitState })) })
    .nullable(),
});

export type ResetPlan = z.output<typeof resetPlan>;
export type ResetKey = ResetPlan['keys'][number];

export function keyOf({ id, revision, bytes }: Entry): ResetKey {
  const text = utf8(bytes);
  return { id, revision, value: text === null ? { base64: bytes.toString('base64') } : { text } };
}

export function bytesOfKey({ value }: ResetKey): Buffer {
  return 'text' in value ? Buffer.from(value.text) : Buffer.from(value.base64, 'base64');
}

/** The guards: derived from the bytes that people could see, so that the two cannot differ. */
export function approvedKeys({ keys }: ResetPlan): readonly Approved[] {
  return keys.map((key) => ({ id: key.id, revision: key.revision, sha256: sha256(bytesOfKey(key)) }));
}
