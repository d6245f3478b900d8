import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import type { Holder } from '../request/claims';
import type { Moved, Tick } from '../request/lifecycle';
import { isOpen, isUncertain, type Request, type StateKind } from '../request/request';
import { GENESIS, type Head, seal } from '../trail/audit';
import { type Batch, COMMIT_SCRIPT, type Reply } from './commit';
import type { Keys } from './redis';
import { script } from './script';

/**
 * Writes moves in group commits: while one script is under way, the moves that arrive wait and go together in the next.
 * The audit chain needs one order, and this gives it without a round trip per move. Across processes the head decides:
 * who built on an old one builds again.
 */
export interface Writer {
  /**
   * Carries out one move. `make` is pure and may be called several times: with the clock and the audit number that the
   * move would have. Resolves when Redis has confirmed; rejects when it has not, and then the move may still land.
   */
  write(id: string, expected: number, make: (tick: Tick) => Moved): Promise<Written>;
}

export type Written =
  | { readonly kind: 'written'; readonly request: Request }
  | { readonly kind: 'refused'; readonly moved: Extract<Moved, { ok: false }> }
  /** The request is not at the expected revision any more: read it again. */
  | { readonly kind: 'conflict' }
  /** What the move hands over is not there any more. */
  | { readonly kind: 'gone' }
  /** `most`: the target is a slot, and so many requests hold its places. */
  | { readonly kind: 'held'; readonly target: string; readonly holder: Holder; readonly most: number | null };

const MOST_PER_BATCH = 64;
const MOST_TRIES = 20;
/** How far the clock of a batch may be from Redis' when it arrives. */
const TOLERANCE_MS = 500;
/** States that soon make way for another are drawn after this, in the hope that one message does for both. */
const PASSING_DRAW_MS = 250;
const PASSING: ReadonlySet<StateKind> = new Set(['queued', 'approved', 'running']);

const commit = script(COMMIT_SCRIPT);

type Ready = Extract<Moved, { ok: true }>;

interface Pending {
  readonly id: string;
  readonly expected: number;
  readonly make: (tick: Tick) => Moved;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
  /** Its move could not even be made; the others of its batch go on. */
  failed: boolean;
}

interface Built {
  readonly pending: Pending;
  readonly moved: Ready;
  readonly hash: string;
  readonly entry: string;
}

/** What a process knows of the trail and of Redis' clock; shared by its writers, so that one need not ask what another did. */
export interface Chain {
  head: Head;
  /** Redis TIME minus this process' monotonic clock, so that a step of the wall clock changes nothing. NaN: not known yet. */
  offset: number;
}

export function createChain(): Chain {
  return { head: GENESIS, offset: Number.NaN };
}

export function createWriter(redis: Redis, keys: Keys, chain: Chain): Writer {
  const receipt = keys.receipt(randomUUID());
  let number = 0;
  let waiting: Pending[] = [];
  let writing = false;

  async function writeAll(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      await writeBatch(batch).catch((error: unknown) => {
        for (const pending of batch) pending.reject(error);
      });
    }
    writing = false;
  }

  /** At most one move per request: the second must see what the first did. */
  function takeBatch(): Pending[] {
    const batch = new Map<string, Pending>();
    const later: Pending[] = [];
    for (const pending of waiting) {
      if (batch.size < MOST_PER_BATCH && !batch.has(pending.id)) batch.set(pending.id, pending);
      else later.push(pending);
    }
    waiting = later;
    return [...batch.values()];
  }

  async function writeBatch(batch: Pending[]): Promise<void> {
    let rest = batch;
    for (let tries = 0; rest.length > 0; tries++) {
      if (tries > MOST_TRIES)
        throw new Error(`others wrote before us ${MOST_TRIES} times in a row, or Redis is too far away`);
      const { head } = chain;
      const at = Math.floor(performance.now() + chain.offset) || 0;
      const { built, refused } = build(rest, head, at);
      rest = rest.filter((pending) => !pending.failed);
      // Refusals alone are sent too: they are judged by the clock, and the reply says whether it was right.
      number += 1;
      const reply = await send(redis, keys, { receipt, number, head, at, built }, chain);
      if (reply.kind === 'head') continue;
      if (reply.kind !== 'ok') {
        rest = settleOne(built, reply, rest);
        continue;
      }
      const last = built.at(-1);
      const written = head.seq + built.length;
      if (last && written > chain.head.seq) chain.head = { seq: written, hash: last.hash };
      for (const { pending, moved } of built) pending.resolve({ kind: 'written', request: moved.request });
      for (const [pending, moved] of refused) pending.resolve({ kind: 'refused', moved });
      return;
    }
  }

  return {
    write: (id, expected, make) =>
      new Promise((resolve, reject) => {
        waiting.push({ id, expected, make, resolve, reject, failed: false });
        if (!writing) void writeAll();
      }),
  };
}

