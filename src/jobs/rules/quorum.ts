import type { Approval, Proposed } from '../request/request';
import type { Members } from './people';
import type { GroupQuota, Ruling } from './rules';

/** How many approvals a request still needs, counting people and the user groups they stand for. Pure. */

/** What was fixed when the plan was shown. */
export type Needed = Pick<Proposed, 'needs' | 'fromGroups'>;

/**
 * What the rules ask for by now where that is more: a rule may be made stricter while a request waits. Never less than what
 * was shown.
 */
export function neededNow({ needs, fromGroups = [] }: Needed, ruling: Pick<Ruling, 'needs' | 'fromGroups'>): Needed {
  const added = ruling.fromGroups.filter((quota) => !fromGroups.some((shown) => isSameQuota(shown, quota)));
  const quotas = [...fromGroups, ...added];
  return { needs: Math.max(needs, ruling.needs), ...(quotas.length > 0 && { fromGroups: quotas }) };
}

function isSameQuota(one: GroupQuota, other: GroupQuota): boolean {
  return one.least === other.least && one.groups.join() === other.groups.join();
}

/** At least so many more people; zero: it is decided. */
export function missingApprovals({ needs, fromGroups = [] }: Needed, approvals: readonly Approval[]): number {
  const missingGroups = fromGroups.map(({ groups, least }) => least - groupsCovered(groups, approvals));
  return Math.max(0, needs - approvals.length, ...missingGroups);
}

/** Which of the groups that count somebody is in. A group that Slack does not tell of is none. */
export function groupsStoodFor(user: string, quotas: readonly GroupQuota[], members: Members): readonly string[] {
  const groups = new Set(quotas.flatMap((quota) => quota.groups));
  return [...groups].filter((group) => members.get(group)?.includes(user));
}

/**
 * From how many different groups there is somebody, when every person stands for one group only: somebody who is in two
 * of them is still one person.
 */
function groupsCovered(groups: readonly string[], approvals: readonly Approval[]): number {
  const speakers = new Map<string, Approval>();
  const seat = (approval: Approval, tried: Set<string>): boolean => {
    for (const group of approval.groups ?? []) {
      if (!groups.includes(group) || tried.has(group)) continue;
      tried.add(group);
      const seated = speakers.get(group);
      if (seated && !seat(seated, tried)) continue;
      speakers.set(group, approval);
      return true;
    }
    return false;
  };
  for (const approval of approvals) seat(approval, new Set());
  return speakers.size;
}
