import type { Text } from '../../handlers/view';
import type { Members } from './people';
import type { Ruling } from './rules';

/** A rule said no. `why` is one or two sentences: what did not happen, and what to do. */
export interface Refusal {
  readonly rule:
    | 'road'
    | 'channel'
    | 'not an asker'
    | 'askers unknown'
    | 'frozen'
    | 'break-glass'
    | 'floor'
    | 'durability'
    | 'own request'
    | 'not an approver'
    | 'approvers unknown'
    | 'no quorum'
    | 'already counted'
    | 'no reason'
    | 'held'
    | 'not held'
    | 'expired'
    | 'not waiting'
    | 'not the requester'
    | 'busy'
    | 'gone'
    | 'changed meanwhile'
    | 'private'
    | 'sharing'
    | 'review'
    /** A one-time code is missing, wrong or used up: the next one may be good. */
    | 'second factor'
    | 'old code'
    | 'not enrolled'
    | 'locked out'
    | 'out of time';
  readonly why: Text;
}

/** All that people are judged by, besides the clock: the rules that apply, and who is in the groups that they name. */
export interface Standing {
  readonly ruling: Ruling;
  readonly members: Members;
  /** Whether an approval of what cannot be undone brings its one-time code. `off`: none is asked for here. */
  readonly secondFactor: 'off' | 'missing' | 'given';
}

/** What a vote or a start is judged by: the rules and people, and the time of Redis. */
export interface Judged {
  readonly standing: Standing;
  readonly at: number;
}
