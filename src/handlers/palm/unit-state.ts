import { z } from 'zod';
import { typed, UNITS, type Unit, type UnitState, type Units } from '../../backends/units';
import type { Finding, Parsed, Words } from '../operation';
import type { Part } from '../view';
import { parseFlags, shorten } from '../words';

/** A unit's state as a plan keeps it. It moves only when the unit starts or ends, which is what an approval is about. */
export const unitState = z.strictObject({
  activeState: z.string(),
  subState: z.string(),
  invocationId: z.string(),
  startedAt: z.string(),
  restarts: z.string(),
});

export const unitName = z.enum(UNITS);

export function unitTarget(unit: Unit): string {
  return `palm/units/${unit}`;
}

/** The first word as a unit, and the rest of the words. */
export function parseUnit(words: Words, usage: string): Parsed<Unit> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  return oneUnit(flags.args.positionals, usage);
}

export function oneUnit(positionals: Words, usage: string): Parsed<Unit> {
  const [word, ...rest] = positionals;
  if (word === undefined) return { ok: false, problem: `the unit is missing: ${usage}` };
  if (rest.length > 0) return { ok: false, problem: `one unit at a time: ${usage}` };
  const unit = UNITS.find((name) => name === word.toLowerCase().replace(/\.service$/, ''));
  return unit ? { ok: true, args: unit } : { ok: false, problem: `${shorten(word)} is no unit of PALM: ${usage}` };
}

export function stateFacts(state: UnitState): readonly (readonly [string, string])[] {
  return [
    ['State', `${state.activeState} (${state.subState})`],
    ['Started', state.startedAt || 'never'],
    ['Invocation', state.invocationId || 'none'],
    ['Restarts by systemd', state.restarts || 'not counted'],
  ];
}

/** What a restart came to: another invocation that is active. The old one may still be restarted by a command that was lost. */
export async function lookAtRestart(
  units: Units,
  { unit, before }: { readonly unit: Unit; readonly before: Pick<UnitState, 'invocationId'> },
  signal: AbortSignal,
): Promise<Omit<Finding, 'target'>> {
  const now = await units.state(unit, signal);
  const said = `${now.activeState} (${now.subState}), started ${now.startedAt || 'never'}`;
  if (now.invocationId === before.invocationId)
    return { verdict: 'unverifiable', text: `not restarted: still ${said}` };
  if (now.activeState === 'active') return { verdict: 'confirmed', text: `restarted: ${said}` };
  if (now.activeState === 'activating') return { verdict: 'unverifiable', text: `restarting: ${said}` };
  return { verdict: 'contradicted', text: `not running: ${said}` };
}

/** What to type where the bot has no way to the units. */
export function restartByHand(units: readonly Unit[]): Part {
  return byHand(units.map(typed.restart));
}

export function byHand(commands: readonly string[]): Part {
  return { kind: 'facts', facts: commands.map((command) => ["Type on PALM's master", command] as const) };
}
