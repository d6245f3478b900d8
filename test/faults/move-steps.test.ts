import type { Version } from '../../sandbox/openio/state';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import { openioBaseMove } from '../../src/handlers/openio/base/move';
import type { Change } from '../../src/handlers/operation';
import { splitWords } from '../../src/handlers/words';
import type { Workers } from '../../src/jobs/work/worker';
import { type JobsUnderTest, openJobs } from '../support/jobs';
import { arm, FAULTS, type Fault } from './move-faults';
import { cleared, type Ended, run } from './move-road';
import { listsIn, mend, notAt, type Stage, stage } from './move-stage';

/** One thing goes wrong at one step of a move. What must hold then, whatever it was and whenever. */
const QUICK = { settleMs: 400, pauseMs: 10 };
/** Cases that wait side by side; the machine has little to do meanwhile. */
const AT_ONCE = 8;
const MOST_TRIES = 4;

let redis: Server;
let under: JobsUnderTest;
let workers: Workers;
const operations = new Map<string, Change>();

beforeAll(async () => {
  redis = await startRedis();
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
  workers = under.jobs.work((name) => operations.get(name) ?? null);
});
afterAll(async () => {
  await workers.close();
  await under.close();
  await redis.stop();
});

let counter = 0;

interface Case extends Stage {
  readonly move: Change;
}

/** The operation under a name of its own, so that one worker serves many pretend namespaces. */
async function begin(version: Version): Promise<Case> {
  counter += 1;
  const number = counter;
  const staged = await stage(version, `NS${number}`);
  const move = { ...openioBaseMove(staged.openio, QUICK), name: `openio base move ${number}` };
  operations.set(move.name, move);
  return { ...staged, move };
}

/** What a move writes when nothing goes wrong: the steps at which something can. */
async function writesOf(version: Version): Promise<readonly string[]> {
  const undisturbed = await begin(version);
  const writes: string[] = [];
  undisturbed.sandbox.onCall(({ what, write }, moment) => {
    if (write !== null && moment === 'before') writes.push(what);
    return undefined;
  });
  const ended = await run(under, undisturbed.move, undisturbed.words);
  expect({ ended, left: notAt(undisturbed.truth(), undisturbed.wanted) }).toMatchObject({
    ended: { kind: 'succeeded' },
    left: [],
  });
  expect(undisturbed.problems).toEqual([]);
  await undisturbed.close();
  return writes;
}

interface Report {
  readonly fault: string;
  readonly step: string;
  readonly first: Ended['kind'];
  readonly last: Ended['kind'];
  readonly problems: readonly string[];
}

type Way = 'continue' | 'go back';

async function play(version: Version, fault: Fault, { write, what }: { write: number; what: string }, way: Way) {
  const played = await begin(version);
  try {
    const armed = arm(played, fault, write);
    const first = await run(under, played.move, played.words);
    const struck = armed.disarm();
    const problems = [...(struck ? [] : ['nothing went wrong']), ...dishonest(first, played)];
    await mend(played);
    await cleared(under, first);
    const last = await end(played, first, way);
    problems.push(...last.problems, ...played.problems);
    return { fault: fault.name, step: `${write} ${what}`, first: first.kind, last: last.kind, problems };
  } finally {
    await played.close();
  }
}

/** A success that is none, or peers that disagree without anybody being told. */
function dishonest({ kind, found }: Ended, { truth, wanted, leaving, arriving }: Case): readonly string[] {
  const now = truth();
  const left = notAt(now, wanted);
  const lists = listsIn(now);
  // Not in all that was told: its table of services always has both.
  const named = found.includes(leaving) && found.includes(arriving);
  // Where nothing can be asked, that is what is told, and doubt is the outcome.
  const isUnread = kind === 'uncertain' && /does not answer|cannot be reached/.test(found);
  return [
    ...((kind === 'succeeded' || kind === 'unchanged') && left.length > 0 ? [`${kind}, but ${left.join('; ')}`] : []),
    ...(lists.length > 1 && !named && !isUnread ? [`nobody was told of ${lists.join(' | ')}, but: ${found}`] : []),
  ];
}

/** Presses the button until the move has come to its end. */
async function end(played: Case, first: Ended, way: Way): Promise<{ kind: Ended['kind']; problems: string[] }> {
  const wanted = way === 'continue' ? played.wanted : played.old;
  const label = way === 'continue' ? 'Continue' : 'Go back';
  let last = first;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const offered = last.next[label];
    const asked = way === 'continue' ? played.words : [...played.words, '--back'];
    last = await run(under, played.move, offered === undefined ? asked : wordsIn(offered));
    if (last.kind === 'succeeded' || last.kind === 'unchanged') {
      return { kind: last.kind, problems: notAt(played.truth(), wanted).map((left) => `${way}: ${left}`) };
    }
    await cleared(under, last);
    if (last.kind !== 'refused') continue;
    // Where only the way forward is open, that is said, and the way back comes afterwards.
    const forward = way === 'go back' && offered === undefined ? last.next.Continue : undefined;
    if (forward === undefined) return { kind: 'refused', problems: [`${way} is refused: ${last.told.trim()}`] };
    last = await run(under, played.move, wordsIn(forward));
    await cleared(under, last);
  }
  return { kind: last.kind, problems: [`${way} never comes to an end: ${last.told}`] };
}

/** Behind the name of the operation. */
function wordsIn(command: string): readonly string[] {
  const split = splitWords(command);
  if (!split.ok) throw new Error(split.problem);
  return split.args.slice(3);
}

async function inParallel<T>(work: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  const waiting = [...work];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await next());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

describe.each(['4.2.10', '2026.14.2'] as const)('a move on %s', (version) => {
  let writes: readonly string[];
  beforeAll(async () => {
    writes = await writesOf(version);
  });

  async function everywhere(fault: Fault, way: Way): Promise<readonly Report[]> {
    const steps = writes.map((what, index) => ({ what, write: index + 1 }));
    const struck = steps.filter(({ what }) => fault.only === undefined || what === fault.only);
    expect(struck.length).toBeGreaterThan(0);
    const cases = struck.map((step) => () => play(version, fault, step, way));
    return (await inParallel(cases)).filter(({ problems }) => problems.length > 0);
  }

  test.each(FAULTS)(
    'can be continued after this at every step: $name',
    async (fault) => {
      expect(await everywhere(fault, 'continue')).toEqual([]);
    },
    120_000,
  );

  test.each(FAULTS.filter(({ back }) => back))(
    'can be taken back after this at every step: $name',
    async (fault) => {
      expect(await everywhere(fault, 'go back')).toEqual([]);
    },
    120_000,
  );
});
