import type { Change, Context, Json, Operation, Query } from '../handlers/operation';
import type { View } from '../handlers/view';
import { joinWords } from '../handlers/words';
import type { Attachments } from './attachments';
import type { Durability } from './durability';
import { isPassing, readFailed } from './failures';
import { finish, plan, recheck } from './lifecycle';
import { approvalsNeeded, type Rules } from './policy';
import type { Outcome, Request } from './request';
import type { Store } from './store';

/** What the worker's procedures share. */
export interface Work {
  readonly store: Store;
  readonly attachments: Attachments;
  readonly rules: Rules;
  readonly durability: Durability;
  /** The operation of this name, or null when this version of the bot has none. */
  readonly operation: (name: string) => Operation | null;
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
  const operation = work.operation(request.operation);
  if (!operation) return finishWith(work, request, unknownOperation(request));
  const context = contextOf(work, id, attempt.signal);
  try {
    await (operation.kind === 'query'
      ? answer(work, request, operation, context)
      : propose(work, request, operation, context));
  } catch (error) {
    if (!attempt.last && isPassing(error)) throw error;
    work.onError(error, id);
    const command = commandOf(request);
    await finishWith(work, request, { kind: 'failed', steps: [], findings: [], view: readFailed(command, error) });
  }
}

async function answer(work: Work, request: Request, query: Query, context: Context): Promise<void> {
  await finishWith(work, request, { kind: 'answered', view: await query.answer(request.words, context) });
}

async function propose(work: Work, request: Request, change: Change, context: Context): Promise<void> {
  const planned = await change.propose(request.words, context);
  if (planned.kind === 'shown') return finishWith(work, request, { kind: 'answered', view: planned.view });
  if (planned.kind !== 'plan') return finishWith(work, request, planned);
  const { plan: json, danger, targets, slots, procedure, preview, recheckAfterMs } = planned.plan;
  const proposed = {
    plan: json,
    danger,
    targets,
    slots,
    procedure,
    preview: await work.attachments.spill(request.id, preview),
    needs: approvalsNeeded(work.rules, request.operation, danger),
    recheckAfterMs,
  };
  await work.store.move(request.id, plan(proposed, work.rules.expiresAfterMs));
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
  const operation = work.operation(request.operation);
  if (operation?.kind !== 'change') throw new Error(`this version of the bot does not know ${request.operation}`);
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

export function commandOf(request: Request): string {
  return [request.operation, joinWords(request.words)].filter(Boolean).join(' ');
}

function unknownOperation(request: Request): Outcome {
  return { kind: 'refused', why: `This version of the bot does not know ${request.operation}. Nothing was run.` };
}
