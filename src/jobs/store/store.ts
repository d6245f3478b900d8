import type { Redis } from 'ioredis';
import type { View } from '../../handlers/view';
import { shorten } from '../../handlers/words';
import { type Held, type Holder, heldBy } from '../request/claims';
import { type Asked, ask, type Move, type Moved, type Tick } from '../request/lifecycle';
import type { Request } from '../request/request';
import type { Refusal, Standing } from '../rules/policy';
import { createTrail, type Trail } from '../trail/trail';
import { readRequest } from './record';
import { type Keys, timeOf } from './redis';
import { drawSoon } from './redraws';
import { type Chain, createWriter, type Written } from './writer';

/** How long what a query reports while it reads is kept. Seconds. */
const KEEP_PARTIAL_S = 600;
/** How often a move is tried again when others keep moving the same request. */
const MOST_TRIES = 20;

export type Moving =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Store {
  /**
   * Stores a new request if it may be asked. The same id again: the stored one, whatever the rules say by now. Throws when
   * it is not the same question.
   */
  open(asked: Asked, standing: Standing): Promise<Moving>;
  load(id: string): Promise<Request | null>;
  /** Stores a record that begins with another move than being asked. Refused when there is one of this id. */
  begin(id: string, make: (tick: Tick) => Moved): Promise<Moving>;
  /** Reads, decides, writes; again when somebody else moved the request in between. */
  move(id: string, move: Move): Promise<Moving>;
  /** Whether the request is still exactly at this revision: asked right before each write to a target. */
  isAt(id: string, revision: number): Promise<boolean>;
  /** Shows what a query knows so far; not a move. */
  report(id: string, view: View): Promise<void>;
  partial(id: string): Promise<View | null>;
  openIds(): Promise<readonly string[]>;
  /** Redis TIME: what expiry is judged by. */
  now(): Promise<number>;
  /** The newest requests, newest first. */
  newest(count: number): Promise<readonly Request[]>;
  /** Every lock that is held: target path and holder. */
  locks(): Promise<readonly (readonly [target: string, holder: Holder])[]>;
  readonly trail: Trail;
}

export function createStore(redis: Redis, keys: Keys, chain: Chain): Store {
  const writer = createWriter(redis, keys, chain);

  async function load(id: string): Promise<Request | null> {
    const json = await redis.hget(keys.request(id), 'json');
    return json === null ? null : readRequest(json);
  }

  async function open(asked: Asked, standing: Standing): Promise<Moving> {
    const written = await writer.write(asked.id, 0, (tick) => ask(asked, standing, tick));
    if (written.kind === 'written') return { ok: true, request: written.request };
    const request = await load(asked.id);
    if (request && !isSame(request, asked))
      throw new Error(`the id of ${asked.operation} is that of another request, ${asked.id}: ask once more`);
    if (request) return { ok: true, request };
    if (written.kind === 'refused') return moving(written);
    throw new Error(`request ${asked.id} was neither written nor found`);
  }

  async function move(id: string, make: Move): Promise<Moving> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const request = await load(id);
      if (!request) return { ok: false, refusal: gone(id) };
      const written = await writer.write(id, request.revision, (tick) => make(request, tick));
      if (written.kind !== 'conflict') return moving(written);
    }
    throw new Error(`request ${id} was moved by others ${MOST_TRIES} times in a row`);
  }

  return {
    open,
    load,
    begin: async (id, make) => {
      const written = await writer.write(id, 0, make);
      return written.kind === 'conflict' ? { ok: false, refusal: OVER } : moving(written);
    },
    move,
    isAt: async (id, revision) => (await redis.hget(keys.request(id), 'revision')) === String(revision),
    report: async (id, view) => {
      await redis.set(keys.partial(id), JSON.stringify(view), 'EX', KEEP_PARTIAL_S);
      await drawSoon(redis, keys, id);
    },
    partial: async (id) => {
      const json = await redis.get(keys.partial(id));
      return json === null ? null : (JSON.parse(json) as View);
    },
    now: () => timeOf(redis),
    openIds: () => redis.zrange(keys.open, '0', '-1'),
    newest: async (count) => {
      const ids = await redis.zrevrange(keys.all, 0, count - 1);
      const requests = await Promise.all(ids.map(load));
      return requests.filter((request) => request !== null);
    },
    locks: async () => {
      const held = Object.entries(await redis.hgetall(keys.locks));
      return held.map(([target, json]) => [target, JSON.parse(json) as Holder] as const);
    },
    trail: createTrail(redis, keys),
  };
}

/** An id is the shortened hash of a delivery, so two questions may have the same one, once in a very long time. */
function isSame(stored: Request, asked: Asked): boolean {
  const essence = ({ operation, cluster, requester, words }: Asked) =>
    [operation, cluster, requester, ...words].join('\0');
  return essence(stored) === essence(asked);
}

function moving(written: Exclude<Written, { kind: 'conflict' }>): Moving {
  if (written.kind === 'written') return { ok: true, request: written.request };
  if (written.kind === 'refused') return { ok: false, refusal: written.moved.refusal };
  return { ok: false, refusal: written.kind === 'gone' ? OVER : busy(written) };
}

const OVER: Refusal = { rule: 'changed meanwhile', why: 'Somebody else was faster. Nothing was changed by this.' };

function busy(held: Held): Refusal {
  return { rule: 'busy', why: [...heldBy(held), ' Nothing was run.'] };
}

export function gone(asked: string): Refusal {
  const id = shorten(asked, 20);
  return { rule: 'gone', why: `There is no request ${id}. It may be older than what is kept. Nothing was run.` };
}
