import type { Text } from '../../handlers/view';
import {
  type Approval,
  type Decided,
  type Decision,
  decidedOf,
  type Opinion,
  type Request,
  type Road,
  type Waiting,
} from '../request/request';
import { frozen } from './freeze';
import { groupsStoodFor, missingApprovals, neededNow } from './quorum';
import type { Ruling } from './rules';
import type { Judged, Refusal, Standing } from './standing';
import { type Among, isAmong, isAmongAll } from './who';

export type { Refusal, Standing } from './standing';

/** Roads with no person at their other end. They may look, and never ask for a change or decide on one. */
const UNATTENDED: ReadonlySet<Road> = new Set(['schedule', 'webhook']);

export function isUnattended(road: Road): boolean {
  return UNATTENDED.has(road);
}

export interface Asking {
  readonly kind: Request['kind'];
  readonly road: Road;
  readonly requester: string;
  readonly channel: string;
  readonly breakGlass?: string;
}

/** Whether this may be asked at all, here and now. */
export function mayAsk(asking: Asking, { standing, at }: Judged): Refusal | null {
  const { kind, road, channel } = asking;
  const notAsker = mayBeAsker(asking, standing);
  if (kind === 'query') return notAsker ?? noGlass(asking.breakGlass);
  if (isUnattended(road)) {
    return {
      rule: 'road',
      why: `A ${road} can only ask for queries. Nothing was run. A person must ask for a change.`,
    };
  }
  return wrongChannel(channel, standing.ruling) ?? notAsker ?? frozen(asking, standing, at);
}

function noGlass(breakGlass: string | undefined): Refusal | null {
  if (breakGlass === undefined) return null;
  return { rule: 'break-glass', why: 'A query is never frozen. Leave --break-glass out.' };
}

function wrongChannel(channel: string, { channels }: Ruling): Refusal | null {
  if (channels === null || channels.includes(channel)) return null;
  const where: Text = channels.flatMap((channel, index) => (index === 0 ? [{ channel }] : [' or ', { channel }]));
  const nowhere = 'The rules leave no channel where it may be asked.';
  return {
    rule: 'channel',
    why: [
      'This may not be asked in this channel. Nothing was run. ',
      ...(channels.length === 0 ? [nowhere] : ['Ask in ', ...where, '.']),
    ],
  };
}

function mayBeAsker({ requester }: Asking, { ruling, members }: Standing): Refusal | null {
  for (const { rule, who } of ruling.ask) {
    const among = isAmong(requester, who, members);
    if (among === 'yes') continue;
    if (among === 'unknown') {
      return {
        rule: 'askers unknown',
        why: 'Slack did not say who may ask for this. Nothing was run. Try again soon.',
      };
    }
    const people = who.flatMap((user, index) => (index === 0 ? [{ user }] : [', ', { user }]));
    return {
      rule: 'not an asker',
      why: [`By the rule “${rule}” this is for these people alone: `, ...people, '. Nothing was run.'],
    };
  }
  return null;
}

/** People decide on what they see: a change is never hidden from its channel. */
export function mayBePrivate(kind: Request['kind'], isPrivate: boolean): Refusal | null {
  if (kind === 'query' || !isPrivate) return null;
  return {
    rule: 'private',
    why: 'A change is decided by the people of a channel, so --private is for queries alone. Nothing was run.',
  };
}

export interface VoteOf<D extends Decision | Opinion> {
  readonly decision: D;
  readonly by: string;
  readonly road: Road;
  /** Why; a denial and a hold need it. */
  readonly reason?: string;
  /** A one-time code. It is proved before the vote and never stored. */
  readonly code?: string;
}
export type Vote = VoteOf<Decision> | VoteOf<'hold'> | VoteOf<'release'>;

/** Whether this person's vote counts now, on a request that waits for decisions. */
export function mayDecide(request: Request, waiting: Waiting, vote: Vote, { standing, at }: Judged): Refusal | null {
  if (at > waiting.expiresAt) {
    return {
      rule: 'expired',
      why: `Request ${request.id} has expired. Nothing was run. Run the command again for a fresh preview.`,
    };
  }
  if (isUnattended(vote.road)) {
    return { rule: 'road', why: `A ${vote.road} cannot decide on ${request.id}. Only a person can.` };
  }
  if (vote.decision === 'withdraw') return mayWithdraw(request, vote.by);
  return (
    notApprover(request, vote, standing) ??
    notNow(request, waiting, vote) ??
    (vote.decision === 'approve' ? frozen(request, standing, at) : null) ??
    unproven(waiting, vote, standing)
  );
}

/** Judged last, so that nobody is asked for a code in vain. */
function unproven({ proposed }: Waiting, { decision }: Vote, { secondFactor }: Standing): Refusal | null {
  if (decision !== 'approve' || proposed.danger !== 'irreversible' || secondFactor !== 'missing') return null;
  return { rule: 'second factor', why: 'Approving what cannot be undone needs a one-time code.' };
}

