import { setTimeout as wait } from 'node:timers/promises';
import type { Distkv, Mark } from '../../backends/distkv/distkv';
import { type State, ticksIn } from '../../backends/distkv/state';
import { intersect, subtract, union } from '../../backends/distkv/ticks';
import { BackendFailure } from '../../backends/failure';
import type { Context, Finding, Step } from '../operation';
import { type Answer, askServers, silentOf, statesOf } from './ask';
import { type MarkPlan, type OtherServer, plannedTicks } from './mark-plan';
import { named, namedTicks } from './show';

/** The lock: nobody else marks ticks of this node meanwhile. */
export function nodeKey(plan: MarkPlan): string {
  return `distkv/nodes/${encodeURIComponent(plan.node)}`;
}

/** What a step or a finding is about: the ticks of the node on one server. */
export function serverKey(plan: MarkPlan, server: string): string {
  return `${nodeKey(plan)}/on/${server}`;
}

/** The broadcast itself. */
export function broadcastKey(plan: MarkPlan): string {
  return `${nodeKey(plan)}/broadcast`;
}

/** The other servers on which a broadcast must be seen. Those that were silent may stay so for good reasons. */
function reached(plan: MarkPlan): readonly OtherServer[] {
  if (!plan.broadcast) return [];
  return plan.others.filter((other) => other.lacks !== '' || (plan.deleted && other.holds !== ''));
}

/** No server that answers lacks the ticks, so none can show that a broadcast was sent. */
export function isBlind(plan: MarkPlan): boolean {
  return plan.broadcast && reached(plan).length === 0;
}

/** What the asked server said of a broadcast that no other one can show. */
export function untracedBroadcast(plan: MarkPlan, steps: readonly Step[]): readonly Finding[] {
  if (!isBlind(plan)) return [];
  const target = broadcastKey(plan);
  const sent = steps.find((step) => step.target === target)?.status;
  if (sent === 'done')
    return [{ target, verdict: 'confirmed', text: `${plan.name} says that it was sent; nothing else can show it.` }];
  if (sent === 'unknown') return [{ target, verdict: 'unverifiable', text: 'Nothing can show whether it was sent.' }];
  return [{ target, verdict: 'contradicted', text: 'It was not sent.' }];
}

export async function* executeMark(distkv: Distkv, plan: MarkPlan, { signal }: Context): AsyncIterable<Step> {
  const mark: Mark = { node: plan.node, ticks: plannedTicks(plan), deleted: plan.deleted };
  const local = await markHere(distkv, plan, { mark, signal });
  yield local;
  if (local.status !== 'done' || !plan.broadcast) return;
  yield* await sendToAll(distkv, plan, { mark, signal });
}

interface Sending {
  readonly mark: Mark;
  readonly signal: AbortSignal;
}

async function markHere(distkv: Distkv, plan: MarkPlan, { mark, signal }: Sending): Promise<Step> {
  const target = serverKey(plan, plan.server);
  const where = `${plan.name} (${plan.server})`;
  try {
    const marked = await distkv.mark(plan.server, mark, signal);
    if (marked.kind === 'changed') {
      return {
        target,
        status: 'skipped',
        text: `On ${where} ${namedTicks(marked.gone)} of ${plan.node} is not missing any more. Nothing was sent.`,
      };
    }
    const { before, after } = marked.tock;
    return { target, status: 'done', text: `${where} took the mark; tock ${before} before, ${after} after.` };
  } catch (error) {
    return { target, ...mishap(error) };
  }
}

/** One request; a step for every server that shall follow it. The local mark stands whatever happens here. */
async function sendToAll(distkv: Distkv, plan: MarkPlan, { mark, signal }: Sending): Promise<readonly Step[]> {
  const targets = reached(plan).map((other) => serverKey(plan, other.server));
  try {
    const tock = await distkv.broadcast(plan.server, mark, signal);
    const text = `${plan.name} (${plan.server}) sent the mark to all servers; tock ${tock}. None of them confirms it.`;
    const seen = targets.length > 0 ? targets : [broadcastKey(plan)];
    return seen.map((target) => ({ target, status: 'done', text }));
  } catch (error) {
    const { status, text } = mishap(error);
    const said = `The broadcast ${status === 'failed' ? 'failed' : 'may have failed'} after the mark on ${plan.name}: ${text}`;
    // A broadcast that failed is never whole, whatever is read back. After a lost answer reading back decides, where it can.
    const told = status === 'unknown' && targets.length > 0 ? targets : [broadcastKey(plan), ...targets];
    return told.map((target) => ({ target, status, text: said }));
  }
}

function mishap(error: unknown): Pick<Step, 'status' | 'text'> {
  const text = error instanceof Error ? error.message : String(error);
  const harmless = error instanceof BackendFailure && error.effect === 'none';
  return harmless
    ? { status: 'failed', text: `${text}. It was not done.` }
    : { status: 'unknown', text: `${text}. Whether it was done is not known.` };
}

