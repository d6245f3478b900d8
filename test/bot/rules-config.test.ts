import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SYSTEMS } from '../../src/bot/app';
import { loadConfig } from '../../src/bot/config/config';
import { RULED_SYSTEMS, unknownOperations } from '../../src/bot/config/rules-config';
import { createClusters } from '../../src/handlers/clusters';
import { catalogueOf } from '../../src/handlers/index';
import { DEFAULT_RULES, rulingOf } from '../../src/jobs/rules/rules';
import { everySystem } from '../support/systems';

const folder = mkdtempSync(join(tmpdir(), 'quorumbot-rules-'));
const systems = everySystem();
const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await systems.close();
});

const load = (text: string) => {
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, text);
  const named = [...text.matchAll(/env: ([A-Z_]+)/g)].map(([, name = '']) => [name, 'x'.repeat(40)]);
  const more = { QUORUMBOT_CONFIG: path, APPROVERS: 'S0STORAGE,S0PLATFORM', ...Object.fromEntries(named) };
  return loadConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'a-secret-of-slack', ...more });
};
const problems = (text: string) => {
  const loaded = load(text);
  return loaded.ok ? '' : loaded.problems.join('\n');
};
const rulesOf = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config.rules;
};

/** Every YAML block of the documentation, as one file. */
function example(): string {
  const page = readFileSync(join(__dirname, '../../docs/configuration.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks.join('\n');
}

const about = {
  kind: 'change',
  operation: 'palm purge',
  cluster: 'prod-eu',
  channel: 'C0INC42',
  danger: 'reversible',
} as const;

test('the examples of the documentation are a file that loads, with no operation that there is not', () => {
  expect(Object.keys(parse(example()))).toEqual(expect.arrayContaining(['approvals', 'rules', 'clusters', 'channels']));
  const rules = rulesOf(example());
  expect(rules.rules).toHaveLength(3);
  expect(unknownOperations(rules, clusters)).toEqual([]);
  expect(rulingOf(rules, about)).toMatchObject({
    channels: ['C0INC42'],
    ask: [{ who: ['S0ONCALL'] }],
    approve: [
      ['S0STORAGE', 'S0PLATFORM'],
      ['S0STORAGE', 'S0PLATFORM'],
    ],
    needs: 2,
    fromGroups: [{ groups: ['S0STORAGE', 'S0PLATFORM'], least: 2 }],
    expiresAfterMs: 600_000,
    freezes: [{ rule: 'Quiet weekends', breakGlass: ['U0BEN', 'S0ONCALL'] }],
    floors: [{ left: 3, atOnce: 5 }],
  });
});

test.each([
  ['rules: [{ needs: 0 }]', /rules\[0\]\.needs/],
  ['rules: [{ needs: 2 }, { approve: [ben] }]', /rules\[1\]\.approve\[0\] ben is not a Slack user id/],
  ['rules: [{ ask: [] }]', /rules\[0\]\.ask must name somebody/],
  ['rules: [{ expireAfter: 20 }]', /rules\[0\]\.expireAfter must be at most 15/],
  ['approvals: { expireAfter: 60 }', /approvals\.expireAfter must be at most 15/],
  ['approvals: { operations: { plam purge: 2 } }', /approvals\.operations\.plam purge must be such as palm purge/],
  ['rules: [{ match: { system: plam }, needs: 2 }]', /rules\[0\]\.match\.system\[0\] plam is no system/],
  [
    'rules: [{ match: { operation: purge }, needs: 2 }]',
    /rules\[0\]\.match\.operation\[0\] must be such as palm purge/,
  ],
  ['rules: [{ match: { cluster: moon }, needs: 2 }]', /rules\[0\]\.match\.cluster: there is no cluster moon/],
  ['rules: [{ match: { chanel: C1 }, needs: 2 }]', /rules\[0\]\.match.*chanel/],
  ['rules: [{ match: { system: palm } }]', /rules\[0\] asks for nothing/],
  ['rules: [{ fromGroups: 2, approve: [S1, U1] }]', /rules\[0\]\.fromGroups needs at least 2 user groups.*it has 1/],
  ['rules: [{ needs: 2, breakGlass: [U1] }]', /rules\[0\]\.breakGlass is only for a rule with frozen/],
  [
    'rules: [{ frozen: { zone: Mars, weekly: fri 16:00 – mon 08:00 } }]',
    /rules\[0\]\.frozen\.zone must be a time zone/,
  ],
  ['rules: [{ frozen: { zone: UTC } }]', /rules\[0\]\.frozen needs weekly or dates/],
  ['rules: [{ frozen: { zone: UTC, weekly: [friday] } }]', /rules\[0\]\.frozen\.weekly friday is not a time such as/],
  [
    'rules: [{ frozen: { zone: UTC, dates: fri 16:00 – mon 08:00 } }]',
    /rules\[0\]\.frozen\.dates .* is not a time such as/,
  ],
  ['rules: [{ match: { kind: query }, needs: 2 }]', /rules\[0\]\.match matches queries only/],
  ['rules: [{ match: { system: distkv }, floors: { serversLeft: 2 } }]', /rules\[0\]\.floors are for palm/],
  ['rules: [{ floors: {} }]', /rules\[0\]\.floors needs serversLeft or purgedAtOnce/],
])('%s is refused with its path', (text, expected) => {
  expect(problems(text)).toMatch(expected);
});

test('every problem of a file is listed at once', () => {
  expect(problems('rules: [{ needs: 0 }, { ask: [ben] }]\napprovals: { irreversible: 1 }').split('\n')).toHaveLength(3);
});

test('an operation that no cluster has is found, unless its system is not there at all', () => {
  const rules = {
    ...DEFAULT_RULES,
    stricter: { 'palm prge': 2 },
    rules: rulesOf('rules: [{ match: { operation: [palm reset, distkv makr] }, needs: 3 }]').rules,
  };
  expect(unknownOperations(rules, clusters)).toEqual(['palm prge', 'distkv makr']);
  const bare = catalogueOf({ ...systems, palm: null });
  expect(unknownOperations(rules, createClusters([{ name: 'default', production: false, catalogue: bare }]))).toEqual([
    'distkv makr',
  ]);
});

test('a system of a rule is one that has a slash command', () => {
  expect([...RULED_SYSTEMS].sort()).toEqual([...SYSTEMS].sort());
});
