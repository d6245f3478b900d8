import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Etcd3 } from 'etcd3';
import { SEED } from '../../sandbox/palm/records';
import { play } from '../../sandbox/player';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/** The whole road: a person types in the pretend Slack, the real bot works on a real Redis and a real etcd. */
let world: World;
let etcd: Etcd3;
const bot = script(join(ROOT, 'src/bot/start.ts'));
const channel = 'inc-42';
const other = 'storage-ops';

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({ bot, rates: { post: fast, update: fast } });
  etcd = new Etcd3({ hosts: world.etcd.url });
}, 30_000);
afterAll(async () => {
  etcd.close();
  await world.close();
});

const tops = (where: string) => world.workspace.messages(where).filter((one) => one.threadTs === undefined);
/** How many messages a channel had before the last command in it: an older message may say what is waited for, too. */
const before = new Map<string, number>();
const type = (who: string, text: string, where = channel) => {
  before.set(where, tops(where).length);
  return world.workspace.typeCommand({ who, channel: where, text });
};
/** The buttons that decide come a moment after their message. */
const press = async (who: string, text: string, where = channel) => {
  await world.workspace.until(
    () =>
      [...world.workspace.messages(where), ...world.workspace.ephemerals(who)].some((one) =>
        one.buttons.includes(text),
      ),
    10_000,
  );
  return world.workspace.pressButton({ who, channel: where, text });
};
const shown = (who: string) => world.workspace.view(who);
const form = (who: string) => world.workspace.until(() => shown(who));
const fill = async (who: string, values: Record<string, string>) => {
  await form(who);
  return world.workspace.submitView({ who, values });
};
const newest = (where = channel) =>
  tops(where)
    .slice(before.get(where) ?? 0)
    .at(-1);
const saw = (text: string, where = channel, ms = 20_000) =>
  world.workspace.until(() => newest(where)?.plain.includes(text) && newest(where), ms);
const whispered = (who: string, text: string, ms = 5_000) =>
  world.workspace.until(
    () => world.workspace.ephemerals(who).at(-1)?.plain.includes(text) && world.workspace.ephemerals(who).at(-1),
    ms,
  );
/** The one message that speaks of this, once it also says that. */
const sawOf = (subject: string, text: string, ms = 20_000) => {
  const find = () => world.workspace.messages().find((one) => one.plain.includes(subject) && one.plain.includes(text));
  return world.workspace.until(find, ms);
};
/** A command that is answered in the channel; again while the bot is finding its Redis. */
async function typeUntilTaken(who: string, text: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if ((await type(who, text)).ackBody === undefined) return;
    await wait(100);
  }
  throw new Error(`${text} was never taken`);
}
const storedAt = (uuid: string) => etcd.get(`/servers/${uuid}`).string();
/** A server of one's own, so that tests do not stand in each other's way. */
async function register(): Promise<string> {
  const uuid = `${Math.random().toString(16).slice(2, 10).padEnd(8, '0')}-0000-4000-8000-000000000000`;
  const record = {
    host: '10.9.9.9',
    pid: 7,
    when: '2016-02-16T11:28:59',
    leader: uuid,
    server: 'spare',
    ports: [1],
    kind: 'k',
    functions: [],
    uuid,
  };
  await etcd
    .put(`/servers/${uuid}`)
    .value(JSON.stringify({ ...record, configured: true }))
    .exec();
  return uuid;
}

test('every scenario of the demo plays to its end', async () => {
  for (const scenario of world.scenarios) await play(world.workspace, scenario, () => undefined);
}, 60_000);

test('a purge is approved by somebody else, and the key is gone from etcd', async () => {
  const uuid = await register();
  await type('ana', `/palm purge ${uuid}`);
  const card = await sawOf(uuid, 'Nothing has been changed yet');
  expect(card.plain).toContain('Undo: palm undo and the id of this request');
  const all = world.workspace.messages(channel).filter((one) => one.plain.includes(uuid) || one.threadTs === card.ts);
  const called = new Set(all.flatMap((one) => one.notified));
  expect([...called].sort()).toEqual(['ben', 'cho']);
  expect(await storedAt(uuid)).toContain('spare');
  await press('ben', 'Approve');
  await sawOf(uuid, 'Outcome: succeeded');
  expect(await storedAt(uuid)).toBeNull();
}, 30_000);

