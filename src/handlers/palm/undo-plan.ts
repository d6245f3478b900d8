import { z } from 'zod';

/** A record to put back. `proved`: the purge is known to have deleted it; otherwise it is only known to be gone. */
const absent = z.strictObject({ uuid: z.string(), sha256: z.string(), base64: z.base64(), proved: z.boolean() });
const left = z.strictObject({ uuid: z.string(), why: z.string() });

export const undoPlan = z.strictObject({
  purge: z.string(),
  api: z.enum(['v2', 'v3']),
  cluster: z.string(),
  restore: z.array(absent).min(1),
  /** What the purge named and is not put back. */
  left: z.array(left),
});

export type UndoPlan = z.output<typeof undoPlan>;
export type Restored = UndoPlan['restore'][number];
