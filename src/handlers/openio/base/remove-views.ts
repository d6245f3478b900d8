import { baseName } from '../../../backends/openio/naming';
import type { Base } from '../../../backends/openio/openio';
import type { Finding, Planned, Step } from '../../operation';
import type { View } from '../../view';
import { advised } from '../finding';
import { baseWords, type Defaults } from '../names';
import { labelOf, stepRows } from '../writes';
import { removeWords } from './args';
import { fileOf } from './look';
import { sameSet } from './marker';
import type { Refusal } from './refusal';
import type { Spare } from './remove-judgement';
import type { RemovalPlan } from './remove-plan';
import { REMOVAL } from './remove-run';

export function previewRemoval(plan: RemovalPlan): View {
  const { base, service, location, peers, master, file, copies } = plan;
  const unseen =
    'These servers cannot be asked whether that service holds a file: its own answer to the removal will tell.';
  return {
    title: `Delete the copy of ${labelOf(base)} on ${service}`,
    tone: 'warning',
    parts: [
      {
        kind: 'facts',
        facts: [
          ['base', `${baseName(base)} (${labelOf(base)})`],
          ['deleted', `${service}${location === '' ? '' : ` at ${location}`}`],
          ['peers', `${peers.join(', ')}; ${master} is master`],
        ],
      },
      {
        kind: 'table',
        name: 'copies.csv',
        head: ['Copy that stays', 'Digest'],
        rows: copies.map(({ peer, digest }) => [peer, digest]),
      },
      ...(file === 'not known' ? [{ kind: 'text', text: unseen } as const] : []),
      {
        kind: 'table',
        name: 'steps.csv',
        head: ['#', 'Step'],
        rows: REMOVAL.map(({ doing }, index) => [String(index + 1), doing(plan)]),
      },
      { kind: 'text', text: 'The file is deleted for ever. Until then the base can go back to this service.' },
    ],
  };
}

export function refusedRemoval(
  defaults: Defaults,
  base: Base,
  service: string,
  { why, cure, advice }: Refusal,
): Planned<never> {
  const text = `Nothing was removed from ${service}: ${why}. ${cure}`;
  const title = `No removal of ${labelOf(base)} from ${service}`;
  const parts = [{ kind: 'text', text } as const, ...advice.map((each) => advised(defaults, base, each))];
  return { kind: 'refused', why: text, view: { title, tone: 'bad', parts } };
}

interface Done {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

export function renderRemoval(defaults: Defaults, plan: RemovalPlan, { steps, findings }: Done): View {
  const [finding] = findings;
  const isGone = finding?.verdict === 'confirmed';
  const again = {
    kind: 'next',
    label: 'Plan again',
    words: removeWords(defaults, plan.base, plan.service),
    why: 'looks at everything once more',
  } as const;
  const diagnose = {
    kind: 'next',
    label: 'Diagnose',
    words: `openio election diagnose ${baseWords(defaults, plan.base)}`,
    why: 'says what is wrong, and why',
  } as const;
  return {
    title: isGone
      ? `The copy of ${labelOf(plan.base)} on ${plan.service} is deleted`
      : `The copy of ${labelOf(plan.base)} on ${plan.service} is not seen to be deleted`,
    tone: isGone ? 'good' : 'warning',
    parts: [
      { kind: 'facts', facts: findings.map(({ text }) => ['read back', text] as const) },
      { kind: 'table', name: 'steps.csv', head: ['Step', 'What'], rows: stepRows(steps) },
      ...(isGone ? [] : [again, diagnose]),
    ],
  };
}

/** Older servers cannot tell, and then it says only what is there. */
export function secondLook(plan: RemovalPlan, spare: Spare): View {
  return {
    ...headOf(plan, spare),
    parts: [
      {
        kind: 'facts',
        facts: [
          ['peers', spare.directory.join(', ')],
          ['master', spare.masters.join(', ') || 'none'],
        ],
      },
    ],
  };
}

function headOf(plan: RemovalPlan, spare: Spare): Pick<View, 'title' | 'tone'> {
  const { service } = plan;
  const label = labelOf(plan.base);
  switch (fileOf(spare, service)) {
    case 'yes':
      return { title: `${service} holds a copy of ${label} again`, tone: 'bad' };
    case 'no':
      return { title: `${service} has stayed without a copy`, tone: 'good' };
    case 'silent': {
      const title = `${service} does not answer: whether it holds a copy of ${label} again is not known`;
      return { title, tone: 'warning' };
    }
    case 'not known': {
      const change = changeOf(plan, spare);
      const title = `${label} ${change ?? 'is as it was'}; these servers do not show the file of ${service}`;
      return { title, tone: change === null ? 'good' : 'warning' };
    }
  }
}

function changeOf({ peers }: RemovalPlan, { directory, masters }: Spare): string | null {
  if (!sameSet(directory, peers)) return 'has other peers than before';
  const [master, other] = masters;
  if (master === undefined) return 'has no master';
  return other === undefined && peers.includes(master) ? null : 'has a master whom not all its peers follow';
}
