import type { Danger } from '../handlers/operation';
import type { Text } from '../handlers/view';
import type { Decision, Opinion, Request, Waiting } from './request';

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
    | 'no reason'
    | 'held'
    | 'not held'
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

export interface VoteOf<D extends Decision | Opinion> {
  readonly decision: D;
  readonly by: string;
  readonly membership: Membership;
  /** Why; a denial and a hold need it. */
  readonly reason?: string;
}
export type Vote = VoteOf<Decision> | VoteOf<'hold'> | VoteOf<'release'>;

/** Whether this person's vote counts now, on a request that waits for decisions. */
export function mayDecide(request: Request, waiting: Waiting, vote: Vote, now: number): Refusal | null {
  if (now > waiting.expiresAt) {
    return {
      rule: 'expired',
      why: `Request ${request.id} has expired. Nothing was run. Run the command again for a fresh preview.`,
    };
  }
  if (vote.decision === 'withdraw') return mayWithdraw(request, vote.by);
  return notApprover(request, vote) ?? notNow(request, waiting, vote);
}

/** Only people who may approve have a say, and never the one who asked. */
function notApprover(request: Request, { decision, by, membership }: Vote): Refusal | null {
  if (by === request.requester) return { rule: 'own request', why: OWN[decision](request.id) };
  if (membership === 'unknown') {
    return {
      rule: 'approvers unknown',
      why: `Slack did not say who may approve, so your vote on ${request.id} was not counted. Try again in a minute.`,
    };
  }
  if (membership === 'approver') return null;
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
