import { z } from 'zod';
import type { AdminTable, Debug, PeerAnswer, PeerDebug, Reference, Service, Transition } from './openio';

const peerEntry = z.object({ status: z.object({ status: z.number(), message: z.string() }), body: z.unknown() });

/** Peers come in random order, so they are sorted. */
export const peerAnswers = z
  .record(z.string(), peerEntry)
  .transform((entries) => Object.entries(entries).map(([id, entry]) => ({ id, ...entry.status, body: entry.body })))
  .transform((answers) => answers.toSorted((a, b) => compareIds(a.id, b.id)));

export const refusal = z.object({ status: z.number(), message: z.string() });

/** 4.2 answers a write with `{}`. */
export const anyAnswer = z.unknown();

export const adminTable: z.ZodType<AdminTable> = z.object({
  properties: z.record(z.string(), z.string()),
  system: z.record(z.string(), z.string()),
});

const located = z.object({ seq: z.number(), type: z.string(), host: z.string(), args: z.string() });

export const reference = z
  .object({
    dir: z.array(located),
    srv: z.array(located),
    cid: z.string().optional(),
    account: z.string().optional(),
    name: z.string().optional(),
  })
  .transform(
    (shown): Reference => ({
      directory: byHost(shown.dir),
      services: byHost(shown.srv),
      cid: shown.cid ?? null,
      account: shown.account ?? null,
      name: shown.name ?? null,
    }),
  );

const LOCKS = ['tag.lock', 'tag.putlock', 'tag.getlock'] as const;

const service = z.object({ addr: z.string(), score: z.number(), tags: z.record(z.string(), z.unknown()).default({}) });

export const services = z
  .array(service)
  .transform((list) => list.map(serviceOf).toSorted((a, b) => compareIds(a.address, b.address)));

function serviceOf({ addr, score, tags }: z.output<typeof service>): Service {
  const up = tags['tag.up'];
  return {
    address: addr,
    score,
    up: typeof up === 'boolean' ? up : null,
    location: textOf(tags['tag.loc']),
    volume: textOf(tags['tag.vol']),
    locks: LOCKS.filter((lock) => tags[lock] === true),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const debugBody = z.object({
  local: z.object({ id: z.number().nullable(), state: z.string() }),
  master: z.object({ url: z.string().nullable() }),
  peers: z.array(z.string()).nullable(),
  log: z.array(z.string()),
});

/** A body of another shape is kept in the answer and marked, because the other peers' answers are still worth reading. */
export function debugOf(answer: PeerAnswer): PeerDebug {
  if (answer.body === null || answer.body === '') return { answer, debug: null, strange: false };
  const parsed = debugBody.safeParse(answer.body);
  if (!parsed.success) return { answer, debug: null, strange: true };
  const { local, master, peers, log } = parsed.data;
  return {
    answer,
    strange: false,
    debug: { state: local.state, place: local.id, master: master.url, peers, ...logOf(log) },
  };
}

/** The servers list the newest first. */
function logOf(lines: readonly string[]): Pick<Debug, 'log' | 'unread'> {
  const log: Transition[] = [];
  const unread: string[] = [];
  for (const line of lines.toReversed()) {
    const [, at, from, event, to] = /^(\d{1,15}):([^:]*):([^:]*):([^:]*)$/.exec(line) ?? [];
    if (at && from && event && to) log.push({ at: Number(at), from, event, to });
    else unread.push(line);
  }
  return { log, unread };
}

function byHost<T extends { readonly host: string }>(list: readonly T[]): readonly T[] {
  return list.toSorted((a, b) => compareIds(a.host, b.host));
}

/** Addresses by their numbers (`127.0.0.2:6024` before `127.0.0.10:6024`); anything else by its text. */
export function compareIds(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });
