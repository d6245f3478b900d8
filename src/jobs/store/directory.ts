import type { Redis } from 'ioredis';
import type { Keys } from './redis';

/** What people and channels are called, as Slack told with what they typed and pressed: for files that are read outside Slack. */
export interface Directory {
  /** Names by id. Only what is new is written. */
  note(names: ReadonlyMap<string, string>): Promise<void>;
  /** The names of these ids, as far as they are known. */
  namesOf(ids: Iterable<string>): Promise<Readonly<Record<string, string>>>;
}

const NAME_CHARACTERS = 80;

export function createDirectory(redis: Redis, keys: Keys): Directory {
  const noted = new Map<string, string>();
  return {
    note: async (names) => {
      const fresh = [...names].filter(([id, name]) => name !== '' && noted.get(id) !== name);
      if (fresh.length === 0) return;
      await redis.hset(keys.directory, new Map(fresh.map(([id, name]) => [id, name.slice(0, NAME_CHARACTERS)])));
      for (const [id, name] of fresh) noted.set(id, name);
    },
    namesOf: async (ids) => {
      const wanted = [...new Set(ids)];
      if (wanted.length === 0) return {};
      const found = await redis.hmget(keys.directory, ...wanted);
      return Object.fromEntries(wanted.flatMap((id, at) => (found[at] ? [[id, found[at]] as const] : [])));
    },
  };
}
