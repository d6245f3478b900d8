import type { Redis } from 'ioredis';
import type { Clusters } from '../../handlers/clusters';
import type { Words } from '../../handlers/operation';
import type { Schedules, Started } from '../../handlers/schedules';
import { type Understood, understand } from '../../handlers/understand';
import { plain } from '../../handlers/view';
import type { Request } from '../request/request';
import type { Keys } from '../store/redis';
import type { Store } from '../store/store';
import { type Schedule, scheduleId, scheduleLine } from './schedule';
import { createScheduleQueue, type ScheduleQueue } from './schedule-queue';
import { createScheduleStore, type ScheduleStore } from './schedule-store';

/** More than these would be a load on what is asked, and noise for people. */
const MOST = 20;
const MOST_OF_ONE = 5;

/** Where schedules are kept, and what says when they are asked. */
export interface Scheduling {
  readonly schedules: ScheduleStore;
  readonly queue: ScheduleQueue;
}

export interface SchedulingOptions {
  readonly url: string;
  readonly keys: Keys;
  readonly redis: Redis;
  readonly onError: (error: Error) => void;
}

export function openScheduling({ url, keys, redis, onError }: SchedulingOptions): Scheduling {
  return { schedules: createScheduleStore(redis, keys), queue: createScheduleQueue(url, keys, onError) };
}

export interface SchedulesDeps extends Scheduling {
  readonly store: Pick<Store, 'load'>;
  /** Known only once every operation is. */
  readonly clusters: () => Clusters;
  /** Redis TIME. */
  readonly now: () => Promise<number>;
}

export function createSchedules(deps: SchedulesDeps): Schedules {
  const { schedules, queue } = deps;
  return {
    problem: (command) => {
      const query = understoodAsQuery(deps.clusters(), command, '');
      return query.ok ? null : query.why;
    },
    start: (asked) => start(deps, asked),
    list: async () => {
      const all = (await schedules.all()).toSorted((one, other) => one.until - other.until);
      return Promise.all(all.map(async (schedule) => scheduleLine(schedule, await schedules.progress(schedule.id))));
    },
    stop: async (id) => {
      const schedule = await schedules.load(id);
      if (!schedule) return null;
      const line = scheduleLine(schedule, await schedules.progress(id));
      await queue.remove(id);
      await schedules.remove(id);
      return line;
    },
  };
}

/** Slack takes no message of this question where it belongs: nobody sees the answers, so it is not asked any more. */
export async function endSchedulesOf({ schedules, queue }: Scheduling, request: Request): Promise<void> {
  const asked = (one: Pick<Schedule, 'operation' | 'words' | 'cluster' | 'place'>) =>
    JSON.stringify([one.operation, one.words, one.cluster, one.place.channel, one.place.thread]);
  for (const schedule of await schedules.all()) {
    if (asked(schedule) !== asked(request)) continue;
    await queue.remove(schedule.id);
    await schedules.remove(schedule.id);
  }
}

async function start(deps: SchedulesDeps, asked: Parameters<Schedules['start']>[0]): Promise<Started> {
  const { schedules, queue, store } = deps;
  const request = await store.load(asked.request);
  if (!request) return { ok: false, why: `Request ${asked.request} is gone. Nothing was begun.` };
  // A name would be of no cluster and of no rule.
  if (asked.channel?.startsWith('#')) return { ok: false, why: `Only Slack knows which channel ${asked.channel} is.` };
  const place = asked.channel === null ? request.place : { channel: asked.channel };
  const query = understoodAsQuery(deps.clusters(), asked.command, place.channel);
  if (!query.ok) return { ok: false, why: `${query.why}.` };
  const { cluster, operation, words } = query.understood;
  const schedule: Schedule = {
    id: scheduleId(request.id),
    by: request.requester,
    place,
    operation: operation.name,
    words,
    cluster: cluster.name,
    everyMs: asked.everyMs,
    // From when it was asked, so that beginning again after a crash is the same beginning.
    until: request.askedAt + asked.lastsMs,
  };
  const tooMany = await overLimit(schedules, schedule);
  if (tooMany !== null) return { ok: false, why: tooMany };
  await schedules.add(schedule);
  await queue.add(schedule, Math.max(0, schedule.until - (await deps.now())));
  return { ok: true, schedule: scheduleLine(schedule, await schedules.progress(schedule.id)) };
}

async function overLimit(schedules: ScheduleStore, { id, by }: Schedule): Promise<string | null> {
  const others = (await schedules.all()).filter((other) => other.id !== id);
  if (others.length >= MOST) return `${MOST} questions are asked again and again already. Stop one: /ops every list.`;
  if (others.filter((other) => other.by === by).length < MOST_OF_ONE) return null;
  return `You have ${MOST_OF_ONE} already. Stop one: /ops every list.`;
}

type Query =
  | { readonly ok: true; readonly understood: Extract<Understood, { kind: 'operation' }> }
  | { readonly ok: false; readonly why: string };

/** Only what reads a storage system: the bot's own commands have effects of their own, and changes need people. */
function understoodAsQuery(clusters: Clusters, command: Words, channel: string): Query {
  if (command[0] === 'ops') return { ok: false, why: 'the bot’s own commands cannot be asked again and again' };
  const understood = understand(clusters, { words: command, channel });
  if (understood.kind === 'said') {
    const [first] = understood.view.parts.flatMap((part) => (part.kind === 'text' ? [plain(part.text)] : []));
    return { ok: false, why: first?.replace(/\.$/, '') ?? 'this is no command that can be asked' };
  }
  if (understood.operation.kind === 'query') return { ok: true, understood };
  return { ok: false, why: `${understood.operation.name} changes something, and only a person may ask for a change` };
}
