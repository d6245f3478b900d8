import { join } from 'node:path';
import { run } from '../../sandbox/services/process';
import { startRedis } from '../../sandbox/services/redis';
import { keysOf } from '../../src/jobs/store/redis';
import { GENESIS, type Head, seal } from '../../src/jobs/trail/audit';
import { verifyExport } from '../../src/jobs/trail/export';
import { type JobsUnderTest, openJobs } from '../support/jobs';
import { script } from '../support/processes';

/** The trail where it lives, as long as one gets in a year. */
const ENTRIES = 100_000;
const MOST_MS = 2_000;

let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let head: Head;
const texts: string[] = [];
const began = 1_760_000_000_000;

beforeAll(async () => {
  redis = await startRedis({ args: ['--appendfsync', 'no'] });
  under = openJobs(redis.url);
  const keys = keysOf(under.prefix);
  head = GENESIS;
  let pipeline = under.redis.pipeline();
  for (let n = 1; n <= ENTRIES; n++) {
    const { head: place, text } = seal(
      {
        ...{ event: 'step', request: `R${1_000_000 + n}`, operation: 'palm purge' },
        detail: { target: `palm/servers/3f0d9a55-0000-4000-8000-${n}`, status: 'done', text: 'deleted' },
      },
      head,
      began + n * 1_000,
    );
    head = place;
    texts.push(text);
    pipeline.xadd(keys.trail, `${n}-1`, 'entry', text);
    if (n % 10_000 === 0) {
      await pipeline.exec();
      pipeline = under.redis.pipeline();
    }
  }
  await under.redis.hset(keys.head, { seq: head.seq, hash: head.hash });
}, 60_000);
afterAll(async () => {
  await under.close();
  await redis.stop();
});

const trail = () => keysOf(under.prefix).trail;
/** Puts texts in the place of others. Redis changes no entry of a stream, so all are written again. */
async function replace(from: number, changed: readonly string[]): Promise<void> {
  await under.redis.del(trail());
  const all = texts.toSpliced(from - 1, changed.length, ...changed);
  for (let at = 0; at < all.length; at += 10_000) {
    const pipeline = under.redis.pipeline();
    for (const [index, text] of all.slice(at, at + 10_000).entries())
      pipeline.xadd(trail(), `${at + index + 1}-1`, 'entry', text);
    await pipeline.exec();
  }
}
/**
 * Of the processor time of a process of its own: neither a busy machine nor what other tests left in this one must fail the
 * test. `npm run bench audit` measures by the clock.
 */
async function verified(): Promise<{ readonly report: unknown; readonly ms: number }> {
  const program = run(script(join(__dirname, 'verify-program.ts'), [redis.url, under.prefix]));
  const said = await program.said(/"report"/);
  await program.exited;
  return JSON.parse(said);
}

test('100 000 entries are verified in under two seconds', async () => {
  const { report, ms } = await verified();
  expect(report).toMatchObject({ kind: 'whole', entries: ENTRIES, head: head.hash });
  expect(ms).toBeLessThan(MOST_MS);
});

test('one letter that was changed among 100 000 entries is found and named in under two seconds', async () => {
  const changed = (texts[71_233] ?? '').replace('"status":"done"', '"status":"dome"');
  await replace(71_234, [changed]);
  const { report, ms } = await verified();
  await replace(71_234, [texts[71_233] ?? '']);
  expect(report).toMatchObject({ kind: 'broken', at: 71_235 });
  expect(ms).toBeLessThan(MOST_MS);
}, 60_000);

test('an export of 100 000 entries is checked without Redis, and one since a time begins there', async () => {
  const whole = await under.jobs.ledger.exportAudit(null);
  expect(await verifyExport(whole.lines)).toMatchObject({ verdict: { kind: 'whole', entries: ENTRIES } });
  const since = await under.jobs.ledger.exportAudit({ at: began + 90_000_500 });
  expect(since.entries).toBe(10_000);
  expect(JSON.parse(since.lines[1] ?? '')).toMatchObject({ seq: 90_001 });
  expect(await verifyExport(since.lines)).toMatchObject({ after: { seq: 90_000 }, verdict: { kind: 'whole' } });
});

test('something that was put behind the newest entry is found', async () => {
  await under.redis.xadd(trail(), `${ENTRIES + 5}-1`, 'entry', texts[0] ?? '');
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'broken', at: ENTRIES + 1 });
  await under.redis.xdel(trail(), `${ENTRIES + 5}-1`);
});
