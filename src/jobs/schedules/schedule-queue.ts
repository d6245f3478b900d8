import { Queue } from 'bullmq';
import { connectionOptions, type Keys } from '../store/redis';
import type { Schedule } from './schedule';

/**
 * BullMQ's job schedulers say when a question is asked. A queue of its own: jobs of a scheduler are run again after a crash
 * however often they stalled, which only a reading may be.
 */
export const SCHEDULES = 'schedules';

export interface ScheduleJob {
  readonly schedule: string;
}

export interface ScheduleQueue {
  /** Begins with a run now. Adding the same again changes nothing. */
  add(schedule: Schedule, endsInMs: number): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

/** None is tried twice: the next one comes anyway. */
const JOB = { attempts: 1, removeOnComplete: { count: 100 }, removeOnFail: { count: 100 } } as const;

export function createScheduleQueue(url: string, keys: Keys, onError: (error: Error) => void): ScheduleQueue {
  const queue = new Queue<ScheduleJob>(SCHEDULES, {
    prefix: keys.tag,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    connection: connectionOptions(url, 'impatient'),
    streams: { events: { maxLen: 1_000 } },
  }).on('error', onError);
  return {
    add: async ({ id, everyMs }, endsInMs) => {
      const data = { schedule: id };
      await queue.upsertJobScheduler(id, { every: everyMs }, { name: 'run', data, opts: JOB });
      await queue.add('end', data, { ...JOB, jobId: endJob(id), delay: endsInMs });
    },
    remove: async (id) => {
      await queue.removeJobScheduler(id);
      await queue.remove(endJob(id));
    },
    close: () => queue.close().catch(() => queue.disconnect().catch(() => undefined)),
  };
}

function endJob(id: string): string {
  return `end-${id}`;
}
