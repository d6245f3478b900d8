import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startRedis } from '../../sandbox/services/redis';
import type { Server } from '../../sandbox/services/server';
import type { Change } from '../../src/handlers/operation';
import { createJobs, type Jobs } from '../../src/jobs/jobs';
import { DEFAULT_RULES } from '../../src/jobs/rules/rules';
import { createFactorStore } from '../../src/jobs/second-factor/factor-store';
import { keysOf } from '../../src/jobs/store/redis';
import { readEntry } from '../../src/jobs/trail/audit';
import { USUAL_TIMING, type Workers } from '../../src/jobs/work/worker';
import { type Authenticator, authenticator } from '../support/authenticator';
import { ASKED, byName, type JobsUnderTest, openJobs, raise, type Shelf } from '../support/jobs';

/** Second factors on a real Redis: enrolling, proving, guessing, and approving with them. */
const KEY = randomBytes(32).toString('base64');
let redis: Server;
let under: JobsUnderTest;
let shelf: Shelf;
let operation: Change;
let workers: Workers;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  under = openJobs(redis.url, { secondFactorKey: KEY });
  await under.jobs.connected(2_000);
  shelf = {
    values: new Map([
      ['!a', 1],
      ['b', 1],
    ]),
    writes: 0,
  };
  operation = raise(shelf);
  workers = under.jobs.work(byName(operation));
});
afterEach(async () => {
  await workers.close();
  expect(under.errors).toEqual([]);
  await under.close();
});

const factorKey = (user: string) => `{${under.prefix}}:factor:${user}`;
let record = 0;
const confirming = (user: string, code: string, old?: string) => {
  record += 1;
  return { user, code, old, place: { channel: 'C1' }, record: `RENROL${record}` };
};

/** Enrols with the present code; the next one counts already, and is still to be had. */
async function enrolled(user: string): Promise<Authenticator> {
  const { secret } = await under.jobs.secondFactor.begin(user);
  const app = authenticator(secret);
  expect(await under.jobs.secondFactor.confirm(confirming(user, app.code(0)))).toBeNull();
  return app;
}

/** A change that waits for its approvals. */
async function planned(name: string): Promise<string> {
  const opened = await under.jobs.requests.open({
    ...ASKED,
    delivery: randomBytes(8).toString('hex'),
    operation,
    words: [name],
  });
  if (!opened.ok) throw new Error('must be taken');
  await under.until(opened.request.id, 'planned');
  return opened.request.id;
}

const approve = (id: string, by: string, code?: string, jobs: Jobs = under.jobs) =>
  jobs.requests.decide(id, { decision: 'approve', by, road: 'form', ...(code !== undefined && { code }) });

async function events(): Promise<readonly string[]> {
  const texts = await under.jobs.store.trail.newest(50);
  return texts.map((text) => {
    const entry = readEntry(text);
    return `${entry?.event} ${entry?.by ?? ''} ${entry?.detail['second factor'] ?? ''}`.trim();
  });
}

