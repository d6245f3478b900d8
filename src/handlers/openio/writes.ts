import { z } from 'zod';
import { BackendFailure } from '../../backends/failure';
import { baseName, containerLabel, lockName } from '../../backends/openio/naming';
import { type Base, type PeerAnswer, SERVICE_TYPES } from '../../backends/openio/openio';
import type { Finding, Step, Target } from '../operation';
import { explain } from './codes';

/** A base as it is kept in a plan. */
export const baseShape = z.object({
  type: z.enum(SERVICE_TYPES),
  container: z.discriminatedUnion('by', [
    z.object({ by: z.literal('name'), namespace: z.string(), account: z.string(), name: z.string() }),
    z.object({ by: z.literal('cid'), namespace: z.string(), cid: z.string() }),
  ]),
});

export function targetOf(base: Base): Target {
  return { key: `openio/${lockName(base)}`, label: `${baseName(base)} (${containerLabel(base.container)})` };
}

/** Like `FVE0 of myaccount (meta2)`. */
export function labelOf(base: Base): string {
  return `${containerLabel(base.container)} (${base.type})`;
}

type Verb = 'sync' | 'leave';

/** Codes after which the peer may have acted although it did not say so. */
const DOUBTFUL = new Set([-1, 3, 4, 7, 10, 504]);

function stepOf(verb: Verb, base: Base, answer: PeerAnswer): Step {
  const { status, message } = answer;
  const text = `${answer.id}: ${explain(verb, answer).words} (${status} ${message})`;
  const target = targetOf(base).key;
  if (status === 200) return { target, status: 'done', text };
  if (status === 301) return { target, status: 'skipped', text };
  return { target, status: DOUBTFUL.has(status) ? 'unknown' : 'failed', text };
}

/** One step per peer. A call that fails as a whole is one step too: nothing is thrown once a write may have left. */
export async function* performed(
  verb: Verb,
  base: Base,
  asked: Promise<readonly PeerAnswer[]>,
): AsyncGenerator<Step, void, undefined> {
  const answers = await asked.catch((error: unknown): Step => {
    if (!(error instanceof BackendFailure)) throw error;
    const status = error.effect === 'none' ? 'failed' : 'unknown';
    return { target: targetOf(base).key, status, text: error.message };
  });
  if (!('length' in answers)) {
    yield answers;
    return;
  }
  for (const answer of answers) yield stepOf(verb, base, answer);
}

export function stepRows(steps: readonly Step[]): readonly (readonly string[])[] {
  return steps.map(({ status, text }) => [status, text]);
}

/** Reading back may fail too: then nothing can be said, which is not the same as bad news. */
export async function orUnverifiable(base: Base, finding: Promise<Finding>): Promise<Finding> {
  try {
    return await finding;
  } catch (error) {
    if (!(error instanceof BackendFailure)) throw error;
    return { target: targetOf(base).key, verdict: 'unverifiable', text: error.message };
  }
}
