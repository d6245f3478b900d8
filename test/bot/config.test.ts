import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, SETTINGS } from '../../src/bot/config/config';

const MINIMAL = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'a-secret-of-slack' };
const load = (more: Record<string, string> = {}) => loadConfig({ ...MINIMAL, ...more });
const problems = (more: Record<string, string>) => {
  const loaded = load(more);
  return loaded.ok ? [] : loaded.problems;
};

test('the least that is needed, and the defaults', () => {
  const loaded = load();
  expect(loaded).toMatchObject({
    ok: true,
    config: {
      role: 'all',
      port: 3000,
      redisUrl: 'redis://127.0.0.1:6379',
      slack: { apiUrl: 'https://slack.com/api/', transport: { kind: 'http' } },
      palm: null,
      clusters: [{ name: 'default', production: false, palm: null }],
      rules: { approvers: [], expiresAfterMs: 900_000, needs: { reversible: 1, irreversible: 2 } },
    },
  });
});

test('the key of second factors is taken as it is, and is never told', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  expect(load({ SECOND_FACTOR_KEY: key })).toMatchObject({ ok: true, config: { secondFactorKey: key } });
  expect(load()).toMatchObject({ config: { secondFactorKey: null } });
  expect(problems({ SECOND_FACTOR_KEY: `${key}=` }).join()).not.toContain(key.slice(0, 20));
});

test('an app token means Socket Mode, also beside a signing secret', () => {
  expect(load({ SLACK_APP_TOKEN: 'xapp-1' })).toMatchObject({ config: { slack: { transport: { kind: 'socket' } } } });
});

test('empty variables count as not set', () => {
  expect(load({ PALM_ETCD_HOSTS: '', PORT: ' ' })).toMatchObject({ ok: true, config: { palm: null, port: 3000 } });
});

test('every problem is listed at once, and no secret with it', () => {
  const loaded = loadConfig({
    SLACK_BOT_TOKEN: 'wrong-secret',
    PORT: 'http',
    REDIS_URL: 'localhost',
    APPROVERS: 'ben',
    ROLE: 'boss',
  });
  if (loaded.ok) throw new Error('must be refused');
  expect(loaded.problems.join('\n')).toMatch(/SLACK_BOT_TOKEN[\s\S]*PORT[\s\S]*REDIS_URL[\s\S]*APPROVERS/);
  expect(loaded.problems).toHaveLength(5);
  expect(loaded.problems.join()).not.toContain('wrong-secret');
});

