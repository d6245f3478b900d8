import { z } from 'zod';
import { baseShape } from '../writes';

export const removalShape = z.object({
  base: baseShape,
  service: z.string(),
  location: z.string(),
  peers: z.array(z.string()),
  master: z.string(),
  /** Older servers cannot be asked about a service that is no peer. */
  file: z.enum(['yes', 'not known']),
  copies: z.array(z.object({ peer: z.string(), digest: z.string() })),
});
export type RemovalPlan = z.output<typeof removalShape>;