describe('enrolling', () => {
  test('a secret counts once its first code has come, and the trail says who enrolled', async () => {
    const { secondFactor } = under.jobs;
    const { secret, uri, again } = await secondFactor.begin('UBEN');
    expect(again).toBe(false);
    expect(uri).toContain(secret);
    expect(await secondFactor.enrolment('UBEN')).toBeNull();
    const app = authenticator(secret);
    expect(await secondFactor.confirm(confirming('UBEN', app.wrong()))).toMatchObject({ rule: 'second factor' });
    expect(await secondFactor.enrolment('UBEN')).toBeNull();
    expect(await secondFactor.confirm(confirming('UBEN', app.code(1)))).toBeNull();
    expect(await secondFactor.enrolment('UBEN')).toEqual({ id: expect.any(String), since: expect.any(Number) });
    expect(await events()).toEqual(['enrolled UBEN']);
    expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole', entries: 1 });
  });

  test('the secret is in Redis sealed, and in no record, trail or message', async () => {
    const { secret } = await under.jobs.secondFactor.begin('UBEN');
    await under.jobs.secondFactor.confirm(confirming('UBEN', authenticator(secret).code(1)));
    const all: string[] = [];
    for (const key of await under.redis.keys('*')) all.push(`${key} ${(await under.redis.dump(key)) ?? ''}`);
    expect(all.join()).toContain('factor:UBEN');
    expect(all.join()).not.toContain(secret);
  });

  test('the first code cannot be used again for an approval', async () => {
    const { secret } = await under.jobs.secondFactor.begin('UBEN');
    const code = authenticator(secret).code(1);
    expect(await under.jobs.secondFactor.confirm(confirming('UBEN', code))).toBeNull();
    expect(await under.jobs.secondFactor.prove('UBEN', code)).toMatchObject({
      rule: 'second factor',
      why: expect.stringContaining('used already'),
    });
  });

  test('of two forms the newer one counts, and none counts twice', async () => {
    const { secondFactor } = under.jobs;
    const older = authenticator((await secondFactor.begin('UBEN')).secret);
    const newer = authenticator((await secondFactor.begin('UBEN')).secret);
    expect(await secondFactor.confirm(confirming('UBEN', older.code(1)))).toMatchObject({ rule: 'second factor' });
    const both = await Promise.all([1, 2].map(() => secondFactor.confirm(confirming('UBEN', newer.code(1)))));
    expect(both.filter((refusal) => refusal === null)).toHaveLength(1);
    expect(await events()).toEqual(['enrolled UBEN']);
  });

  test('enrolling anew needs a code of the one that is replaced', async () => {
    const { secondFactor } = under.jobs;
    const old = await enrolled('UBEN');
    const before = await secondFactor.enrolment('UBEN');
    const begun = await secondFactor.begin('UBEN');
    expect(begun.again).toBe(true);
    const app = authenticator(begun.secret);
    expect(await secondFactor.confirm(confirming('UBEN', app.code(1)))).toMatchObject({ rule: 'old code' });
    expect(await secondFactor.confirm(confirming('UBEN', app.code(1), old.wrong()))).toMatchObject({
      rule: 'old code',
    });
    expect(await secondFactor.enrolment('UBEN')).toEqual(before);
    expect(await secondFactor.confirm(confirming('UBEN', app.code(1), old.code(1)))).toBeNull();
    expect(await secondFactor.enrolment('UBEN')).not.toEqual(before);
    expect(await secondFactor.prove('UBEN', old.code(1))).toMatchObject({ rule: 'second factor' });
  });

  test('a secret that nobody confirms is forgotten', async () => {
    await under.jobs.secondFactor.begin('UBEN');
    const ttl = await under.redis.pttl(`{${under.prefix}}:factor-pending:UBEN`);
    expect(ttl).toBeGreaterThan(9 * 60_000);
    expect(ttl).toBeLessThanOrEqual(10 * 60_000);
    await under.redis.del(`{${under.prefix}}:factor-pending:UBEN`);
    expect(await under.jobs.secondFactor.confirm(confirming('UBEN', '000000'))).toMatchObject({ rule: 'out of time' });
  });
});

