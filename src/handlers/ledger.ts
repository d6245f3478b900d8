import type { Json } from './operation';
import type { Text } from './view';

/** What operations may know of requests, locks and the audit trail. Implemented by the job layer. */
export interface Ledger {
  /**
   * The operation's name and the plan of a change whose execution began, or null when there is no such request on this
   * cluster: what was done on one must not be undone on another.
   */
  performed(request: string): Promise<{ readonly operation: string; readonly plan: Json } | null>;
  /** The newest requests, newest first. */
  newest(count: number): Promise<readonly RequestLine[]>;
  /** Null when there is no such request (any more). */
  find(request: string): Promise<RequestAccount | null>;
  /** The newest audit entries, newest first. */
  audit(count: number): Promise<readonly AuditLine[]>;
  /** Reads the whole trail and checks every link of it. */
  verifyAudit(): Promise<
    | { readonly kind: 'whole'; readonly entries: number; readonly head: string }
    | { readonly kind: 'broken'; readonly at: number; readonly why: string }
  >;
  /** Targets that are locked right now. */
  locks(): Promise<readonly LockLine[]>;
  /** Frees the targets of an uncertain request. False: it is not uncertain, or cleared already. */
  clear(request: string, by: string): Promise<boolean>;
}

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

export interface LockLine {
  readonly target: string;
  readonly request: string;
  readonly requester: string;
  readonly since: number;
}
