import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkspace, type Workspace } from '../../sandbox/slack/workspace';
import { SYSTEMS } from '../../src/bot/app';
import { configChecks, manifestProblems } from '../../src/bot/doctor/config-checks';
import { factorCheck } from '../../src/bot/doctor/factor-checks';
import { slackChecks } from '../../src/bot/doctor/slack-checks';
import { createSlackProbe } from '../../src/bot/doctor/slack-probe';
import { createSlack } from '../../src/bot/outbox/slack';
import { DEFAULT_RULES } from '../../src/jobs/rules/rules';
import { allExplain, examine, found, troubles } from '../support/lines';

const manifest = JSON.parse(readFileSync(join(__dirname, '../../manifest.json'), 'utf8'));
let workspace: Workspace;
beforeAll(async () => {
  const group = { id: 'S0STORAGE', handle: 'storage', name: 'Storage', users: ['U0BEN', 'U0CHO', 'U0SAM'] };
  const empty = { id: 'S0EMPTY', handle: 'empty', name: 'Empty', users: [] };
  workspace = await createWorkspace({ manifest, userGroups: [group, empty] });
});
afterEach(() => workspace.faults.clear());
afterAll(() => workspace.close());

interface Changes {
  readonly channels?: readonly string[];
  readonly now?: () => number;
  readonly timeoutMs?: number;
}

async function looked({ channels = [], ...changes }: Changes = {}) {
  const transport = { kind: 'socket', appToken: workspace.appToken } as const;
  const slack = { token: workspace.botToken, apiUrl: workspace.apiUrl, transport };
  const probe = createSlackProbe({ ...slack, ...changes });
  const lines = await examine(
    slackChecks(probe, { slack, rules: { ...DEFAULT_RULES, channels }, hooks: [], console: null }),
  );
  expect(allExplain(lines)).toBe(true);
  for (const token of [workspace.botToken, workspace.appToken]) expect(JSON.stringify(lines)).not.toContain(token);
  return lines;
}

describe('Slack', () => {
  test('with everything as it must be, every line is fine', async () => {
    const lines = await looked({ channels: ['C0INC42'] });
    expect(troubles(lines)).toEqual({});
    expect(found(lines)).toEqual({
      'Slack: bot token': 'ok: it is quorumbot in Sandbox',
      'Slack: scopes': expect.stringContaining('chat:write'),
      'Slack: clock': 'ok: with this machine',
      'Slack: app token': 'ok: Socket Mode can be opened',
      'Slack: channels of rules, webhooks and the console': 'ok: #C0INC42',
    });
  });

  test('a scope that is missing is told with what needs it', async () => {
    workspace.faults.grant(['commands', 'chat:write', 'usergroups:read']);
    expect(troubles(await looked())).toEqual({
      'Slack: scopes': 'bad: missing: files:write (long output and pictures are posted)',
    });
  });

  test('a scope that nothing needs is a warning', async () => {
    workspace.faults.grant([...manifest.oauth_config.scopes.bot, 'channels:history']);
    expect(troubles(await looked())).toEqual({
      'Slack: scopes': 'warning: all there, and not needed: channels:history',
    });
  });

  test('tokens that are not valid any more are told by their setting', async () => {
    workspace.faults.revoke('bot', true);
    workspace.faults.revoke('app', true);
    const lines = await looked();
    expect(troubles(lines)).toEqual({
      'Slack: bot token': 'bad: Slack says invalid_auth',
      'Slack: app token': 'bad: Slack says invalid_auth',
    });
    expect(JSON.stringify(lines)).toMatch(/SLACK_BOT_TOKEN.*SLACK_APP_TOKEN/);
  });

  test.each([
    [30, 'warning: this machine is 30 s behind Slack'],
    [-30, 'warning: this machine is 30 s ahead of Slack'],
    [400, 'bad: this machine is 400 s behind Slack'],
  ])('a clock that is %d s apart is told', async (seconds, text) => {
    workspace.faults.setClock(seconds);
    const told = troubles(await looked());
    // The header has whole seconds.
    const near = text.replace(
      String(Math.abs(seconds)),
      `(?:${Math.abs(seconds) - 1}|${Math.abs(seconds)}|${Math.abs(seconds) + 1})`,
    );
    expect(told).toEqual({ 'Slack: clock': expect.stringMatching(new RegExp(`^${near}$`)) });
  });

  test('channels that Slack does not know are told by their ids', async () => {
    expect(troubles(await looked({ channels: ['C0INC42', 'C0NOWHERE'] }))).toEqual({
      'Slack: channels of rules, webhooks and the console': 'bad: Slack does not know C0NOWHERE',
    });
  });

  test('channels of the rules, the webhooks and the console of the file are looked for, too', async () => {
    const slack = {
      token: workspace.botToken,
      apiUrl: workspace.apiUrl,
      transport: { kind: 'http', signingSecret: '' },
    } as const;
    const rules = [{ name: 'a', match: { channel: ['C0ELSE'] }, channels: ['C0INC42'] }];
    const hook = { name: 'alert', secret: '', channel: 'C0GONE', template: [], parameters: {} };
    const config = {
      slack,
      rules: { ...DEFAULT_RULES, rules },
      hooks: [hook],
      console: { channel: 'C0DARK', people: [] },
    };
    const lines = await examine(slackChecks(createSlackProbe(slack), config));
    expect(troubles(lines)).toEqual({
      'Slack: channels of rules, webhooks and the console': 'bad: Slack does not know C0ELSE, C0GONE, C0DARK',
    });
  });

  test('a Slack that hangs, and one with troubles of its own', async () => {
    workspace.faults.slow('auth.test', 2_000);
    expect(troubles(await looked({ timeoutMs: 200 }))).toMatchObject({
      'Slack: bot token': 'bad: Slack does not answer',
    });
    workspace.faults.clear();
    workspace.faults.refuse('apps.connections.open', { status: 429, retryAfter: 7 });
    expect(troubles(await looked())).toEqual({ 'Slack: app token': 'bad: Slack asks to wait 7 s' });
  });
});

