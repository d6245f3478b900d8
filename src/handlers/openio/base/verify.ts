import { setTimeout as pause } from 'node:timers/promises';
import { BackendFailure } from '../../../backends/failure';
import type { Openio } from '../../../backends/openio/openio';
import type { Context, Finding } from '../../operation';
import { isFinal } from '../states';
import { targetOf } from '../writes';
import { fileOf } from './look';
import { sameSet } from './marker';
import type { MoveOptions } from './options';
import type { MovePlan } from './plan';
import { debugOf, type Scene } from './scene';
import { isMarked, namesOnly, type Run, sceneNow } from './stage';
import { electionNow } from './stages-elect';
import { frozenState } from './status';
import { writesOf } from './writes';

/** Reads the truth of one move: it knows nothing of the steps, so it tells the same after a crash. */
export async function verifyMove(
  openio: Openio,
  plan: MovePlan,
  context: Context,
  options: Required<MoveOptions>,
): Promise<Finding> {
  const run: Run = { openio, plan, context, options, writes: writesOf(openio, plan, context.request), master: null };
  const target = targetOf(plan.base).key;
  const until = Date.now() + options.settleMs;
  let last: Pick<Finding, 'verdict' | 'text'> | null = null;
  try {
    for (;;) {
      const { isNear, ...seen } = await judgeNow(run);
      last = seen;
      if (seen.verdict === 'confirmed' || !isNear || Date.now() >= until) return { target, ...seen };
      await pause(options.pauseMs, undefined, { signal: context.signal });
    }
  } catch (error) {
    // The time is over: what was seen last is still what is known.
    if (last && context.signal.aborted) return { target, ...last };
    if (!(error instanceof BackendFailure)) throw error;
    return { target, verdict: 'unverifiable', text: error.message };
  }
}

interface Seen extends Pick<Finding, 'verdict' | 'text'> {
  /** The directory names the new services, so what is missing may only need a moment. */
  readonly isNear: boolean;
}

async function judgeNow(run: Run): Promise<Seen> {
  const { plan } = run;
  const scene = await sceneNow(run);
  const state = stateWords(scene);
  if (!sameSet(scene.directory, plan.wanted)) return { verdict: 'contradicted', text: state, isNear: false };
  const election = await electionNow(run);
  const unread = scene.copies?.copies.filter(({ table }) => table === null) ?? [];
  const wrong = [
    ...(election.isSo ? [] : [`the election: ${election.text}`]),
    ...(frozenState(scene) === 'no' ? [] : ['it is not seen to be enabled']),
    ...(unread.length > 0 ? [] : wrongLists(scene, plan.wanted)),
    ...traceOf(scene),
  ];
  if (wrong.length > 0) return { verdict: 'contradicted', text: `${wrong.join('; ')}. ${state}`, isNear: true };
  if (unread.length > 0) {
    const who = unread.map(({ peer, why }) => `${peer ?? 'one read'}: ${why}`).join('; ');
    return { verdict: 'unverifiable', text: `not every copy can be read (${who}). ${state}`, isNear: true };
  }
  const mark = `${run.context.request} moved ${plan.leaving} to ${plan.arriving}`;
  if (!isMarked(scene, mark)) {
    const text = `all agree, but the test write of this request is not there. ${state}`;
    return { verdict: 'contradicted', text, isNear: false };
  }
  const where = scene.copies?.kind === 'by peer' ? 'on each peer' : 'in every one of repeated reads';
  const text = `base, directory and election name ${plan.wanted.join(', ')}; ${election.text}; a property written afterwards was read ${where}`;
  return { verdict: 'confirmed', text, isNear: true };
}

function wrongLists(scene: Scene, wanted: readonly string[]): readonly string[] {
  if (scene.copies === null) return ['no copy can be read'];
  return namesOnly(scene, wanted) ? [] : ['the copies do not all name the new peers'];
}

/** Only newer servers tell of a service that the directory does not name. */
function traceOf(scene: Scene): readonly string[] {
  const { leaving, masters } = scene;
  const state = debugOf(scene, leaving)?.debug?.state ?? '';
  if (isFinal(state)) return [`${leaving} is still in the election (${state})`];
  return masters.includes(leaving) ? [`${leaving} is still master`] : [];
}

const FROZEN_WORDS = {
  no: 'The base is enabled',
  yes: 'The base is frozen',
  partly: 'The base is frozen on some of its peers',
  'not known': 'Whether the base is frozen cannot be read',
} as const;

/** A copy that was left behind names the peers of before. */
const MAY_HOLD = ['may still hold its old copy, which names the peers of before'];
const OLD_COPY_WORDS: Readonly<Record<ReturnType<typeof fileOf>, readonly string[]>> = {
  yes: ['still holds its old copy, which names the peers of before'],
  no: [],
  'not known': MAY_HOLD,
  silent: MAY_HOLD,
};

/** What is true now, in one sentence after the other. */
function stateWords(scene: Scene): string {
  const { lists, directory, masters, arriving, leaving, marked } = scene;
  const file = fileOf(scene, arriving);
  return [
    `${FROZEN_WORDS[frozenState(scene)]}; it names ${lists.map((list) => list.join(', ')).join(' and ') || 'nobody that can be read'}.`,
    `The directory names ${directory.join(', ') || 'nobody'}.`,
    `Master: ${masters.join(', ') || 'none'}.`,
    ...(directory.includes(arriving) || file === 'not known'
      ? []
      : [`${arriving} holds ${file === 'yes' ? 'a copy' : file === 'no' ? 'no copy' : 'nobody knows what'}.`]),
    ...(directory.includes(leaving)
      ? []
      : OLD_COPY_WORDS[fileOf(scene, leaving)].map((words) => `${leaving} ${words}.`)),
    ...(marked?.kind === 'moving' ? [`It carries the mark of request ${marked.request}.`] : []),
  ].join(' ');
}
