import { randomBytes } from 'node:crypto';
import { Redis as Client, type Redis } from 'ioredis';
import { z } from 'zod';
import type { Change, Finding, Operation, Pool, Step } from '../../src/handlers/operation';
import { defineChange } from '../../src/handlers/operation';
import { createJobs, type Jobs } from '../../src/jobs/jobs';
import type { Decision, Request, StateKind } from '../../src/jobs/request/request';
import type { People } from '../../src/jobs/rules/people';
import type { Standing, VoteOf } from '../../src/jobs/rules/policy';
import { DEFAULT_RULES, type Rules, rulingOf } from '../../src/jobs/rules/rules';
import type { Anchor } from '../../src/jobs/trail/anchor';

/** The job layer on a real Redis, with an operation whose far side is a map in this process. */
export interface JobsUnderTest {
  readonly jobs: Jobs;
  readonly redis: Redis;
  readonly prefix: string;
  readonly errors: readonly unknown[];
  /** Waits for moves of this request until it is in one of these states. */
  until(id: string, ...kinds: StateKind[]): Promise<Request>;
  close(): Promise<void>;
}

/** Ben and Cho may approve. Ana is an approver too, which must not help her with what she asks herself. */
const APPROVERS = ['UANA', 'UBEN', 'UCHO'] as const;

/** Slack has no user groups, unless a test says so. */
const NOBODY: People = { membersOf: async () => null };

/** What any change at any place is judged by under these rules. */
export function standing(rules: Partial<Rules> = {}): Standing {
  const about = { kind: 'change', operation: 'test raise', cluster: 'default', channel: 'C1', danger: null } as const;
  return {
    ruling: rulingOf({ ...DEFAULT_RULES, approvers: APPROVERS, ...rules }, about),
    members: new Map(),
    secondFactor: 'off',
  };
}

export function approval(by: string): VoteOf<Decision> {
  return { decision: 'approve', by, road: 'button' };
}

/** What a request is asked with when nothing else matters. */
export const ASKED = { road: 'slash', cluster: 'default', requester: 'UANA', place: { channel: 'C1' } } as const;

export interface Options {
  readonly rules?: Partial<Rules>;
  readonly prefix?: string;
  readonly people?: People;
  /** Where the trail of this name is anchored. */
  readonly anchor?: (trail: string) => Anchor & { close(): Promise<void> };
  readonly secondFactorKey?: string;
}

export function openJobs(url: string, options: Options = {}): JobsUnderTest {
  const prefix = options.prefix ?? `test-${randomBytes(4).toString('hex')}`;
  const errors: unknown[] = [];
  const rules = { ...DEFAULT_RULES, approvers: APPROVERS, ...options.rules };
  const { people = NOBODY, secondFactorKey = null } = options;
  const anchor = options.anchor?.(prefix) ?? null;
  const jobs = createJobs({
    ...{ url, rules, people, secondFactorKey, prefix, onError: (error: unknown) => errors.push(error) },
    anchor: anchor && { anchor, onProblem: (problem) => errors.push(problem) },
  });
  const redis = new Client(url);
  return {
    jobs,
    redis,
    prefix,
    errors,
    until: (id, ...kinds) => until(url, prefix, jobs, { id, kinds }),
    close: async () => {
      await jobs.close();
      await redis.quit();
      await anchor?.close();
    },
  };
}

