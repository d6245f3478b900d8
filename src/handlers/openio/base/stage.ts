import { setTimeout as pause } from 'node:timers/promises';
import { BackendFailure } from '../../../backends/failure';
import type { Openio } from '../../../backends/openio/openio';
import type { Context, Step } from '../../operation';
import { type Look, lookAt } from './look';
import { MARKER, sameSet } from './marker';
import type { MoveOptions } from './options';
import type { MovePlan } from './plan';
import type { MoveRule } from './refusal';
import { type Scene, sceneOf } from './scene';
import type { MoveWrites } from './writes';

/** What the stages of one move share. */
export interface Run {
  readonly openio: Openio;
  readonly plan: MovePlan;
  readonly writes: MoveWrites;
  readonly context: Context;
  readonly options: Required<MoveOptions>;
  /** Read right before the copy, which may come from nobody else. */
  master: string | null;
}

export type Done = Pick<Step, 'status' | 'text'>;
export type Carry = (run: Run) => Promise<Done>;

export function lookNow({ openio, plan, context }: Run): Promise<Look> {
  return lookAt(openio, plan.base, [plan.leaving, plan.arriving], context);
}

export async function sceneNow(run: Run): Promise<Scene> {
  return sceneOf(await lookNow(run), run.plan, [], run.plan.back);
}

export function skipped(text: string): Done {
  return { status: 'skipped', text };
}

export function failed(text: string): Done {
  return { status: 'failed', text };
}

export function done(text: string): Done {
  return { status: 'done', text };
}

/** Null: nothing speaks against going on. */
export function objection(scene: Scene, rules: readonly MoveRule[]): Done | null {
  const refusal = rules.map((rule) => rule(scene)).find((each) => each !== null);
  return refusal ? failed(`${refusal.why}. ${refusal.cure}`) : null;
}

export const LOST = ' (the answer was lost, but it is so)';

/** Whether every copy, or every read, holds this mark. */
export function isMarked({ copies }: Pick<Look, 'copies'>, text: string): boolean {
  const all = copies?.copies ?? [];
  return all.length > 0 && all.every(({ table }) => table?.properties[MARKER] === text);
}

/** Every copy was read and names exactly these. */
export function namesOnly({ copies, lists }: Pick<Scene, 'copies' | 'lists'>, peers: readonly string[]): boolean {
  const all = copies?.copies ?? [];
  return all.every(({ table }) => table !== null) && lists.length > 0 && lists.every((list) => sameSet(list, peers));
}

/** Who of these is not among the copies that were read. Where the proxy chooses who is read, nobody can be missed. */
export function unreadOf({ copies }: Pick<Look, 'copies'>, peers: readonly string[]): readonly string[] {
  if (copies?.kind === 'by chance') return [];
  return peers.filter((peer) => !copies?.copies.some((copy) => copy.peer === peer));
}

/** Looks again until it is so, or until the time is over. */
export async function settles<T extends { readonly isSo: boolean }>(run: Run, look: () => Promise<T>): Promise<T> {
  const { context, options } = run;
  const until = Date.now() + options.settleMs;
  for (;;) {
    const seen = await look();
    if (seen.isSo || Date.now() >= until) return seen;
    await pause(options.pauseMs, undefined, { signal: context.signal });
  }
}

/** A write whose answer was lost may be known by its effect. Null: it is not seen, and may still come. */
export async function sent<T>(write: Promise<T>, isThere: () => Promise<boolean>): Promise<T | 'seen'> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof BackendFailure) || error.effect === 'none') throw error;
    if (await isThere().catch(() => false)) return 'seen';
    throw error;
  }
}

const MOST_TRIES = 4;

/**
 * A proxy that cannot choose may ask a peer that is kept out of the election, which refuses before anything is done; the
 * next try may find the master. Only for writes that set the same value once more.
 */
export async function tried<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      const refused = error instanceof BackendFailure && error.kind === 'rejected';
      if (!refused || !error.message.includes('Election failed') || tries === MOST_TRIES) throw error;
    }
  }
}