describe('in the audit trail', () => {
  const guesses = async () =>
    (await events()).filter((told) => /^(wrong code|locked out|refused)/.test(told)).reverse();

  test('are the first wrong code and the lockout, with the request and the person, and no code at all', async () => {
    const app = await enrolled('UBEN');
    const id = await planned('!a');
    for (let n = 0; n < 9; n++) await approve(id, 'UBEN', app.wrong());
    expect(await guesses()).toEqual(['wrong code UBEN', 'locked out UBEN']);
    const entries = (await under.jobs.ledger.find(id))?.entries ?? [];
    expect(entries.map(({ event }) => event)).toEqual(['locked out', 'wrong code', 'planned', 'asked']);
    expect(entries.slice(0, 2).map(({ detail }) => detail)).toEqual(['', '']);
    expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
    // It still waits as before.
    expect((await under.jobs.store.load(id))?.state).toMatchObject({ kind: 'planned', approvals: [] });
  });

  test('are not the codes that were wrong in many clicks at once, but for those two', async () => {
    const app = await enrolled('UBEN');
    const id = await planned('!a');
    await Promise.all(Array.from({ length: 20 }, () => approve(id, 'UBEN', app.wrong())));
    expect((await guesses()).toSorted()).toEqual(['locked out UBEN', 'wrong code UBEN']);
  });

  test('is the lockout once, also of processes that looked before it', async () => {
    await enrolled('UBEN');
    const factors = createFactorStore(under.redis, keysOf(under.prefix));
    const sealed = (await factors.load('UBEN'))?.sealed ?? '';
    const told = [];
    for (let n = 0; n < 7; n++) told.push(await factors.accept('UBEN', sealed, null));
    expect(told.filter((one) => one.kind === 'wrong' && one.first)).toEqual([{ kind: 'wrong', left: 4, first: true }]);
    expect(told.filter(({ kind }) => kind === 'wrong')).toHaveLength(4);
    expect(told.filter((one) => one.kind === 'locked').map(({ begins }) => begins)).toEqual([true, false, false]);
  });

  test('are those who would replace a second factor that they do not have', async () => {
    const { secondFactor } = under.jobs;
    const old = await enrolled('UBEN');
    const app = authenticator((await secondFactor.begin('UBEN')).secret);
    const form = confirming('UBEN', app.code(1), old.wrong());
    for (let n = 0; n < 6; n++) await secondFactor.confirm(form);
    const texts = await under.jobs.store.trail.newest(2);
    expect(texts.map(readEntry)).toMatchObject([
      { event: 'refused', by: 'UBEN', operation: 'ops second-factor enroll', detail: { rule: 'locked out' } },
      { event: 'refused', by: 'UBEN', detail: { rule: 'old code', channel: 'C1' } },
    ]);
    expect(texts.map((text) => JSON.stringify(readEntry(text)?.detail)).join()).not.toContain(old.wrong());
    expect(await guesses()).toHaveLength(2);
  });

  test('a form that is sent again with the right code enrols all the same', async () => {
    const { secondFactor } = under.jobs;
    const old = await enrolled('UBEN');
    const app = authenticator((await secondFactor.begin('UBEN')).secret);
    const form = confirming('UBEN', app.code(1), old.wrong());
    expect(await secondFactor.confirm(form)).toMatchObject({ rule: 'old code' });
    expect(await secondFactor.confirm({ ...form, old: old.code(1) })).toBeNull();
  });
});

describe('proving', () => {
  test('a code counts once, and no code of an earlier step after it', async () => {
    const app = await enrolled('UBEN');
    const { prove } = under.jobs.secondFactor;
    const [present, next] = [app.code(0), app.code(1)];
    expect(await prove('UBEN', next)).toBeNull();
    expect(await prove('UBEN', next)).toMatchObject({ why: expect.stringContaining('used already') });
    expect(await prove('UBEN', present)).toMatchObject({ why: expect.stringContaining('used already') });
  });

  test('of many processes with the same code at once, one wins', async () => {
    const app = await enrolled('UBEN');
    const others = [1, 2, 3].map(() =>
      createJobs({
        url: redis.url,
        rules: DEFAULT_RULES,
        people: { membersOf: async () => null },
        prefix: under.prefix,
        secondFactorKey: KEY,
        onError: () => undefined,
      }),
    );
    await Promise.all(others.map((jobs) => jobs.connected(2_000)));
    const code = app.code(1);
    const tries = [under.jobs, ...others].flatMap((jobs) =>
      [1, 2, 3, 4, 5].map(() => jobs.secondFactor.prove('UBEN', code)),
    );
    const refusals = await Promise.all(tries);
    expect(refusals.filter((refusal) => refusal === null)).toHaveLength(1);
    // A code that was used is not a wrong one: nobody is locked out by it.
    expect(refusals.filter((refusal) => refusal?.rule === 'second factor')).toHaveLength(19);
    await Promise.all(others.map((jobs) => jobs.close()));
  });

  test('five wrong codes lock a person out, the right one included, and nobody else', async () => {
    const ben = await enrolled('UBEN');
    const cho = await enrolled('UCHO');
    const { prove } = under.jobs.secondFactor;
    const answers = await Promise.all(Array.from({ length: 20 }, () => prove('UBEN', ben.wrong())));
    expect(answers.filter((refusal) => refusal?.rule === 'second factor')).toHaveLength(4);
    expect(answers.filter((refusal) => refusal?.rule === 'locked out')).toHaveLength(16);
    expect(await prove('UBEN', ben.code(1))).toMatchObject({ rule: 'locked out' });
    expect(await prove('UBEN', undefined)).toMatchObject({ rule: 'locked out' });
    expect(await prove('UCHO', cho.code(1))).toBeNull();
    // Fifteen minutes later.
    await under.redis.hset(factorKey('UBEN'), 'lockedUntil', Date.now() - 1);
    expect(await prove('UBEN', ben.code(1))).toBeNull();
  });

  test('a right code forgets the wrong ones before it, and so do fifteen minutes', async () => {
    const app = await enrolled('UBEN');
    const { prove } = under.jobs.secondFactor;
    const wrong = async (times: number) => {
      for (let n = 0; n < times; n++) expect(await prove('UBEN', app.wrong())).toMatchObject({ rule: 'second factor' });
    };
    await wrong(4);
    expect(await prove('UBEN', app.code(1))).toBeNull();
    await wrong(4);
    await under.redis.hset(factorKey('UBEN'), 'wrongSince', Date.now() - 16 * 60_000);
    await wrong(4);
    expect(await prove('UBEN', app.wrong())).toMatchObject({ rule: 'locked out' });
  });

  test('nobody proves anything without having enrolled', async () => {
    expect(await under.jobs.secondFactor.prove('UBEN', '123456')).toMatchObject({ rule: 'not enrolled' });
  });

  test('text that was changed, moved to somebody else, or sealed with another key proves nothing', async () => {
    const app = await enrolled('UBEN');
    const sealed = (await under.redis.hget(factorKey('UBEN'), 'sealed')) ?? '';
    await under.redis.hset(factorKey('UCHO'), 'sealed', sealed, 'since', '1');
    expect(await under.jobs.secondFactor.prove('UCHO', app.code(1))).toMatchObject({ rule: 'not enrolled' });
    const another = createJobs({
      url: redis.url,
      rules: DEFAULT_RULES,
      people: { membersOf: async () => null },
      prefix: under.prefix,
      secondFactorKey: randomBytes(32).toString('base64'),
      onError: () => undefined,
    });
    await another.connected(2_000);
    expect(await another.secondFactor.prove('UBEN', app.code(1))).toMatchObject({
      why: expect.stringContaining('cannot be read'),
    });
    await another.close();
    const at = sealed.length - 10;
    await under.redis.hset(
      factorKey('UBEN'),
      'sealed',
      `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`,
    );
    expect(await under.jobs.secondFactor.prove('UBEN', app.code(1))).toMatchObject({ rule: 'not enrolled' });
  });
});

