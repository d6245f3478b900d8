import { z } from 'zod';
import type { Unit, Units } from '../../backends/units';
import { type Change, type Context, defineChange, type Finding, type Planned, type Step } from '../operation';
import type { View } from '../view';
import { UNIT } from './fields';
import { lookEach, RESULT_HEAD, resultRows, stepOfFailure } from './outcome';
import { lookAtRestart, parseUnit, restartByHand, stateFacts, unitName, unitState, unitTarget } from './unit-state';

const USAGE = 'palm restart registry|pipeliner';
/** A unit of PALM ends by itself when it does not find etcd: one that runs this long has found it. */
const SETTLED_MS = 15_000;

const restartPlan = z.strictObject({ unit: unitName, where: z.string(), before: unitState });
type RestartPlan = z.output<typeof restartPlan>;

export function palmRestart(units: Units): Change {
  const look = (plan: RestartPlan, { signal }: Context) =>
    lookEach(
      [plan],
      ({ unit }) => unitTarget(unit),
      (each) => lookAtRestart(units, each, signal),
    );
  return defineChange<Unit, RestartPlan>({
    name: 'palm restart',
    usage: 'registry|pipeliner',
    summary: "Restarts PALM's registry or pipeliner with systemctl and looks whether it stays up.",
    examples: ['palm restart registry', 'palm restart pipeliner'],
    form: [UNIT],
    schema: restartPlan,
    parse: (words) => parseUnit(words, USAGE),
    danger: () => 'reversible',
    plan: (unit, context) => plan(units, unit, context),
    targets: ({ unit, where }) => [{ key: unitTarget(unit), label: `${unit} on ${where}` }],
    preview,
    undo: () => 'Nothing needs undoing: it reads its state back from etcd when it starts.',
    execute: (plan, context) => execute(units, plan, context),
    verify: look,
    render,
    recheck: { afterMs: SETTLED_MS, look: async (plan, context) => recheckView(plan, await look(plan, context)) },
  });
}

async function plan(units: Units, unit: Unit, { signal }: Context): Promise<Planned<RestartPlan>> {
  if (units.where === null) {
    const view: View = { title: `${unit} was not restarted`, tone: 'warning', parts: [restartByHand([unit])] };
    return {
      kind: 'refused',
      why: 'PALM_SSH is not set, so the bot cannot restart it. Type the command below on its machine.',
      view,
    };
  }
  return { kind: 'plan', plan: { unit, where: units.where, before: await units.state(unit, signal) } };
}

function preview({ unit, where, before }: RestartPlan): View {
  return {
    title: `Restart ${unit} on ${where}`,
    tone: 'neutral',
    parts: [
      { kind: 'facts', facts: stateFacts(before) },
      {
        kind: 'text',
        text: `It reads its state back from etcd when it starts. Until then PALM is without its ${unit}; running servers go on.`,
      },
    ],
  };
}

async function* execute(units: Units, { unit }: RestartPlan, { signal }: Context): AsyncGenerator<Step> {
  const target = unitTarget(unit);
  try {
    await units.restart(unit, signal);
    yield { target, status: 'done', text: 'systemctl restarted it' };
  } catch (error) {
    yield stepOfFailure(target, error);
  }
}

function render({ unit, where, before }: RestartPlan, steps: readonly Step[], findings: readonly Finding[]): View {
  const verdict = findings[0]?.verdict ?? 'unverifiable';
  const titles = {
    confirmed: 'was restarted',
    contradicted: 'is not running',
    unverifiable: 'is not known to have been restarted',
  };
  const target = { key: unitTarget(unit), label: unit };
  return {
    title: `${unit} on ${where} ${titles[verdict]}`,
    tone: verdict === 'confirmed' ? 'good' : verdict === 'contradicted' ? 'bad' : 'warning',
    parts: [
      { kind: 'table', name: 'restart.csv', head: RESULT_HEAD, rows: resultRows([target], steps, findings) },
      { kind: 'facts', facts: stateFacts(before).map(([label, value]) => [`${label} before`, value] as const) },
      { kind: 'next', label: 'Journal', words: `palm logs ${unit}`, why: 'shows what it said while it started' },
    ],
  };
}

function recheckView({ unit }: RestartPlan, findings: readonly Finding[]): View {
  const [finding] = findings;
  const stays = finding?.verdict === 'confirmed';
  return {
    title: stays ? `${unit} stays up` : `${unit} did not stay up`,
    tone: stays ? 'good' : 'bad',
    parts: [{ kind: 'text', text: finding?.text ?? 'its state could not be read' }],
  };
}
