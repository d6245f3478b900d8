import { Queue } from 'bullmq';
import { connectionOptions, type Keys } from '../store/redis';

/**
 * BullMQ carries jobs; it decides nothing. A job holds a request's id and no more: whoever takes it reads the record and
 * does what the record allows. Two queues, because a worker's options hold for its whole queue: a read may be run again
 * after a crash, a change never.
 */
export const READS = 'reads';
export const CHANGES = 'changes';
export type ReadName = 'read' | 'recheck';

export interface JobData {
  readonly request: string;
}

export interface Queues {
  read(request: string): Promise<void>;
  recheck(request: string, afterMs: number): Promise<void>;
  perform(request: string): Promise<void>;
  /** Adds the job again after it was lost or failed without having started anything. */
  again(kind: ReadName | 'perform', request: string): Promise<void>;
  /** Jobs waiting, active, delayed and failed, by queue. */
  counts(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  close(): Promise<void>;
}

const READ_JOB = {
  attempts: 2,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: { age: 3_600, count: 500 },
  removeOnFail: { age: 86_400, count: 1_000 },
  sizeLimit: 65_536,
} as const;

/** One attempt, and kept for a month: while a finished job is kept, its id cannot be added again. */
const CHANGE_JOB = {
  attempts: 1,
  removeOnComplete: { age: 2_592_000 },
  removeOnFail: { age: 2_592_000 },
  sizeLimit: 65_536,
} as const;

/** `skipWaitingForReady` and `skipVersionCheck` belong together: one without the other never recovers from an absent Redis. */
export function createQueues(url: string, keys: Keys, onError: (error: Error) => void): Queues {
  const options = {
    prefix: keys.tag,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    connection: connectionOptions(url, 'impatient'),
    streams: { events: { maxLen: 1_000 } },
  };
  const reads = new Queue<JobData>(READS, options).on('error', onError);
  const changes = new Queue<JobData>(CHANGES, options).on('error', onError);

  const addRead = (name: ReadName, request: string, delay = 0) =>
    reads.add(name, { request }, { ...READ_JOB, jobId: jobId(name, request), delay });
  const addChange = (request: string, another = false) => {
    const id = jobId('perform', request);
    return changes.add('perform', { request }, { ...CHANGE_JOB, jobId: another ? `${id}-${Date.now()}` : id });
  };

  return {
    read: async (request) => void (await addRead('read', request)),
    recheck: async (request, afterMs) => void (await addRead('recheck', request, afterMs)),
    perform: async (request) => void (await addChange(request)),
    again: async (kind, request) => {
      const queue = kind === 'perform' ? changes : reads;
      const job = await queue.getJob(jobId(kind, request));
      const state = await job?.getState();
      if (job && (state === 'failed' || state === 'completed')) await job.remove();
      // Its worker may be dead, which BullMQ notices after half a minute only. The record lets one of the two through.
      const another = state === 'active' && kind === 'perform';
      await (kind === 'perform' ? addChange(request, another) : addRead(kind, request));
    },
    counts: async () => ({ reads: await reads.getJobCounts(), changes: await changes.getJobCounts() }),
    close: async () => {
      await Promise.race([Promise.all([closeQueue(reads), closeQueue(changes)]), after(2_000)]);
    },
  };
}

/** BullMQ says goodbye to Redis and fails where there is no Redis to say it to; its connection then goes on trying. */
async function closeQueue(queue: Queue<JobData>): Promise<void> {
  await queue.close().catch(() => queue.disconnect().catch(() => undefined));
}

function jobId(kind: string, request: string): string {
  return `${kind}-${request}`;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
