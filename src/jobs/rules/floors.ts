import type { Pool } from '../../handlers/operation';
import type { Ruling } from './rules';
import type { Refusal } from './standing';

/** Why a change would take too much away, or null. Judged when it is planned, and again under the lock on the pool. Pure. */
export function belowFloor({ floors }: Ruling, pool: Pool | null): Refusal | null {
  if (!pool) return null;
  const { name, removes, leaves } = pool;
  for (const { rule, left, atOnce } of floors) {
    if (atOnce !== undefined && removes > atOnce) {
      const why = `This would take ${removes} ${name} away, and by the rule “${rule}” at most ${atOnce} may go at once. Nothing was changed. Ask for fewer.`;
      return { rule: 'floor', why };
    }
    if (left !== undefined && leaves < left) {
      const why = `This would leave ${leaves} ${name}, and by the rule “${rule}” at least ${left} must be left. Nothing was changed. Look first at what is there.`;
      return { rule: 'floor', why };
    }
  }
  return null;
}