function build(batch: readonly Pending[], head: Head, at: number) {
  const built: Built[] = [];
  const refused: [Pending, Extract<Moved, { ok: false }>][] = [];
  let last = head;
  for (const pending of batch) {
    const moved = makeOrReject(pending, { at, seq: last.seq + 1 });
    if (moved === null) continue;
    if (!moved.ok) {
      refused.push([pending, moved]);
      continue;
    }
    const sealed = seal(moved.note, last, at);
    last = sealed.head;
    built.push({ pending, moved: marked(moved, last), hash: last.hash, entry: sealed.text });
  }
  return { built, refused };
}

/** The record knows its newest entry, so that its message can show where the trail stood. */
function marked(moved: Ready, audit: Head): Ready {
  return { ...moved, request: { ...moved.request, audit } };
}

/** A plan that cannot be hashed is a mistake of one operation and must not stop the moves of others. */
function makeOrReject(pending: Pending, tick: Tick): Moved | null {
  try {
    return pending.make(tick);
  } catch (error) {
    pending.failed = true;
    pending.reject(error);
    return null;
  }
}

/** One item stopped the whole batch: that one is answered, the others are tried again. */
function settleOne(built: readonly Built[], reply: Extract<Reply, { item: number }>, rest: Pending[]): Pending[] {
  const culprit = built[reply.item]?.pending;
  if (!culprit) throw new Error(`the commit script named item ${reply.item} of ${built.length}`);
  if (reply.kind === 'conflict' || reply.kind === 'gone') culprit.resolve({ kind: reply.kind });
  else {
    const { target, holder, most = null } = reply;
    culprit.resolve({ kind: 'held', target, holder: JSON.parse(holder) as Holder, most });
  }
  return rest.filter((pending) => pending !== culprit);
}

interface Outgoing {
  readonly receipt: string;
  readonly number: number;
  readonly head: Head;
  readonly at: number;
  readonly built: readonly Built[];
}

async function send(redis: Redis, keys: Keys, outgoing: Outgoing, chain: Chain): Promise<Reply> {
  const { receipt, number, head, at, built } = outgoing;
  const shared = [
    keys.head,
    keys.trail,
    keys.locks,
    keys.redraw,
    keys.open,
    keys.all,
    ...built.map(({ pending }) => keys.request(pending.id)),
  ];
  const handed: string[] = [];
  const items = built.map((one) => {
    const { handover } = one.moved;
    if (!handover) return itemOf(one);
    const at = shared.length + handed.push(handover.from, handover.to) - 1;
    return { ...itemOf(one), handover: { at, text: handover.text, fields: Object.entries(handover.fields).flat() } };
  });
  const batch: Batch = { number, head, at, tolerance: TOLERANCE_MS, channel: keys.moves, items };
  const all = [...shared, ...handed, receipt];
  const args = built.flatMap(({ moved, entry }) => [
    JSON.stringify(moved.request),
    entry,
    JSON.stringify(holderOf(moved.request)),
  ]);
  const sentAt = performance.now();
  const answer = await commit(redis, all, [JSON.stringify(batch), ...args]);
  if (typeof answer !== 'string') throw new Error('the commit script answered nothing');
  const reply = JSON.parse(answer) as Reply;
  // Redis looked at its clock about half-way between sending and answering.
  chain.offset = reply.now - (sentAt + performance.now()) / 2;
  if (reply.kind === 'head') chain.head = { seq: reply.seq, hash: reply.hash };
  return reply;
}

function itemOf({ pending, moved, hash }: Built): Batch['items'][number] {
  const { request, claim = [], slots = [], release = false } = moved;
  return {
    id: request.id,
    expected: pending.expected,
    revision: request.revision,
    askedAt: request.askedAt,
    hash,
    open: isOpen(request.state),
    drawInMs: drawInMs(moved),
    keep: isOpen(request.state) || isUncertain(request.state),
    claim: claim.map((target) => target.key),
    slots,
    release,
  };
}

function drawInMs({ request, silent = false }: Ready): number {
  if (silent) return -1;
  return PASSING.has(request.state.kind) ? PASSING_DRAW_MS : 0;
}

function holderOf(request: Request): Holder | null {
  if (request.state.kind !== 'running') return null;
  const { fence, startedAt } = request.state;
  return { request: request.id, requester: request.requester, since: startedAt, fence };
}