describe('who may approve', () => {
  const approving = async (...approvers: string[]) => {
    const { members } = createSlack({ token: workspace.botToken, apiUrl: workspace.apiUrl });
    const lines = await examine(configChecks({ rules: { ...DEFAULT_RULES, approvers }, members, commands: SYSTEMS }));
    expect(allExplain(lines)).toBe(true);
    return troubles(lines);
  };

  test('enough people, by name and by group', async () => {
    expect(await approving('S0STORAGE')).toEqual({});
    expect(await approving('U0ANA', 'U0BEN', 'U0CHO')).toEqual({});
  });

  test('nobody; one; just enough, which is not enough when one of them asks', async () => {
    expect(await approving()).toEqual({ Approvers: 'bad: there are none: nobody may approve' });
    expect(await approving('U0BEN')).toEqual({
      'Approvers: enough of them': 'bad: 1 person; up to 2 must approve',
    });
    expect(await approving('U0BEN', 'U0CHO')).toEqual({
      'Approvers: enough of them': 'warning: 2 people; up to 2 must approve',
    });
  });

  test('as many as the strictest operation needs, everywhere and where a rule holds', async () => {
    const { members } = createSlack({ token: workspace.botToken, apiUrl: workspace.apiUrl });
    const approvers = ['U0ANA', 'U0BEN', 'U0CHO'];
    const rules = [
      { name: 'registry', match: { system: ['palm'] }, approve: approvers },
      { name: 'ticks', match: { operation: ['distkv mark'] }, approve: approvers },
      { name: 'undoable', match: { danger: 'reversible' as const }, approve: approvers },
    ];
    const stricter = { 'palm reset': 4 };
    const needs = { reversible: 3, irreversible: 2 };
    const strict = { ...DEFAULT_RULES, approvers, needs, stricter, rules };
    expect(troubles(await examine(configChecks({ rules: strict, members, commands: SYSTEMS })))).toEqual({
      'Approvers: enough of them': 'bad: 3 people; up to 4 must approve',
      'Approvers by the rule “registry”: enough of them': 'bad: 3 people; up to 4 must approve',
      'Approvers by the rule “ticks”: enough of them': 'warning: 3 people; up to 3 must approve',
      'Approvers by the rule “undoable”: enough of them': 'bad: 3 people; up to 4 must approve',
    });
  });

  test('a person who is named twice counts once', async () => {
    expect(await approving('U0BEN', 'U0CHO', 'U0SAM', 'S0STORAGE')).toEqual({});
    expect(await approving('U0BEN', 'U0BEN', 'U0BEN')).toMatchObject({
      'Approvers: enough of them': expect.stringContaining('1 person'),
    });
  });

  test('rules of the file: groups and numbers that nobody can satisfy', async () => {
    const { members } = createSlack({ token: workspace.botToken, apiUrl: workspace.apiUrl });
    const rules = [
      { name: 'met', match: {}, approve: ['U0BEN', 'U0CHO', 'U0SAM'] },
      { name: 'few', match: {}, approve: ['U0BEN', 'U0NOT'] },
      { name: 'many', match: { danger: 'reversible' as const }, needs: 3 },
      { name: 'gone', match: {}, ask: ['S0GONE'] },
    ];
    const checks = configChecks({
      rules: { ...DEFAULT_RULES, approvers: ['S0STORAGE'], rules },
      members,
      commands: SYSTEMS,
    });
    const lines = await examine(checks);
    expect(troubles(lines)).toEqual({
      'Approvers: user group S0GONE': 'bad: Slack says no_such_subteam',
      'Approvers by the rule “few”: enough of them': 'bad: 1 person; up to 2 must approve',
      'Approvers by the rule “many”: enough of them': 'warning: 3 people; up to 3 must approve',
    });
    expect(allExplain(lines)).toBe(true);
  });

  test('a group that Slack does not know, and an empty one', async () => {
    expect(await approving('S0STORAGE', 'S0GONE', 'S0EMPTY')).toEqual({
      'Approvers: user group S0GONE': 'bad: Slack says no_such_subteam',
      'Approvers: user group S0EMPTY': 'warning: 0 members',
    });
  });
});

