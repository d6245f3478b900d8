import { createHash } from 'node:crypto';
import type { Operation, Words } from '../handlers/operation';
import type { Durability } from './durability';
import { createGap, type Gap } from './gap';
import { decide as deciding, type Move } from './lifecycle';
import { hold, release } from './opinion';
import { mayAsk, type Refusal, type Rules, type Vote } from './policy';
import type { Queues } from './queue';
import type { Place, Request } from './request';
import { gone, type Store } from './store';

/** The one way in. Command, button, form and console all end here, so there is no second road to forget a check on. */
export interface Requests {
  /**
   * Stores a request and queues its first job. Asking again with the same delivery gives the same request. Rejects when
   * Redis has not confirmed: then nothing was run as far as is known.
   */
  open(asking: Asking): Promise<Opened>;
  /** Counts a decision, or a second opinion, if it may count. Rejects when Redis has not confirmed. */
  decide(id: string, vote: Vote): Promise<Opened>;
  /** Why a vote would not count, or null. Writes nothing: for whoever asks for more words before the vote. */
  refusal(id: string, vote: Vote): Promise<Refusal | null>;
}

export interface Asking {
  /** Names this delivery and its repetitions: Slack's trigger id, or a click's own marks. */
  readonly delivery: string;
  readonly operation: Operation;
  readonly words: Words;
  readonly requester: string;
  readonly place: Place;
}

export type Opened =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly refusal: Refusal };

export interface RequestsDeps {
  readonly store: Store;
  readonly queues: Queues;
  readonly rules: Rules;
  readonly durability: Durability;
  readonly onError: (error: unknown, request: string) => void;
}

/** Crockford's alphabet: no I, L, O, U to misread at night. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LENGTH = 8;

/** The same delivery always has the same id, so that asking again is harmless even when the first answer was lost. */
function requestId(delivery: string): string {
  const hash = createHash('sha256').update(delivery).digest();
  return `R${[...hash.subarray(0, ID_LENGTH)].map((byte) => ALPHABET[byte % 32]).join('')}`;
}

export function createRequests(deps: RequestsDeps): Requests {
  const gap = createGap();
  return {
    open: (asking) => gap.during(open(deps, gap, asking)),
    decide: (id, vote) => decide(deps, id, vote),
    refusal: async (id, vote) => {
      const request = await deps.store.load(id);
      if (!request) return gone(id);
      // The vote itself is judged by Redis' clock; this one may be a little off.
      const moved = moveOf(vote, deps.rules.expiresAfterMs)(request, { at: Date.now(), seq: 0 });
      return moved.ok ? null : moved.refusal;
    },
  };
}

function moveOf(vote: Vote, expiresAfterMs: number): Move {
  if (vote.decision === 'hold') return hold(vote);
  return vote.decision === 'release' ? release(vote) : deciding(vote, expiresAfterMs);
}

async function open(deps: RequestsDeps, gap: Gap, asking: Asking): Promise<Opened> {
  const { operation, words, requester, place } = asking;
  const refusal = mayAsk(deps.rules, operation.kind, place.channel) ?? (await unsafe(deps, operation.kind));
  if (refusal) return { ok: false, refusal };
  const id = requestId(asking.delivery);
  const { request } = await deps.store.open({
    id,
    kind: operation.kind,
    operation: operation.name,
    words,
    requester,
    place,
  });
  // Not waited for: the request is stored, and the sweep adds a job that was lost.
  gap.afterwards(() => void deps.queues.read(id).catch((error: unknown) => deps.onError(error, id)));
  return { ok: true, request };
}

async function decide(deps: RequestsDeps, id: string, vote: Vote): Promise<Opened> {
  const refusal = vote.decision === 'approve' ? await unsafe(deps, 'change') : null;
  if (refusal) return { ok: false, refusal };
  const moved = await deps.store.move(id, moveOf(vote, deps.rules.expiresAfterMs));
  if (moved.ok && moved.request.state.kind === 'approved') {
    deps.queues.perform(id).catch((error: unknown) => deps.onError(error, id));
  }
  return moved;
}

async function unsafe(deps: RequestsDeps, kind: Request['kind']): Promise<Refusal | null> {
  if (kind === 'query') return null;
  const problem = await deps.durability.problem();
  return problem === null
    ? null
    : { rule: 'durability', why: `${problem} Changes are off until that is mended; queries work. Nothing was run.` };
}
