import type { Words } from '../../handlers/operation';
import type { ScheduleLine } from '../../handlers/schedules';
import { joinWords } from '../../handlers/words';
import type { Place } from '../request/request';

/** A question that is asked again and again. Fixed from its beginning. */
export interface Schedule {
  readonly id: string;
  /** Slack user id of whoever wanted it. */
  readonly by: string;
  readonly place: Place;
  readonly operation: string;
  readonly words: Words;
  readonly cluster: string;
  readonly everyMs: number;
  /** Redis TIME. */
  readonly until: number;
}

/** How it goes. */
export interface Progress {
  readonly runs: number;
  readonly changes: number;
  readonly skipped: number;
  readonly answeredAt: number | null;
}

export function scheduleLine(schedule: Schedule, progress: Progress): ScheduleLine {
  const { id, by, place, everyMs, until } = schedule;
  // An older version took a channel by its name; the mark is the view's.
  const channel = place.channel.replace(/^#/, '');
  return { id, by, channel, everyMs, until, command: commandOfSchedule(schedule), ...progress };
}

export function commandOfSchedule({ operation, words }: Pick<Schedule, 'operation' | 'words'>): string {
  return [operation, joinWords(words)].filter(Boolean).join(' ');
}

/** From the id of the request that began it, so that beginning twice is beginning once. */
export function scheduleId(request: string): string {
  return request.replace(/^R/, 'E');
}