describe('second factors', () => {
  const enrolledAre = async (on: boolean, ...enrolled: string[]) => {
    const { members } = createSlack({ token: workspace.botToken, apiUrl: workspace.apiUrl });
    const enrolment = async (user: string) => (enrolled.includes(user) ? { id: 'e', since: 1 } : null);
    const rules = { ...DEFAULT_RULES, approvers: ['U0ANA', 'S0STORAGE'] };
    const lines = await examine([
      factorCheck({ rules, members, factors: { on, enrolment, reset: async () => false } }),
    ]);
    expect(allExplain(lines)).toBe(true);
    return found(lines)['Second factor'];
  };

  test('off, all enrolled, some not, too few', async () => {
    expect(await enrolledAre(false)).toBe('ok: off, since SECOND_FACTOR_KEY is not set');
    expect(await enrolledAre(true, 'U0ANA', 'U0BEN', 'U0CHO', 'U0SAM')).toBe(
      'ok: on; all 4 who may approve have enrolled',
    );
    expect(await enrolledAre(true, 'U0ANA', 'U0BEN')).toBe('warning: on; 2 enrolled, and none yet of: @U0CHO, @U0SAM');
    expect(await enrolledAre(true, 'U0BEN')).toMatch(/^bad: on; 1 enrolled, and none yet of: @U0ANA, /);
  });
});

describe('the manifest', () => {
  const changed = (change: (copy: typeof manifest) => void) => {
    const copy = structuredClone(manifest);
    change(copy);
    return manifestProblems(copy, SYSTEMS);
  };

  test('asks for exactly what the code needs', () => {
    expect(manifestProblems(manifest, SYSTEMS)).toEqual([]);
  });

  test('another one is told by what differs', () => {
    expect(changed((copy) => copy.features.slash_commands.pop())).toEqual(['commands missing: ops']);
    expect(changed((copy) => copy.oauth_config.scopes.bot.push('users:read'))).toEqual([
      'scopes not needed: users:read',
    ]);
    expect(
      changed((copy) => {
        copy.settings.interactivity.is_enabled = false;
      }),
    ).toEqual(['interactivity is off: no button works']);
    expect(changed((copy) => copy.features.shortcuts.pop())).toEqual(['shortcuts missing: run_here']);
    expect(changed((copy) => copy.settings.event_subscriptions.bot_events.pop())).toEqual([
      'events missing: app_home_opened',
    ]);
    expect(
      changed((copy) => {
        copy.features.app_home.home_tab_enabled = false;
      }),
    ).toEqual(['the Home tab is off: nobody sees there what waits for them']);
    expect(manifestProblems({}, SYSTEMS)).toEqual(['it is no manifest of a Slack app']);
  });
});
