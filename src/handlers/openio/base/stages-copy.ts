import { fileOf } from './look';
import { MARKER, sameSet } from './marker';
import { isContinuation } from './plan';
import type { MoveRule } from './refusal';
import { badCopies, masterSuspect } from './rules-copies';
import { otherMaster, severalMasters, unwellPeers, zooKeeperSuspect } from './rules-election';
import {
  type Carry,
  done,
  failed,
  isMarked,
  LOST,
  lookNow,
  namesOnly,
  objection,
  type Run,
  sceneNow,
  sent,
  settles,
  skipped,
  tried,
} from './stage';
import { frozenState } from './status';

/** From the mark to the directory: what may be gone back from by writing the old peers again. */

export const markStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  if (!plan.todo.mark) return skipped(plan.marked ? `is marked already: ${plan.marked}` : 'can only be written later');
  const text = `${context.request} moving ${plan.leaving} to ${plan.arriving}`;
  const answer = await sent(
    tried(() => writes.mark.send(context)),
    async () => isMarked(await lookNow(run), text),
  );
  return done(`the property ${MARKER} says "${text}"${answer === 'seen' ? LOST : ''}`);
};

/** What must hold at the very moment of a write, not only when people approved. */
const BEFORE_WRITES: readonly MoveRule[] = [
  zooKeeperSuspect,
  severalMasters,
  unwellPeers,
  otherMaster,
  masterSuspect,
  badCopies,
];

export const freezeStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  if (!plan.todo.freeze) {
    return skipped(plan.frozen === 'yes' ? 'is frozen already' : 'not needed: nothing is left to be copied');
  }
  const against = objection(await sceneNow(run), BEFORE_WRITES);
  if (against) return against;
  const isFrozen = async () => frozenState(await lookNow(run)) === 'yes';
  const answer = await sent(writes.freeze.send(context), isFrozen);
  if (answer === 'already' && plan.frozen === 'no' && !isContinuation(plan)) {
    return failed('somebody else has frozen it since the plan was made');
  }
  if (answer === 'already') return skipped('is frozen already');
  if (answer === 'changed') {
    const seen = await settles(run, async () => {
      const state = frozenState(await lookNow(run));
      return { isSo: state === 'yes' || state === 'not known', state };
    });
    if (seen.state === 'no') return failed('the freeze was accepted, but no copy says that the base is frozen');
  }
  return done(`no objects are created until it is enabled again${answer === 'seen' ? LOST : ''}`);
};

export const peersStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  const now = await sceneNow(run);
  if (now.copies === null) return skipped('cannot be read before the old peer has left; it is compared afterwards');
  if (namesOnly(now, plan.wanted)) return skipped(`the base names ${plan.wanted.join(', ')} already`);
  const strange = now.lists.find((list) => !sameSet(list, plan.wanted) && !sameSet(list, plan.old));
  if (strange) return failed(`the base names ${strange.join(', ')} by now, which nobody approved`);
  if (!plan.todo.peers) return failed(`the base named ${plan.wanted.join(', ')} and does not any more`);
  const against = objection(now, BEFORE_WRITES);
  if (against) return against;
  const answer = await sent(
    tried(() => writes.peers.send(context)),
    async () => namesOnly(await sceneNow(run), plan.wanted),
  );
  const after = await settles(run, async () => {
    const scene = await sceneNow(run);
    return { isSo: namesOnly(scene, plan.wanted), lists: scene.lists };
  });
  if (after.isSo) return done(`the base names ${plan.wanted.join(', ')}${answer === 'seen' ? LOST : ''}`);
  const lists = after.lists.map((list) => list.join(', ')).join(' and ');
  return failed(`it was written, but the copies name ${lists || 'nothing that can be read'}`);
};

export const masterStage: Carry = async (run) => {
  const { plan } = run;
  if (!plan.todo.copy) return skipped('not needed: nothing is left to be copied');
  const scene = await sceneNow(run);
  const against = objection(scene, BEFORE_WRITES);
  if (against) return against;
  const [master] = scene.masters;
  if (master === undefined) return failed('there is no master to copy from: the election does not end');
  if (master === plan.arriving) {
    return failed(`${master} is master itself, and nothing may be copied over a master. Let it leave, then continue`);
  }
  run.master = master;
  return done(`${master} is master, and its copy is complete`);
};

export const copyStage: Carry = async (run) => {
  const { plan, writes, context, openio, master } = run;
  if (!plan.todo.copy) return skipped(`${plan.arriving} holds a complete copy already`);
  if (master === null) return failed('there is no master to copy from');
  const { alone } = await openio.peers(plan.base, context);
  if (!(await openio.answers(plan.arriving, context))) return failed(`${plan.arriving} does not answer`);
  await writes.copy(master).send(context);
  if (!alone)
    return done(`${plan.arriving} has copied the base from ${master}; these servers do not show its file yet`);
  const file = fileOf(await lookNow(run), plan.arriving);
  if (file === 'yes' || file === 'not known') return done(`${plan.arriving} has copied the base from ${master}`);
  return failed(
    `the copy was answered with success, but ${plan.arriving} ${file === 'no' ? 'has no file' : 'is silent'}`,
  );
};

export const directoryStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  const hosts = await directoryNow(run);
  if (sameSet(hosts, plan.wanted)) return skipped(`the directory names ${plan.wanted.join(', ')} already`);
  if (!plan.todo.directory || !sameSet(hosts, plan.directory)) {
    return failed(`the directory names ${hosts.join(', ') || 'nobody'} by now, which nobody approved`);
  }
  const now = await sceneNow(run);
  const against = objection(now, BEFORE_WRITES);
  if (against) return against;
  if (now.alone && fileOf(now, plan.arriving) !== 'yes')
    return failed(`${plan.arriving} has no file of the base any more`);
  const answer = await sent(writes.directory.send(context), async () => sameSet(await directoryNow(run), plan.wanted));
  const after = await directoryNow(run);
  if (!sameSet(after, plan.wanted)) return failed(`it was written, but the directory names ${after.join(', ')}`);
  return done(`the directory names ${plan.wanted.join(', ')}${answer === 'seen' ? LOST : ''}`);
};

async function directoryNow({ openio, plan, context }: Run): Promise<readonly string[]> {
  const { services } = await openio.reference(plan.base.container, context);
  return services.filter(({ type }) => type === plan.base.type).map(({ host }) => host);
}
