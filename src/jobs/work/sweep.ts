import { expire } from '../request/lifecycle';
import { isDue, remind } from '../request/opinion';
import type { Request } from '../request/request';
import { finishWith, notKnown, type Work } from './answer';
import { conclude, giveUp, restored, seal } from './perform';
import type { Queues } from './queue';

/** A request that cannot be read by then is given up, so that one that kills its worker does not do so for ever. */
const MOST_QUEUED_MS = 10 * 60_000;

export interface Sweep extends Work {
  readonly queues: Queues;
  /** Whether somebody performs the request right now. */
  readonly alive: (request: string) => Promise<boolean>;
  /** A job that has not moved its request after this is added again; it may only have been lost. Milliseconds. */
  readonly lostAfter: number;
  /** Redis TIME. */
  readonly now: () => Promise<number>;
}

/**
 * The repair of interrupted work: every open request that nobody moves any more is moved by what is true. Safe to run in
 * several processes at once, since each repair is a compared move like any other. One that takes long does not hold up
 * the others: `busy` names what is under way.
 */
export async function sweep(deps: Sweep, busy: Set<string>): Promise<void> {
  for (const id of await deps.store.openIds()) {
    if (busy.has(id)) continue;
    busy.add(id);
    void repair(deps, id)
      .catch((error: unknown) => deps.onError(error, id))
      .finally(() => busy.delete(id));
  }
}

async function repair(deps: Sweep, id: string): Promise<void> {
  const [request, now] = await Promise.all([deps.store.load(id), deps.now()]);
  if (!request) return;
  const { state } = request;
  if (state.kind === 'queued') return readAgain(deps, request, now);
  if ((state.kind === 'planned' || state.kind === 'approved') && now > state.expiresAt)
    return void (await deps.store.move(id, expire));
  if (state.kind === 'planned' && isDue(state, now)) return void (await deps.store.move(id, remind));
  if (state.kind === 'approved') return performAgain(deps, request, now);
  if (state.kind === 'running') return takeOver(deps, request);
  if (state.kind === 'finished' && state.recheck.kind === 'due') return lookAgain(deps, id, state.recheck.at - now);
}

async function readAgain(deps: Sweep, request: Request, now: number): Promise<void> {
  if (now > request.askedAt + MOST_QUEUED_MS) {
    return finishWith(deps, request, {
      kind: 'refused',
      why: 'No worker could read this in ten minutes. Nothing was run. Look at the log, then ask again.',
    });
  }
  if (now > request.askedAt + deps.lostAfter) await deps.queues.again('read', request.id);
}

/** Nothing has started yet, so adding the job again can repeat nothing. */
async function performAgain(deps: Sweep, request: Request, now: number): Promise<void> {
  if (request.state.kind !== 'approved') return;
  const approvedAt = request.state.approvals.at(-1)?.at ?? request.askedAt;
  if (now > approvedAt + deps.lostAfter && !(await deps.alive(request.id)))
    await deps.queues.again('perform', request.id);
}

async function lookAgain(deps: Sweep, id: string, dueInMs: number): Promise<void> {
  if (dueInMs < -deps.lostAfter) return deps.queues.again('recheck', id);
  await deps.queues.recheck(id, Math.max(0, dueInMs));
}

/** The performer is gone. Its step is never repeated: the door is closed, the target is read, and that is the outcome. */
async function takeOver(deps: Sweep, request: Request): Promise<void> {
  const { state } = request;
  if (state.kind !== 'running' || (await deps.alive(request.id))) return;
  const operation = deps.operation(request.operation, request.cluster);
  if (operation?.kind !== 'change') return giveUp(deps, request, notKnown(request));
  const proposal = restored(deps, operation, request);
  if (!proposal) return giveUp(deps, request, 'this version of the bot cannot read the stored plan');
  const mayStillLand = !(await seal(deps, request, proposal));
  await conclude(deps, request, proposal, { steps: state.steps, mayStillLand, isCutOff: true });
}
