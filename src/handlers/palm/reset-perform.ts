import type { Clearing, Palm } from '../../backends/palm/palm';
import { typed, UNITS, type Unit, type Units } from '../../backends/units';
import type { Context, Finding, Step } from '../operation';
import type { View } from '../view';
import { lookEach, stepOfFailure } from './outcome';
import { sha256 } from './purge-plan';
import { approvedKeys, type ResetPlan } from './reset-plan';
import { SERVERS_TARGET } from './reset-view';
import { cell } from './text';
import { lookAtRestart, unitTarget } from './unit-state';

export interface Tools {
  readonly palm: Palm;
  readonly units: Units;
  readonly context: Context;
}

export async function* execute(tools: Tools, plan: ResetPlan): AsyncGenerator<Step> {
  const cleared = await clear(tools, plan);
  yield cleared;
  for (const unit of UNITS) yield await restart(tools, plan, { unit, cleared: cleared.status === 'done' });
}

async function clear({ palm, context }: Tools, plan: ResetPlan): Promise<Step> {
  const target = SERVERS_TARGET;
  try {
    return {
      target,
      ...clearStep(await palm.clear(approvedKeys(plan), context.request, context.signal), plan.keys.length),
    };
  } catch (error) {
    // A delete still under way must not land after people were told what is there. When sealing fails, doubt remains.
    await palm.seal(context.request, ['all'], new AbortController().signal).catch(() => false);
    return stepOfFailure(target, error);
  }
}

function clearStep(clearing: Clearing, approved: number): Omit<Step, 'target'> {
  if (clearing.kind === 'sealed') return { status: 'skipped', text: 'nothing deleted: this request had been closed' };
  if (clearing.kind === 'stale') {
    const newcomers = clearing.newcomers.slice(0, 10).map(cell).join(', ');
    const since = `registered or rewritten since: ${newcomers}`;
    if (clearing.removed === 0) return { status: 'skipped', text: `nothing deleted; ${since}` };
    return { status: 'failed', text: `${clearing.removed} of ${approved} keys deleted, then stopped; ${since}` };
  }
  const { removed, directory } = clearing;
  const vanished = removed < approved ? `; ${approved - removed} had vanished by themselves` : '';
  const kept = directory === 'kept' ? '; the directory stays, because it holds hidden keys' : '';
  return { status: 'done', text: `${removed} keys deleted${vanished}${kept}` };
}

interface Restart {
  readonly unit: Unit;
  readonly cleared: boolean;
}

async function restart({ units, context }: Tools, plan: ResetPlan, { unit, cleared }: Restart): Promise<Step> {
  const target = unitTarget(unit);
  if (plan.units === null)
    return { target, status: 'skipped', text: `not done by the bot; type: ${typed.restart(unit)}` };
  if (!cleared) return { target, status: 'skipped', text: 'not restarted, because the servers were not deleted' };
  try {
    await units.restart(unit, context.signal);
    return { target, status: 'done', text: 'systemctl restarted it' };
  } catch (error) {
    return stepOfFailure(target, error);
  }
}

export async function verify({ palm, units, context }: Tools, plan: ResetPlan): Promise<readonly Finding[]> {
  const { signal } = context;
  const servers = await lookEach(
    [plan],
    () => SERVERS_TARGET,
    () => lookAtServers(palm, plan, context),
  );
  const { units: planned } = plan;
  if (planned === null) {
    const text = 'not looked at: PALM_SSH is not set';
    return [...servers, ...UNITS.map((unit) => ({ target: unitTarget(unit), verdict: 'unverifiable', text }) as const)];
  }
  const found = await lookEach(
    planned.before,
    ({ unit }) => unitTarget(unit),
    ({ unit, state }) => lookAtRestart(units, { unit, before: state }, signal),
  );
  return [...servers, ...found];
}

/** Approved keys that are still there prove nothing, unless a seal or a newcomer keeps a late delete from landing. */
async function lookAtServers(
  palm: Palm,
  plan: ResetPlan,
  { request, signal }: Context,
): Promise<Omit<Finding, 'target'>> {
  const approved = new Set(approvedKeys(plan).map((row) => `${row.revision} ${row.sha256} ${row.id}`));
  const { rows } = await palm.list(
    (entry) => approved.has(`${entry.revision} ${sha256(entry.bytes)} ${entry.id}`),
    signal,
  );
  const receipt = await palm.receipt(request, 'all', signal);
  const remaining = rows.filter((isApproved) => isApproved).length;
  const others = rows.length - remaining;
  const newer = others === 0 ? '' : `; ${others} registered since`;
  if (remaining === 0) return { verdict: 'confirmed', text: `all approved keys are gone${newer}` };
  const final = receipt === 'sealed' || (palm.api === 'v3' && others > 0);
  return {
    verdict: final ? 'contradicted' : 'unverifiable',
    text: `${remaining} of ${plan.keys.length} approved keys are still there${newer}`,
  };
}

/** What is registered some time after: servers whose processes registered again, or were started meanwhile. */
export async function lookAgain(palm: Palm, plan: ResetPlan, { signal }: Context): Promise<View> {
  const before = new Set(plan.keys.map((key) => key.id));
  const { rows } = await palm.list((entry) => entry.id, signal);
  const returned = rows.filter((id) => before.has(id));
  const title = `${rows.length} ${rows.length === 1 ? 'key is' : 'keys are'} below /servers/ now`;
  if (returned.length === 0) return { title: `${title}, none of the old ones`, tone: 'good', parts: [] };
  const table = {
    kind: 'table',
    name: 'returned.csv',
    head: ['There again'],
    rows: returned.map((id) => [cell(id)]),
  } as const;
  return { title: `${title}, ${returned.length} of the old ones`, tone: 'warning', parts: [table] };
}
