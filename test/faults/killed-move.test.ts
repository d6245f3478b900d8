import { join } from 'node:path';
import type { Version } from '../../sandbox/openio/state';
import { type Running, run as start } from '../../sandbox/services/process';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import { openioBaseMove } from '../../src/handlers/openio/base/move';
import type { Change } from '../../src/handlers/operation';
import { type JobsUnderTest, openJobs } from '../support/jobs';
import { script } from '../support/processes';
import { approved, cleared, type Ended, endOf, run } from './move-road';
import { listsIn, notAt, type Stage, stage } from './move-stage';

/**
 * Many moves in one worker, each held at another write; then the worker is killed with -9, and another one comes. Each
 * request must end by itself with what is true, and the same command again must bring the base to its end.
 */

let redis: Server;
let worker: Running | null = null;
const open: Held[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(closeAll);
afterAll(() => redis.stop());

async function closeAll(): Promise<void> {
  await worker?.kill();
  worker = null;
  for (const { under, release, close } of open.splice(0)) {
    release();
    await under.close();
    await close();
  }
}

interface Held extends Stage {
  readonly under: JobsUnderTest;
  readonly move: Change;
  readonly write: number;
  /** Resolves when the write is held. */
  readonly held: Promise<string>;
  /** Lets it go on, done or not. */
  release(): void;
  /** Resolves when it is done. */
  readonly landed: Promise<void>;
}

type Landing = 'it never lands' | 'it has landed' | 'it lands after the request has ended';

async function hold(version: Version, write: number, landing: Landing): Promise<Held> {
  const staged = await stage(version, `NS${write}`);
  const moment = landing === 'it has landed' ? 'after' : 'before';
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = new Promise<string>((resolve) => {
    staged.sandbox.onCall(async (call, when) => {
      if (call.write !== write || when !== moment) return undefined;
      resolve(call.what);
      await released;
      return landing === 'it never lands' ? 'hang up' : undefined;
    });
  });
  const landed = new Promise<void>((resolve) => {
    staged.sandbox.onCall((call, when) => {
      if (call.write === write && when === 'after') resolve();
      return undefined;
    });
  });
  const under = openJobs(redis.url);
  const move = openioBaseMove(staged.openio);
  const started: Held = { ...staged, under, write, held, release, landed, move };
  open.push(started);
  await under.jobs.connected(2_000);
  return started;
}

async function startWorker(moves: readonly Held[]): Promise<void> {
  const places = moves.map(({ under, sandbox }) => ({
    prefix: under.prefix,
    proxyUrl: sandbox.url,
    namespace: sandbox.namespace,
  }));
  const program = join(__dirname, 'move-worker-program.ts');
  worker = start(script(program, [redis.url, JSON.stringify(places)]));
  await worker.said(/working/);
}

/** What a move writes when nobody disturbs it. */
async function writesOf(version: Version): Promise<readonly string[]> {
  const alone = await hold(version, 0, 'it never lands');
  const writes: string[] = [];
  alone.sandbox.onCall(({ what, write }, moment) => {
    if (write !== null && moment === 'before') writes.push(what);
    return undefined;
  });
  await startWorker([alone]);
  expect(await run(alone.under, alone.move, alone.words)).toMatchObject({ kind: 'succeeded' });
  await closeAll();
  return writes;
}

/** What one of the moves came to. */
interface Report {
  readonly step: string;
  readonly first: Ended['kind'];
  /** Whether the base is kept from others until somebody has looked. */
  readonly isLocked: boolean;
  /** Where peers disagree, both services are named in what was read back. */
  readonly named: boolean;
  readonly last: Ended['kind'];
  readonly problems: readonly string[];
}

/** After the crash: the truth is told, what may still land stays locked, and the move can be brought to its end. */
async function reportOf(held: Held, id: string, landing: Landing): Promise<Report> {
  const { under, truth, wanted, leaving, arriving, move, words, write, problems } = held;
  const first = await endOf(under, id);
  const named = listsIn(truth()).length < 2 || [leaving, arriving].every((service) => first.found.includes(service));
  const isLocked = (await under.jobs.ledger.locks()).length > 0;
  if (landing === 'it lands after the request has ended') {
    held.release();
    await held.landed;
  }
  const lie = first.kind === 'succeeded' ? notAt(truth(), wanted) : [];
  await cleared(under, first);
  const last = await run(under, move, words);
  const isWell = last.kind === 'succeeded' || last.kind === 'unchanged';
  const left = isWell ? notAt(truth(), wanted) : [last.told];
  const audit = await under.jobs.ledger.verifyAudit();
  const events = (await under.jobs.ledger.find(id))?.entries.filter(({ event }) => event === 'started') ?? [];
  return {
    step: `${write} ${await held.held}`,
    first: first.kind,
    isLocked,
    named,
    last: isWell ? 'succeeded' : last.kind,
    problems: [
      ...problems,
      ...lie.map((each) => `it is said to have succeeded, but ${each}`),
      ...left.map((each) => `after continuing: ${each}`),
      ...(audit.kind === 'whole' ? [] : [`the audit trail is ${audit.kind}`]),
      ...(events.length === 1 ? [] : [`it was started ${events.length} times`]),
    ],
  };
}

const LANDINGS: readonly Landing[] = ['it never lands', 'it has landed', 'it lands after the request has ended'];

describe.each(['4.2.10', '2026.14.2'] as const)('a worker killed at every write of a move on %s', (version) => {
  let writes: readonly string[];
  beforeAll(async () => {
    writes = await writesOf(version);
  }, 60_000);

  test.each(LANDINGS)(
    '%s',
    async (landing) => {
      const moves = await Promise.all(writes.map((_, index) => hold(version, index + 1, landing)));
      await startWorker(moves);
      const ids = await Promise.all(moves.map(({ under, move, words }) => approved(under, move, words)));
      await Promise.all(moves.map(({ held }) => held));
      await worker?.kill();
      if (landing !== 'it lands after the request has ended') for (const { release } of moves) release();
      await startWorker(moves);
      const reports = await Promise.all(moves.map((held, index) => reportOf(held, ids[index] ?? '', landing)));
      // Nobody knows whether a write that was under way will land, unless it was the last one and is seen.
      const isOver = (index: number) => landing === 'it has landed' && index === writes.length - 1;
      expect(reports).toEqual(
        writes.map((what, index) => ({
          step: `${index + 1} ${what}`,
          first: isOver(index) ? 'succeeded' : 'uncertain',
          isLocked: !isOver(index),
          named: true,
          last: 'succeeded',
          problems: [],
        })),
      );
    },
    120_000,
  );
});
