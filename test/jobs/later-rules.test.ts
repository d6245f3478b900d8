import { startRedis } from '../../sandbox/services/redis';
import type { Rule } from '../../src/jobs/rules/rules';
import { ASKED, approval, byName, openJobs, raise, type Shelf } from '../support/jobs';

/** A bot that is started again with stricter rules finds requests that were shown and approved under the old ones. */
let redis: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const STRICTER = { needs: { reversible: 2, irreversible: 2 } };

async function approvedBefore(prefix: string, votes: readonly string[]) {
  const shelf: Shelf = { values: new Map([['a', 1]]), writes: 0 };
  const before = openJobs(redis.url, { prefix });
  await before.jobs.connected(2_000);
  const reading = before.jobs.work(byName(raise(shelf)));
  const asking = { delivery: prefix, operation: raise(shelf), words: ['a'], ...ASKED };
  const opened = await before.jobs.requests.open(asking);
  if (!opened.ok) throw new Error('not opened');
  const { id } = await before.until(opened.request.id, 'planned');
  await reading.close();
  for (const by of votes) await before.jobs.requests.decide(id, approval(by));
  await before.close();
  const after = openJobs(redis.url, { prefix, rules: STRICTER });
  await after.jobs.connected(2_000);
  const workers = after.jobs.work(byName(raise(shelf)), {
    ...{ beatEvery: 100, beatLasts: 300, sweepEvery: 50, lostAfter: 100, lastStepAfter: 10_000 },
  });
  const close = async () => {
    await workers.close();
    await after.close();
  };
  return { id, shelf, after, close };
}

test('a vote is judged by the rules for the danger that the request has by then', async () => {
  // Slack is slow to say who is in a group; meanwhile the plan comes, which cannot be undone and is for UDAN alone.
  let asked = () => {};
  const asks = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const slow = async () => {
    asked();
    await answered;
    return ['UBEN', 'UDAN'];
  };
  const onlyDan: Rule = { name: 'Only dan', match: { danger: 'irreversible' }, approve: ['UDAN'] };
  const rules = { approvers: ['S0OPS'], rules: [onlyDan] };
  const operation = raise({ values: new Map([['!a', 1]]), writes: 0 });
  const bot = openJobs(redis.url, { rules, people: { membersOf: slow } });
  const worker = openJobs(redis.url, {
    prefix: bot.prefix,
    rules,
    people: { membersOf: async () => ['UBEN', 'UDAN'] },
  });
  await Promise.all([bot.jobs.connected(2_000), worker.jobs.connected(2_000)]);
  const opened = await bot.jobs.requests.open({ delivery: 'early', operation, words: ['!a'], ...ASKED });
  const id = opened.ok ? opened.request.id : '';
  const denying = bot.jobs.requests.decide(id, { decision: 'deny', by: 'UBEN', road: 'console', reason: 'no' });
  await asks;
  const workers = worker.jobs.work(byName(operation));
  await worker.until(id, 'planned');
  answer();
  expect(await denying).toMatchObject({ ok: false, refusal: { rule: 'not an approver' } });
  await workers.close();
  await Promise.all([bot.close(), worker.close()]);
});

test('what had enough approvals then and has not now ends refused, with the reason, and nothing is written', async () => {
  const { id, shelf, after, close } = await approvedBefore('later-approved', ['UBEN']);
  const { state } = await after.until(id, 'finished');
  expect(state).toMatchObject({ outcome: { kind: 'refused', why: expect.stringContaining('more approvals') } });
  expect(shelf.writes).toBe(0);
  expect(await after.jobs.ledger.locks()).toEqual([]);
  await close();
});

test('what was still waiting waits for as many as the rules ask for now', async () => {
  const { id, shelf, after, close } = await approvedBefore('later-waiting', []);
  await after.jobs.requests.decide(id, approval('UBEN'));
  expect((await after.jobs.store.load(id))?.state).toMatchObject({ kind: 'planned', proposed: { needs: 2 } });
  await after.jobs.requests.decide(id, approval('UCHO'));
  expect((await after.until(id, 'finished')).state).toMatchObject({ outcome: { kind: 'succeeded' } });
  expect(shelf.writes).toBe(1);
  await close();
});
