import type { Change, Context, Finding, Planned, Proposal, Step } from '../../handlers/operation';
import type { Text, View } from '../../handlers/view';
import { differences, fingerprintOf } from '../request/fingerprint';
import { expire, start, step } from '../request/lifecycle';
import { outcomeKind } from '../request/outcome';
import { inDoubt } from '../request/outcome-doubt';
import type { Performed, Request } from '../request/request';
import { belowFloor } from '../rules/floors';
import type { Refusal } from '../rules/policy';
import { commandOf, contextOf, finishWith, notKnown, type Work } from './answer';
import { messageOf, readFailed } from './failures';

/** Proof of life of whoever performs a request; without it the sweep takes over. */
export interface Heartbeat {
  /** `forget`: nobody performs any more; otherwise the last beat runs out, since another may be at it. */
  begin(request: string): { stop(forget: boolean): Promise<void> };
}

/**
 * The second job of a change, and the only place where anything is written. Runs to its end or not at all: the stored
 * move to running, together with every lock, can be won once. After it nothing is ever repeated.
 */
export async function perform(work: Work, heartbeat: Heartbeat, id: string): Promise<void> {
  const request = await work.store.load(id);
  if (request?.state.kind !== 'approved') return;
  const change = work.operation(request.operation, request.cluster);
  if (change?.kind !== 'change') {
    return finishWith(work, request, {
      kind: 'refused',
      why: `${notKnown(request)}. Nothing was run.`,
    });
  }
  const unsafe = await work.admission.unsafe();
  if (unsafe) return finishWith(work, request, { kind: 'refused', why: unsafe.why });
  const beat = heartbeat.begin(id);
  let won = false;
  try {
    const started = await work.store.move(id, start(await work.admission.standingOf(request)));
    won = started.ok;
    if (started.ok) return await run(work, change, started.request);
    await notStarted(work, request, started.refusal);
  } finally {
    await beat.stop(won);
  }
}

async function notStarted(work: Work, request: Request, { rule, why }: Refusal): Promise<void> {
  // Another worker has it, or it has ended.
  if (rule === 'changed meanwhile' || rule === 'gone') return;
  if (rule === 'expired') await work.store.move(request.id, expire);
  else await finishWith(work, request, { kind: 'refused', why });
}

async function run(work: Work, change: Change, request: Request): Promise<void> {
  if (request.state.kind !== 'running') return;
  const { proposed } = request.state;
  const context = { ...contextOf(work, request.id), approved: proposed.plan };
  const now = await planAgain(change, request, context);
  if (now.kind === 'failed') {
    work.onError(now.error, request.id);
    const view = readFailed(commandOf(request), now.error, 'was not carried out');
    return finishWith(work, request, { kind: 'failed', steps: [], findings: [], view });
  }
  if (now.kind !== 'plan' || fingerprintOf(request, now.plan.plan) !== proposed.fingerprint) {
    return finishWith(work, request, stale(request, restored(work, change, request), now));
  }
  const tooMuch = belowFloor(work.admission.rulingOf(request), now.plan.pool);
  if (tooMuch) return finishWith(work, request, { kind: 'refused', why: tooMuch.why });
  const done = await execute(work, request, now.plan);
  if (done.kind === 'lost') return;
  const doubtful = done.broken || done.steps.some(({ status }) => status === 'unknown');
  const mayStillLand = doubtful && !(await seal(work, request, now.plan));
  await conclude(work, request, now.plan, { steps: done.steps, mayStillLand, isCutOff: done.broken });
}

type Replanned = Planned<Proposal> | { readonly kind: 'failed'; readonly error: unknown };