test('an irreversible change waits for a second approver', async () => {
  await type('ana', '/palm reset', other);
  await saw('Cannot be undone. Needs 2 approvals', other);
  await press('ben', 'Approve', other);
  await saw('Needs 1 approval by somebody', other);
  expect(await storedAt(SEED.printf)).not.toBeNull();
  await press('cho', 'Deny', other);
  await fill('cho', { reason: 'printf is alive <!channel>' });
  await saw('Denied by @cho', other);
  await saw('Why:\n> printf is alive <!channel>', other);
  expect(newest(other)?.buttons).toEqual(['Share', 'Raw']);
  expect(await storedAt(SEED.printf)).not.toBeNull();
}, 30_000);

test('a second opinion holds a change: nobody can approve it until it is released', async () => {
  const uuid = await register();
  await type('ana', `/palm purge ${uuid}`);
  await sawOf(uuid, 'Nothing has been changed yet');
  expect(await press('sam', 'Looks wrong to me')).toMatchObject({ delivered: true });
  await whispered('sam', 'not among the people');
  expect(shown('sam')).toBeUndefined();
  await press('cho', 'Looks wrong to me');
  expect(await fill('cho', {})).toMatchObject({ error: 'missing_input' });
  expect(await fill('cho', { reason: '   ' })).toMatchObject({ delivered: true });
  expect((await form('cho')).errors).toEqual({ reason: 'Say why in a few words.' });
  await fill('cho', { reason: 'is it not alive?' });
  const held = await sawOf(uuid, 'Held by @cho');
  expect(held.plain).toContain('is it not alive?');
  expect(held.buttons).toEqual(['Release', 'Deny', 'Withdraw']);
  await press('ben', 'Release');
  await sawOf(uuid, 'or one more approver does');
  await press('cho', 'Release');
  await world.workspace.until(() => newest()?.buttons.includes('Approve'));
  await press('ben', 'Approve');
  await sawOf(uuid, 'Outcome: succeeded');
  expect(await storedAt(uuid)).toBeNull();
}, 30_000);

test('a command that Slack delivers twice is one request', async () => {
  const already = tops(channel).length;
  world.workspace.faults.deliverTwice(1);
  await type('ana', '/ops locks');
  await saw('Nothing is locked');
  // A second message would come before the answer to a later command.
  await type('ana', '/ops requests -n 2');
  await saw('The newest 2 requests');
  const ofLocks = tops(channel)
    .slice(already)
    .filter((one) => one.plain.endsWith('/ops locks'));
  expect(ofLocks).toHaveLength(1);
}, 30_000);

test('of two clicks in the same moment one decides, and the other is told so', async () => {
  const uuid = await register();
  await type('ana', `/palm purge ${uuid}`);
  await sawOf(uuid, 'Nothing has been changed yet');
  await press('ben', 'Deny');
  await form('ben');
  await Promise.all([press('ana', 'Withdraw'), fill('ben', { reason: 'not this one' })]);
  await sawOf(uuid, 'Nothing was run');
  const told = [...world.workspace.ephemerals('ana'), ...(shown('ben') ? [await form('ben')] : [])];
  expect(told.filter((one) => /was (withdrawn|denied)\. Your click changed nothing/.test(one.plain))).toHaveLength(1);
  if (shown('ben')) await world.workspace.closeView('ben');
  expect(await storedAt(uuid)).toContain('spare');
}, 30_000);

test.each(
  [
    ['/palm help', '/palm servers'],
    ['/palm help purge', 'Usage: /palm purge UUID…'],
    ['/palm purg e5cd88f7', 'Did you mean: /palm purge'],
    ['/palm purge', 'Nothing was run'],
    ['/palm purge ../../etc', 'Nothing was run'],
    ['/palm purge e5cd/88f7', 'Nothing was run'],
    ['/palm purge ünïcode💥', 'Nothing was run'],
    [`/palm purge ${Array.from({ length: 500 }, (_, n) => `${100_000 + n}`).join(' ')}`, 'at most 100'],
    ['/palm servers --server', 'Nothing was run'],
    ['/palm servers --nope', 'there is no flag --nope'],
    ['/palm servers "unbalanced', 'a quote is opened and not closed'],
    [`/palm show ${'x'.repeat(100_000)}`, 'at most'],
  ].map(([command = '', answer = '']) => ({ command, answer, short: command.slice(0, 60) })),
)('$short is answered privately and at once', async ({ command, answer }) => {
  const seen = world.workspace.ephemerals('sam').length;
  await type('sam', command);
  const { plain } = world.workspace.ephemerals('sam').at(seen) ?? { plain: '' };
  expect(plain.toLowerCase()).toContain(answer.toLowerCase());
});

test('markup in a flag is shown as text and pings nobody', async () => {
  await type('ana', '/palm servers --server <!channel>');
  const message = await saw('<!channel>');
  expect(JSON.stringify(message?.blocks)).not.toMatch(/"mrkdwn","text":"[^"]*<!channel>/);
});

