import { BackendFailure } from '../../backends/failure';
import type { Finding, Step } from '../operation';

/** After the first write nothing may throw: what went wrong becomes what is known of this target. */
export function stepOfFailure(target: string, error: unknown): Step {
  const text = error instanceof Error ? error.message : String(error);
  const certain = error instanceof BackendFailure && error.effect === 'none';
  return certain
    ? { target, status: 'failed', text: `not done: ${text}` }
    : { target, status: 'unknown', text: `not known: ${text}` };
}

/** One look per target, in order. After a failed look the others are not tried: they would wait as long, and fail as well. */
export async function lookEach<T>(
  items: readonly T[],
  targetOf: (item: T) => string,
  look: (item: T) => Promise<Omit<Finding, 'target'>>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let lost: string | null = null;
  for (const item of items) {
    const target = targetOf(item);
    if (lost !== null) {
      findings.push({ target, verdict: 'unverifiable', text: lost });
      continue;
    }
    try {
      findings.push({ target, ...(await look(item)) });
    } catch (error) {
      if (!(error instanceof BackendFailure)) throw error;
      lost = `could not be read back: ${error.message}`;
      findings.push({ target, verdict: 'unverifiable', text: lost });
    }
  }
  return findings;
}

/** What each target came to, for a table: how it was done, and what reading back says. */
export function resultRows(
  targets: readonly { readonly key: string; readonly label: string }[],
  steps: readonly Step[],
  findings: readonly Finding[],
): readonly (readonly string[])[] {
  return targets.map(({ key, label }) => [
    label,
    steps.find((step) => step.target === key)?.text ?? 'no step was recorded',
    findings.find((finding) => finding.target === key)?.text ?? 'was not read back',
  ]);
}

export const RESULT_HEAD = ['Target', 'What was done', 'What is there now'];

export function countOf(findings: readonly Finding[], verdict: Finding['verdict']): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

/** For the first line, where a number of what is as wanted would else sound as if the others were not. */
export function unknownText(findings: readonly Finding[]): string {
  const unknown = countOf(findings, 'unverifiable');
  return unknown === 0 ? '' : `; ${unknown} not known`;
}
