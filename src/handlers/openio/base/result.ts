import type { Openio } from '../../../backends/openio/openio';
import type { Finding, Step } from '../../operation';
import type { Part, View } from '../../view';
import { baseWords, type Defaults } from '../names';
import { labelOf } from '../writes';
import { moveWords, removeWords } from './args';
import type { MovePlan } from './plan';
import { describeStage, isBetween, STAGES } from './procedure';
import { beforeFile, hostTable } from './views';

/** How a move of one base ended, and what can be done then. */

interface Done {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly request: string;
}

type Proxies = Defaults & Pick<Openio, 'proxies'>;

export function renderMove(defaults: Proxies, plan: MovePlan, { steps, findings, request }: Done): View {
  const [finding] = findings;
  const isMoved = finding?.verdict === 'confirmed';
  const isOpen = finding?.verdict === 'unverifiable';
  return {
    title: endTitle(plan, steps, finding?.verdict),
    tone: isMoved ? 'good' : finding?.verdict === 'contradicted' ? 'bad' : 'warning',
    parts: [
      { kind: 'facts', facts: findings.map(({ text }) => ['read back', text] as const) },
      stepTable(plan, steps),
      hostTable(plan),
      beforeFile(plan),
      ...(isOpen ? [clearNext(request)] : []),
      ...(isMoved ? movedNext(defaults, plan) : stoppedNext(defaults, plan, steps)),
    ],
  };
}

function endTitle(plan: MovePlan, steps: readonly Step[], verdict: Finding['verdict'] | undefined): string {
  const label = labelOf(plan.base);
  if (verdict === 'confirmed') return `${label} is moved from ${plan.leaving} to ${plan.arriving}`;
  if (isThrough(steps)) {
    const all = `all ${STAGES.length} steps are done`;
    return verdict === 'contradicted'
      ? `${label}: ${all}, but it does not read back as moved`
      : `${label}: ${all}, but it could not be read back`;
  }
  const at = `it stopped at step ${steps.length} of ${STAGES.length} (${STAGES[Math.max(0, steps.length - 1)] ?? 'mark'})`;
  return verdict === 'contradicted'
    ? `${label} is not moved: ${at}`
    : `How the move of ${label} ended is not known: ${at}`;
}

/** Every step was done, which is not yet that it reads back as moved. */
export function isThrough(steps: readonly Step[]): boolean {
  return steps.length === STAGES.length && steps.every(({ status }) => status === 'done' || status === 'skipped');
}

/** A request that ended in doubt keeps its base: nothing else begins before people have looked. */
export function clearNext(request: string): Part {
  const why = 'frees the base, which nothing else may touch until then; look at it first';
  return { kind: 'next', label: 'Clear', words: `ops clear ${request}`, why };
}

function stepTable(plan: MovePlan, steps: readonly Step[]): Part {
  const rows = STAGES.map((stage, index) => {
    const step = steps[index];
    const { undo } = describeStage(stage, plan);
    const said = step?.text.slice(stage.length + 2) ?? 'not begun';
    return [String(index + 1), stage, step?.status ?? '-', said, step?.status === 'done' ? undo : '-'];
  });
  return { kind: 'table', name: 'steps.csv', head: ['#', 'Step', 'Status', 'What', 'Taken back by'], rows };
}

/** Only the proxy that replaced the services knows of it at once; the others remember the old ones for a while. */
const FLUSH: Part = {
  kind: 'next',
  label: 'Empty the caches',
  words: 'openio cache flush low',
  why: 'makes the other proxies ask the directory anew instead of the old peers',
};

function movedNext(defaults: Proxies, { base, leaving }: MovePlan): readonly Part[] {
  const words = baseWords(defaults, base);
  return [
    {
      kind: 'next',
      label: 'Remove the old copy',
      words: removeWords(defaults, base, leaving),
      why: `deletes the file that is still on ${leaving}; asks for approvals of its own`,
    },
    { kind: 'next', label: 'Debug', words: `openio election debug ${words}`, why: 'draws what the peers remember' },
    ...(defaults.proxies.length > 1 ? [FLUSH] : []),
  ];
}

/** Both are planned from what is true then, and need approval like any change. */
function stoppedNext(defaults: Defaults, plan: MovePlan, steps: readonly Step[]): readonly Part[] {
  const { base, back } = plan;
  const words = baseWords(defaults, base);
  const wayBack: Part = {
    kind: 'next',
    label: back ? 'Forward again' : 'Go back',
    words: moveWords(defaults, base, { ...plan, back: !back }),
    why: back ? 'plans the move once more' : 'plans the way back to the peers from before',
  };
  return [
    {
      kind: 'next',
      label: 'Continue',
      words: moveWords(defaults, base, plan),
      why: 'plans the steps that are left, from what is true then',
    },
    ...(isBetween(steps) ? [] : [wayBack]),
    { kind: 'next', label: 'Diagnose', words: `openio election diagnose ${words}`, why: 'says what is wrong, and why' },
  ];
}