test('etcd that hangs while the list is read: a clear failure in bounded time, and the next one works', async () => {
  await world.workspace.switchTrouble('palm', 'etcd-frozen', true);
  await type('ana', '/palm servers');
  await saw('could not be answered', channel, 30_000);
  await world.workspace.switchTrouble('palm', 'etcd-frozen', false);
  await press('ana', 'Try again');
  await saw('PALM servers');
}, 60_000);

test('a bot that was killed paints what it missed, and decisions asked before still count', async () => {
  const uuid = await register();
  await type('ana', `/palm purge ${uuid}`);
  await sawOf(uuid, 'Nothing has been changed yet');
  await world.restartBot();
  expect(await press('ben', 'Approve')).toMatchObject({ delivered: true });
  await sawOf(uuid, 'Outcome: succeeded');
  expect(await storedAt(uuid)).toBeNull();
}, 60_000);

test('Redis gone while a command arrives: answered within a second that nothing was run; back again, all works', async () => {
  await world.workspace.switchTrouble('redis', 'down', true);
  const begun = performance.now();
  await type('cho', '/palm servers');
  expect(performance.now() - begun).toBeLessThan(1_000);
  await whispered('cho', 'nothing was run');
  await world.workspace.switchTrouble('redis', 'down', false);
  await typeUntilTaken('cho', '/ops locks');
  await saw('Nothing is locked');
}, 60_000);

test('Redis hanging while somebody approves: the click is answered, and counts once when repeated', async () => {
  const uuid = await register();
  await type('ana', `/palm purge ${uuid}`, other);
  await sawOf(uuid, 'Nothing has been changed yet');
  await world.workspace.until(() => newest(other)?.buttons.includes('Approve'), 10_000);
  await world.workspace.switchTrouble('redis', 'hung', true);
  await press('ben', 'Approve', other);
  await whispered('ben', 'Not confirmed', 2_500);
  await world.workspace.switchTrouble('redis', 'hung', false);
  await typeUntilTaken('cho', '/ops locks');
  // The vote may have landed when Redis went on; if not, it is given again.
  if (newest(other)?.buttons.includes('Approve')) await press('ben', 'Approve', other);
  await sawOf(uuid, 'Outcome: succeeded');
  expect(await storedAt(uuid)).toBeNull();
}, 60_000);

test('a 429 is obeyed, and the message comes afterwards', async () => {
  world.workspace.faults.refuse('chat.postMessage', { status: 429, retryAfter: 1, times: 2 });
  await type('ana', '/ops locks');
  await saw('Nothing is locked');
}, 30_000);

describe('over HTTP', () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${address}/slack/events`, { method: 'POST', headers, body });
  let address = '';
  let secret = '';

  function signed(body: string, ageS = 0): Record<string, string> {
    const stamp = String(Math.floor(Date.now() / 1_000) - ageS);
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
    return {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': stamp,
      'x-slack-signature': signature,
    };
  }

  let httpWorld: World;
  beforeAll(async () => {
    httpWorld = await createWorld({ bot, mode: 'http' });
    const ready =
      httpWorld
        .bot()
        .output()
        .split('\n')
        .find((line) => line.includes('"ready"')) ?? '{}';
    address = `http://127.0.0.1:${JSON.parse(ready).port}`;
    secret = httpWorld.workspace.signingSecret;
  }, 30_000);
  afterAll(() => httpWorld.close());

  const body =
    'command=%2Fops&text=help&user_id=U0ANA&channel_id=C0INC42&team_id=T1&trigger_id=1&response_url=http%3A%2F%2F127.0.0.1%3A1';

  test('a signed command is answered in the response itself', async () => {
    const answer = await post(signed(body), body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('What I can do'),
    });
  });

  test.each([
    ['too old', 400],
    ['from the future', -400],
  ])('a request %s is refused', async (_name, age) => {
    expect((await post(signed(body, age), body)).status).toBe(401);
  });

  test('a wrong signature is refused', async () => {
    expect((await post(signed(`${body}x`), body)).status).toBe(401);
  });

  test('a command takes the same road', async () => {
    const { workspace } = httpWorld;
    await workspace.typeCommand({ who: 'ana', channel, text: '/palm servers' });
    await workspace.until(() => workspace.messages(channel).some((one) => one.plain.includes('pricer')), 10_000);
  });

  test('health, readiness and metrics', async () => {
    await post(signed(body), body);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${address}/readyz`)).text()).toBe('ready\n');
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(
      /quorumbot_ack_seconds_count\{reply="whisper"\} [1-9]/,
    );
    expect((await fetch(`${address}/nothing`)).status).toBe(404);
  });
});
