import type { Redis } from 'ioredis';
import { type Check, judged, type Line } from '../handlers/checkup';
import { confirmsAlone, REPLICAS, settingOf, WANTED } from './store/durability';

/** What the doctor looks at in Redis. "Now" is given, so that a test can be late. */
export interface RedisChecks {
  readonly redis: Redis;
  /** This machine's clock, in milliseconds. */
  readonly now?: () => number;
}

/** One check, because a Redis that does not answer is one thing to say. */
export function redisCheck({ redis, now = Date.now }: RedisChecks): Check {
  const about = {
    what: 'Redis',
    why: 'every request, approval and lock is kept there',
    todo: 'Look whether Redis runs and whether REDIS_URL is right.',
  };
  const look = async (): Promise<readonly Line[]> => {
    const [server, replication, persistence, memory] = await Promise.all(
      ['server', 'replication', 'persistence', 'memory'].map((section) => info(redis, section)),
    );
    const settings = await settingLines(redis);
    const clock = await clockLine(redis, now);
    const replicas = await replicasLine(redis, replication);
    return [versionLine(server, replication), ...settings, replicas, fileLine(persistence), memoryLine(memory), clock];
  };
  const unseen = (error: unknown): readonly Line[] => [
    { ...about, tone: 'bad', found: `it does not answer (${reason(redis, error)})` },
  ];
  return { ...about, look: () => look().catch(unseen) };
}

/** What ioredis says of its own queue and tries tells people nothing. */
const NO_CONNECTION = /enableOfflineQueue|max retries|Connection is closed/;

function reason(redis: Redis, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return redis.status !== 'ready' || NO_CONNECTION.test(said) ? 'no connection' : said;
}

type Info = ReadonlyMap<string, string>;
const NOTHING: Info = new Map();

async function info(redis: Redis, section: string): Promise<Info> {
  const lines = (await redis.info(section)).split('\r\n');
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

/** BullMQ asks for 6.2, and so do our own scripts. */
const LEAST = [6, 2] as const;

function versionLine(server: Info = NOTHING, replication: Info = NOTHING): Line {
  const version = server.get('redis_version') ?? 'unknown';
  const role = replication.get('role') ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
  const about = {
    what: 'Redis: version',
    found: `it answers; version ${version}, ${role}`,
    why: 'the queues and the scripts of the bot need 6.2, and a replica takes no writes',
  };
  if (old) return { ...about, tone: 'bad', todo: 'Run Redis 6.2 or newer.' };
  return judged(about, role === 'slave' ? { tone: 'bad', todo: 'Set REDIS_URL to the master.' } : null);
}

async function settingLines(redis: Redis): Promise<readonly Line[]> {
  return Promise.all(
    WANTED.map(async ({ setting, wanted, otherwise }) => {
      const found = await settingOf(redis, setting);
      const about = { what: `Redis: ${setting}`, found, why: `otherwise ${otherwise}` };
      if (found === wanted) return { ...about, tone: 'ok' } as const;
      const todo =
        found === 'unreadable'
          ? `Allow the bot CONFIG GET. Changes stay off until it can see that ${setting} is ${wanted}.`
          : `Set ${setting} to ${wanted}. Changes stay off until then.`;
      return { ...about, tone: 'bad', todo } as const;
    }),
  );
}

async function replicasLine(redis: Redis, replication: Info = NOTHING): Promise<Line> {
  const count = Number(replication.get('connected_slaves') ?? 0);
  const setting = await settingOf(redis, REPLICAS.setting);
  const about = {
    what: 'Redis: replicas',
    found: count === 0 ? 'none' : `${count}, ${REPLICAS.setting} ${setting}`,
    why: `otherwise ${REPLICAS.otherwise}`,
  };
  const todo = `Set ${REPLICAS.setting} to 1 and min-replicas-max-lag to 2. Changes stay off until then.`;
  return judged(about, (await confirmsAlone(redis)) ? { tone: 'bad', todo } : null);
}

/** A setting says what Redis tries; this says whether it succeeds. */
function fileLine(persistence: Info = NOTHING): Line {
  const write = persistence.get('aof_last_write_status') ?? 'unknown';
  const rewrite = persistence.get('aof_last_bgrewrite_status') ?? 'unknown';
  const about = {
    what: 'Redis: its file',
    found: persistence.get('aof_enabled') === '1' ? `last write ${write}, last rewrite ${rewrite}` : 'none is written',
    why: 'a decision that is not in the file is gone with the next restart',
  };
  if (persistence.get('aof_enabled') !== '1' || write !== 'ok')
    return { ...about, tone: 'bad', todo: 'Look at the log of Redis, and whether its disk is full.' };
  const full = {
    tone: 'warning',
    todo: 'Look at the log of Redis: its file only grows until a rewrite succeeds.',
  } as const;
  return judged(about, rewrite === 'ok' ? null : full);
}

/** Shares of the limit from which people should look, and from which writes are about to be refused. */
const MUCH = 0.7;
const TOO_MUCH = 0.9;

function memoryLine(memory: Info = NOTHING): Line {
  const used = Number(memory.get('used_memory') ?? 0);
  const limit = Number(memory.get('maxmemory') ?? 0);
  const most = limit || Number(memory.get('total_system_memory') ?? 0);
  const share = most > 0 ? used / most : 0;
  const of = limit > 0 ? 'its limit' : 'the memory of its machine (no limit is set)';
  return judged(
    {
      what: 'Redis: memory',
      found: `${megabytes(used)} used, ${(100 * share).toFixed(share < 0.01 ? 2 : 0)} % of ${of}`,
      why: 'a full Redis refuses every write: no request can be stored or decided',
    },
    share < MUCH
      ? null
      : {
          tone: share < TOO_MUCH ? 'warning' : 'bad',
          todo: 'Raise maxmemory, or see what else is kept in this Redis.',
        },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** Clocks apart by more than this are worth a look; by more than the other, times that people read are wrong. */
const APART_MS = 2_000;
const FAR_APART_MS = 60_000;

async function clockLine(redis: Redis, now: () => number): Promise<Line> {
  const before = now();
  const [seconds, micros] = await redis.time();
  const after = now();
  const theirs = Number(seconds) * 1_000 + Number(micros) / 1_000;
  const apart = theirs - (before + after) / 2;
  return judged(
    {
      what: 'Redis: clock',
      found: apartness(apart, 'this machine'),
      why: 'the clock of Redis alone decides when an approval expires',
    },
    Math.abs(apart) < APART_MS
      ? null
      : {
          tone: Math.abs(apart) < FAR_APART_MS ? 'warning' : 'bad',
          todo: 'Let a time service (chrony, NTP) keep the clocks of both machines.',
        },
  );
}

function apartness(ms: number, whom: string): string {
  const seconds = Math.abs(ms) / 1_000;
  if (seconds < 0.1) return `with ${whom}`;
  return `${seconds.toFixed(1)} s ${ms > 0 ? 'ahead of' : 'behind'} ${whom}`;
}
