import { Redis, type RedisOptions } from 'ioredis';

/**
 * Connections, with the settings that were measured to behave. A hung or absent Redis must fail fast for whoever has a
 * person waiting, and must be waited for by whoever works in the background.
 */

/** How long a person is kept waiting for Redis, in milliseconds. Slack gives up after 3 000. */
const PATIENCE_MS = 900;

/** Background work waits for Redis to come back, however long that takes. */
const PATIENT = { maxRetriesPerRequest: null } satisfies RedisOptions;

/** Somebody waits for the answer: no queueing while disconnected, no second try, a deadline for a hung server. */
const IMPATIENT = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: PATIENCE_MS,
  connectTimeout: 1_000,
} satisfies RedisOptions;

export type Patience = 'patient' | 'impatient';

/** Options for connections that BullMQ or ioredis open. Retries soon and for ever: recovery takes about half a second. */
export function connectionOptions(url: string, patience: Patience) {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : 6379,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: { servername: hostname } }),
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    ...(patience === 'patient' ? PATIENT : IMPATIENT),
  };
}

/** Opens a connection. Errors go to `onError`; without a listener ioredis would print them itself. */
export function connect(url: string, patience: Patience, onError: (error: Error) => void): Redis {
  return new Redis({ ...connectionOptions(url, patience), replyMapping: 'legacy' }).on('error', onError);
}

/** Whether the connection is up, now or within this time. */
export async function isReady(redis: Redis, mostMs: number): Promise<boolean> {
  const up = () => redis.status === 'ready';
  if (!up()) await Promise.race([new Promise<void>((resolve) => redis.once('ready', () => resolve())), delay(mostMs)]);
  return up();
}

/** Redis TIME in milliseconds: the one clock of approvals. */
export async function timeOf(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** Ends a connection even when the server does not answer any more. */
export async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await Promise.race([redis.quit().catch(() => undefined), delay(500)]);
  redis.disconnect();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Every key of the bot, under one hash tag so that one script may span them, also on a cluster. */
export function keysOf(prefix: string) {
  const tag = `{${prefix}}`;
  return {
    tag,
    request: (id: string) => `${tag}:request:${id}`,
    partial: (id: string) => `${tag}:partial:${id}`,
    message: (id: string) => `${tag}:message:${id}`,
    wants: (id: string) => `${tag}:wants:${id}`,
    drawing: (id: string) => `${tag}:drawing:${id}`,
    beat: (id: string) => `${tag}:beat:${id}`,
    attachment: (id: string) => `${tag}:attachment:${id}`,
    /** A person's second factor: the sealed secret and the newest time step that was accepted. */
    factor: (user: string) => `${tag}:factor:${user}`,
    /** A sealed secret that waits for its first code. */
    factorPending: (user: string) => `${tag}:factor-pending:${user}`,
    /** Requests that have not ended, by the time of their last move. */
    open: `${tag}:open`,
    /** All requests that are kept, by the time they were asked. */
    all: `${tag}:all`,
    /** Held locks: target path → who holds it. */
    locks: `${tag}:locks`,
    /** The number of the last batch that this writer committed. */
    receipt: (writer: string) => `${tag}:receipt:${writer}`,
    head: `${tag}:audit:head`,
    trail: `${tag}:audit:trail`,
    /** Requests whose message is behind their record, by the time it is due. */
    redraw: `${tag}:redraw`,
    /** Published after every move: the request's id. */
    moves: `${tag}:moves`,
    /** Questions that are asked again and again, by id. */
    schedules: `${tag}:schedules`,
    schedule: (id: string) => `${tag}:schedule:${id}`,
    scheduleLock: (id: string) => `${tag}:schedule-lock:${id}`,
    hookMinute: (hook: string) => `${tag}:hook-minute:${hook}`,
    /** A long name that was offered in a form. */
    name: (key: string) => `${tag}:name:${key}`,
    /** What people and channels are called, by id. */
    directory: `${tag}:directory`,
    /** There while somebody has opened their Home tab lately. */
    home: (user: string) => `${tag}:home:${user}`,
    /** The address of the Slack workspace, for links to messages. */
    workspace: `${tag}:workspace`,
  } as const;
}
export type Keys = ReturnType<typeof keysOf>;
