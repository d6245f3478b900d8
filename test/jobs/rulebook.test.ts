import { startRedis } from '../../sandbox/services/redis';
import { createCatalogue } from '../../src/handlers/catalogue';
import { createClusters } from '../../src/handlers/clusters';
import { defineQuery } from '../../src/handlers/operation';
import { opsBreaks } from '../../src/handlers/ops/breaks';
import { opsBreaksReview } from '../../src/handlers/ops/breaks-review';
import { opsCan } from '../../src/handlers/ops/can';
import { opsRules } from '../../src/handlers/ops/rules';
import type { Rulebook } from '../../src/handlers/rulebook';
import { plain, type View } from '../../src/handlers/view';
import type { Road } from '../../src/jobs/request/request';
import { parseWindow } from '../../src/jobs/rules/calendar';
import type { Rule, Rules } from '../../src/jobs/rules/rules';
import type { Workers } from '../../src/jobs/work/worker';
import { type Authenticator, authenticator } from '../support/authenticator';
import { ASKED, approval, byName, type JobsUnderTest, openJobs, raise } from '../support/jobs';

/** What people are told of the rules, asked the way they ask. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
const shelf = {
  values: new Map([
    ['a', 1],
    ['!b', 1],
  ]),
  writes: 0,
};
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
beforeEach(() => {
  shelf.writes = 0;
});
afterEach(() => closeAll());

async function closeAll(): Promise<void> {
  await workers.close();
  await under.close();
}

const always = {
  zone: 'Europe/Paris',
  windows: ['mon 00:00 – thu 00:00', 'thu 00:00 – mon 00:00'].flatMap((text) => parseWindow(text) ?? []),
};
const whole: Partial<Rules> = {
  approvers: ['S0OPS'],
  rules: [
    {
      name: 'Two for production',
      match: { cluster: ['prod-eu'] },
      needs: 2,
      approve: ['UBEN'],
      ask: ['UANA', 'S0OPS'],
    },
    { name: 'Never twice', match: { danger: 'irreversible' }, needs: 3 },
    { name: 'Looking', match: { kind: 'query' }, ask: ['UANA'] },
  ],
};

async function open(rules: Partial<Rules>, secondFactorKey?: string): Promise<void> {
  const people = { membersOf: async () => ['UBEN', 'UDAN'] };
  under = openJobs(redis.url, { rules, people, ...(secondFactorKey !== undefined && { secondFactorKey }) });
  await under.jobs.connected(2_000);
  const operationsWith = (rulebook: Rulebook) => [
    change,
    look,
    opsRules(rulebook),
    opsCan(rulebook),
    opsBreaks(rulebook),
    opsBreaksReview(rulebook),
  ];
  const rulebook = under.jobs.rulebook(() => clusters);
  const operations = operationsWith(rulebook);
  const catalogue = createCatalogue(operations);
  const clusters = createClusters([
    { name: 'default', production: false, catalogue },
    { name: 'prod-eu', production: true, catalogue },
  ]);
  workers = under.jobs.work(byName(...operations));
}

let count = 0;
async function told(command: string, as: { requester?: string; road?: Road } = {}): Promise<string> {
  const operation = [opsRules, opsCan, opsBreaksReview, opsBreaks].map((make) =>
    make(under.jobs.rulebook(() => createClusters([]))),
  );
  const found = operation.find(({ name }) => command.startsWith(name));
  if (!found) throw new Error(command);
  const words = command.slice(found.name.length).split(' ').filter(Boolean);
  expect(found.check(words)).toBeNull();
  count += 1;
  const opened = await under.jobs.requests.open({
    ...{ ...ASKED, ...as },
    delivery: `${count}`,
    operation: found,
    words,
  });
  const { state } = await under.until(opened.ok ? opened.request.id : '', 'finished');
  if (state.kind !== 'finished' || state.outcome.kind !== 'answered') throw new Error(JSON.stringify(state));
  return textOf(state.outcome.view);
}

function textOf({ title, parts }: View): string {
  const lines = parts.flatMap((part): string[] => {
    if (part.kind === 'text') return [plain(part.text)];
    if (part.kind === 'facts') return part.facts.map(([label, value]) => `${label}: ${plain(value)}`);
    return part.kind === 'table' ? part.rows.map((row) => row.map(plain).join(' | ')) : [];
  });
  return [title, ...lines].join('\n');
}

test('the rules for a command are those of its cluster, told apart where the danger makes a difference', async () => {
  await open(whole);
  const here = await told('ops rules test raise a');
  expect(here).toContain('Rules for /test raise --on default');
  expect(here).toContain('May ask: anybody');
  expect(here).toContain('May approve: @S0OPS (group)');
  expect(here).toContain('Needs, if it can be undone: 1 approval');
  expect(here).toContain('Needs, if it cannot be undone: 3 approvals');
  expect(here).toContain('Expires after: 15 min');
  const there = await told('ops rules /test raise --on prod-eu');
  expect(there).toContain('Needs, if it can be undone: 2 approvals');
  expect(there).toContain('May approve: @S0OPS (group); of these only @UBEN');
  expect(there).toContain('By, if it can be undone: “Two for production”');
  expect(await told('ops rules test look')).toMatch(/May ask: @UANA\nBy: “Looking”/);
});

test('all rules are listed, the usual ones first; words that are no command say so', async () => {
  await open(whole);
  const all = await told('ops rules');
  expect(all).toContain('The usual rules, and 3 of the configuration');
  expect(all).toMatch(
    /Everything[\s\S]*Two for production\nFor: on prod-eu[\s\S]*Never twice\nFor: what cannot be undone/,
  );
  expect(await told('ops rules test rise')).toContain('There is no command /test rise');
  expect(await told('ops rules test raise --on moon')).toContain('There is no cluster moon');
});

test.each([
  ['UBEN', 'default', 'ask | yes | No rule says who may ask.', 'approve | yes | On the list of APPROVERS.'],
  ['UEVE', 'default', 'ask | yes | No rule says', 'approve | no | Not on the list of APPROVERS.'],
  [
    'UEVE',
    'prod-eu',
    'ask | no | By the rule “Two for production” this is for these people alone',
    'approve | no | Not on the list of APPROVERS.',
  ],
  [
    'UDAN',
    'prod-eu',
    'ask | yes | On the list of the rule “Two for production”.',
    'approve | no | Not on the list of “Two for production”.',
  ],
])('%s on %s: %s, %s', async (user, cluster, ask, approve) => {
  await open(whole);
  const rights = await told(`ops can ${user} test raise --on ${cluster}`);
  expect(rights).toContain(ask);
  expect(rights).toContain(approve);
});

describe('what ops can answers is what asking and approving do', () => {
  const KEY = Buffer.alloc(32, 7).toString('base64');
  async function enrol(user: string): Promise<Authenticator> {
    const { secondFactor } = under.jobs;
    const app = authenticator((await secondFactor.begin(user)).secret);
    const confirming = { user, code: app.code(0), old: undefined, place: { channel: 'C1' }, record: `RENROL${user}` };
    expect(await secondFactor.confirm(confirming)).toBeNull();
    return app;
  }
  const saysYes = (rights: string, what: string, name: string) => {
    const danger = name.startsWith('!') ? 'if it cannot be undone' : 'if it can be undone';
    return new RegExp(`^${what}(?:, ${danger})? \\| yes`, 'm').test(rights);
  };
  const PEOPLE = ['UANA', 'UBEN', 'UDAN', 'UEVE'];

  async function ask(requester: string, name: string) {
    count += 1;
    const asking = { ...ASKED, requester, cluster: 'prod-eu', delivery: `can ${count}`, operation: change };
    return under.jobs.requests.open({ ...asking, words: [name] });
  }

  async function compare(user: string, name: string, code?: string): Promise<void> {
    const rights = await told(`ops can ${user} test raise --on prod-eu`);
    expect([user, name, (await ask(user, name)).ok]).toEqual([user, name, saysYes(rights, 'ask', name)]);
    const other = await ask(user === 'UANA' ? 'UDAN' : 'UANA', name);
    const { id } = await under.until(other.ok ? other.request.id : '', 'planned');
    const vote = { ...approval(user), ...(code !== undefined && { code }) };
    const may = saysYes(rights, 'approve', name);
    expect([user, name, (await under.jobs.requests.decide(id, vote)).ok]).toEqual([user, name, may]);
  }

  test('for everybody, under rules of who', async () => {
    await open(whole);
    for (const user of PEOPLE) await compare(user, 'a');
  });

  test('where groups are counted: somebody in none of them counts, and others must approve as well', async () => {
    const quota: Rule = { name: 'Both teams', match: {}, approve: ['S0OPS', 'S0DBA', 'UEVE'], fromGroups: 1 };
    await open({ approvers: ['S0OPS', 'UEVE'], rules: [quota] });
    for (const user of PEOPLE) await compare(user, 'a');
    const [eve, ben] = [await told('ops can UEVE test raise'), await told('ops can UBEN test raise')];
    expect(eve).toContain('In none of the groups of which 1 must approve, so others must approve as well.');
    expect(ben).not.toContain('In none of the groups');
  });

  test('with a second factor: not without being enrolled, where it cannot be undone', async () => {
    await open({ approvers: ['UBEN', 'UDAN'] }, KEY);
    const app = await enrol('UBEN');
    await compare('UBEN', 'a');
    await compare('UBEN', '!b', app.code(1));
    await compare('UDAN', 'a');
    await compare('UDAN', '!b');
    expect(await told('ops can UDAN test raise')).toMatch(/cannot be undone \| no \| Not enrolled/);
    expect(await told('ops can UBEN test raise')).toMatch(/cannot be undone \| yes \| .*With a one-time code/);
  });

  test('the rules say that a one-time code is needed, only where it is', async () => {
    await open({ approvers: ['UBEN'] }, KEY);
    expect(await told('ops rules test raise')).toContain('One-time code, if it cannot be undone: for each approval');
    expect(await told('ops rules test look')).not.toContain('One-time code');
    expect(await told('ops rules')).toContain('One-time code: for each approval of what cannot be undone');
    await closeAll();
    await open({ approvers: ['UBEN'] });
    expect(await told('ops rules test raise')).not.toContain('One-time code');
    expect(await told('ops rules')).not.toContain('One-time code');
  });

  test('while Redis could lose decisions, nobody may', async () => {
    await open({ approvers: ['UBEN'] });
    await under.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      const rights = await told('ops can UBEN test raise');
      expect(rights).toMatch(/^ask \| no \| .*Changes are off/m);
      expect(rights).toMatch(/^approve \| no \| .*Changes are off/m);
      expect((await ask('UANA', 'a')).ok).toBe(false);
      expect(await told('ops can UBEN test look')).toContain('ask | yes');
      expect(await told('ops rules test raise')).toMatch(/Right now: .*Changes are off/);
    } finally {
      await under.redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  test('in a freeze nobody may approve what was asked without breaking the glass', async () => {
    await open({ approvers: ['UBEN'], rules: [{ name: 'Always', match: { kind: 'change' }, frozen: always }] });
    expect(await told('ops can UBEN test raise')).toMatch(/^approve \| no \| Frozen/m);
  });
});

test('a freeze is told before somebody runs into it, and who breaks it is listed with the reason and the end', async () => {
  const frozen: Rule = { name: 'Always', match: { kind: 'change' }, frozen: always, breakGlass: ['UANA'] };
  await open({ rules: [frozen] });
  const rules = await told('ops rules test raise');
  expect(rules).toContain('Right now: frozen by “Always”');
  expect(rules).toContain('Frozen: mon 00:00 – thu 00:00; thu 00:00 – mon 00:00 (Europe/Paris) (“Always”)');
  expect(await told('ops breaks')).toContain('Nobody broke the glass');
  const asking = { ...ASKED, delivery: 'break', operation: change, words: ['a'], breakGlass: 'the registry is down' };
  const opened = await under.jobs.requests.open(asking);
  const id = opened.ok ? opened.request.id : '';
  await under.until(id, 'planned');
  await under.jobs.requests.decide(id, approval('UBEN'));
  await under.until(id, 'finished');
  expect(await told('ops breaks')).toMatch(
    new RegExp(
      `1 broken glass to review\n${id} \\| .* UTC \\| @UANA \\| the registry is down \\| /test raise a \\| succeeded \\| Always \\| not yet`,
    ),
  );
  expect(shelf.writes).toBe(1);
});

describe('reviewing a broken glass', () => {
  const frozen: Rule = { name: 'Always', match: { kind: 'change' }, frozen: always, breakGlass: ['UANA'] };
  async function broken(delivery: string): Promise<string> {
    await open({ rules: [frozen] });
    const asking = { ...ASKED, delivery, operation: change, words: ['a'], breakGlass: 'the registry is down' };
    const opened = await under.jobs.requests.open(asking);
    if (!opened.ok) throw new Error('not opened');
    await under.until(opened.request.id, 'planned');
    return opened.request.id;
  }
  async function ended(delivery: string): Promise<string> {
    const id = await broken(delivery);
    await under.jobs.requests.decide(id, approval('UBEN'));
    await under.until(id, 'finished');
    return id;
  }
  const review = (id: string, requester: string, road: Road = 'slash') =>
    told(`ops breaks review ${id}`, { requester, road });

  test('is done by somebody else who may approve, once, and the list and the trail say who', async () => {
    const id = await ended('review');
    expect(await review(id, 'UBEN')).toContain(`Request ${id} is reviewed`);
    expect(await review(id, 'UCHO')).toContain('was reviewed by @UBEN');
    expect(await told('ops breaks')).toMatch(/^Every broken glass is reviewed\n.* \| by @UBEN .* UTC$/);
    const entries = (await under.jobs.ledger.find(id))?.entries ?? [];
    expect(entries[0]).toMatchObject({ event: 'reviewed', by: 'UBEN' });
    expect(await under.jobs.ledger.verifyAudit()).toMatchObject({ kind: 'whole' });
    expect((await under.jobs.store.load(id))?.state).toMatchObject({ outcome: { kind: 'succeeded' } });
  });

  test.each<[string, string, Road, string]>([
    ['who broke it', 'UANA', 'slash', 'You asked for'],
    ['who may not approve', 'USAM', 'slash', 'Only people who may approve'],
    ['that is no person', 'UBEN', 'webhook', 'Only a person can'],
  ])('is not done by somebody %s', async (what, requester, road, why) => {
    const id = await ended(what);
    expect(await review(id, requester, road)).toContain(why);
    expect(await told('ops breaks')).toContain('1 broken glass to review');
  });

  test('is not done before it has ended, nor where no glass was broken', async () => {
    const id = await broken('not ended');
    expect(await review(id, 'UBEN')).toContain('has not ended yet');
    await closeAll();
    await open({});
    const plain = await under.jobs.requests.open({ ...ASKED, delivery: 'plain', operation: change, words: ['a'] });
    expect(await review(plain.ok ? plain.request.id : '', 'UBEN')).toContain('nothing to review');
    expect(await review('R00000000', 'UBEN')).toContain('There is no request');
  });

  test('a glass that nobody could break is not in the list', async () => {
    await open({ rules: [frozen] });
    const asking = { ...ASKED, requester: 'UBEN', operation: change, words: ['a'], breakGlass: 'please' };
    expect(await under.jobs.requests.open({ ...asking, delivery: 'no' })).toMatchObject({ ok: false });
    expect(await told('ops breaks')).toContain('Nobody broke the glass');
  });
});
