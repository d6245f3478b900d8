import { startRedis } from '../../sandbox/services/redis';
import { defineQuery } from '../../src/handlers/operation';
import { opsTimeline } from '../../src/handlers/ops/timeline';
import { plain } from '../../src/handlers/view';
import { parseWindow } from '../../src/jobs/rules/calendar';
import type { Rules } from '../../src/jobs/rules/rules';
import { readEntry } from '../../src/jobs/trail/audit';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, byName, type JobsUnderTest, openJobs, raise, type Shelf } from '../support/jobs';

/** A change that was refused before it became a request: who tried what is in the trail, once, and disturbs nobody. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers | null = null;
const shelf: Shelf = { values: new Map([['a', 1]]), writes: 0 };
const change = raise(shelf);
const look = defineQuery<null, null>({
  ...{ name: 'test look', usage: '', summary: '', examples: [] },
  parse: () => ({ ok: true, args: null }),
  read: async () => null,
  render: () => ({ title: 'looked', tone: 'good', parts: [] }),
});

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  await workers?.close();
  workers = null;
  await under.close();
});

async function open(rules: Partial<Rules>, prefix?: string): Promise<void> {
  under = openJobs(redis.url, { rules, ...(prefix !== undefined && { prefix }) });
  await under.jobs.connected(2_000);
}
const ask = (delivery: string, more: object = {}) =>
  under.jobs.requests.open({ ...ASKED, delivery, operation: change, words: ['a'], ...more });
const entries = async () => (await under.jobs.store.trail.newest(20)).map(readEntry);

const always = { zone: 'UTC', windows: ['mon 00:00 – thu 00:00', 'thu 00:00 – mon 00:00'] };
const frozen = { zone: 'UTC', windows: always.windows.flatMap((text) => parseWindow(text) ?? []) };
const rule = { name: 'r', match: { kind: 'change' as const } };

test.each<[string, Partial<Rules>, object, string]>([
  ['in a channel where it may not be asked', { channels: ['C2'] }, {}, 'channel'],
  ['by somebody who may not ask', { rules: [{ ...rule, ask: ['UBEN'] }] }, {}, 'not an asker'],
  ['in a freeze', { rules: [{ ...rule, frozen }] }, {}, 'frozen'],
  [
    'with a glass that somebody else may break',
    { rules: [{ ...rule, frozen, breakGlass: ['UBEN'] }] },
    { breakGlass: 'now' },
    'break-glass',
  ],
  ['by a clock', {}, { road: 'schedule' }, 'road'],
  ['privately', {}, { audience: { isPrivate: true, share: null } }, 'private'],
])('%s', async (_what, rules, more, refusal) => {
  await open(rules);
  expect(await ask('d', more)).toMatchObject({ ok: false, refusal: { rule: refusal } });
  const [entry, ...others] = await entries();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    ...{ event: 'refused', operation: 'test raise', by: 'UANA' },
    detail: { words: 'a', channel: 'C1', cluster: 'default', rule: refusal, why: expect.stringMatching(/./) },
  });
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole', entries: 1 });
  // A glass that was not broken is nothing to review.
  expect(JSON.stringify(entry)).not.toContain('"breakGlass"');
});

test('when changes are off because Redis could lose them', async () => {
  await open({});
  await under.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await ask('d')).toMatchObject({ ok: false, refusal: { rule: 'durability' } });
  await under.redis.config('SET', 'maxmemory-policy', 'noeviction');
  expect(await entries()).toMatchObject([{ event: 'refused', detail: { rule: 'durability' } }]);
});

test('no message is drawn of it, nothing waits and nothing is locked', async () => {
  await open({ channels: ['C2'] });
  await ask('d');
  const [line] = await under.jobs.ledger.newest(5);
  expect(line).toMatchObject({ command: 'test raise a', requester: 'UANA', state: 'refused' });
  expect(await under.jobs.redraws.pending()).toBe(0);
  expect(await under.jobs.store.openIds()).toEqual([]);
  expect(await under.jobs.queues.counts()).toMatchObject({ reads: { waiting: 0 }, changes: { waiting: 0 } });
});

test('once, however often it is delivered, and the same delivery can be admitted later', async () => {
  await open({ channels: ['C2'] });
  await Promise.all([ask('same'), ask('same'), ask('same')]);
  expect(await ask('same')).toMatchObject({ ok: false, refusal: { rule: 'channel' } });
  expect(await entries()).toHaveLength(1);
  const { prefix } = under;
  await under.close();
  await open({}, prefix);
  expect(await ask('same')).toMatchObject({ ok: true, request: { state: { kind: 'queued' } } });
  expect(await entries()).toMatchObject([{ event: 'asked' }, { event: 'refused' }]);
});

test('a query that was refused is not', async () => {
  await open({ rules: [{ name: 'r', match: {}, ask: ['UBEN'] }] });
  expect(await ask('d', { operation: look, words: [] })).toMatchObject({ ok: false });
  expect(await entries()).toEqual([]);
});

test('the timeline tells of it, on the page and in the file', async () => {
  await open({ channels: ['C2'] });
  await ask('d');
  workers = under.jobs.work(byName(opsTimeline(under.jobs.ledger)));
  const opened = await under.jobs.requests.open({
    ...ASKED,
    ...{ delivery: 't', operation: opsTimeline(under.jobs.ledger), words: ['--export'] },
  });
  const { state } = await under.until(opened.ok ? opened.request.id : '', 'finished');
  const parts = state.kind === 'finished' && 'view' in state.outcome ? (state.outcome.view?.parts ?? []) : [];
  const table = parts.flatMap((part) => (part.kind === 'table' ? part.rows.flat().map(plain) : [])).join('\n');
  expect(table).toContain('asked for /test raise a and was refused (channel): This may not be asked in this channel');
  const file = parts.flatMap((part) => (part.kind === 'raw' ? [part.text] : [])).join('\n');
  expect(file).toMatch(/### R\w+: refused/);
  expect(file).toMatch(/Asked by \\@UANA at/);
  expect(file).toContain('told to that person alone');
});
