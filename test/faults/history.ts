import type { Button, Schedule } from './schedule';

/** In place of the process that got a click: it was typed in the console, which is one of its own. */
export const IN_CONSOLE = -2;

/**
 * What was seen from outside in one round, in the order it was seen. Milliseconds of the harness' own clock. Nothing here
 * comes from the program under test but what it sent to people, to etcd, and what it left in Redis at the end.
 */
export type Event =
  /** Slack hands a command or a click to a process. */
  | {
      readonly kind: 'typed';
      readonly at: number;
      readonly story: number;
      readonly delivery: string;
      readonly copy: number;
      readonly who: string;
      readonly command: string;
      readonly process: number;
    }
  | {
      readonly kind: 'clicked';
      readonly at: number;
      readonly story: number;
      readonly delivery: string;
      readonly copy: number;
      readonly who: string;
      readonly button: Button;
      readonly request: string;
      readonly process: number;
    }
  /** How the process answered. `said`: the words for the one who acted, if any. */
  | {
      readonly kind: 'answered';
      readonly at: number;
      readonly delivery: string;
      readonly copy: number;
      readonly ok: boolean;
      readonly said: string;
    }
  /** Words for one person, through the address that came with the delivery. */
  | { readonly kind: 'whispered'; readonly at: number; readonly delivery: string; readonly said: string }
  /** A form for the one who acted. */
  | { readonly kind: 'asked more'; readonly at: number; readonly delivery: string }
  /** A message as Slack shows it from now on. */
  | ({ readonly kind: 'shown'; readonly at: number; readonly story: number; readonly ts: string } & Reading)
  /** Somebody else wrote or removed a record. */
  | {
      readonly kind: 'wrote';
      readonly at: number;
      readonly target: string;
      readonly revision: number;
      readonly version: number | null;
    }
  /** The program under test did. `receipt`: the request whose receipt was written with it. */
  | {
      readonly kind: 'effect';
      readonly at: number;
      readonly target: string;
      readonly revision: number;
      readonly what: 'deleted' | 'put' /** What was there before, and since which revision. */;
      readonly before: number | null;
      readonly since: number | null;
      readonly version: number | null;
      readonly receipt: string | null;
    }
  /** A write to a record is about to leave a process. */
  | {
      readonly kind: 'attempt';
      readonly at: number;
      readonly target: string;
      readonly what: 'delete' | 'put';
      readonly request: string | null;
      readonly process: number;
    }
  /** An entry of the audit trail is there now. `says`: when it tells that it was written, in milliseconds since 1970. */
  | { readonly kind: 'stored'; readonly at: number; readonly seq: number; readonly says: number }
  | { readonly kind: 'trouble'; readonly at: number; readonly what: string; readonly process: number | null }
  | { readonly kind: 'mended'; readonly at: number; readonly what: string; readonly process: number | null };

/** What a message says. */
export interface Reading {
  readonly request: string | null;
  /** Who asked. */
  readonly by: string | null;
  readonly state: 'queued' | 'waiting' | 'approved' | 'running' | 'ended' | 'copy' | 'unknown';
  /** How it ended: `succeeded`, `failed`, `denied`, … */
  readonly word: string | null;
  /** Decision buttons. */
  readonly buttons: readonly Button[];
  /** Which versions of records it shows, by the number in their names. */
  readonly versions: readonly number[];
  readonly text: string;
}

/** What the program under test left behind; null for one that keeps no such things. */
export interface Left {
  /** Exact texts of the audit entries of this round, and the head before the first of them. */
  readonly trail: readonly string[];
  readonly before: { readonly seq: number; readonly hash: string };
  readonly head: { readonly seq: number; readonly hash: string };
  readonly locks: readonly { readonly target: string; readonly request: string }[];
}

export interface History {
  readonly subject: string;
  readonly schedule: Schedule;
  /** Channel and records of each story. */
  readonly stories: readonly { readonly channel: string; readonly targets: readonly string[] }[];
  readonly approvers: readonly string[];
  readonly expiresAfterMs: number;
  /** Wall clock at 0 ms, in milliseconds since 1970. */
  readonly begunAt: number;
  readonly events: readonly Event[];
  readonly left: Left | null;
}

export type Seen<K extends Event['kind']> = Extract<Event, { kind: K }>;

export function of<K extends Event['kind']>(history: History, kind: K): readonly Seen<K>[] {
  return history.events.filter((event): event is Seen<K> => event.kind === kind);
}
