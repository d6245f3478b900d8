import { createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../sandbox/services/redis';
import { createJobs, type Jobs } from '../src/jobs/jobs';
import { DEFAULT_RULES } from '../src/jobs/rules/rules';
import { keysOf } from '../src/jobs/store/redis';
import { GENESIS, seal } from '../src/jobs/trail/audit';
import type { Row } from './row';

const ENTRIES = 100_000;
const AT_ONCE = 10_000;
const PAGE = 1_000;

/** Verifying a long trail in Redis, beside reading it and hashing each entry with nothing checked. About fifteen seconds. */
export async function benchAudit(): Promise<readonly Row[]> {
  const server = await startRedis({ args: ['--appendfsync', 'no'] });
  const prefix = `bench-${randomBytes(4).toString('hex')}`;
  const redis = new Redis(server.url);
  const people = { membersOf: async () => null };
  const jobs = createJobs({
    secondFactorKey: null,
    url: server.url,
    rules: DEFAULT_RULES,
    people,
    prefix,
    onError: () => undefined,
  });
  try {
    await jobs.connected(5_000);
    await fill(redis, prefix);
    const bare = await timed(() => readAll(redis, prefix));
    const rows = [rowOf(`verify ${ENTRIES} audit entries, whole`, bare, await verified(jobs, 'whole'))];
    await redis.xdel(keysOf(prefix).trail, `${ENTRIES - 10}-1`);
    rows.push(rowOf(`verify ${ENTRIES} audit entries, one cut near the end`, bare, await verified(jobs, 'broken')));
    return rows;
  } finally {
    await jobs.close();
    await redis.quit();
    await server.stop();
  }
}

async function fill(redis: Redis, prefix: string): Promise<void> {
  const { trail, head: headKey } = keysOf(prefix);
  let head = GENESIS;
  for (let done = 0; done < ENTRIES; done += AT_ONCE) {
    const pipeline = redis.pipeline();
    for (let n = done + 1; n <= done + AT_ONCE; n++) {
      const detail = { target: `palm/servers/3f0d9a55-0000-4000-8000-${n}`, status: 'done', text: 'deleted' };
      const note = { event: 'step', request: `R${n}`, operation: 'palm purge', detail } as const;
      const sealed = seal(note, head, 1_760_000_000_000 + n);
      head = sealed.head;
      pipeline.xadd(trail, `${n}-1`, 'entry', sealed.text);
    }
    await pipeline.exec();
  }
  await redis.hset(headKey, { seq: head.seq, hash: head.hash });
}

async function readAll(redis: Redis, prefix: string): Promise<void> {
  for (let from = '-'; ; ) {
    const page = await redis.xrange(keysOf(prefix).trail, from, '+', 'COUNT', PAGE);
    for (const [, fields] of page)
      createHash('sha256')
        .update(fields[1] ?? '')
        .digest('hex');
    const last = page.at(-1);
    if (!last) return;
    from = `(${last[0]}`;
  }
}

async function verified(jobs: Jobs, wanted: 'whole' | 'broken'): Promise<number> {
  let kind = '';
  const ms = await timed(async () => {
    kind = (await jobs.ledger.verifyAudit()).kind;
  });
  if (kind !== wanted) throw new Error(`the trail is ${kind}, not ${wanted}`);
  return ms;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function rowOf(what: string, bare: number, ours: number): Row {
  return {
    what,
    bare: `${bare.toFixed(0)} ms read and hash`,
    ours: `${ours.toFixed(0)} ms`,
    ratio: `${(ours / bare).toFixed(2)}×`,
    goal: '< 2 000 ms',
  };
}
