import { startRedis } from '../../sandbox/services/redis';
import { opsClear } from '../../src/handlers/ops/clear';
import type { Request } from '../../src/jobs/request/request';
import type { Rule } from '../../src/jobs/rules/rules';
import { readEntry } from '../../src/jobs/trail/audit';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, approval, byName, type JobsUnderTest, openJobs, raise } from '../support/jobs';

/** Who may free what an uncertain request holds: those by whose rules that request itself was judged, on its own cluster. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
let asked = 0;
const shelf = {
  values: new Map([
    ['a', 1],
    ['!a', 1],
  ]),
  writes: 0,
  // The answer is lost, and what was written is not there: it may still land.
  afterWrite: async () => {
    for (const name of shelf.values.keys()) shelf.values.set(name, 1);
  },
};
const change = raise(shelf, { unknown: true });
const TEAMS: Rule = {
  ...{ name: 'Two teams for production', match: { cluster: ['prod-eu'] } },
  ...{ approve: ['S0STO', 'S0PLA'], fromGroups: 2, ask: ['UANA', 'UBEN'] },
};
const MEMBERS: Readonly<Record<string, readonly string[]>> = { S0STO: ['UBEN', 'UDAN'], S0PLA: ['UCHO'] };

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  await workers.close();
  await under.close();
});

async function open(): Promise<void> {
  const people = { membersOf: async (group: string) => MEMBERS[group] ?? null };
  under = openJobs(redis.url, { people, rules: { approvers: ['UBEN', 'UCHO', 'UDAN', 'UEVE'], rules: [TEAMS] } });
  await under.jobs.connected(2_000);
  workers = under.jobs.work(byName(change, opsClear(under.jobs.ledger)));
}

async function ask(cluster: string, words: readonly string[], clears = false, requester = 'UANA'): Promise<Request> {
  asked += 1;
  const operation = clears ? opsClear(under.jobs.ledger) : change;
  const asking = { ...ASKED, requester, cluster, operation, words, delivery: `clear ${asked}` };
  const opened = await under.jobs.requests.open(asking);
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal));
  return under.until(opened.request.id, 'planned', 'finished');
}

async function approve(id: string, ...people: readonly string[]): Promise<void> {
  for (const by of people) await under.jobs.requests.decide(id, approval(by));
}

async function uncertain(cluster: string, name: string): Promise<string> {
  await open();
  const { id } = await ask(cluster, [name]);
  await approve(id, 'UBEN', 'UCHO');
  const { state } = await under.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'uncertain' } });
  return id;
}

const locks = async () => (await under.jobs.ledger.locks()).map(({ target }) => target);

test('what locks production is freed by as many teams as had to approve it, though ops commands belong to no cluster', async () => {
  const id = await uncertain('prod-eu', 'a');
  const { id: clearing } = await ask('default', [id], true);
  await approve(clearing, 'UEVE', 'UBEN');
  // Eve is in neither team, and Dan is in the same one as Ben.
  await approve(clearing, 'UDAN');
  expect((await under.jobs.store.load(clearing))?.state.kind).toBe('planned');
  expect(await locks()).toEqual(['prod-eu:test/a']);
  await approve(clearing, 'UCHO');
  expect((await under.until(clearing, 'finished')).state).toMatchObject({ outcome: { kind: 'succeeded' } });
  expect(await locks()).toEqual([]);
});

test('the preview of the next change says what holds its target, until that is cleared', async () => {
  const id = await uncertain('default', 'a');
  const holds = new RegExp(`test/a is held by request ${id}.*nothing is run`);
  expect(JSON.stringify((await ask('default', ['a'])).state)).toMatch(holds);
  const { id: clearing } = await ask('default', [id], true);
  await approve(clearing, 'UBEN');
  await under.until(clearing, 'finished');
  const after = await ask('default', ['a']);
  expect(after.state.kind).toBe('planned');
  expect(JSON.stringify(after.state)).not.toMatch(/is held by/);
});

test('whoever may not ask for it there may not ask to clear it either', async () => {
  const id = await uncertain('prod-eu', 'a');
  const { state } = await ask('default', [id], true, 'UDAN');
  expect(state).toMatchObject({ outcome: { kind: 'refused' } });
  expect(JSON.stringify(state)).toContain('Two teams for production');
});

test('on the other cluster one approval is enough for what can be undone, and two are needed for what cannot', async () => {
  const id = await uncertain('default', 'a');
  expect((await ask('default', [id], true)).state).toMatchObject({ proposed: { needs: 1, danger: 'reversible' } });
  await workers.close();
  await under.close();
  const other = await uncertain('default', '!a');
  expect((await ask('default', [other], true)).state).toMatchObject({ proposed: { needs: 2, danger: 'irreversible' } });
});

test('the trail says who cleared it, and with which request', async () => {
  const id = await uncertain('default', 'a');
  const { id: clearing } = await ask('default', [id], true);
  await approve(clearing, 'UBEN');
  await under.until(clearing, 'finished');
  const entries = (await under.jobs.store.trail.newest(50)).flatMap((text) => readEntry(text) ?? []);
  const cleared = entries.find(({ event }) => event === 'cleared');
  expect(cleared).toMatchObject({ request: id, by: 'UANA', detail: { 'with request': clearing } });
});
