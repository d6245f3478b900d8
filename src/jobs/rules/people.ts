/** Who is who, as Slack knows it. Implemented by the bot. */
export interface People {
  /** The members of a user group, or null when Slack does not say. */
  membersOf(group: string): Promise<readonly string[] | null>;
}

/** The members of some user groups as of one moment; null: Slack did not say. A group that is not there counts so too. */
export type Members = ReadonlyMap<string, readonly string[] | null>;

/** How long a group's members are trusted. Somebody who left it can approve for at most this long. */
const TRUSTED_MS = 60_000;

/** Asks for each group once, however many want to know, and keeps the answer for a minute; what was not told is asked again. */
export function createMembers({ membersOf }: People): (groups: readonly string[]) => Promise<Members> {
  const known = new Map<string, { readonly members: readonly string[]; readonly until: number }>();

  const asking = new Map<string, Promise<readonly string[] | null>>();

  async function ask(group: string): Promise<readonly string[] | null> {
    const askedAt = performance.now();
    const fresh = await membersOf(group).catch(() => null);
    asking.delete(group);
    if (fresh) known.set(group, { members: fresh, until: askedAt + TRUSTED_MS });
    return fresh;
  }

  async function members(group: string): Promise<readonly string[] | null> {
    const cached = known.get(group);
    if (cached && performance.now() < cached.until) return cached.members;
    const asked = asking.get(group) ?? ask(group);
    asking.set(group, asked);
    return asked;
  }

  return async (groups) => {
    const told = await Promise.all(groups.map(async (group) => [group, await members(group)] as const));
    return new Map(told);
  };
}

/** Slack's ids say what they are: S… is a user group, U… and W… are people. */
export function isGroup(id: string): boolean {
  return id.startsWith('S');
}
