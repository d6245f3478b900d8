import { BackendFailure } from '../../../backends/failure';
import type { PeerAnswer } from '../../../backends/openio/openio';
import { explain, masterOf } from '../codes';
import { believed, zooKeeperSigns } from '../states';
import { sameSet } from './marker';
import { unwellPeers, zooKeeperSuspect } from './rules-election';
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
  unreadOf,
} from './stage';
import { frozenState } from './status';

/** From the first leave to the test write: who was elected, and whether all agree. */

export const leaveStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  if (!plan.todo.leave) return skipped('not needed: the election counts on the new peers already');
  const against = objection(await sceneNow(run), [zooKeeperSuspect, unwellPeers]);
  if (against) return against;
  const answers = await writes.leave.send(context);
  const odd = answers.filter(({ status }) => status !== 200);
  if (odd.length === 0) return done(`${answers.map(({ id }) => id).join(', ')} left; the next access elects`);
  return failed(odd.map(wordsOf).join('; '));
};

export const oldPeerStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  if (!plan.todo.leave) return skipped('not needed: it has no place in the election');
  const [answer] = await writes.oldPeerLeaves.send(context);
  if (!answer) return failed(`nobody answered for ${plan.leaving}`);
  if (answer.status === 200) return done(`${plan.leaving} left`);
  // A process that does not run has lost its place in ZooKeeper with its session.
  if (explain('leave', answer).health === 'dead') return skipped(`${wordsOf(answer)}; it has no place to give up`);
  return failed(`${wordsOf(answer)}. Resume it, or stop it, on its host; then continue`);
};

function wordsOf(answer: PeerAnswer): string {
  return `${answer.id} ${explain('leave', answer).words} (${answer.status} ${answer.message})`;
}

interface Elected {
  readonly isSo: boolean;
  readonly text: string;
}

export const electStage: Carry = async (run) => {
  const seen = await settles(run, () => electionNow(run));
  return seen.isSo ? done(seen.text) : failed(`the election does not end: ${seen.text}`);
};

/** One master and two slaves, all of them wanted, who all count on exactly one another. */
export async function electionNow({ openio, plan, context }: Run): Promise<Elected> {
  try {
    const answers = await openio.election('status', { base: plan.base }, context);
    const master = masterOf(answers);
    const roles = answers.map((answer) => `${answer.id} ${explain('status', answer).words}`).join('; ');
    const isElected =
      master !== null &&
      sameSet(
        answers.map(({ id }) => id),
        plan.wanted,
      ) &&
      answers.every(({ status }) => status === 200 || status === 303) &&
      plan.wanted.includes(master);
    const debug = await openio.debug({ base: plan.base, only: plan.wanted }, context);
    const strangers = debug.filter((peer) => !sameSet(believed(peer) ?? [], plan.wanted));
    if (isElected && strangers.length === 0) return { isSo: true, text: roles };
    const signs = zooKeeperSigns(debug).map((sign) => `ZooKeeper: ${sign}`);
    const counts = isElected
      ? strangers.map((peer) => `${peer.answer.id} counts on ${believed(peer) ?? 'nobody'}`)
      : [];
    return { isSo: false, text: [roles, ...signs, ...counts].join('; ') };
  } catch (error) {
    if (!(error instanceof BackendFailure) || context.signal.aborted) throw error;
    return { isSo: false, text: error.message };
  }
}

/** Not before base, directory and election are seen to agree: a base that is enabled is in use again. */
export const enableStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  const now = await sceneNow(run);
  if (!namesOnly(now, plan.wanted) || !sameSet(now.directory, plan.wanted)) {
    const lists = now.lists.map((list) => list.join(', ')).join(' and ');
    return failed(`the base names ${lists || 'nobody that can be read'}, the directory ${now.directory.join(', ')}`);
  }
  const unread = unreadOf(now, plan.wanted);
  if (unread.length > 0) return failed(`the copy on ${unread.join(', ')} cannot be read`);
  const state = frozenState(now);
  if (state === 'no') return skipped('is enabled already');
  if (!plan.todo.enable) return failed('somebody else has frozen it since the plan was made');
  const isEnabled = async () => frozenState(await lookNow(run)) === 'no';
  const answer = await sent(writes.enable.send(context), isEnabled);
  if (answer === 'already' && (await isEnabled())) return skipped('is enabled already');
  if (answer === 'already') {
    return failed(
      'the master is enabled already, but another copy is frozen; election sync copies what the master has',
    );
  }
  return done(`the base is in use again${answer === 'seen' ? LOST : ''}`);
};

export const testStage: Carry = async (run) => {
  const { plan, writes, context } = run;
  const text = `${context.request} moved ${plan.leaving} to ${plan.arriving}`;
  const isThere = async () => isMarked(await lookNow(run), text);
  const answer = await sent(writes.test.send(context), isThere);
  const seen = await settles(run, async () => {
    const { copies } = await lookNow(run);
    return { isSo: isMarked({ copies }, text) && unreadOf({ copies }, plan.wanted).length === 0, copies };
  });
  if (!seen.isSo) return failed('the property was written, but not every copy has it');
  const where = seen.copies?.kind === 'by peer' ? `on ${plan.wanted.join(', ')}` : 'in every one of repeated reads';
  return done(`the property was read back ${where}${answer === 'seen' ? LOST : ''}`);
};