/** Only people who may approve have a say, and never the one who asked. */
function notApprover(request: Request, { decision, by }: Vote, standing: Standing): Refusal | null {
  if (by === request.requester) return { rule: 'own request', why: OWN[decision](request.id) };
  const among = isApprover(by, standing);
  if (among === 'yes') return null;
  if (among === 'unknown') {
    return {
      rule: 'approvers unknown',
      why: `Slack did not say who may approve, so your vote on ${request.id} was not counted. Try again in a minute.`,
    };
  }
  return {
    rule: 'not an approver',
    why: `You are not among the people who may decide on ${request.id}. Your click changed nothing.`,
  };
}

const OWN: Readonly<Record<Vote['decision'], (id: string) => string>> = {
  approve: (id) => `You asked for ${id} yourself, so somebody else must approve it. You can withdraw it.`,
  deny: (id) => `You asked for ${id} yourself. Use Withdraw to take it back.`,
  withdraw: (id) => `You asked for ${id} yourself.`,
  hold: (id) => `You asked for ${id} yourself. Use Withdraw to take it back.`,
  release: (id) => `You asked for ${id} yourself, so others must release it. You can withdraw it.`,
};

/** What the state of the request says, to somebody who may have a say. */
function notNow(request: Request, { held, approvals }: Waiting, { decision, by, reason }: Vote): Refusal | null {
  if ((decision === 'deny' || decision === 'hold') && !reason?.trim())
    return { rule: 'no reason', why: `Say why: the others and the audit trail of ${request.id} need it.` };
  if (held && (decision === 'approve' || decision === 'hold')) {
    return {
      rule: 'held',
      why: [
        `Request ${request.id} is held by `,
        { user: held.by },
        `, who says: ${held.why} Nobody can approve it until it is released. Your click changed nothing.`,
      ],
    };
  }
  if (decision === 'release') return mayRelease(request, held, by);
  if (decision === 'approve' && approvals.some((approval) => approval.by === by)) {
    return {
      rule: 'already counted',
      why: `Your approval of ${request.id} is already counted. It waits for somebody else.`,
    };
  }
  return null;
}

function mayRelease(request: Request, held: Waiting['held'], by: string): Refusal | null {
  if (!held) return { rule: 'not held', why: `Request ${request.id} is not held. Your click changed nothing.` };
  if (!held.releases.some((release) => release.by === by)) return null;
  return {
    rule: 'already counted',
    why: [`Your release of ${request.id} is already counted. It needs `, { user: held.by }, ' or one more.'],
  };
}

function mayWithdraw(request: Request, by: string): Refusal | null {
  if (by === request.requester) return null;
  return {
    rule: 'not the requester',
    why: ['Only ', { user: request.requester }, `, who asked for ${request.id}, can withdraw it. You can deny it.`],
  };
}

/** Whether what was approved may start now. Whoever approved must still be one who may. */
export function mayStart(
  request: Request,
  approved: Decided & { readonly expiresAt: number },
  { standing, at }: Judged,
): Refusal | null {
  if (at > approved.expiresAt) {
    return { rule: 'expired', why: `The approvals of ${request.id} have expired. Nothing was run.` };
  }
  const asking = { ...request, channel: request.place.channel };
  return mayAsk(asking, { standing, at }) ?? noQuorum(request, approved, standing);
}

function noQuorum(request: Request, { approvals, proposed }: Decided, standing: Standing): Refusal | null {
  const counted = countedApprovals(request, approvals, standing);
  const sure = counted.filter(({ by }) => isApprover(by, standing) === 'yes');
  const needed = neededNow(proposed, standing.ruling);
  const missing = missingApprovals(needed, sure);
  if (missing === 0) return null;
  const quotas = needed.fromGroups ?? [];
  const untold = quotas.some(({ groups }) => groups.some((group) => !standing.members.get(group)));
  if (counted.length > sure.length || untold) {
    return {
      rule: 'approvers unknown',
      why: 'Slack did not say whether those who approved still may. Nothing was run. Ask again in a minute.',
    };
  }
  if (missingApprovals(proposed, sure) === 0) {
    return {
      rule: 'no quorum',
      why: `The rules ask for more approvals than when ${request.id} was shown: ${missing} more. Nothing was run. Ask again.`,
    };
  }
  return {
    rule: 'no quorum',
    why: `Not every approval that ${request.id} needs still counts. Nothing was run. Ask again.`,
  };
}

/**
 * The approvals that still count, with the groups that they count for now: not of somebody who is known to be no approver
 * any more, and not without a one-time code where one is asked for by now.
 */
export function countedApprovals(
  { requester, state }: Request,
  approvals: readonly Approval[],
  standing: Standing,
): readonly Approval[] {
  const people = new Map(approvals.map((approval) => [approval.by, approval]));
  people.delete(requester);
  const decided = decidedOf(state);
  const quotas = decided ? (neededNow(decided.proposed, standing.ruling).fromGroups ?? []) : [];
  const asksForCode = standing.secondFactor !== 'off' && decided?.proposed.danger === 'irreversible';
  return [...people.values()]
    .filter(({ by, secondFactor }) => isApprover(by, standing) !== 'no' && (secondFactor === true || !asksForCode))
    .map(({ groups: _, ...approval }) => {
      const groups = groupsStoodFor(approval.by, quotas, standing.members);
      return groups.length === 0 ? approval : { ...approval, groups };
    });
}

/** Whether somebody is on every list of those who may approve. */
export function isApprover(user: string, { ruling, members }: Standing): Among {
  return isAmongAll(user, ruling.approve, members);
}
