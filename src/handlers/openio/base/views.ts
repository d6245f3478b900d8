import { baseName } from '../../../backends/openio/naming';
import type { Base, Openio } from '../../../backends/openio/openio';
import type { Planned } from '../../operation';
import type { Part, View } from '../../view';
import { advised } from '../finding';
import type { Defaults } from '../names';
import { labelOf } from '../writes';
import { moveWords } from './args';
import { movePicture } from './picture';
import { beforeText, isContinuation, type MovePlan } from './plan';
import { procedureRows } from './procedure';
import type { Refusal } from './refusal';
import { callsOf, wireText } from './writes';

function titleOf({ base, leaving, arriving }: MovePlan): string {
  return `Move ${labelOf(base)} from ${leaving} to ${arriving}`;
}

export function previewMove(plan: MovePlan): View {
  return { title: previewTitle(plan), tone: 'warning', parts: [...planParts(plan), danger(plan)] };
}

function previewTitle(plan: MovePlan): string {
  if (plan.back) return `Go back: ${titleOf(plan)}`;
  return isContinuation(plan) ? `Continue: ${titleOf(plan)}` : titleOf(plan);
}

/** Services, steps and what was saved: the same before and after. */
function planParts(plan: MovePlan): readonly Part[] {
  const { base, old, wanted, master, chosen, warnings, marked } = plan;
  const facts: readonly (readonly [string, string])[] = [
    ['base', `${baseName(base)} (${labelOf(base)})`],
    ['peers before', old.join(', ')],
    ['peers after', wanted.join(', ')],
    [
      'copied from',
      master === null ? 'nobody: there is no master now' : `${master} (master now; read again right before)`,
    ],
    ...(chosen === null ? [] : [['destination', chosen] as const]),
    ...(isContinuation(plan) ? [['now', nowWords(plan)] as const] : []),
    ...(marked === null ? [] : [['marked', marked] as const]),
  ];
  return [
    { kind: 'picture', name: 'move.png', alt: altOf(plan), svg: movePicture(titleOf(plan), plan) },
    { kind: 'facts', facts },
    hostTable(plan),
    ...warnings.map((text): Part => ({ kind: 'text', text })),
    { kind: 'table', name: 'steps.csv', head: ['#', 'Step', 'Now', 'Taken back by'], rows: procedureRows(plan) },
    beforeFile(plan),
  ];
}

function nowWords({ directory, lists, frozen }: MovePlan): string {
  const named = lists.map((list) => list.join(', ')).join(' and ') || 'nobody that can be read';
  return `the base names ${named}, the directory ${directory.join(', ')}; frozen: ${frozen}`;
}

function altOf({ old, wanted }: MovePlan): string {
  return `Peers before: ${old.join(', ')}. Peers after: ${wanted.join(', ')}.`;
}

export function hostTable({ hosts, old, wanted }: MovePlan): Part {
  const rows = hosts.map(({ address, role, location, file, copy }) => [
    address,
    location || '-',
    old.includes(address) ? (role === '-' ? 'peer' : role) : 'no peer',
    wanted.includes(address) ? (old.includes(address) ? 'peer' : 'new peer') : 'no peer any more',
    file,
    copy,
  ]);
  return {
    kind: 'table',
    name: 'services.csv',
    head: ['Service', 'Location', 'Before', 'After', 'File before', 'Copy before'],
    rows,
  };
}

export function beforeFile(plan: MovePlan): Part {
  // Half of a move is done then: this is not what was there before the move.
  const when = isContinuation(plan) ? 'before-continuing' : 'before';
  return { kind: 'raw', name: `${fileName(plan.base)}-${when}.json`, text: beforeText(plan), asFile: true };
}

export function fileName({ container }: Base): string {
  const name = container.by === 'name' ? container.name : container.cid;
  return name.replace(/[^\w.-]/g, '_').slice(0, 60);
}

function danger({ leaving, arriving, back }: MovePlan): Part {
  const undone = back ? '' : ` Until the directory names ${arriving}, --back leads back to the peers from before.`;
  const text = `While it is moved the base is frozen: nothing can be written into the container but properties. The copy on ${leaving} stays until it is removed by a request of its own.${undone} If a step fails, nothing more is done and the base stays as that step left it, which may be frozen.`;
  return { kind: 'text', text };
}

export function refusedMove(defaults: Defaults, base: Base, { why, cure, advice }: Refusal): Planned<never> {
  const text = `Nothing was moved: ${why}. ${cure}`;
  const parts: readonly Part[] = [{ kind: 'text', text }, ...advice.map((each) => advised(defaults, base, each))];
  return { kind: 'refused', why: text, view: { title: `No move of ${labelOf(base)}`, tone: 'bad', parts } };
}

export function refusedVolume(from: string, { why, cure }: Refusal): Planned<never> {
  const text = `Nothing was moved off ${from}: ${why}. ${cure}`;
  const next: Part = {
    kind: 'next',
    label: 'Services',
    words: 'openio cluster list meta2',
    why: 'shows every service',
  };
  return {
    kind: 'refused',
    why: text,
    view: { title: `No move off ${from}`, tone: 'bad', parts: [{ kind: 'text', text }, next] },
  };
}

/** Whom it is copied from is part of the call, and unknown while nobody is master. */
function copyLeftOut({ todo, master, arriving }: MovePlan): readonly Part[] {
  if (!todo.copy || master !== null) return [];
  const text = `The copy to ${arriving} is not among them: there is no master now, and only then it is known where it comes from.`;
  return [{ kind: 'text', text }];
}

export function shownMove(openio: Openio, plan: MovePlan, request: string): View {
  const calls = callsOf(openio, plan, request);
  const text = `A dry run: nothing was written and nobody is asked. These ${calls.length} calls would be sent, in this order; reads come between them.`;
  const { parts } = previewMove(plan);
  return {
    title: `Dry run: ${previewTitle(plan)}`,
    tone: 'neutral',
    parts: [
      { kind: 'text', text },
      { kind: 'raw', name: 'calls.txt', text: `${calls.map(wireText).join('\n')}\n` },
      ...copyLeftOut(plan),
      ...parts,
      {
        kind: 'next',
        label: 'Ask for it',
        words: moveWords(openio, plan.base, plan),
        why: 'plans it again and asks for approval',
      },
    ],
  };
}
