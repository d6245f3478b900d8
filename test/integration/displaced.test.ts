import { join } from 'node:path';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/** What the bot says when it may not post where it was asked. The real bot, a pretend Slack. */
let world: World;
const channel = 'inc-42';

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
}, 30_000);
afterAll(() => world.close());
afterEach(async () => {
  for (const id of [`out ${channel}`, `archived ${channel}`]) await trouble(id, false);
});

const trouble = (id: string, on: boolean) => world.workspace.switchTrouble('slack', id, on);
const type = (who: string, text: string) => world.workspace.typeCommand({ who, channel, text });
const direct = (who: string) => world.workspace.messages().filter((one) => one.channel === `D0${who.toUpperCase()}`);
const inDirect = (who: string, from: number, ...texts: readonly string[]) =>
  world.workspace.until(
    () =>
      direct(who)
        .slice(from)
        .find((one) => texts.every((text) => one.plain.includes(text))),
    20_000,
  );
const inChannel = (from: number, text: string) =>
  world.workspace.until(
    () =>
      world.workspace
        .messages(channel)
        .slice(from)
        .find((one) => one.plain.includes(text)),
    20_000,
  );

test('a command where the bot was not invited: its answer comes as a direct message, and goes there once it is', async () => {
  const [from, fromHere] = [direct('ana').length, world.workspace.messages(channel).length];
  await trouble(`out ${channel}`, true);
  await type('ana', '/ops locks');
  await inDirect('ana', from, 'locked', 'I am not in that channel. Invite me there.');
  await world.workspace.until(() =>
    world.workspace.ephemerals('ana').some((one) => one.plain.includes('You have it as a direct message from me')),
  );
  await trouble(`out ${channel}`, false);
  await world.workspace.pressButton({ who: 'ana', text: 'Post it there', channel: 'D0ANA' });
  await inChannel(fromHere, 'locked');
  await world.workspace.pressButton({ who: 'ana', text: 'Run again', channel: 'D0ANA' });
  await world.workspace.until(
    () =>
      world.workspace
        .messages(channel)
        .slice(fromHere)
        .filter((one) => one.plain.includes('locked')).length === 2,
  );
}, 40_000);

test('a form where the bot was not invited, sent after a new start of the bot: nobody waits in vain', async () => {
  const from = direct('ben').length;
  await trouble(`out ${channel}`, true);
  await type('ben', '/distkv');
  const shown = (text: string) => world.workspace.until(() => world.workspace.view('ben')?.plain.includes(text));
  await shown('What');
  await world.workspace.pressInView({ who: 'ben', actionId: 'pick_operation', chosen: 'distkv who' });
  await shown('Tick');
  await world.restartBot();
  await world.workspace.submitView({ who: 'ben', values: { node: 'test1', tick: '2' } });
  await inDirect('ben', from, 'Invite me there.', 'Tick 2 of test1');
}, 40_000);

test('a channel that was archived while a change waited: whoever asked hears how it ended', async () => {
  const [from, fromHere] = [direct('ana').length, world.workspace.messages(channel).length];
  await type('ana', '/palm reset');
  await world.workspace.until(
    () =>
      world.workspace
        .messages(channel)
        .slice(fromHere)
        .some((one) => one.buttons.includes('Approve')),
    20_000,
  );
  await trouble(`archived ${channel}`, true);
  await world.workspace.pressButton({ who: 'ben', text: 'Approve', channel });
  await world.workspace.pressButton({ who: 'cho', text: 'Approve', channel });
  await inDirect('ana', from, 'that channel is archived. Choose another one.', 'Outcome:');
}, 40_000);

test('a schedule whose channel does not take its messages ends, and whoever wanted it is told', async () => {
  const [from, fromHere] = [direct('ana').length, world.workspace.messages(channel).length];
  await trouble('out storage-ops', true);
  await type('ana', '/ops every 1m in #storage-ops for 1h palm servers');
  await inDirect('ana', from, 'I am not in that channel', 'It is not asked again.');
  await type('ana', '/ops every list');
  await inChannel(fromHere, 'Nothing is asked again and again');
  await trouble('out storage-ops', false);
}, 40_000);

test('a token that is refused for a while: the message waits, readiness says so, and then it is posted once', async () => {
  const from = world.workspace.messages(channel).length;
  const ready = JSON.parse(await world.bot().said(/"msg":"ready"/));
  const readiness = async () => (await fetch(`http://127.0.0.1:${ready.port}/readyz`)).text();
  world.workspace.faults.revoke('bot', true);
  await type('ana', '/ops locks');
  await world.workspace.until(() =>
    world.workspace.calls.some(({ method, error }) => method === 'chat.postMessage' && error === 'invalid_auth'),
  );
  const deadline = performance.now() + 5_000;
  while ((await readiness()) === 'ready\n' && performance.now() < deadline);
  expect(await readiness()).toContain('messages wait, Slack does not take them: invalid_auth');
  world.workspace.faults.revoke('bot', false);
  await inChannel(from, 'locked');
  await inChannel(from, 'Asked by @ana');
  expect(world.workspace.messages(channel)).toHaveLength(from + 1);
}, 40_000);
