import { join } from 'node:path';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { run } from '../../sandbox/services/process';
import { script } from '../support/processes';

/** The doctor in the whole pretend world, from Slack and from the terminal. */
let world: World;
const settings = { APPROVERS: 'U0ANA,U0BEN,U0CHO' };
beforeAll(async () => {
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), settings });
}, 30_000);
afterAll(() => world.close());

async function asked(): Promise<string> {
  const before = world.workspace.messages('inc-42').length;
  await world.workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: '/ops doctor' });
  const answer = () =>
    world.workspace
      .messages('inc-42')
      .slice(before)
      .find((one) => /fine/i.test(one.plain));
  return (await world.workspace.until(answer, 20_000)).plain;
}

/** `npm run doctor`, with the settings of the world's bot. */
async function inTerminal(changes: Readonly<Record<string, string>> = {}) {
  const { workspace, redis, etcd, openio, distkv } = world;
  const program = script(join(ROOT, 'src/bot/doctor/start.ts'));
  const running = run({
    ...program,
    env: {
      SLACK_API_URL: workspace.apiUrl,
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_APP_TOKEN: workspace.appToken,
      REDIS_URL: redis.url,
      OPENIO_PROXY_URL: openio.url,
      DISTKV_SERVERS: distkv.servers.join(','),
      PALM_ETCD_HOSTS: etcd.url,
      ...settings,
      ...changes,
    },
  });
  const { code } = await running.exited;
  const text = running.output();
  for (const secret of [workspace.botToken, workspace.appToken]) expect(text).not.toContain(secret);
  return { code, text };
}

test('in a healthy world every line is fine, from Slack and from the terminal', async () => {
  expect(await asked()).toMatch(/All \d\d checks are fine/);
  const { code, text } = await inTerminal();
  expect(text).toMatch(/\n\d\d fine, 0 to look at, 0 wrong\.\s*$/);
  expect(text).not.toMatch(/WRONG|WARNING/);
  expect(code).toBe(0);
}, 40_000);

test('an etcd that hangs is a line, not a hang; the other systems are looked at all the same', async () => {
  await world.workspace.switchTrouble('palm', 'etcd-frozen', true);
  const [inSlack, { code, text }] = await Promise.all([asked(), inTerminal()]);
  await world.workspace.switchTrouble('palm', 'etcd-frozen', false);
  expect(inSlack).toMatch(/✖ .*PALM: etcd.*What to do: Look whether etcd runs there/s);
  expect(inSlack).toContain('OpenIO: meta2 services | all are up');
  expect(text).toMatch(/WRONG {3}PALM: etcd/);
  expect(code).toBe(1);
}, 60_000);

test('what is only worth a look does not make the terminal fail', async () => {
  const { code, text } = await inTerminal({ APPROVERS: 'U0BEN,U0CHO' });
  expect(text).toMatch(/WARNING Approvers: enough of them: 2 people/);
  expect(code).toBe(0);
}, 30_000);

test('settings that are wrong, and a Redis that is not there, end with code 1 and say so', async () => {
  const wrong = await inTerminal({ APPROVERS: 'ben', PALM_ETCD_API: 'v4' });
  expect(wrong.text).toMatch(/WRONG {3}Configuration: PALM_ETCD_API must be v2 or v3/);
  expect(wrong.text).toMatch(/WRONG {3}Configuration: APPROVERS.* ben is not a Slack user id/);
  expect(wrong.code).toBe(1);
  const without = await inTerminal({ REDIS_URL: 'redis://joe:hidden-word@127.0.0.1:1' });
  expect(without.text).toMatch(/WRONG {3}Redis: it does not answer \(no connection\)/);
  expect(without.text).not.toContain('hidden-word');
  expect(without.code).toBe(1);
}, 40_000);
