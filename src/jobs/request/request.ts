import type { Danger, Finding, Json, JudgedAs, Slot, Step, Target, Words } from '../../handlers/operation';
import type { Text, View } from '../../handlers/view';
import type { GroupQuota } from '../rules/rules';
import type { Head } from '../trail/audit';

/**
 * How a request or a vote came in. All pass the same admission; what a clock or an alert asks, with no person behind it,
 * can never change anything.
 */
export type Road = 'slash' | 'button' | 'form' | 'shortcut' | 'console' | 'schedule' | 'webhook';

/**
 * The stored life of a request. One record in Redis; every change of it is a move with an audit entry, see `store.ts`.
 *
 *   queued ──► finished                                   (a query, or a change with nothing to approve)
 *      └─────► planned ──► approved ──► running ──► finished
 *                 └──► denied, withdrawn, expired ◄──┘ (approved and not started in time)
 */
export interface Request {
  readonly id: string;
  /** Counts moves; every write compares it. */
  readonly revision: number;
  readonly kind: 'query' | 'change';
  readonly operation: string;
  readonly words: Words;
  /** The cluster it is for: a name of the configuration, or `default`. */
  readonly cluster: string;
  readonly road: Road;
  /** Slack user id. */
  readonly requester: string;
  /** Why a freeze shall not hold for it, in the words of the requester. */
  readonly breakGlass?: string;
  /** Who looked at that afterwards. */
  readonly reviewed?: Pick<Approval, 'by' | 'at'>;
  readonly place: Place;
  /** Only the requester sees it, wherever it was asked. */
  readonly isPrivate?: boolean;
  /** Where its result is seen as well, once it has ended. */
  readonly shares?: readonly Share[];
  /** All times are Redis TIME in milliseconds. */
  readonly askedAt: number;
  /** The audit entry of its last move; set by the writer alone. */
  readonly audit?: Head;
  readonly state: State;
}

export interface Place {
  readonly channel: string;
  readonly thread?: string;
}

export interface Share extends Place {
  readonly by: string;
  readonly at: number;
  /** Why Slack did not take it there. */
  readonly refused?: string;
}

export interface Approval {
  readonly by: string;
  readonly at: number;
  /** A one-time code came with it. */
  readonly secondFactor?: true;
  /** The user groups that count and that this person was in. */
  readonly groups?: readonly string[];
}

/** A second opinion: somebody thinks it looks wrong. It decides nothing, but while it stands nobody can approve. */
export interface Hold extends Approval {
  readonly why: string;
  /** Others who want it released. Two of them overrule whoever holds it. */
  readonly releases: readonly Approval[];
}

/** What people are asked to approve. Fixed from the moment it is shown, but for how many must: later rules may ask for more. */
export interface Proposed {
  readonly plan: Json;
  readonly fingerprint: string;
  readonly danger: Danger;
  readonly targets: readonly Target[];
  readonly slots: readonly Slot[];
  /** Every step in words, where the operation says them beforehand. */
  readonly procedure: readonly string[];
  readonly preview: View;
  /** What undoes it, in words. */
  readonly undo?: string;
  /** Whose rules hold for it as well. */
  readonly judgedAs?: JudgedAs;
  /** How many people other than the requester must approve. */
  readonly needs: number;
  /** From how many of which user groups. */
  readonly fromGroups?: readonly GroupQuota[];
  /** The lock on all that a floor counts, for while a floor holds. */
  readonly pool?: string;
  readonly recheckAfterMs: number | null;
}

export interface Decided {
  readonly proposed: Proposed;
  readonly approvals: readonly Approval[];
}

export type State =
  | { readonly kind: 'queued' }
  | ({
      readonly kind: 'planned';
      readonly expiresAt: number;
      readonly held?: Hold;
      /** When those who have not decided are reminded; gone once they were. */
      readonly remindAt?: number;
      readonly remindedAt?: number;
    } & Decided)
  | ({ readonly kind: 'approved'; readonly expiresAt: number } & Decided)
  /** `fence` is the audit entry's number of the start: it only grows, so an older holder can always be told. */
  | ({
      readonly kind: 'running';
      readonly startedAt: number;
      readonly fence: number;
      readonly steps: readonly Step[];
      /** When the newest step was stored; the start before there is one. */
      readonly steppedAt: number;
    } & Decided)
  /** A denial says why. */
  | ({
      readonly kind: 'denied' | 'withdrawn';
      readonly by: string;
      readonly at: number;
      readonly reason?: string;
    } & Decided)
  | ({ readonly kind: 'expired'; readonly at: number } & Decided)
  | {
      readonly kind: 'finished';
      readonly at: number;
      /** When performing began; null where nothing was performed. */
      readonly startedAt: number | null;
      readonly outcome: Outcome;
      readonly decided: Decided | null;
      readonly recheck: Recheck;
    };

export type StateKind = State['kind'];
export type Waiting = Extract<State, { kind: 'planned' }>;

export type Recheck =
  | { readonly kind: 'none' }
  | { readonly kind: 'due'; readonly at: number }
  | { readonly kind: 'made'; readonly view: View };

/** How performing (or answering) ended. */
export type Outcome =
  | { readonly kind: 'answered'; readonly view: View }
  | { readonly kind: 'unchanged' | 'refused'; readonly why: Text; readonly view?: View }
  | { readonly kind: 'stale'; readonly why: Text; readonly view: View }
  | Performed;

export interface Performed {
  readonly kind: 'succeeded' | 'partial' | 'failed' | 'uncertain';
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly view: View;
  /** The request that has cleared an uncertain one: its targets are free again. */
  readonly clearedBy?: string;
}

export type Decision = 'approve' | 'deny' | 'withdraw';
/** What leaves a request waiting: a second opinion, and taking it back. */
export type Opinion = 'hold' | 'release';

export function isOpen(state: State): boolean {
  if (state.kind === 'finished') return state.recheck.kind === 'due';
  return state.kind === 'queued' || state.kind === 'planned' || state.kind === 'approved' || state.kind === 'running';
}

/** Nothing more will be decided or written. */
export function hasEnded({ kind }: State): boolean {
  return kind === 'finished' || kind === 'denied' || kind === 'withdrawn' || kind === 'expired';
}

/** Nobody knows how it ended, and nobody has cleared it: its targets stay locked. */
export function isUncertain(state: State): boolean {
  return state.kind === 'finished' && state.outcome.kind === 'uncertain' && state.outcome.clearedBy === undefined;
}

/** Null while it is not planned. */
export function dangerOf({ state }: Pick<Request, 'state'>): Danger | null {
  return decidedOf(state)?.proposed.danger ?? null;
}

/** What the request decided on, where it has come that far. */
export function decidedOf(state: State): Decided | null {
  if (state.kind === 'queued') return null;
  return state.kind === 'finished' ? state.decided : state;
}

export function stepsOf(state: State): readonly Step[] {
  if (state.kind === 'running') return state.steps;
  if (state.kind === 'finished' && 'steps' in state.outcome) return state.outcome.steps;
  return [];
}