/** How often the other servers are asked whether a broadcast has reached them. */
const PAUSE_MS = 250;

export interface Verifying {
  readonly signal: AbortSignal;
  /** How long a broadcast may take to reach the other servers. */
  readonly patienceMs: number;
}

export async function verifyMark(
  distkv: Distkv,
  plan: MarkPlan,
  { signal, patienceMs }: Verifying,
): Promise<readonly Finding[]> {
  const awaited = new Set([plan.server, ...reached(plan).map((other) => other.server)]);
  const until = performance.now() + patienceMs;
  for (;;) {
    const answers = await readBack(distkv, distkv.servers, signal);
    const findings = answers.filter((answer) => awaited.has(answer.server)).map((answer) => finding(plan, answer));
    const settled = findings.every(({ verdict }) => verdict === 'confirmed');
    if (settled || !plan.broadcast || signal.aborted || performance.now() > until)
      return withOthers(plan, findings, answers);
    await wait(PAUSE_MS);
  }
}

export function readBack(distkv: Distkv, servers: readonly string[], signal: AbortSignal): Promise<readonly Answer[]> {
  return askServers(distkv, { servers, sections: ['nodes', 'deleted', 'missing', 'superseded', 'present'], signal });
}

function finding(plan: MarkPlan, answer: Answer): Finding {
  const target = serverKey(plan, answer.server);
  if (answer.kind === 'silent')
    return { target, verdict: 'unverifiable', text: `${answer.server} cannot be read: ${answer.why}.` };
  const objection = contradiction(plan, answer.state) ?? strangeTock(answer.state);
  if (objection) return { target, verdict: 'contradicted', text: objection };
  return { target, verdict: 'confirmed', text: confirmation(plan, answer.state) };
}

function contradiction(plan: MarkPlan, state: State): string | null {
  const ticks = plannedTicks(plan);
  const of = (section: 'missing' | 'deleted' | 'superseded' | 'present') =>
    intersect(ticks, ticksIn(state, section, plan.node));
  const missing = of('missing');
  if (missing.length > 0) return `Still missing on ${named(state)}: ${namedTicks(missing)}.`;
  const kept = plan.deleted ? subtract(of('present'), of('deleted')) : [];
  if (kept.length > 0) return `${named(state)} still holds ${namedTicks(kept)}, which should be deleted.`;
  const lost = subtract(ticks, union(union(of('superseded'), of('deleted')), of('present')));
  if (lost.length > 0)
    return `On ${named(state)} ${namedTicks(lost)} is neither missing nor marked: it may have been restarted with old data.`;
  return null;
}

/** The one thing a tock is good for: on one server a later answer has a higher one. */
function strangeTock(state: State): string | null {
  const { earlier } = state;
  if (!earlier) return null;
  if (earlier.node !== state.node) return `${state.server} was ${earlier.node} before and is ${state.node} now.`;
  if (state.tock > earlier.tock) return null;
  return `The tock of ${named(state)} fell from ${earlier.tock} to ${state.tock}: it was restarted with old data.`;
}

function confirmation(plan: MarkPlan, state: State): string {
  const ticks = plannedTicks(plan);
  const back = plan.deleted ? [] : intersect(ticks, ticksIn(state, 'present', plan.node));
  const tock = state.earlier ? `tock ${state.tock}, higher than ${state.earlier.tock} before` : `tock ${state.tock}`;
  const deleted = intersect(ticks, ticksIn(state, 'deleted', plan.node)).length > 0;
  const listed =
    back.length > 0
      ? `${namedTicks(back)} came back with its record`
      : `listed as ${deleted ? 'deleted' : 'superseded'}`;
  return `${named(state)}: gone from missing, ${listed}; ${tock}.`;
}

/** The servers on which nothing was to happen are told with the one that was asked. */
function withOthers(plan: MarkPlan, findings: readonly Finding[], answers: readonly Answer[]): readonly Finding[] {
  const told = new Set(findings.map((one) => one.target));
  const others = answers.filter((answer) => !told.has(serverKey(plan, answer.server)));
  const lacking = statesOf(others).filter(
    (state) => intersect(plannedTicks(plan), ticksIn(state, 'missing', plan.node)).length > 0,
  );
  const silent = silentOf(others);
  const said = [
    ...(lacking.length > 0 ? [`Still missing on ${lacking.map(named).join(', ')}, where nothing was marked.`] : []),
    ...(silent.length > 0 ? [`Silent: ${silent.join(', ')}.`] : []),
  ];
  const asked = serverKey(plan, plan.server);
  return findings.map((one) => (one.target === asked ? { ...one, text: [one.text, ...said].join(' ') } : one));
}
