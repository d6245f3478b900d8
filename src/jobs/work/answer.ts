import { DEFAULT_CLUSTER, onCluster } from '../../handlers/clusters';
import type { Change, Context, Json, Operation, Query } from '../../handlers/operation';
import type { Part, View } from '../../handlers/view';
import { joinWords } from '../../handlers/words';
import { type Claims, claimsOf, heldBy, inTheWay } from '../request/claims';
import { finish, plan, recheck } from '../request/lifecycle';
import type { Outcome, Request } from '../request/request';
import { type Admission, aboutOf } from '../rules/admission';
import { belowFloor } from '../rules/floors';
import type { Attachments } from '../store/attachments';
import type { Store } from '../store/store';
import { isPassing, readFailed } from './failures';
import { withMeant } from './meant';

/** What the worker's procedures share. */
export interface Work {
  readonly store: Store;
  readonly attachments: Attachments;
  readonly admission: Admission;
  /** The operation of this name on this cluster, or null when this version of the bot, or its configuration, has none. */
  readonly operation: (name: string, cluster: string) => Operation | null;
  readonly onError: (error: unknown, request: string) => void;
  /** Aborted when this process is about to end: a long procedure stops between two steps, and says so. */
  readonly ending: AbortSignal;
}

/** Reading that takes longer than this is given up. Milliseconds; a hung OpenIO 4.2 peer alone costs 30 000. */
const MOST_READING_MS = 180_000;

/**
 * The first job of a request: a query is answered, a change is planned. Safe to run again: a request that has moved on
 * is left alone. Throws only to be tried once more.
 */
export async function read(
  work: Work,
  id: string,
  attempt: { readonly last: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const request = await work.store.load(id);
  if (request?.state.kind !== 'queued') return;
  const operation = work.operation(request.operation, request.cluster);
  if (!operation) return finishWith(work, request, unknownOperation(request));
  const context = contextOf(work, id, attempt.signal);
  try {
    await (operation.kind === 'query'
      ? answer(work, request, operation, context)
      : propose(work, request, operation, context));
  } catch (error) {
    if (!attempt.last && isPassing(error)) throw error;
    work.onError(error, id);
    const view = await withMeant(work, request, readFailed(commandOf(request), error));
    await finishWith(work, request, { kind: 'failed', steps: [], findings: [], view });
  }
}

async function answer(work: Work, request: Request, query: Query, context: Context): Promise<void> {
  const view = await withMeant(work, request, await query.answer(request.words, context));
  await finishWith(work, request, { kind: 'answered', view });
}

async function propose(work: Work, request: Request, change: Change, context: Context): Promise<void> {
  const planned = await change.propose(request.words, context);
  if (planned.kind === 'shown') return finishWith(work, request, { kind: 'answered', view: planned.view });
  if (planned.kind !== 'plan') return finishWith(work, request, planned);
  const { plan: json, danger, targets, slots, pool, procedure, preview, undo, judgedAs, recheckAfterMs } = planned.plan;
  const standing = await work.admission.standing({ ...aboutOf(request), danger, ...(judgedAs && { as: judgedAs }) });
  const { ruling } = standing;
  const tooMuch = belowFloor(ruling, pool);
  if (tooMuch) return finishWith(work, request, { kind: 'refused', why: tooMuch.why });
  const needed = { targets, slots, ...(pool && { pool: pool.key }) };
  const claims = claimsOf(request.cluster, needed, ruling);
  const proposed = {
    ...needed,
    plan: json,
    danger,
    procedure,
    preview: await work.attachments.spill(request.id, await withHolder(work, preview, claims)),
    ...(undo !== null && { undo }),
    ...(judgedAs && { judgedAs }),
    needs: ruling.needs,
    ...(ruling.fromGroups.length > 0 && { fromGroups: ruling.fromGroups }),
    recheckAfterMs,
  };
  const moved = await work.store.move(request.id, plan(proposed, standing));
  // Refused by a rule that only applies to such a danger. Whoever moved it meanwhile has said how it goes on.
  if (!moved.ok) await finishWith(work, request, { kind: 'refused', why: moved.refusal.why });
}

/** People should not have to approve before they hear that it cannot be started just now. It is no part of the plan. */
async function withHolder({ store }: Work, preview: View, claims: Claims): Promise<View> {
  const held = inTheWay(claims, await store.locks());
  if (!held) return preview;
  const text = [
    ...heldBy(held),
    ' Approved while that is so, this is refused and nothing is run. To see what is held, type /ops locks.',
  ];
  const part: Part = { kind: 'text', text };
  return { ...preview, parts: [part, ...preview.parts] };
}

/** A second look some time after success. What it cannot read it says; it is not tried again. */
export async function lookAgain(work: Work, id: string): Promise<void> {
  const request = await work.store.load(id);
  if (request?.state.kind !== 'finished' || request.state.recheck.kind !== 'due' || !request.state.decided) return;
  const { plan: json } = request.state.decided.proposed;
  const view = await secondLook(work, request, json).catch((error: unknown) => {
    work.onError(error, id);
    return readFailed(commandOf(request), error);
  });
  await work.store.move(id, recheck(await work.attachments.spill(id, view)));
}

async function secondLook(work: Work, request: Request, plan: Json): Promise<View> {
  const operation = work.operation(request.operation, request.cluster);
  if (operation?.kind !== 'change') throw new Error(notKnown(request));
  return operation.restore(plan).recheck(contextOf(work, request.id));
}

/** Ends a request that is still as it was judged; long output goes to attachments first. */
export async function finishWith(work: Work, request: Request, outcome: Outcome): Promise<void> {
  const from = request.state.kind;
  if (from !== 'queued' && from !== 'approved' && from !== 'running') return;
  const view = outcome.view && (await work.attachments.spill(request.id, outcome.view));
  await work.store.move(request.id, finish(view ? { ...outcome, view } : outcome, from));
}

export function contextOf(work: Work, id: string, signal?: AbortSignal, mostMs = MOST_READING_MS): Context {
  const deadline = AbortSignal.timeout(mostMs);
  return {
    request: id,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    report: (view) => {
      // What is known so far is a courtesy: when it cannot be stored, the answer itself still comes.
      work.store.report(id, view).catch((error: unknown) => work.onError(error, id));
    },
  };
}

/** What can be typed to ask the same again, anywhere. */
export function commandOf({ operation, words, cluster }: Request): string {
  const command = [operation, joinWords(words)].filter(Boolean).join(' ');
  return cluster === DEFAULT_CLUSTER ? command : onCluster(command, cluster);
}

function unknownOperation(request: Request): Outcome {
  return { kind: 'refused', why: `${notKnown(request)}. Nothing was run.` };
}

export function notKnown({ operation, cluster }: Request): string {
  const where = cluster === DEFAULT_CLUSTER ? '' : ` on ${cluster}`;
  return `This version of the bot does not know ${operation}${where}`;
}
