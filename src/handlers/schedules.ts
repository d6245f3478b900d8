import type { Words } from './operation';
import type { Text } from './view';

/** Questions that are asked again and again, as operations see them. Implemented by the job layer. */
export interface Schedules {
  /** The problem with a command that shall be asked again and again, or null. Pure. */
  problem(command: Words): string | null;
  /** Begins to ask. The same request again begins nothing new. */
  start(asked: ScheduleAsked): Promise<Started>;
  list(): Promise<readonly ScheduleLine[]>;
  /** Null: there is none of this id. */
  stop(id: string): Promise<ScheduleLine | null>;
}

export interface ScheduleAsked {
  /** The request that asks for it: it tells who and where. */
  readonly request: string;
  readonly command: Words;
  readonly everyMs: number;
  readonly lastsMs: number;
  /** Null: where it was asked. */
  readonly channel: string | null;
}

export type Started =
  | { readonly ok: true; readonly schedule: ScheduleLine }
  | { readonly ok: false; readonly why: Text };

export interface ScheduleLine {
  readonly id: string;
  readonly command: string;
  readonly by: string;
  readonly channel: string;
  readonly everyMs: number;
  readonly until: number;
  readonly runs: number;
  readonly changes: number;
  /** Runs that were left out because the one before was not done. */
  readonly skipped: number;
  /** Of the newest answer; null: there is none yet. */
  readonly answeredAt: number | null;
}
