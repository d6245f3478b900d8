import { compareIds } from './answers';
import { type Calls, refused } from './calls';
import { referenceOf, verbOf, type Way } from './exchanges';
import type { Base, Call, ElectionVerb, PeerAnswer, Peers } from './openio';

/** Whether the servers answer for one peer alone. Only a look at an answer makes it `proven`. */
export interface Belief {
  readonly alone: boolean;
  readonly proven: boolean;
}

export interface Memory {
  recall(): Belief | null;
  learn(belief: Belief): void;
}

export interface Means extends Way {
  readonly calls: Calls;
  readonly memory: Memory;
}

/** One peer's answer, or that it came with answers of others: then the servers do not know how to ask one alone. */
export type Asked =
  | { readonly kind: 'answer'; readonly answer: PeerAnswer; readonly exact: boolean }
  | { readonly kind: 'others too' };

export interface OnePeer {
  readonly base: Base;
  readonly peer: string;
}

/** How long is believed what was learned about the servers: somebody may upgrade them. */
const BELIEVED_MS = 10 * 60_000;

export function createMemory(now: () => number = Date.now): Memory {
  let learned: Belief | null = null;
  let until = 0;
  return {
    recall: () => (now() < until ? learned : null),
    learn: (belief) => {
      learned = belief;
      until = now() + BELIEVED_MS;
    },
  };
}

/**
 * One pure read that touches no peer tells both: who the peers are, and (by the fields that came with the same release)
 * whether a peer can be asked alone. The second is a guess until an answer proves it.
 */
export async function peersOf(means: Means, base: Base, call: Call): Promise<Peers> {
  const exchange = referenceOf(means, base.container);
  const outcome = await means.calls.ask(exchange, call);
  if (outcome.kind === 'refused') {
    if (base.type === 'meta2') throw refused(exchange, outcome.refusal);
    return { ids: [], alone: false };
  }
  const shown = outcome.value;
  const belief = means.memory.recall() ?? { alone: shown.cid !== null, proven: false };
  if (!means.memory.recall()) means.memory.learn(belief);
  const hosts = [...shown.directory, ...shown.services].filter((each) => each.type === base.type);
  return { ids: [...new Set(hosts.map((each) => each.host))].toSorted(compareIds), alone: belief.alone };
}

/** A refusal that comes from the peer is its answer; one that concerns the request is a failure. */
export async function askAlone(means: Means, verb: ElectionVerb, { base, peer }: OnePeer, call: Call): Promise<Asked> {
  const exchange = verbOf(means, verb, { base, peer });
  const outcome = await means.calls.ask(exchange, call);
  if (outcome.kind === 'refused') {
    const { http, code, message } = outcome.refusal;
    if (http < 500) throw refused(exchange, outcome.refusal);
    return { kind: 'answer', exact: false, answer: { id: peer, status: code, message, body: '', ms: outcome.ms } };
  }
  const [answer, ...others] = outcome.value;
  if (!answer || answer.id !== peer || others.length > 0) return { kind: 'others too' };
  if (verb !== 'leave') means.memory.learn({ alone: true, proven: true });
  return { kind: 'answer', exact: true, answer: { ...answer, ms: outcome.ms } };
}

/** True only after a pure read got exactly the answer of the peer that it named. The first peer that answers decides. */
export async function provesPeerAlone(means: Means, base: Base, call: Call): Promise<boolean> {
  const before = means.memory.recall();
  if (before && (before.proven || !before.alone)) return before.alone;
  const { ids, alone } = await peersOf(means, base, call);
  if (!alone) return false;
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, call.signal]);
  const tried = ids.map(async (peer) => {
    const asked = await askAlone(means, 'has', { base, peer }, { ...call, signal });
    if (asked.kind === 'answer' && !asked.exact) throw new Error(asked.answer.message);
    return asked.kind === 'answer';
  });
  const proven = await Promise.any(tried).catch(() => null);
  enough.abort();
  if (proven === false) means.memory.learn({ alone: false, proven: true });
  return proven === true;
}