async function until(
  url: string,
  prefix: string,
  jobs: Jobs,
  { id, kinds }: { id: string; kinds: StateKind[] },
): Promise<Request> {
  const subscriber = new Client(url);
  try {
    let wake = () => {};
    subscriber.on('message', () => wake());
    await subscriber.subscribe(`{${prefix}}:moves`);
    const deadline = performance.now() + 40_000;
    while (performance.now() < deadline) {
      const request = await jobs.store.load(id);
      if (request && kinds.includes(request.state.kind)) return request;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const request = await jobs.store.load(id);
    throw new Error(`request ${id} is ${request?.state.kind}, not ${kinds.join(' or ')}`);
  } finally {
    subscriber.disconnect();
  }
}

const planSchema = z.strictObject({ name: z.string(), from: z.number() });

/** A far side: numbers by name. `shelf` can be made to fail. */
export interface Shelf {
  readonly values: Map<string, number>;
  /** How many times something was written. */
  writes: number;
  onPlan?: () => Promise<void>;
  beforeWrite?: () => Promise<void>;
  afterWrite?: () => Promise<void>;
}

/** `test raise NAME`: adds one. Irreversible when the name begins with `!`; only shown when it begins with `?`. */
export interface ShelfOptions {
  /** What leaves nothing that could be read back. */
  readonly untraced?: (plan: unknown, steps: readonly Step[]) => readonly Finding[];
  /** Whether a late write can be kept out. */
  readonly sealed?: boolean;
  /** The answer to the write is lost. */
  readonly unknown?: boolean;
  /** Writes a second time, as a step of its own. */
  readonly again?: boolean;
  readonly renders?: boolean;
  /** What it takes from, as it is when it is planned. */
  readonly pool?: () => Pool;
  /** How long its writing may take, where it says so. */
  readonly mostMs?: number;
  /** Reading back takes until this is settled. */
  readonly whileReading?: (signal: AbortSignal) => Promise<void>;
  /** Says its steps beforehand. */
  readonly procedure?: readonly string[];
}

export function raise(shelf: Shelf, options: ShelfOptions = {}): Change {
  const current = (name: string) => shelf.values.get(name);
  return defineChange<string, z.infer<typeof planSchema>>({
    name: 'test raise',
    usage: 'NAME',
    summary: 'Adds one.',
    examples: ['test raise a'],
    schema: planSchema,
    parse: ([name, ...rest]) =>
      name && rest.length === 0 ? { ok: true, args: name } : { ok: false, problem: 'one name is needed' },
    danger: ({ name }) => (name.startsWith('!') ? 'irreversible' : 'reversible'),
    plan: async (name) => {
      await shelf.onPlan?.();
      const from = current(name);
      if (from === undefined) return { kind: 'refused', why: `there is no ${name}` };
      if (name.startsWith('?'))
        return { kind: 'shown', view: { title: `would raise ${name}`, tone: 'neutral', parts: [] } };
      return { kind: 'plan', plan: { name, from }, ...(options.pool && { pool: options.pool() }) };
    },
    procedure: () => options.procedure ?? [],
    targets: ({ name }) => [{ key: `test/${name}`, label: name }],
    preview: ({ name, from }) => ({ title: `Raise ${name} from ${from}`, tone: 'warning', parts: [] }),
    execute: async function* ({ name, from }): AsyncIterable<Step> {
      await shelf.beforeWrite?.();
      shelf.values.set(name, from + 1);
      shelf.writes += 1;
      await shelf.afterWrite?.();
      yield { target: `test/${name}`, status: options.unknown ? 'unknown' : 'done', text: 'raised' };
      if (!options.again) return;
      shelf.writes += 1;
      yield { target: `test/${name}`, status: 'done', text: 'raised again' };
    },
    seal: async () => options.sealed ?? false,
    ...(options.mostMs !== undefined && { mostMs: () => options.mostMs ?? 0 }),
    verify: async ({ name, from }, { signal }) => {
      await options.whileReading?.(signal);
      const verdict = current(name) === from + 1 ? 'confirmed' : 'contradicted';
      return [{ target: `test/${name}`, verdict, text: `${name} is ${current(name)}` }];
    },
    ...(options.untraced && { untraced: options.untraced }),
    render: ({ name }, _steps, findings) => {
      if (options.renders === false) throw new Error('cannot be rendered');
      return {
        title: findings.every(({ verdict }) => verdict === 'confirmed') ? `${name} is raised` : `${name} is not raised`,
        tone: 'good',
        parts: [],
      };
    },
  });
}

export function byName(...operations: Operation[]) {
  return (name: string) => operations.find((operation) => operation.name === name) ?? null;
}
