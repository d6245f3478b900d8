import type { Finding, Step } from '../../handlers/operation';
import { statusByTarget } from './outcome';

/** What a write that may still land makes of what was read back. Pure. */

export interface Interrupted {
  readonly steps: readonly Step[];
  /** The steps that were announced. */
  readonly procedure: readonly string[];
  /** The target of each of them, where they are done strictly one after the other; null: nothing is known of that. */
  readonly order: readonly string[] | null;
  /** The step after the last one that is known may have left: whoever did it was lost, or threw. */
  readonly isCutOff: boolean;
}

/** In a strict order only what was begun, or was next, can be in doubt; else everything whose own end is not known. */
export function inDoubt(findings: readonly Finding[], interrupted: Interrupted): readonly Finding[] {
  const { steps } = interrupted;
  const status = statusByTarget(steps);
  const order = keptOrder(interrupted);
  if (order === null) {
    const open = openTarget(interrupted);
    return findings.map((finding) =>
      doubted(finding, finding.target === open ? 'unknown' : status.get(finding.target)),
    );
  }
  const next = interrupted.isCutOff ? order[steps.length] : undefined;
  return findings.map((finding) => {
    const isOpen = finding.target === next || status.get(finding.target) === 'unknown';
    return isOpen ? doubted(finding, 'unknown') : finding;
  });
}

/** Steps that did not come as announced say nothing of which one is next. */
function keptOrder({ order, procedure, steps }: Interrupted): readonly string[] | null {
  if (order === null || order.length !== procedure.length) return null;
  return steps.every(({ target }, index) => target === order[index]) ? order : null;
}

/**
 * The target at which a procedure was when it was lost. Its earlier steps have ended, but they say nothing of the next
 * one, which may have left already. Null: every step has ended.
 */
function openTarget({ procedure, steps }: Interrupted): string | null {
  return steps.length < procedure.length ? (steps.at(-1)?.target ?? null) : null;
}

/**
 * A write may still land at every target whose own step is not known to have ended: "not done" is only true until then,
 * and "done" may be how it was before, or be undone.
 */
function doubted(finding: Finding, status: Step['status'] | undefined): Finding {
  const isKnown = status !== undefined && status !== 'unknown';
  if (finding.verdict === 'unverifiable' || isKnown) return finding;
  if (finding.verdict === 'confirmed' && status === 'unknown') return finding;
  return { ...finding, verdict: 'unverifiable', text: `${finding.text}; a write that was under way may still land` };
}
