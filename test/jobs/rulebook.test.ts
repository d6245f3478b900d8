import { startRedis } from '../../sandbox/services/redis';
import { createCatalogue } from '../../src/handlers/catalogue';
import { createClusters } from '../../src/handlers/clusters';
import { defineQuery } from '../../src/handlers/operation';
import { opsBreaks } from '../../src/handlers/ops/breaks';
import { opsCan } from '../../src/handlers/ops/can';
import { opsRules } from '../../src/handlers/ops/rules';
import type { Rulebook } from '../../src/handlers/rulebook';
import { plain, type View } from '../../src/handlers/view';
import { parseWindow } from '../../src/jobs/rules/calendar';
import type { Rule, Rules } from '../../src/jobs/rules/rules';
import type { Workers } from '../../src/jobs/work/worker';
import { ASKED, approval, byName, type JobsUnderTest, openJobs, raise } from '../support/jobs';

/** What people are told of the rules, asked the way they ask. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let under: JobsUnderTest;
let workers: Workers;
const shelf = { values: new Map([['a', 1]]), writes: 0 };
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
  await workers.close();
  await under.close();
});

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

async function open(rules: Partial<Rules>): Promise<void> {
  under = openJobs(redis.url, { rules, people: { membersOf: async () => ['UBEN', 'UDAN'] } });
  await under.jobs.connected(2_000);
  const operationsWith = (rulebook: Rulebook) => [
    change,
    look,
    opsRules(rulebook),
    opsCan(rulebook),
    opsBreaks(rulebook),
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
async function told(command: string): Promise<string> {
  const words = command.split(' ');
  const operation = [opsRules, opsCan, opsBreaks].map((make) => make(under.jobs.rulebook(() => createClusters([]))));
  const found = operation.find(({ name }) => command.startsWith(name));
  if (!found) throw new Error(command);
  expect(found.check(words.slice(2))).toBeNull();
  count += 1;
  const opened = await under.jobs.requests.open({
    ...ASKED,
    delivery: `${count}`,
    operation: found,
    words: words.slice(2),
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

test('what ops can answers is what asking and approving do', async () => {
  await open(whole);
  for (const user of ['UANA', 'UBEN', 'UDAN', 'UEVE']) {
    const rights = await told(`ops can ${user} test raise --on prod-eu`);
    count += 1;
    const asking = {
      ...ASKED,
      requester: user,
      cluster: 'prod-eu',
      delivery: `${count}`,
      operation: change,
      words: ['a'],
    };
    expect([user, (await under.jobs.requests.open(asking)).ok]).toEqual([user, rights.includes('ask | yes')]);
    count += 1;
    const other = await under.jobs.requests.open({
      ...asking,
      requester: user === 'UANA' ? 'UDAN' : 'UANA',
      delivery: `${count}`,
    });
    const { id } = await under.until(other.ok ? other.request.id : '', 'planned');
    expect([user, (await under.jobs.requests.decide(id, approval(user))).ok]).toEqual([
      user,
      rights.includes('approve | yes'),
    ]);
  }
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
      `1 broken glass to review\n${id} \\| .* UTC \\| @UANA \\| the registry is down \\| /test raise a \\| succeeded \\| Always`,
    ),
  );
  expect(shelf.writes).toBe(1);
});
