import type { Text } from '../handlers/view';
import type { Membership } from '../jobs/policy';

/** Who may approve: users, and user groups as Slack knows them. Whatever is not known counts as no. */
export interface People {
  membership(user: string): Promise<Membership>;
  /** For the message of a waiting request. */
  readonly approvers: Text;
}

export interface PeopleDeps {
  /** Slack user ids (U…, W…) and user group ids (S…). */
  readonly approvers: readonly string[];
  /** The members of a user group, or null when Slack does not say. */
  readonly membersOf: (group: string) => Promise<readonly string[] | null>;
}

/** How long a group's members are trusted. Somebody who left it can approve for at most this long. */
const TRUSTED_MS = 60_000;

export function createPeople({ approvers, membersOf }: PeopleDeps): People {
  const users = new Set(approvers.filter((id) => !isGroup(id)));
  const groups = approvers.filter(isGroup);
  const known = new Map<string, { readonly members: readonly string[]; readonly until: number }>();

  async function members(group: string): Promise<readonly string[] | null> {
    const cached = known.get(group);
    if (cached && performance.now() < cached.until) return cached.members;
    const fresh = await membersOf(group);
    if (fresh) known.set(group, { members: fresh, until: performance.now() + TRUSTED_MS });
    return fresh;
  }

  return {
    membership: async (user) => {
      if (users.has(user)) return 'approver';
      const lists = await Promise.all(groups.map(members));
      if (lists.some((list) => list?.includes(user))) return 'approver';
      return lists.includes(null) ? 'unknown' : 'other';
    },
    approvers: describe(approvers),
  };
}

function isGroup(id: string): boolean {
  return id.startsWith('S');
}

function describe(approvers: readonly string[]): Text {
  if (approvers.length === 0) return 'Nobody may approve: the setting APPROVERS is empty.';
  const people = approvers.flatMap((user, index) => (index === 0 ? [{ user }] : [', ', { user }]));
  return ['May approve: ', ...people, '. The requester never counts.'];
}
