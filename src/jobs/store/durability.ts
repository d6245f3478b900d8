import type { Redis } from 'ioredis';

/** How long a reading of Redis' settings is trusted. */
const TRUSTED_MS = 10_000;

/** Whether Redis keeps a decision once it has confirmed it. */
export interface Durability {
  /** Why changes are off, or null. An unreadable setting counts as off. */
  problem(): Promise<string | null>;
}

/** What Redis must be set to, and what it would lose otherwise. */
export const WANTED = [
  { setting: 'appendonly', wanted: 'yes', otherwise: 'a restart of Redis forgets every request and approval' },
  { setting: 'appendfsync', wanted: 'always', otherwise: 'a power cut loses the decisions of the last second' },
  {
    setting: 'no-appendfsync-on-rewrite',
    wanted: 'no',
    otherwise: 'while its file is rewritten, Redis confirms decisions that a power cut still loses',
  },
  { setting: 'maxmemory-policy', wanted: 'noeviction', otherwise: 'a full Redis throws away requests to make room' },
] as const;

/** A master that has replicas may be replaced by one of them, and then what only the master had is lost. */
export const REPLICAS = {
  setting: 'min-replicas-to-write',
  otherwise: 'a replica that takes over lacks the decisions that the master alone had confirmed',
} as const;

/** Whether Redis has replicas and confirms what none of them has heard of. */
export async function confirmsAlone(redis: Redis): Promise<boolean> {
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(await redis.info('replication'))?.[1] ?? 0);
  return replicas > 0 && (await settingOf(redis, REPLICAS.setting)) === '0';
}

export function createDurability(redis: Redis): Durability {
  let known: { readonly problem: string | null; readonly until: number } | null = null;
  return {
    problem: async () => {
      if (known && performance.now() < known.until) return known.problem;
      const problem = await read(redis);
      known = { problem, until: performance.now() + TRUSTED_MS };
      return problem;
    },
  };
}

async function read(redis: Redis): Promise<string | null> {
  const found = await Promise.all(WANTED.map(({ setting }) => settingOf(redis, setting)));
  const wrong = WANTED.flatMap(({ setting, wanted }, at) =>
    found[at] === wanted ? [] : [`${setting} is ${found[at]}, must be ${wanted}`],
  );
  if (await confirmsAlone(redis)) wrong.push(`${REPLICAS.setting} is 0, must be 1 or more where there are replicas`);
  return wrong.length === 0 ? null : `Redis could lose a decision: ${wrong.join('; ')}.`;
}

export async function settingOf(redis: Redis, setting: string): Promise<string> {
  try {
    const reply = (await redis.config('GET', setting)) as readonly string[];
    return reply[1] ?? 'unknown';
  } catch (error) {
    // A managed Redis may forbid CONFIG. A Redis that is away is another matter: the caller says so.
    if (error instanceof Error && /unknown command|NOPERM/i.test(error.message)) return 'unreadable';
    throw error;
  }
}
