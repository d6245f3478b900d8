import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { SCHEDULES, type ScheduleJob } from '../schedules/schedule-queue';
import { endSchedule, runSchedule, type ScheduleWork } from '../schedules/schedule-run';
import type { Scheduling } from '../schedules/schedules';
import { connectionOptions, type Keys, timeOf } from '../store/redis';
import { lookAgain, read, type Work } from './answer';
import { type Heartbeat, perform } from './perform';
import { CHANGES, type JobData, type Queues, READS } from './queue';
import { sweep } from './sweep';

/** How soon interrupted work is noticed. Milliseconds. */
export interface Timing {
  readonly beatEvery: number;
  /** Without a beat for this long the performer counts as lost. */
  readonly beatLasts: number;
  readonly sweepEvery: number;
  /** A job that has not moved its request after this is added again. */
  readonly lostAfter: number;
  /** In a process that is about to end, a procedure stops between two steps after this. */
  readonly lastStepAfter: number;
}

export const USUAL_TIMING: Timing = {
  beatEvery: 2_000,
  beatLasts: 10_000,
  sweepEvery: 5_000,
  lostAfter: 10_000,
  lastStepAfter: 10_000,
};

/** How long a stopping process waits for what it is doing. */
const MOST_DRAINING_MS = 25_000;

/**
 * Seconds after which a waiting worker looks for itself. Redis wakes the one that has waited longest, and that may be a
 * process that is frozen or cut off: the job would lie there until the next look.
 */
const LOOKS_AGAIN_AFTER_S = 1;

/** A job whose worker is gone is noticed at the second look after its lock has run out. */
const STALLED_LOOK_MS = 5_000;

/** Workers of one queue must have the same options everywhere: whoever runs the stalled check applies its own. */
const READING = {
  concurrency: 10,
  lockDuration: 15_000,
  stalledInterval: STALLED_LOOK_MS,
  drainDelay: LOOKS_AGAIN_AFTER_S,
  maxStalledCount: 1,
  metrics: { maxDataPoints: 1_440 },
} as const;

/**
 * Never a second start: after a crash the record and the target say what is true, not BullMQ. Several at once, because a
 * procedure that takes an hour must not hold up a purge; the locks keep them apart.
 */
const CHANGING = {
  concurrency: 5,
  lockDuration: 30_000,
  stalledInterval: STALLED_LOOK_MS,
  drainDelay: LOOKS_AGAIN_AFTER_S,
  maxStalledCount: 0,
  maxStartedAttempts: 1,
} as const;

/** Another than for what people wait for: a slow question must not keep them waiting. */
const ASKING_AGAIN = { ...READING, concurrency: 4 } as const;

export interface Workers {
  /** Takes no new job, lets running ones end, and gives up waiting after 25 seconds. */
  close(): Promise<void>;
}

export interface WorkerDeps {
  readonly url: string;
  readonly keys: Keys;
  /** A patient connection for heartbeats and the sweep. */
  readonly redis: Redis;
  readonly queues: Queues;
  readonly scheduling: Scheduling;
  readonly work: Omit<Work, 'ending'>;
  readonly timing: Timing;
}

export function startWorkers(deps: WorkerDeps): Workers {
  const { url, keys, redis, queues, scheduling, work: given, timing } = deps;
  const ending = new AbortController();
  const work: Work = { ...given, ending: ending.signal };
  const connection = connectionOptions(url, 'patient');
  const heartbeat = createHeartbeat(redis, keys, timing);
  const onError = (error: Error) => work.onError(error, 'worker');
  const reads = new Worker<JobData>(
    READS,
    async (job, _token, signal) => {
      if (job.name === 'recheck') return lookAgain(work, job.data.request);
      const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      return read(work, job.data.request, { last, signal });
    },
    { ...READING, connection, prefix: keys.tag },
  ).on('error', onError);
  const changes = new Worker<JobData>(CHANGES, (job) => perform(work, heartbeat, job.data.request), {
    ...CHANGING,
    connection,
    prefix: keys.tag,
  }).on('error', onError);
  const asking: ScheduleWork = { ...scheduling, work, now: () => timeOf(redis) };
  const again = new Worker<ScheduleJob>(
    SCHEDULES,
    ({ name, data }) => (name === 'end' ? endSchedule(asking, data.schedule) : runSchedule(asking, data.schedule)),
    { ...ASKING_AGAIN, connection, prefix: keys.tag },
  ).on('error', onError);
  const sweeper = startSweep({ redis, keys, queues, work, timing });

  return {
    close: async () => {
      sweeper.stop();
      const timer = setTimeout(() => ending.abort(), timing.lastStepAfter);
      await Promise.race([Promise.all([reads.close(), changes.close(), again.close()]), after(MOST_DRAINING_MS)]);
      clearTimeout(timer);
    },
  };
}

function createHeartbeat(redis: Redis, keys: Keys, { beatEvery, beatLasts }: Timing): Heartbeat {
  return {
    begin: (request) => {
      const beat = () => redis.set(keys.beat(request), '1', 'PX', beatLasts).catch(() => undefined);
      const first = beat();
      const timer = setInterval(() => void beat(), beatEvery);
      return {
        stop: async (forget) => {
          clearInterval(timer);
          await first;
          if (forget) await redis.del(keys.beat(request)).catch(() => 0);
        },
      };
    },
  };
}

function startSweep({
  redis,
  keys,
  queues,
  work,
  timing,
}: Pick<WorkerDeps, 'redis' | 'keys' | 'queues' | 'timing'> & { readonly work: Work }): {
  stop(): void;
} {
  const deps = {
    ...work,
    queues,
    lostAfter: timing.lostAfter,
    alive: async (request: string) => (await redis.exists(keys.beat(request))) === 1,
    now: () => timeOf(redis),
  };
  const busy = new Set<string>();
  const timer = setInterval(
    () => void sweep(deps, busy).catch((error: unknown) => work.onError(error, 'sweep')),
    timing.sweepEvery,
  );
  return { stop: () => clearInterval(timer) };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
