import type { Entry, Palm } from '../../backends/palm/palm';
import type { Ledger } from '../ledger';
import { type Change, type Context, defineChange, type Finding, type Planned, type Step } from '../operation';
import { parseRequestId, requestField } from '../ops/request-id';
import { lookEach, stepOfFailure } from './outcome';
import { bytesOf, type PurgedServer, type PurgePlan, purgePlan, sha256, targetOf } from './purge-plan';
import { briefly } from './text';
import { type Restored, type UndoPlan, undoPlan } from './undo-plan';
import { previewUndo, renderUndo } from './undo-view';

/** Puts back the bytes that a purge deleted, where the key is still absent. */
export function palmUndo(palm: Palm, ledger: Pick<Ledger, 'performed' | 'find' | 'newest'>): Change {
  return defineChange<string, UndoPlan>({
    name: 'palm undo',
    usage: 'REQUEST',
    summary: 'Puts back what a palm purge deleted, byte for byte, where the key is still absent.',
    examples: ['palm undo R7K2M9QF4'],
    form: [requestField('Purge to undo', ledger, ({ command }) => command.startsWith('palm purge '))],
    schema: undoPlan,
    parse: (words) => parseRequestId(words, 'palm undo REQUEST'),
    danger: () => 'reversible',
    plan: (request, context) => plan(palm, { ledger, request }, context),
    targets: ({ restore }) => restore.map((record) => ({ key: targetOf(record), label: record.uuid })),
    preview: previewUndo,
    undo: () => 'palm purge of the same servers deletes them again.',
    execute: (plan, context) => execute(palm, plan, context),
    verify: ({ restore }, { signal }) => lookEach(restore, targetOf, (record) => lookAt(palm, record, signal)),
    render: renderUndo,
  });
}

interface Wanted {
  readonly ledger: Pick<Ledger, 'performed' | 'find'>;
  readonly request: string;
}

async function plan(palm: Palm, wanted: Wanted, { signal }: Context): Promise<Planned<UndoPlan>> {
  const { request } = wanted;
  const purge = await purgeOf(wanted);
  if (typeof purge === 'string') return { kind: 'refused', why: purge };
  const { cluster } = await palm.list(() => null, signal);
  if (purge.plan.api !== palm.api || purge.plan.cluster !== cluster) {
    const why = `${request} deleted from another etcd (${purge.plan.api}) than the one that is configured now (${palm.api}). Type palm show UUID to see what is here.`;
    return { kind: 'refused', why };
  }
  const restore: Restored[] = [];
  const left: UndoPlan['left'] = [];
  for (const server of purge.plan.servers) {
    const fate = await fateOf(palm, { server, request, step: purge.steps.get(targetOf(server)) }, signal);
    if (fate.kind === 'left') left.push({ uuid: server.uuid, why: fate.why });
    else
      restore.push({ uuid: server.uuid, sha256: server.sha256, base64: server.base64, proved: fate.kind === 'purged' });
  }
  if (restore.length > 0) return { kind: 'plan', plan: { purge: request, api: palm.api, cluster, restore, left } };
  const why = `Nothing that ${request} deleted is absent: ${left.map((row) => `${row.uuid} ${row.why}`).join('; ')}. Type palm servers to see them.`;
  return { kind: 'unchanged', why };
}

interface Purge {
  readonly plan: PurgePlan;
  /** Status by target, as far as steps were recorded. */
  readonly steps: ReadonlyMap<string, string>;
}

/** The purge of this id, or why there is none to undo. */
async function purgeOf({ ledger, request }: Wanted): Promise<Purge | string> {
  const performed = await ledger.performed(request);
  if (!performed)
    return `No change ${request} was carried out on this cluster, so there is nothing to undo. Type ops requests to find the id of the purge.`;
  if (performed.operation !== 'palm purge') {
    return `${request} was ${performed.operation}, and only palm purge can be undone. Type ops request ${request} to see it.`;
  }
  const steps = (await ledger.find(request))?.steps ?? [];
  return { plan: purgePlan.parse(performed.plan), steps: new Map(steps.map(([target, status]) => [target, status])) };
}

type Fate =
  | { readonly kind: 'purged' | 'gone' }
  /** Not put back, because it is there, or because the purge did not delete it. */
  | { readonly kind: 'left'; readonly why: string };

interface Named {
  readonly server: PurgedServer;
  readonly request: string;
  readonly step: string | undefined;
}

async function fateOf(palm: Palm, { server, request, step }: Named, signal: AbortSignal): Promise<Fate> {
  const entry = await palm.get(server.uuid, signal);
  if (entry) return { kind: 'left', why: presentText(server, entry) };
  const receipt = await palm.receipt(request, server.uuid, signal);
  if (step === 'done' || receipt === 'done') return { kind: 'purged' };
  if (step === 'skipped' || receipt === 'sealed') return { kind: 'left', why: `was not deleted by ${request}` };
  return { kind: 'gone' };
}

function presentText(record: Pick<Restored, 'sha256'>, entry: Entry): string {
  return sha256(entry.bytes) === record.sha256
    ? 'is there, with the same bytes'
    : `is there, with other bytes, ${briefly(entry)}`;
}

/** Stops at the first failure, as a purge does. */
async function* execute(palm: Palm, { restore }: UndoPlan, { signal }: Context): AsyncGenerator<Step> {
  let stopped = false;
  for (const record of restore) {
    const target = targetOf(record);
    if (stopped) {
      yield { target, status: 'failed', text: 'not tried after the failure before it' };
      continue;
    }
    try {
      const restoral = await palm.restore({ uuid: record.uuid, bytes: bytesOf(record) }, signal);
      if (restoral.kind === 'restored') yield { target, status: 'done', text: 'put back' };
      else yield { target, status: 'skipped', text: `not touched: it ${presentText(record, restoral.now)}` };
    } catch (error) {
      stopped = true;
      yield stepOfFailure(target, error);
    }
  }
}

/** A key that is absent proves nothing: a write that was given up may land yet. */
async function lookAt(palm: Palm, record: Restored, signal: AbortSignal): Promise<Omit<Finding, 'target'>> {
  const entry = await palm.get(record.uuid, signal);
  if (!entry) return { verdict: 'unverifiable', text: 'absent' };
  const same = sha256(entry.bytes) === record.sha256;
  return { verdict: same ? 'confirmed' : 'contradicted', text: presentText(record, entry) };
}