async function planAgain(change: Change, request: Request, context: Context): Promise<Replanned> {
  try {
    return await change.propose(request.words, context);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

type Executed =
  /** `broken`: it threw, so a write may be under way that no step tells of. */
  { readonly kind: 'ended'; readonly steps: readonly Step[]; readonly broken: boolean } | { readonly kind: 'lost' };

/**
 * Pulls one step after the other. Before each pull, which is when the next write leaves, the request must still be ours;
 * after each, the step is stored. `lost`: somebody else has taken the request over and will say how it ended.
 */
async function execute(work: Work, request: Request, proposal: Proposal): Promise<Executed> {
  const steps: Step[] = [];
  let broken = false;
  let revision = request.revision;
  const context = {
    ...contextOf(work, request.id, undefined, proposal.mostMs ?? undefined),
    ending: work.ending,
  };
  const running = proposal.execute(context)[Symbol.asyncIterator]();
  for (;;) {
    if (!(await work.store.isAt(request.id, revision))) return { kind: 'lost' };
    if (work.ending.aborted) {
      // The generator gets to its `finally`; what was not done is read back like everything else.
      await running.return?.();
      return { kind: 'ended', steps, broken };
    }
    const next = await running.next().catch((error: unknown) => {
      // Reading back decides what is true; the reason goes to the log.
      work.onError(error, request.id);
      broken = true;
      return { done: true } as const;
    });
    if (next.done) return { kind: 'ended', steps, broken };
    steps.push(next.value);
    const moved = await work.store.move(request.id, step(next.value));
    if (!moved.ok) return { kind: 'lost' };
    revision = moved.request.revision;
  }
}

/** Makes sure that nothing of this request can still land. False: the target cannot do that, or could not be asked. */
export async function seal(work: Work, request: Request, proposal: Proposal): Promise<boolean> {
  return proposal.seal(contextOf(work, request.id)).catch((error: unknown) => {
    work.onError(error, request.id);
    return false;
  });
}

interface Concluded {
  readonly steps: readonly Step[];
  /** A write of this request may still be under way. */
  readonly mayStillLand: boolean;
  /** Nobody knows whether the step after the last one has left. */
  readonly isCutOff: boolean;
}

/** Reads the truth back, with time of its own, and ends the request with it. */
export async function conclude(
  work: Work,
  request: Request,
  proposal: Proposal,
  { steps, mayStillLand, isCutOff }: Concluded,
): Promise<void> {
  // What may take long to perform, such as many bases one after the other, may take long to read.
  const context = contextOf(work, request.id, undefined, proposal.mostMs ?? undefined);
  const read = await proposal.verify(context).catch((error: unknown) => unreadable(work, request, proposal, error));
  const { procedure, order } = proposal;
  const known = [...read, ...proposal.untraced(steps)];
  const findings = mayStillLand ? inDoubt(known, { steps, procedure, order, isCutOff }) : known;
  const kind = outcomeKind(steps, findings);
  await finishWith(work, request, {
    kind,
    steps,
    findings,
    view: rendered(work, request, proposal, { steps, findings }),
  });
}

function rendered(
  work: Work,
  request: Request,
  proposal: Proposal,
  known: Pick<Performed, 'steps' | 'findings'>,
): View {
  try {
    return proposal.render(known.steps, known.findings, request.id);
  } catch (error) {
    work.onError(error, request.id);
    return plainly(request, known.findings);
  }
}

/** Nobody can say more of this request than what is stored: its targets stay locked until people have looked. */
export async function giveUp(work: Work, request: Request, why: string): Promise<void> {
  if (request.state.kind !== 'running') return;
  const { proposed, steps } = request.state;
  const findings = proposed.targets.map(({ key }) => ({ target: key, verdict: 'unverifiable', text: why }) as const);
  await finishWith(work, request, { kind: 'uncertain', steps, findings, view: plainly(request, findings) });
}

function plainly(request: Request, findings: readonly Finding[]): View {
  const rows = findings.map(({ target, verdict, text }) => [target, verdict, text]);
  const table = { kind: 'table', name: 'findings.csv', head: ['Target', 'Read back', 'What'], rows } as const;
  return { title: `${commandOf(request)}: look at the targets`, tone: 'warning', parts: [table] };
}

function unreadable(work: Work, request: Request, proposal: Proposal, error: unknown): readonly Finding[] {
  work.onError(error, request.id);
  const text = `could not be read back: ${messageOf(error)}`;
  return proposal.targets.map((target) => ({ target: target.key, verdict: 'unverifiable', text }));
}

/** Null: it was planned by a version of the bot whose plans this one cannot read. */
export function restored(work: Work, change: Change, { id, state }: Request): Proposal | null {
  if (state.kind !== 'running') return null;
  try {
    return change.restore(state.proposed.plan);
  } catch (error) {
    work.onError(error, id);
    return null;
  }
}

type Now = Exclude<Replanned, { kind: 'failed' }>;

function stale(request: Request, approved: Proposal | null, now: Now) {
  const again = {
    kind: 'next',
    label: 'Plan again',
    words: commandOf(request),
    why: 'reads the target as it is now',
  } as const;
  const view: View = {
    title: 'Stale: nothing was written',
    tone: 'warning',
    parts: [...comparison(approved, now), again],
  };
  return { kind: 'stale', why: whyStale(approved, now), view } as const;
}

function whyStale(approved: Proposal | null, now: Now): Text {
  if (now.kind === 'unchanged' || now.kind === 'refused') return now.why;
  const isSamePlan = now.kind === 'plan' && approved && differences(approved.plan, now.plan.plan).length === 0;
  return approved === null || isSamePlan
    ? 'This was approved under another version of the bot, which meant something else by it. Nothing was written.'
    : 'The target is not what was approved any more. Nothing was written.';
}

function comparison(approved: Proposal | null, now: Now): View['parts'] {
  if (now.kind !== 'plan') return now.view?.parts ?? [];
  const rows = approved ? differences(approved.compared, now.plan.compared) : [];
  if (rows.length === 0) return [];
  const cells = rows.map(({ path, approved, now }) => [path, approved, now]);
  return [{ kind: 'table', name: 'differences.csv', head: ['What', 'Approved', 'Now'], rows: cells }];
}
