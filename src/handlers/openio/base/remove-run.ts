import { setTimeout as pause } from 'node:timers/promises';
import { BackendFailure } from '../../../backends/failure';
import type { Openio } from '../../../backends/openio/openio';
import type { Context, Finding, Step } from '../../operation';
import { isFinal } from '../states';
import { targetOf } from '../writes';
import { fileOf, type Look, lookAt } from './look';
import { MARKER, markerText } from './marker';
import type { MoveOptions } from './options';
import { judgeSpare } from './remove-judgement';
import type { RemovalPlan } from './remove-plan';
import { isMarked, unreadOf } from './stage';

interface Removal {
  readonly openio: Openio;
  readonly plan: RemovalPlan;
  readonly context: Context;
  readonly options: Required<MoveOptions>;
}

type Done = Pick<Step, 'status' | 'text'>;

interface Stage {
  readonly name: string;
  readonly doing: (plan: RemovalPlan) => string;
  readonly carry: (removal: Removal) => Promise<Done>;
}

/** The write before it shows that the base does without the copy; the one after it, that the copy was removed. */
export const REMOVAL: readonly Stage[] = [
  {
    name: 'test',
    doing: () => 'writing a property and reading it on each peer',
    carry: (removal) => marked(removal, 'removing'),
  },
  { name: 'remove', doing: ({ service }) => `removing the copy on ${service}`, carry: removed },
  { name: 'note', doing: () => 'noting the removal in the property', carry: (removal) => marked(removal, 'removed') },
];

export async function* runRemoval(
  openio: Openio,
  plan: RemovalPlan,
  context: Context,
  options: Required<MoveOptions>,
): AsyncGenerator<Step, void, undefined> {
  const removal = { openio, plan, context, options };
  for (const { name, carry } of REMOVAL) {
    const done = await carry(removal).catch(troubled);
    yield { target: targetOf(plan.base).key, status: done.status, text: `${name}: ${done.text}` };
    if (done.status === 'failed' || done.status === 'unknown') return;
  }
}

function troubled(error: unknown): Done {
  const harmless = error instanceof BackendFailure && error.effect === 'none';
  return { status: harmless ? 'failed' : 'unknown', text: error instanceof Error ? error.message : String(error) };
}

function look({ openio, plan, context }: Pick<Removal, 'openio' | 'plan' | 'context'>): Promise<Look> {
  return lookAt(openio, plan.base, [plan.service], context);
}

async function marked(removal: Removal, kind: 'removing' | 'removed'): Promise<Done> {
  const { openio, plan, context, options } = removal;
  const text = markerText({ kind, request: context.request, service: plan.service });
  await openio.writes.setProperties(plan.base.container, { [MARKER]: text }).send(context);
  const until = Date.now() + options.settleMs;
  while (!isMarked(await look(removal), text)) {
    if (Date.now() >= until) return { status: 'failed', text: 'a property was written, but not every copy has it' };
    await pause(options.pauseMs, undefined, { signal: context.signal });
  }
  return { status: 'done', text: `a property was written and read back: "${text}"` };
}

/** Judged once more at the last moment, by every rule of the plan: what cannot be read then is no permission. */
async function removed(removal: Removal): Promise<Done> {
  const { openio, plan, context } = removal;
  const { service } = plan;
  const services = await openio.services(plan.base.container.namespace, plan.base.type, context);
  const judged = judgeSpare({ ...(await look(removal)), service, services });
  if (judged.kind === 'refused') return { status: 'failed', text: `nothing was removed: ${judged.why}` };
  if (judged.kind === 'absent') return { status: 'skipped', text: `${service} had no file any more` };
  const answer = await openio.writes.remove(plan.base, service).send(context);
  return answer === 'removed'
    ? { status: 'done', text: `${service} has deleted its file` }
    : { status: 'skipped', text: `${service} had no file any more` };
}

/** Older servers do not tell of a service that is no peer; there the note, which is written last, is what proves it. */
export async function verifyRemoval(openio: Openio, plan: RemovalPlan, context: Context): Promise<Finding> {
  const target = targetOf(plan.base).key;
  try {
    const now = await look({ openio, plan, context });
    const file = fileOf(now, plan.service);
    if (file === 'no') return { target, verdict: 'confirmed', text: `${plan.service} holds no file of this base` };
    if (file === 'yes') return { target, verdict: 'contradicted', text: `${plan.service} still holds its file` };
    return { target, ...byNote(now, plan, context.request) };
  } catch (error) {
    if (!(error instanceof BackendFailure)) throw error;
    return { target, verdict: 'unverifiable', text: error.message };
  }
}

/** One note is proof, wherever it is read: it is only written after the removal. That it is nowhere is only known where all was read. */
function byNote(now: Look, { service }: RemovalPlan, request: string): Pick<Finding, 'verdict' | 'text'> {
  const says = (kind: 'removing' | 'removed') => markerText({ kind, request, service });
  if (isMarkedAnywhere(now, says('removed'))) {
    const where = isMarked(now, says('removed')) && isReadWhole(now) ? 'every copy' : 'a copy that can be read';
    return { verdict: 'confirmed', text: `${service} said that its file is deleted, and that is noted in ${where}` };
  }
  const whether = `whether ${service} has deleted its file`;
  const silent = fileOf(now, service) === 'silent' ? 'it does not answer' : 'these servers cannot be asked';
  if (isMarkedAnywhere(now, says('removing'))) {
    return { verdict: 'unverifiable', text: `${whether} is not noted in any copy that can be read, and ${silent}` };
  }
  if (!isReadWhole(now)) {
    const text = `${whether} is not known: its note cannot be read in every copy, and ${silent}`;
    return { verdict: 'unverifiable', text };
  }
  return { verdict: 'contradicted', text: 'the removal has not begun: its first write is not there' };
}

function isMarkedAnywhere({ copies }: Look, text: string): boolean {
  return copies?.copies.some(({ table }) => table?.properties[MARKER] === text) ?? false;
}

/** Every peer has its role and its copy was read. Where the proxy chooses who is read, a peer without a role may be missed. */
function isReadWhole(now: Look): boolean {
  const { copies, debug, directory } = now;
  const all = copies?.copies ?? [];
  const roles = directory.every((peer) =>
    debug.some(({ answer, debug: own }) => answer.id === peer && isFinal(own?.state ?? '')),
  );
  return roles && all.length > 0 && all.every(({ table }) => table !== null) && unreadOf(now, directory).length === 0;
}
