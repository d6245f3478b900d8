import { type Look, valuesOf } from './look';

/** Values of `sys.status`. */
export const FROZEN = '4294967295';
export const ENABLED = '0';

/** What the copies say of `sys.status`. `partly`: a freeze or an enable reached some of the peers only. */
export function frozenState(scene: Pick<Look, 'copies'>): 'no' | 'yes' | 'partly' | 'not known' {
  const statuses = valuesOf(scene.copies, 'sys.status').map((status) => status ?? ENABLED);
  if (statuses.length === 0) return 'not known';
  if (!statuses.includes(FROZEN)) return 'no';
  return statuses.length === 1 ? 'yes' : 'partly';
}
