import { startRedis } from '../../sandbox/services/redis';
import { defineQuery, type Operation } from '../../src/handlers/operation';
import { opsAudit } from '../../src/handlers/ops/audit';
import { opsRequest } from '../../src/handlers/ops/request';
import { opsRequests } from '../../src/handlers/ops/requests';
import { opsTimeline } from '../../src/handlers/ops/timeline';
import { readEntry } from '../../src/jobs/trail/audit';
import { isToldHidden, type Told } from '../../src/jobs/trail/privacy';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, byName, type JobsUnderTest, openJobs } from '../support/jobs';

/** What somebody asked privately, and what everybody else can find out of it with the commands that tell of requests. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
let asked = 0;
const SECRET = 'secret-server';
const show = defineQuery<string, string>({
  ...{ name: 'test show', usage: 'NAME', summary: '', examples: [] },
  parse: ([name = '']) => ({ ok: true, args: name }),
  read: async (name) => name,
  render: (name) => ({ title: `${name} is registered`, tone: 'good', parts: [] }),
});

async function ask(operation: Operation, words: readonly string[], isPrivate: boolean, requester = 'UANA') {
  asked += 1;
  const audience = { isPrivate, share: null };
  const asking = { ...ASKED, requester, operation, words, audience, delivery: `private ${asked}` };
  const opened = await under.jobs.requests.open(asking);
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal));
  return under.until(opened.request.id, 'finished');
}

let operations: readonly Operation[];
let secret: string;

beforeAll(async () => {
  redis = await startRedis();
  under = openJobs(redis.url);
  await under.jobs.connected(2_000);
  const { ledger } = under.jobs;
  operations = [opsTimeline(ledger), opsRequests(ledger), opsRequest(ledger), opsAudit(ledger)];
  workers = under.jobs.work(byName(show, ...operations));
  secret = (await ask(show, [SECRET], true)).id;
});
afterAll(async () => {
  await workers.close();
  await under.close();
  await redis.stop();
});

const VIEWS = [
  ['ops timeline', () => []],
  ['ops timeline', () => ['--export']],
  ['ops timeline', () => ['--request', secret]],
  ['ops requests', () => ['-n', '500']],
  ['ops request', () => [secret]],
  ['ops audit', () => ['-n', '500']],
] as const;

async function told(name: string, words: readonly string[], isPrivate: boolean, requester: string): Promise<string> {
  const operation = operations.find((one) => one.name === name);
  if (!operation) throw new Error(name);
  return JSON.stringify((await ask(operation, words, isPrivate, requester)).state);
}

test.each(VIEWS)(
  '%s says that it was asked privately, and neither its words nor its answer (%#)',
  async (name, words) => {
    const inTheChannel = await told(name, words(), false, 'UBEN');
    expect(inTheChannel).not.toContain(SECRET);
    expect(inTheChannel).toContain(secret);
    expect(inTheChannel).toMatch(/asked privately|told to nobody else/);
    expect(await told(name, words(), true, 'UBEN')).not.toContain(SECRET);
  },
);

test.each(VIEWS)('%s tells it to the one who asked, in an answer that nobody else sees (%#)', async (name, words) => {
  expect(await told(name, words(), true, 'UANA')).toContain(SECRET);
  expect(await told(name, words(), false, 'UANA')).not.toContain(SECRET);
});

test('--here leaves out what was asked in other channels', async () => {
  const asking = { ...ASKED, operation: show, words: ['elsewhere-server'], delivery: 'elsewhere' };
  const opened = await under.jobs.requests.open({ ...asking, place: { channel: 'C2' } });
  await under.until(opened.ok ? opened.request.id : '', 'finished');
  const everywhere = await told('ops timeline', [], false, 'UBEN');
  const here = await told('ops timeline', ['--here'], false, 'UBEN');
  expect(everywhere).toContain('elsewhere-server');
  expect(here).not.toContain('elsewhere-server');
  expect(here).toContain('asked for /test show');
});

test('a timeline knows the people and channels that Slack has named, and no others', async () => {
  await under.jobs.directory.note(new Map([...['UANA', 'C1', 'UEVE'].map((id) => [id, `${id} by name`] as const)]));
  const { names } = await under.jobs.ledger.timeline({ since: { ago: 3_600_000 } });
  expect(names).toEqual({ UANA: 'UANA by name', C1: 'C1 by name' });
});

test('what a form offers does not hold it', async () => {
  const [field] = opsRequest(under.jobs.ledger).form;
  const list = field?.input.kind === 'known' ? field.input.known.list : undefined;
  const offered = await list?.(new AbortController().signal);
  expect(JSON.stringify(offered)).toContain(secret);
  expect(JSON.stringify(offered)).not.toContain(SECRET);
});

test('the exported trail keeps its words, or it could not be checked', async () => {
  const { lines } = await under.jobs.ledger.exportAudit(null);
  expect(lines.join('\n')).toContain(SECRET);
  expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
});

test('once it was posted it is told like any other', async () => {
  const { id } = await ask(show, ['posted-server'], true);
  expect(await told('ops request', [id], false, 'UBEN')).not.toContain('posted-server');
  await under.jobs.requests.share(id, { by: 'UANA', place: { channel: 'C1' } });
  expect(await told('ops request', [id], false, 'UBEN')).toContain('posted-server');
});

describe('when its record is gone', () => {
  async function goneOf(keep: (event: string) => boolean): Promise<Told> {
    const texts = await under.jobs.store.trail.newest(500);
    const entries = texts.flatMap((text) => readEntry(text) ?? []);
    return { request: null, entries: entries.filter(({ request, event }) => request === secret && keep(event)) };
  }

  test('its entries say that it was private', async () => {
    expect(isToldHidden(await goneOf(() => true), null)).toBe(true);
    expect(isToldHidden(await goneOf(() => true), 'UANA')).toBe(false);
  });

  test('an answer whose question is not among the entries is not told', async () => {
    expect(isToldHidden(await goneOf((event) => event === 'finished'), null)).toBe(true);
  });
});
