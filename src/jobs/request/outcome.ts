import type { Finding, Step } from '../../handlers/operation';
import type { Performed } from './request';

/** How performing ended, from what is known of each target. Pure. */

/** What steps and read-back say together. What could not be read back after a write is doubt, not success. */
export function outcomeKind(steps: readonly Step[], findings: readonly Finding[]): Performed['kind'] {
  const found = new Map(findings.map((finding) => [finding.target, finding.verdict]));
  const stepped = statusByTarget(steps);
  const truths = [...new Set([...found.keys(), ...stepped.keys()])].map((target) =>
    truthOf(found.get(target) ?? 'unverifiable', stepped.get(target)),
  );
  if (truths.length === 0 || truths.includes('unknown')) return 'uncertain';
  if (truths.every((truth) => truth === 'done')) return 'succeeded';
  // Undone meanwhile by somebody else is not the same as never done.
  const acted = steps.some((done) => done.status === 'done') || findings.some((finding) => finding.acted);
  return truths.includes('done') || acted ? 'partial' : 'failed';
}

/** Of several steps at one target the one that leaves most open counts. */
const OPENNESS: readonly Step['status'][] = ['skipped', 'failed', 'done', 'unknown'];

export function statusByTarget(steps: readonly Step[]): ReadonlyMap<string, Step['status']> {
  const statuses = new Map<string, Step['status']>();
  for (const { target, status } of steps) statuses.set(target, worse(statuses.get(target), status));
  return statuses;
}

function worse(one: Step['status'] | undefined, other: Step['status']): Step['status'] {
  return one !== undefined && OPENNESS.indexOf(one) > OPENNESS.indexOf(other) ? one : other;
}

function truthOf(verdict: Finding['verdict'], status: Step['status'] | undefined): 'done' | 'not done' | 'unknown' {
  if (verdict === 'confirmed') return 'done';
  if (verdict === 'contradicted') return 'not done';
  return status === 'skipped' || status === 'failed' ? 'not done' : 'unknown';
}
