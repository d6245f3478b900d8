import type { Danger, Json, JudgedAs } from './operation';
import type { Text } from './view';

/**
 * What operations may know of requests, locks and the audit trail. Implemented by the job layer. `asking` is the request
 * that wants to know: what somebody asked privately is told without its words, but to that person, in a private answer; left out, to nobody.
 */
export interface Ledger {
  /**
   * The operation's name and the plan of a change whose execution began, or null when there is no such request on this
   * cluster: what was done on one must not be undone on another.
   */
  performed(request: string): Promise<{ readonly operation: string; readonly plan: Json } | null>;
  /** The newest requests, newest first. */
  newest(count: number, asking?: string): Promise<readonly RequestLine[]>;
  /** Null when there is no such request (any more). */
  find(request: string, asking?: string): Promise<RequestAccount | null>;
  /** The newest audit entries, newest first. */
  audit(count: number, asking?: string): Promise<readonly AuditLine[]>;
  /** Reads the whole trail, checks every link of it, and compares it with the anchors and with places typed here. */
  verifyAudit(typed?: readonly AuditPlace[]): Promise<AuditReport>;
  /**
   * The trail as JSON lines that can be checked elsewhere; from a time on, or all of it. With the words of private
   * requests: an entry without them would have another hash.
   */
  exportAudit(since: Since | null): Promise<AuditExport>;
  /** The requests that moved since this time, or one of them, with every move. */
  timeline(about: TimelineAbout, asking?: string): Promise<Timeline>;
  /** Targets that are locked right now. */
  locks(): Promise<readonly LockLine[]>;
  /** Frees the targets of an uncertain request; `asking` clears it. False: it is not uncertain, or cleared already. */
  clear(request: string, asking: string): Promise<boolean>;
}

/** Stands instead of the words of a command that others asked privately. */
export const PRIVATELY = '(asked privately)';

export interface RequestLine {
  readonly id: string;
  readonly command: string;
  readonly requester: string;
  readonly askedAt: number;
  /** `planned`, `running`, or how it ended: `succeeded`, `denied`, … */
  readonly state: string;
}

export interface RequestAccount extends RequestLine {
  /** Waits for a person to look: its targets stay locked. */
  readonly uncertain: boolean;
  readonly locked: readonly string[];
  /** What it was asked as, and how far it reaches: by whose rules it is to be cleared. */
  readonly rules: JudgedAs & { readonly danger: Danger };
  readonly facts: readonly (readonly [label: string, value: Text])[];
  readonly steps: readonly (readonly [target: string, status: string, text: string])[];
  readonly entries: readonly AuditLine[];
}

export interface AuditLine {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
  readonly request: string;
  readonly operation: string;
  readonly by: string | null;
  readonly detail: string;
}

/** An entry by its number and the (perhaps shortened) hash of its text. */
export interface AuditPlace {
  readonly seq: number;
  readonly hash: string;
}

export interface ComparedPlace extends AuditPlace {
  /** `not reached`: the trail ends, or is broken, before it. */
  readonly says: 'agrees' | 'differs' | 'not reached';
}

export type AuditReport = (
  | { readonly kind: 'whole'; readonly entries: number; readonly head: string }
  | { readonly kind: 'broken'; readonly at: number; readonly why: string }
) & {
  readonly anchors:
    | { readonly kind: 'none' }
    | { readonly kind: 'unreadable'; readonly where: string; readonly why: string }
    | { readonly kind: 'read'; readonly where: string; readonly places: readonly ComparedPlace[] };
  readonly typed: readonly ComparedPlace[];
};

export interface AuditExport {
  readonly lines: readonly string[];
  readonly entries: number;
  readonly head: AuditPlace;
}

/** `here`: only what was asked in the channel of the request that wants to know. */
export type TimelineAbout = { readonly since: Since; readonly here?: boolean } | { readonly request: string };
/** Milliseconds before now, or a time. */
export type Since = { readonly ago: number } | { readonly at: number };

export interface Timeline {
  readonly from: number;
  readonly to: number;
  /** Moves that are not in it because there are too many. */
  readonly more: number;
  /** In the order in which they were asked. */
  readonly chapters: readonly Chapter[];
  /** What its people and channels are called, by id, as far as it is known: for where Slack does not show them. */
  readonly names?: Readonly<Record<string, string>>;
}

/** One request in a timeline. */
export interface Chapter {
  readonly request: string;
  readonly command: string;
  readonly channel: string | null;
  /** The permanent link of its message, or null. */
  readonly link: string | null;
  readonly events: readonly TimelineEvent[];
}

export interface TimelineEvent {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
  readonly by: string | null;
  readonly detail: Readonly<Record<string, string | number>>;
}

export interface LockLine {
  readonly target: string;
  readonly request: string;
  readonly requester: string;
  readonly since: number;
}
