import type { Danger } from '../handlers/operation';
import type { Text } from '../handlers/view';
import type { Decided, Decision, Request } from './request';

/** Rules about people and time. Read once from the configuration; `people` answers about Slack user groups. */
export interface Rules {
  /** Channels where changes may be asked; empty: any. */
  readonly channels: readonly string[];
  /** How many others must approve, before an operation's own stricter rule. */
  readonly needs: Readonly<Record<Danger, number>>;
  /** Stricter numbers by operation name. A lower number than the default is ignored. */
  readonly stricter: Readonly<Record<string, number>>;
  /** How long a preview may wait for its approvals, and an approval for its start. Milliseconds. */
  readonly expiresAfterMs: number;
}

export const DEFAULT_RULES: Rules = {
  channels: [],
  needs: { reversible: 1, irreversible: 2 },
  stricter: {},
  expiresAfterMs: 15 * 60_000,
};

/** `unknown`: Slack did not say who is in a user group. It counts as no. */
export type Membership = 'approver' | 'other' | 'unknown';

/** A rule said no. `why` is one or two sentences: what did not happen, and what to do. */
export interface Refusal {
  readonly rule:
    | 'channel'
    | 'durability'
    | 'own request'
    | 'not an approver'
    | 'approvers unknown'
    | 'already counted'
    | 'expired'
    | 'not waiting'
    | 'not the requester'
    | 'busy'
    | 'gone'
    | 'changed meanwhile';
  readonly why: Text;
}

export function approvalsNeeded(rules: Rules, operation: string, danger: Danger): number {
  return Math.max(1, rules.needs[danger], rules.stricter[operation] ?? 0);
}

/** Whether a change may be asked here at all. Queries may be asked anywhere. */
export function mayAsk(rules: Rules, kind: Request['kind'], channel: string): Refusal | null {
  if (kind === 'query' || rules.channels.length === 0 || rules.channels.includes(channel)) return null;
  return {
    rule: 'channel',
    why: [
      'Changes may not be asked in this channel. Nothing was run. Ask in ',
      ...rules.channels.flatMap((channel, index) => (index === 0 ? [{ channel }] : [' or ', { channel }])),
      '.',
    ],
  };
}

export interface Vote {
  readonly decision: Decision;
  readonly by: string;
  readonly membership: Membership;
}

/** Whether this person's vote counts now, on a request that waits for decisions. */
export function mayDecide(
  request: Request,
  waiting: Decided & { readonly expiresAt: number },
  vote: Vote,
  now: number,
): Refusal | null {
  if (now > waiting.expiresAt) {
    return {
      rule: 'expired',
      why: `Request ${request.id} has expired. Nothing was run. Run the command again for a fresh preview.`,
    };
  }
  if (vote.decision === 'withdraw') return mayWithdraw(request, vote.by);
  if (vote.decision === 'approve' && vote.by === request.requester) {
    return {
      rule: 'own request',
      why: `You asked for ${request.id} yourself, so somebody else must approve it. You can withdraw it.`,
    };
  }
  if (vote.decision === 'deny' && vote.by === request.requester) {
    return { rule: 'own request', why: `You asked for ${request.id} yourself. Use Withdraw to take it back.` };
  }
  if (vote.membership === 'unknown') {
    return {
      rule: 'approvers unknown',
      why: `Slack did not say who may approve, so your vote on ${request.id} was not counted. Try again in a minute.`,
    };
  }
  if (vote.membership === 'other') {
    return {
      rule: 'not an approver',
      why: `You are not among the people who may decide on ${request.id}. Your click changed nothing.`,
    };
  }
  if (vote.decision === 'approve' && waiting.approvals.some((approval) => approval.by === vote.by)) {
    return {
      rule: 'already counted',
      why: `Your approval of ${request.id} is already counted. It waits for somebody else.`,
    };
  }
  return null;
}

function mayWithdraw(request: Request, by: string): Refusal | null {
  if (by === request.requester) return null;
  return {
    rule: 'not the requester',
    why: ['Only ', { user: request.requester }, `, who asked for ${request.id}, can withdraw it. You can deny it.`],
  };
}