describe('approving what cannot be undone', () => {
  test('takes two people with a code each; the trail and the record say so', async () => {
    const [ben, cho] = [await enrolled('UBEN'), await enrolled('UCHO')];
    const id = await planned('!a');
    expect(await approve(id, 'UBEN')).toMatchObject({ ok: false, refusal: { rule: 'second factor' } });
    expect(await approve(id, 'UBEN', ben.wrong())).toMatchObject({ ok: false, refusal: { rule: 'second factor' } });
    expect(await approve(id, 'UBEN', ben.code(1))).toMatchObject({
      ok: true,
      request: { state: { kind: 'planned', approvals: [{ by: 'UBEN', secondFactor: true }] } },
    });
    expect(await approve(id, 'UCHO', cho.code(1))).toMatchObject({ ok: true });
    await under.until(id, 'finished');
    expect(shelf.values.get('!a')).toBe(2);
    expect(await events()).toEqual(
      expect.arrayContaining(['approval UBEN given', 'approved UCHO given', 'enrolled UBEN', 'enrolled UCHO']),
    );
  });

  test.each(['slash', 'button', 'form', 'shortcut', 'console'] as const)(
    'asks for the code on the road %s',
    async (road) => {
      await enrolled('UBEN');
      const id = await planned('!a');
      expect(await under.jobs.requests.decide(id, { decision: 'approve', by: 'UBEN', road })).toMatchObject({
        ok: false,
        refusal: { rule: 'second factor' },
      });
    },
  );

  test('one code approves one request', async () => {
    const app = await enrolled('UBEN');
    const [one, other] = [await planned('!a'), await planned('!a')];
    const code = app.code(1);
    const both = await Promise.all([approve(one, 'UBEN', code), approve(other, 'UBEN', code)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('the same answer delivered twice is one approval', async () => {
    const app = await enrolled('UBEN');
    const id = await planned('!a');
    const code = app.code(1);
    await Promise.all([approve(id, 'UBEN', code), approve(id, 'UBEN', code)]);
    const request = await under.jobs.store.load(id);
    expect(request?.state).toMatchObject({ kind: 'planned', approvals: [{ by: 'UBEN' }] });
    expect(await approve(id, 'UBEN', code)).toMatchObject({ refusal: { rule: 'already counted' } });
  });

  test('no code is used up by a vote that does not count', async () => {
    const [ana, ben] = [await enrolled('UANA'), await enrolled('UBEN')];
    const id = await planned('!a');
    expect(await approve(id, 'UANA', ana.code(1))).toMatchObject({ refusal: { rule: 'own request' } });
    expect(await approve(id, 'USAM', '123456')).toMatchObject({ refusal: { rule: 'not an approver' } });
    await under.jobs.requests.decide(id, { decision: 'deny', by: 'UBEN', road: 'form', reason: 'no' });
    expect(await approve(id, 'UBEN', ben.code(1))).toMatchObject({ refusal: { rule: 'not waiting' } });
    expect(await under.jobs.secondFactor.prove('UANA', ana.code(1))).toBeNull();
    expect(await under.jobs.secondFactor.prove('UBEN', ben.code(1))).toBeNull();
  });

  test('what can be undone, denying and withdrawing need none', async () => {
    const id = await planned('b');
    expect(await approve(id, 'UBEN')).toMatchObject({ ok: true });
    await under.until(id, 'finished');
    const another = await planned('!a');
    expect(
      await under.jobs.requests.decide(another, { decision: 'deny', by: 'UBEN', road: 'form', reason: 'no' }),
    ).toMatchObject({ ok: true });
  });

  test('approvals from before it was switched on do not count any more', async () => {
    await workers.close();
    await under.close();
    under = openJobs(redis.url);
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(operation));
    const id = await planned('!a');
    expect(await approve(id, 'UBEN')).toMatchObject({ ok: true });
    const { prefix } = under;
    const on = openJobs(redis.url, { prefix, secondFactorKey: KEY });
    await on.jobs.connected(2_000);
    const { secret } = await on.jobs.secondFactor.begin('UCHO');
    const app = authenticator(secret);
    await on.jobs.secondFactor.confirm(confirming('UCHO', app.code(0)));
    expect(await approve(id, 'UCHO', app.code(1), on.jobs)).toMatchObject({
      ok: true,
      request: { state: { kind: 'planned', approvals: [{ by: 'UCHO' }] } },
    });
    expect(shelf.writes).toBe(0);
    await on.close();
  });

  test('a request that was approved before it was switched on is not started any more', async () => {
    await workers.close();
    await under.close();
    const { prefix } = under;
    under = openJobs(redis.url, { prefix });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(operation));
    const id = await planned('!a');
    await workers.close();
    await approve(id, 'UBEN');
    expect(await approve(id, 'UCHO')).toMatchObject({ ok: true, request: { state: { kind: 'approved' } } });
    await under.close();
    under = openJobs(redis.url, { prefix, secondFactorKey: KEY });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(operation));
    const request = await under.until(id, 'finished');
    expect(request.state).toMatchObject({ outcome: { kind: 'refused', why: expect.stringContaining('still count') } });
    expect(shelf.writes).toBe(0);
  });

  test('a code for a request that has expired meanwhile is refused, and not used up', async () => {
    await workers.close();
    await under.close();
    under = openJobs(redis.url, { secondFactorKey: KEY, rules: { expiresAfterMs: 1 } });
    await under.jobs.connected(2_000);
    workers = under.jobs.work(byName(operation), { ...USUAL_TIMING, sweepEvery: 60_000 });
    const ben = await enrolled('UBEN');
    const id = await planned('!a');
    // Its time, in whole milliseconds, is over for sure.
    await wait(5);
    const code = ben.code(1);
    expect(await approve(id, 'UBEN', code)).toMatchObject({ refusal: { rule: 'expired' } });
    expect(await under.jobs.secondFactor.prove('UBEN', code)).toBeNull();
  });

  test('Redis away: the vote is not confirmed, and nothing counts', async () => {
    await enrolled('UBEN');
    const id = await planned('!a');
    redis.pause();
    await expect(approve(id, 'UBEN', '123456')).rejects.toThrow('Command timed out');
    redis.resume();
    expect((await under.jobs.store.load(id))?.state).toMatchObject({ kind: 'planned', approvals: [] });
  });
});