test.each([
  [{ PALM_ETCD_HOSTS: 'etcd:2379' }, /PALM_ETCD_HOSTS/],
  [{ PALM_ETCD_API: 'v4' }, /PALM_ETCD_API must be v2 or v3/],
  [{ PALM_SSH: 'root@host; reboot' }, /PALM_SSH/],
  [{ PALM_SSH: 'palm@host' }, /PALM_SSH_KEY/],
  [{ DISTKV_SERVERS: 'a:1,b' }, /b is not host:port/],
  [{ DISTKV_SERVERS: 'a:70000' }, /a:70000 is not host:port/],
  [{ DISTKV_USER: 'joe' }, /belong together/],
  [{ CHANNELS: '#inc' }, /#inc is not a Slack channel id/],
  [{ APPROVERS: 'U1,<!channel>' }, /not a Slack user id/],
  [{ SLACK_SIGNING_SECRET: '' }, /SLACK_SIGNING_SECRET is missing/],
  [{ QUORUMBOT_CONFIG: '/nowhere.yaml' }, /cannot be read/],
  [{ SECOND_FACTOR_KEY: 'c2hvcnQ=' }, /SECOND_FACTOR_KEY must be 32 random bytes in base64/],
])('%j is refused with its name', (settings, expected) => {
  expect(problems(settings).join('\n')).toMatch(expected);
});

test('lists are read with their spaces, IPv6 with its brackets', () => {
  expect(
    load({ APPROVERS: ' U1, S2 ', DISTKV_SERVERS: '[::1]:27586, b:1', PALM_ETCD_HOSTS: 'http://a:1, http://b:2' }),
  ).toMatchObject({
    config: {
      rules: { approvers: ['U1', 'S2'] },
      distkv: {
        servers: [
          { host: '::1', port: 27586 },
          { host: 'b', port: 1 },
        ],
      },
      palm: { hosts: ['http://a:1', 'http://b:2'] },
    },
  });
});

const folder = mkdtempSync(join(tmpdir(), 'quorumbot-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function yaml(text: string): string {
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, text);
  return path;
}

test('the file can make rules stricter', () => {
  const path = yaml('approvals:\n  expireAfter: 5\n  operations:\n    palm purge: 2\n');
  expect(load({ QUORUMBOT_CONFIG: path })).toMatchObject({
    config: { rules: { expiresAfterMs: 300_000, stricter: { 'palm purge': 2 } } },
  });
});

test.each(['approvals:\n  irreversible: 1\n', 'aprovals: {}\n', 'approvals:\n  reversible: 0\n'])(
  'the file cannot make them laxer, or misspell: %j',
  (text) => {
    expect(problems({ QUORUMBOT_CONFIG: yaml(text) })).toHaveLength(1);
  },
);

const CLUSTERS = `
clusters:
  default: { production: true }
  test-1:
    palm: { etcdHosts: 'http://a:1, http://b:2', etcdApi: v2 }
  prod-eu:
    production: true
    openio: { proxyUrl: http://proxy:6000, namespace: EU }
    distkv: { servers: ['kv-1:27586', 'kv-2:27586'], user: bot, password: { env: EU_PASSWORD } }
channels:
  C0INC42: { cluster: prod-eu }
`;

test('the file names further clusters with settings of their own, and channels that mean one of them', () => {
  expect(
    load({ QUORUMBOT_CONFIG: yaml(CLUSTERS), EU_PASSWORD: 'secret', OPENIO_PROXY_URL: 'http://here:1' }),
  ).toMatchObject({
    config: {
      openio: { proxyUrl: 'http://here:1' },
      channelClusters: { C0INC42: 'prod-eu' },
      clusters: [
        { name: 'default', production: true, openio: { proxyUrl: 'http://here:1' }, distkv: null, palm: null },
        { name: 'test-1', production: false, openio: null, palm: { api: 'v2', hosts: ['http://a:1', 'http://b:2'] } },
        {
          name: 'prod-eu',
          production: true,
          openio: { proxyUrl: 'http://proxy:6000', namespace: 'EU', account: 'myaccount' },
          distkv: { servers: [{ host: 'kv-1' }, { host: 'kv-2' }], login: { user: 'bot', password: 'secret' } },
        },
      ],
    },
  });
});

test.each([
  ['clusters: { prod: { distkv: { servers: "a" } } }', /clusters\.prod\.distkv\.servers.*a is not host:port/],
  ['clusters: { Prod: {} }', /clusters\.Prod.*small letters/],
  [
    'clusters: { p: { distkv: { servers: "a:1", user: u, password: { env: NOT_SET } } } }',
    /clusters\.p\.distkv\.password: the variable NOT_SET is not set/,
  ],
  [
    'clusters: { p: { distkv: { servers: "a:1", user: u } } }',
    /clusters\.p\.distkv\.user and clusters\.p\.distkv\.password belong together/,
  ],
  [
    'clusters: { p: { palm: { etcdHosts: "http://a:1", ssh: a@b } } }',
    /clusters\.p\.palm\.ssh needs clusters\.p\.palm\.sshKey/,
  ],
  [
    'clusters: { default: { palm: { etcdHosts: "http://a:1" } } }',
    /clusters\.default: its addresses are the environment/,
  ],
  ['channels: { C1: { cluster: nowhere } }', /channels\.C1\.cluster: there is no cluster nowhere/],
  ['channels: { inc-42: { cluster: default } }', /channels\.inc-42.*Slack channel id/],
])('%s is refused with its path', (text, expected) => {
  expect(problems({ QUORUMBOT_CONFIG: yaml(text) }).join('\n')).toMatch(expected);
});

test('the configuration cannot be changed afterwards', () => {
  const loaded = load();
  if (!loaded.ok) throw new Error('must load');
  expect(() => Object.assign(loaded.config.rules, { channels: ['C1'] })).toThrow();
});

test('.env.example names every setting, and no other', () => {
  const example = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
  const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.sort()).toEqual([...SETTINGS].sort());
});
