import { lockKey } from '../../handlers/clusters';
import type { Slot, Target } from '../../handlers/operation';
import type { Piece } from '../../handlers/view';
import type { Ruling } from '../rules/rules';
import type { Proposed } from './request';

/** What a change must hold while it runs, by the names of the locks. */
export interface Claims {
  readonly claim: readonly Target[];
  readonly slots: readonly Slot[];
}

/** Two requests that each leave enough must not take away too much together: while a floor holds, they share a pool. */
export function claimsOf(
  cluster: string,
  { targets, slots, pool }: Pick<Proposed, 'targets' | 'slots' | 'pool'>,
  { floors }: Pick<Ruling, 'floors'>,
): Claims {
  const onCluster = <T extends { readonly key: string }>(named: readonly T[]) =>
    named.map((one) => ({ ...one, key: lockKey(cluster, one.key) }));
  const pools = pool !== undefined && floors.length > 0 ? [{ key: pool, label: '' }] : [];
  return { claim: onCluster([...targets, ...pools]), slots: onCluster(slots) };
}

/** Who holds a lock. */
export interface Holder {
  readonly request: string;
  readonly requester: string;
  readonly since: number;
  readonly fence: number;
}

/** Who has what a request needs. `most`: it is a slot, and so many requests have its places. */
export interface Held {
  readonly target: string;
  readonly holder: Holder;
  readonly most: number | null;
}

/** The first lock that keeps these claims from being taken, as the script that takes them judges it. */
export function inTheWay(
  { claim, slots }: Claims,
  locks: readonly (readonly [key: string, holder: Holder])[],
): Held | null {
  for (const [target, holder] of locks) {
    if (claim.some(({ key }) => isBelow(key, target) || isBelow(target, key))) return { target, holder, most: null };
  }
  for (const { key, most } of slots) {
    const places = Array.from({ length: most }, (_, n) => locks.find(([lock]) => lock === `${key}#${n + 1}`));
    const [first] = places;
    if (first && places.every(Boolean)) return { target: key, holder: first[1], most };
  }
  return null;
}

function isBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}

export function heldBy({ target, holder, most }: Held): readonly Piece[] {
  const what = most === null ? `${target} is held` : `At most ${most} at once in ${target}, and one place is held`;
  return [
    `${what} by request ${holder.request}, since `,
    { at: holder.since },
    ', asked by ',
    { user: holder.requester },
    '.',
  ];
}
