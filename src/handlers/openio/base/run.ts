import { BackendFailure } from '../../../backends/failure';
import type { Openio } from '../../../backends/openio/openio';
import type { Context, Step } from '../../operation';
import { targetOf } from '../writes';
import type { MoveOptions } from './options';
import type { MovePlan } from './plan';
import { STAGES, type Stage } from './procedure';
import type { Carry, Done, Run } from './stage';
import { copyStage, directoryStage, freezeStage, markStage, masterStage, peersStage } from './stages-copy';
import { electStage, enableStage, leaveStage, oldPeerStage, testStage } from './stages-elect';
import { writesOf } from './writes';

const CARRY: Readonly<Record<Stage, Carry>> = {
  mark: markStage,
  freeze: freezeStage,
  peers: peersStage,
  master: masterStage,
  copy: copyStage,
  directory: directoryStage,
  leave: leaveStage,
  'old peer leaves': oldPeerStage,
  elect: electStage,
  enable: enableStage,
  test: testStage,
};

/**
 * One step per stage. Each looks first whether it is so already, and then writes nothing. After one that failed, or whose
 * end is not known, nothing more is done: what to do then is for people to decide. Returns whether it came to its end.
 */
export async function* runMove(
  openio: Openio,
  plan: MovePlan,
  context: Context,
  options: Required<MoveOptions>,
): AsyncGenerator<Step, boolean, undefined> {
  const run: Run = { openio, plan, context, options, writes: writesOf(openio, plan, context.request), master: null };
  const target = targetOf(plan.base).key;
  for (const stage of STAGES) {
    const done = await carried(CARRY[stage], run);
    yield { target, status: done.status, text: `${stage}: ${done.text}` };
    if (done.status === 'failed' || done.status === 'unknown') return false;
  }
  return true;
}

/** Nothing is thrown: a failure of a read, or of a write that never left, is a failed step; any other one is doubt. */
async function carried(carry: Carry, run: Run): Promise<Done> {
  try {
    return await carry(run);
  } catch (error) {
    const harmless = error instanceof BackendFailure && error.effect === 'none';
    const text = error instanceof Error ? error.message : String(error);
    return { status: harmless ? 'failed' : 'unknown', text };
  }
}
