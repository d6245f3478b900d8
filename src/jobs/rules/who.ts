import { isGroup, type Members } from './people';
import type { Who } from './rules';

/** `unknown`: Slack did not say who is in a user group. It counts as no. */
export type Among = 'yes' | 'no' | 'unknown';

export function isAmong(user: string, who: Who, members: Members): Among {
  if (who.includes(user)) return 'yes';
  const lists = who.filter(isGroup).map((group) => members.get(group) ?? null);
  if (lists.some((list) => list?.includes(user))) return 'yes';
  return lists.includes(null) ? 'unknown' : 'no';
}

/** On every one of the lists. Without any list nobody is. */
export function isAmongAll(user: string, lists: readonly Who[], members: Members): Among {
  const on = lists.map((who) => isAmong(user, who, members));
  if (on.length === 0 || on.includes('no')) return 'no';
  return on.includes('unknown') ? 'unknown' : 'yes';
}
