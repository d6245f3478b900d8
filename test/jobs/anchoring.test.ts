import { startEtcd } from '../../sandbox/services/etcd';
import { startRedis } from '../../sandbox/services/redis';
import { createEtcdAnchor, type EtcdAnchor } from '../../src/backends/palm/anchor';
import { keysOf } from '../../src/jobs/store/redis';
import { type Anchoring, startAnchoring, TrailDiffers } from '../../src/jobs/trail/anchoring';
import { GENESIS, hashOf, readEntry, seal } from '../../src/jobs/trail/audit';
import { ASKED, type JobsUnderTest, openJobs, standing } from '../support/jobs';

/** The head of a real trail in a real etcd. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let etcd: Awaited<ReturnType<typeof startEtcd>>;
let anchor: EtcdAnchor;
let under: JobsUnderTest;
let anchoring: Anchoring;
let problems: unknown[];
let asked = 0;

beforeAll(async () => {
  [redis, etcd] = await Promise.all([startRedis(), startEtcd()]);
});
afterAll(() => Promise.all([redis.stop(), etcd.stop()]));
beforeEach(async () => {
  problems = [];
  under = openJobs(redis.url, { anchor: (trail) => createEtcdAnchor({ hosts: [etcd.url], trail }) });
  anchor = createEtcdAnchor({ hosts: [etcd.url], trail: under.prefix });
  await under.jobs.connected(2_000);
  anchoring = startAnchoring({
    ...{ trail: under.jobs.store.trail, anchor },
    onProblem: (problem) => problems.push(problem),
    everyMs: 3_600_000,
  });
});
afterEach(async () => {
  await anchoring.stop();
  await anchor.close();
  await under.close();
});

async function ask(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    asked += 1;
    const question = { id: `R${10_000 + asked}`, kind: 'query', operation: 'test', words: ['a'], ...ASKED } as const;
    await under.jobs.store.open(question, standing());
  }
}

/** What somebody with Redis' password can do: another trail in its place, of which every link and the head fit. */
async function forge(texts: readonly string[], { from }: { from: number }): Promise<void> {
  const { trail, head } = keysOf(under.prefix);
  await under.redis.del(trail);
  let last = GENESIS;
  for (const text of texts) {
    const entry = readEntry(text);
    if (!entry) throw new Error('the test expected an entry');
    const { seq, at, prev: _prev, by: _by, ...note } = entry;
    const sealed = seq < from ? { text, head: { seq, hash: hashOf(text) } } : seal({ ...note, by: 'UEVE' }, last, at);
    await under.redis.xadd(trail, `${seq}-1`, 'entry', sealed.text);
    last = sealed.head;
  }
  await under.redis.hset(head, { seq: last.seq, hash: last.hash });
}

async function stored(): Promise<readonly string[]> {
  const items = await under.redis.xrange(keysOf(under.prefix).trail, '-', '+');
  return items.map(([, fields]) => fields[1] ?? '');
}

test('the head is kept, and verifying says which places agree', async () => {
  await ask(2);
  await anchoring.round();
  await ask(3);
  await anchoring.round();
  const report = await under.jobs.ledger.verifyAudit();
  expect(report).toMatchObject({ kind: 'whole', entries: 5, anchors: { kind: 'read' } });
  expect(report.anchors).toMatchObject({
    places: [
      { seq: 2, says: 'agrees' },
      { seq: 5, says: 'agrees' },
    ],
  });
  expect(problems).toEqual([]);
});

test('nothing is kept of an empty trail, and nothing anew while nothing moves', async () => {
  await anchoring.round();
  expect(await anchor.places()).toEqual([]);
  await ask(1);
  await anchoring.round();
  await etcd.stop();
  await anchoring.round();
  expect(problems).toEqual([]);
  etcd = await startEtcd();
});

test('a trail that was rewritten, head and all, is found, and its new head is never kept', async () => {
  await ask(4);
  await anchoring.round();
  await ask(4);
  await anchoring.round();
  await forge(await stored(), { from: 6 });
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({
    kind: 'whole',
    anchors: {
      places: [
        { seq: 4, says: 'agrees' },
        { seq: 8, says: 'differs' },
      ],
    },
  });
  const before = await anchor.newest();
  await ask(3);
  await anchoring.round();
  await anchoring.round();
  expect(problems).toEqual([new TrailDiffers('entry 8 of the audit trail is not the one that is anchored')]);
  expect(await anchor.newest()).toEqual(before);
});

test('with two processes as well: who has not seen the newest place does not put a forged head over it', async () => {
  const others: unknown[] = [];
  const other = startAnchoring({
    ...{ trail: under.jobs.store.trail, anchor, everyMs: 3_600_000 },
    onProblem: (problem) => others.push(problem),
  });
  await ask(4);
  await anchoring.round();
  await ask(4);
  await other.round();
  const before = await anchor.newest();
  await forge(await stored(), { from: 6 });
  await ask(3);
  for (let n = 0; n < 3; n++) await Promise.all([anchoring.round(), other.round()]);
  const differs = new TrailDiffers('entry 8 of the audit trail is not the one that is anchored');
  expect([problems, others]).toEqual([[differs], [differs]]);
  expect(await anchor.newest()).toEqual(before);
  await other.stop();
});

test('a trail that was cut, head and all, is found, also when it has grown again', async () => {
  await ask(5);
  await anchoring.round();
  await forge((await stored()).slice(0, 3), { from: 9 });
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({
    kind: 'whole',
    entries: 3,
    anchors: { places: [{ seq: 5, says: 'not reached' }] },
  });
  await anchoring.round();
  expect(problems).toEqual([new TrailDiffers('the audit trail ends at 3, but entry 5 is anchored')]);
  await ask(4);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({
    kind: 'whole',
    entries: 7,
    anchors: { places: [{ seq: 5, says: 'differs' }] },
  });
});

test('an etcd that is away stops no move, is said once, and said when it is back', async () => {
  await ask(1);
  etcd.pause();
  await anchoring.round();
  await ask(1);
  await anchoring.round();
  expect(problems).toHaveLength(1);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({
    kind: 'whole',
    entries: 2,
    anchors: { kind: 'unreadable', where: expect.stringContaining('etcd at 127.0.0.1') },
  });
  etcd.resume();
  await anchoring.round();
  expect(problems.at(-1)).toBeNull();
  expect(await anchor.newest()).toMatchObject({ seq: 2 });
}, 60_000);

test('of two processes that anchor one trail none takes the other for a forger', async () => {
  const others: unknown[] = [];
  const other = startAnchoring({
    ...{ trail: under.jobs.store.trail, anchor, everyMs: 3_600_000 },
    onProblem: (problem) => others.push(problem),
  });
  for (let n = 0; n < 10; n++) await Promise.all([ask(3), anchoring.round(), other.round()]);
  await Promise.all([anchoring.round(), other.round()]);
  expect([...problems, ...others]).toEqual([]);
  expect(await anchor.newest()).toMatchObject({ seq: 30 });
  await other.stop();
});
