import { BackendFailure } from '../failure';
import { compareIds } from './answers';
import { verbOf } from './exchanges';
import type { Call, ElectionVerb, PeerAnswer, Question } from './openio';
import { type Asked, askAlone, type Means, peersOf, provesPeerAlone } from './peers';

/** The code of an answer that never came; OpenIO has no negative codes. */
export const NO_ANSWER = -1;

/** Asks in the way that these servers understand and that loses the fewest answers. */
export async function askElection(
  means: Means,
  verb: ElectionVerb,
  question: Question,
  call: Call,
): Promise<readonly PeerAnswer[]> {
  if (verb === 'sync') return sync(means, question, call);
  if (verb === 'leave') return leave(means, question, call);
  const { base, only } = question;
  const before = means.memory.recall();
  const found = only && before ? { ids: only, alone: before.alone } : await peersOf(means, base, call);
  const ids = only ?? found.ids;
  if (!found.alone || ids.length === 0) return together(means, verb, question, call);
  const answers = await each(means, verb, { ...question, only: ids }, call);
  if (answers) return answers;
  means.memory.learn({ alone: false, proven: true });
  return together(means, verb, question, call);
}

/** Older servers sync every slave, whatever is named; asked for some only, they are not asked at all. */
async function sync(means: Means, question: Question, call: Call): Promise<readonly PeerAnswer[]> {
  if (await provesPeerAlone(means, question.base, call)) {
    const only = question.only ?? (await peersOf(means, question.base, call)).ids;
    return exactly('sync', await each(means, 'sync', { ...question, only }, call));
  }
  if (!question.only) return together(means, 'sync', question, call);
  const message = 'these servers cannot sync one peer alone; nothing was sent';
  throw new BackendFailure(message, { backend: 'openio', kind: 'rejected', effect: 'none' });
}

/** Every version lets one peer leave alone, even one that the directory no longer names. */
async function leave(means: Means, question: Question, call: Call): Promise<readonly PeerAnswer[]> {
  const { only } = question;
  if (!only) return together(means, 'leave', question, call);
  return exactly('leave', await each(means, 'leave', { ...question, only }, call));
}

type SomePeers = Question & { readonly only: readonly string[] };

/**
 * All in parallel. A peer whose call fails is one answer with the code `NO_ANSWER`, unless all fail. Null when the servers
 * do not know how to ask one alone.
 */
async function each(
  means: Means,
  verb: ElectionVerb,
  question: SomePeers,
  call: Call,
): Promise<readonly PeerAnswer[] | null> {
  const useless = new AbortController();
  const writes = verb === 'sync' || verb === 'leave';
  const signal = writes ? call.signal : AbortSignal.any([useless.signal, call.signal]);
  const failures: BackendFailure[] = [];
  const ask = async (peer: string): Promise<PeerAnswer | null> => {
    const one = await orNoAnswer(peer, askAlone(means, verb, { base: question.base, peer }, { ...call, signal }));
    if (one.kind === 'others too') {
      useless.abort();
      return null;
    }
    if (one.failure) failures.push(one.failure);
    if (!useless.signal.aborted) question.each?.(one.answer);
    return one.answer;
  };
  const answers = await Promise.all(question.only.toSorted(compareIds).map(ask));
  const whole = answers.filter((answer) => answer !== null);
  if (whole.length < answers.length) return null;
  const [failure] = failures;
  if (failure && failures.length === answers.length) throw failure;
  return whole;
}

async function orNoAnswer(peer: string, asked: Promise<Asked>): Promise<Asked & { readonly failure?: BackendFailure }> {
  const started = performance.now();
  try {
    return await asked;
  } catch (failure) {
    if (!(failure instanceof BackendFailure) || failure.kind === 'rejected') throw failure;
    const ms = Math.round(performance.now() - started);
    const answer = { id: peer, status: NO_ANSWER, message: failure.message, body: '', ms };
    return { kind: 'answer', exact: false, answer, failure };
  }
}

async function together(
  means: Means,
  verb: ElectionVerb,
  question: Question,
  call: Call,
): Promise<readonly PeerAnswer[]> {
  const exchange = verbOf(means, verb, { base: question.base, peer: null });
  const answers = (await means.calls.get(exchange, call)).map((answer) => ({ ...answer, ms: null }));
  const wanted = answers.filter(({ id }) => question.only?.includes(id) ?? true);
  for (const answer of wanted) question.each?.(answer);
  return wanted;
}

function exactly(verb: ElectionVerb, answers: readonly PeerAnswer[] | null): readonly PeerAnswer[] {
  if (answers) return answers;
  const message = `${verb}: the servers answered for other peers than the one that was named`;
  throw new BackendFailure(message, { backend: 'openio', kind: 'malformed', effect: 'possible' });
}
