import type { Redis } from 'ioredis';
import type { Json } from '../../handlers/operation';
import type { Keys } from '../store/redis';
import type { Progress, Schedule } from './schedule';

/** Schedules in Redis: what shall be asked, how it goes, and the newest answer, which the next one is compared with. */
export interface ScheduleStore {
  add(schedule: Schedule): Promise<void>;
  all(): Promise<readonly Schedule[]>;
  load(id: string): Promise<Schedule | null>;
  progress(id: string): Promise<Progress>;
  remove(id: string): Promise<void>;
  /** Null: there is none yet. */
  answer(id: string): Promise<Json | null>;
  /** This answer is about to be told. */
  telling(id: string, answer: Told): Promise<void>;
  /** What was about to be told when a run was interrupted; null: nothing. */
  untold(id: string): Promise<Told | null>;
  /** This answer was told. */
  keep(id: string, answer: Told): Promise<void>;
  ran(id: string, at: number): Promise<void>;
  skipped(id: string): Promise<void>;
  /** Keeps others from running it meanwhile. Null: somebody does already. */
  lock(id: string, ms: number): Promise<(() => Promise<void>) | null>;
}

export interface Told {
  readonly compared: Json;
  /** Which change this answer is. */
  readonly changes: number;
}

export function createScheduleStore(redis: Redis, keys: Keys): ScheduleStore {
  return {
    add: async (schedule) => void (await redis.hset(keys.schedules, schedule.id, JSON.stringify(schedule))),
    all: async () => Object.values(await redis.hgetall(keys.schedules)).map(readSchedule),
    load: async (id) => {
      const json = await redis.hget(keys.schedules, id);
      return json === null ? null : readSchedule(json);
    },
    progress: async (id) => {
      const [runs, changes, skipped, at] = await redis.hmget(keys.schedule(id), 'runs', 'changes', 'skipped', 'at');
      const count = (text: string | null | undefined) => Number(text ?? 0);
      return {
        runs: count(runs),
        changes: count(changes),
        skipped: count(skipped),
        answeredAt: at ? Number(at) : null,
      };
    },
    remove: async (id) => {
      await redis.hdel(keys.schedules, id);
      await redis.del(keys.schedule(id));
    },
    answer: async (id) => {
      const json = await redis.hget(keys.schedule(id), 'answer');
      return json === null ? null : (JSON.parse(json) as Json);
    },
    telling: async (id, told) => void (await redis.hset(keys.schedule(id), 'telling', JSON.stringify(told))),
    untold: async (id) => {
      const json = await redis.hget(keys.schedule(id), 'telling');
      return json === null || json === '' ? null : (JSON.parse(json) as Told);
    },
    // In one write, so that no answer is both.
    keep: async (id, { compared, changes }) =>
      void (await redis.hset(keys.schedule(id), { answer: JSON.stringify(compared), changes, telling: '' })),
    ran: async (id, at) => {
      await redis.hset(keys.schedule(id), 'at', at);
      await redis.hincrby(keys.schedule(id), 'runs', 1);
    },
    skipped: async (id) => void (await redis.hincrby(keys.schedule(id), 'skipped', 1)),
    lock: async (id, ms) => {
      const key = keys.scheduleLock(id);
      const taken = await redis.set(key, '1', 'PX', ms, 'NX');
      return taken === null ? null : async () => void (await redis.del(key));
    },
  };
}

/** Our own record. */
function readSchedule(json: string): Schedule {
  return JSON.parse(json) as Schedule;
}
