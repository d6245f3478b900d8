import { join } from 'node:path';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/** Results that go on: to another channel, to one person, once more, as data. The real bot, a pretend Slack. */
let world: World;
const here = 'inc-42';
const there = 'storage-ops';

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
}, 30_000);
afterAll(() => world.close());

const { type, press, submit } = {
  type: (who: string, text: string) => world.workspace.typeCommand({ who, channel: here, text }),
  press: (who: string, text: string, channel?: string) =>
    world.workspace.pressButton({ who, text, ...(channel !== undefined && { channel }) }),
  submit: (who: string, channel: string) => world.workspace.submitView({ who, values: { channel } }),
};
const tops = (where: string) => world.workspace.messages(where).filter((one) => one.threadTs === undefined);
const saw = (where: string, from: number, text: string) =>
  world.workspace.until(
    () =>
      tops(where)
        .slice(from)
        .find((one) => one.plain.includes(text)),
    20_000,
  );
const dmOf = (id: string) => `D${id.slice(1)}`;
const filesBelow = (ts: string) =>
  world.workspace.messages().filter((one) => one.threadTs === ts && one.files.length > 0);

test('--share posts the result in the other channel too, with who and a link that leads back', async () => {
  const [fromHere, fromThere] = [tops(here).length, tops(there).length];
  await type('ana', '/palm servers --share #storage-ops');
  const copy = await saw(there, fromThere, 'Shared by @ana from #inc-42. The first message');
  expect(copy.plain).toContain('pricer');
  const first = await saw(here, fromHere, 'Shared in #storage-ops by @ana.');
  expect(JSON.stringify(copy.blocks)).toContain(`${world.workspace.url}archives/C0INC42/p${first.ts.replace('.', '')}`);
}, 30_000);

test('Share asks for the channel; the same result is not posted there twice', async () => {
  const [fromHere, fromThere] = [tops(here).length, tops(there).length];
  await type('ana', '/palm servers');
  await saw(here, fromHere, 'pricer');
  await press('ben', 'Share', here);
  await world.workspace.until(() => world.workspace.view('ben'));
  await submit('ben', 'C0STORAGE');
  await saw(there, fromThere, 'Shared by @ben');
  expect(world.workspace.view('ben')).toBeUndefined();
  await press('cho', 'Share', here);
  await world.workspace.until(() => world.workspace.view('cho'));
  await submit('cho', 'C0STORAGE');
  expect(Object.values(world.workspace.view('cho')?.errors ?? {}).join()).toContain(
    'already. Nothing was posted again',
  );
  await world.workspace.closeView('cho');
  expect(tops(there).slice(fromThere)).toHaveLength(1);
}, 30_000);

test('the channel of --share is the same place by its name and by its id', async () => {
  const [fromHere, fromThere] = [tops(here).length, tops(there).length];
  await type('ana', '/palm servers --share #storage-ops');
  await saw(there, fromThere, 'Shared by @ana');
  await saw(here, fromHere, 'Shared in #storage-ops');
  await press('cho', 'Share', here);
  await world.workspace.until(() => world.workspace.view('cho'));
  await submit('cho', 'C0STORAGE');
  expect(Object.values(world.workspace.view('cho')?.errors ?? {}).join()).toContain('is in #C0STORAGE already');
  await world.workspace.closeView('cho');
}, 30_000);

test('--share of the channel itself posts one message, and says nothing of sharing', async () => {
  for (const channel of ['#inc-42', 'C0INC42']) {
    const from = tops(here).length;
    await type('ana', `/palm servers --share ${channel}`);
    const message = await saw(here, from, 'took');
    // A second message would come before the answer to a later command.
    await type('ana', '/ops locks');
    await saw(here, from, '/ops locks');
    expect(
      tops(here)
        .slice(from)
        .filter((one) => one.plain.includes('pricer')),
    ).toHaveLength(1);
    expect(message.plain).not.toMatch(/shared/i);
  }
  expect(world.workspace.calls.filter((call) => call.method === 'chat.delete')).toEqual([]);
}, 30_000);

test('a channel that is not there: the message says so, and the answer itself is there', async () => {
  const from = tops(here).length;
  await type('ana', '/ops locks --share #nowhere');
  const message = await saw(here, from, 'Not shared in #nowhere: there is no such channel');
  expect(message.plain).toContain('locked');
}, 30_000);

test('--private: only the one who asked sees the answer, until that person posts it where it was asked', async () => {
  const from = tops(here).length;
  const { ackBody } = await type('ana', '/palm servers --private');
  expect(JSON.stringify(ackBody)).toContain('Only you will see the answer');
  const dm = await world.workspace.until(() =>
    world.workspace.messages().find((one) => one.channel === dmOf('U0ANA') && one.plain.includes('pricer')),
  );
  expect(dm.plain).toContain('Only you see this message. Asked in #inc-42.');
  expect(tops(here)).toHaveLength(from);
  await press('ana', 'Post it here', here);
  const posted = await saw(here, from, 'Shared by @ana, asked privately.');
  expect(posted.plain).toContain('pricer');
  await press('ana', 'Post it there');
  const told = await world.workspace.until(() => world.workspace.ephemerals('ana').at(-1)?.plain);
  expect(told).toContain('already. Nothing was posted again');
  expect(tops(here)).toHaveLength(from + 1);
}, 30_000);

test('what a private answer suggests: a query stays private, a change is asked where others see it', async () => {
  const from = tops(here).length;
  const alone = () => world.workspace.messages().filter((one) => one.channel === dmOf('U0ANA'));
  let fromAlone = alone().length;
  const told = (text: string) =>
    world.workspace.until(
      () =>
        alone()
          .slice(fromAlone)
          .find((one) => one.plain.includes(text) && one.plain.includes('took')),
      20_000,
    );
  await type('ana', '/openio container locate FVE0 --private');
  await told('FVE0 of');
  await type('ana', '/openio container locate FVEO --private');
  await told('there is no such container');
  fromAlone = alone().length;
  await press('ana', 'FVE0', dmOf('U0ANA'));
  expect((await told('FVE0 of')).plain).toContain('Only you see this message. Asked in #inc-42.');
  await type('ana', `/palm show ${SEED.dead} --private`);
  await told(SEED.dead);
  expect(tops(here)).toHaveLength(from);
  await press('ana', 'Purge', dmOf('U0ANA'));
  const card = await saw(here, from, 'Nothing has been changed yet');
  expect(card.plain).toContain(SEED.dead);
  await world.workspace.until(() => tops(here).at(-1)?.buttons.includes('Withdraw'), 20_000);
  await press('ana', 'Withdraw', here);
}, 40_000);

test('--private on a change is refused with words', async () => {
  const { ackBody } = await type('ana', '/palm reset --private');
  expect(JSON.stringify(ackBody)).toContain('so --private is for queries alone');
});

test('Run again asks the same once more, in the name of whoever pressed', async () => {
  const from = tops(here).length;
  await type('ana', '/palm servers --host 10.0');
  await saw(here, from, 'Asked by @ana, took');
  await press('ben', 'Run again', here);
  const again = await saw(here, from + 1, 'Asked by @ben, took');
  expect(again.plain).toContain('/palm servers --host 10.0');
}, 30_000);

test('Raw gives the whole result as data below the message, once', async () => {
  const from = tops(here).length;
  await type('ana', '/palm servers');
  const message = await saw(here, from, 'took');
  await press('ben', 'Raw', here);
  await world.workspace.until(() => filesBelow(message.ts).length === 1);
  const [file] = filesBelow(message.ts).flatMap((one) => one.files);
  const data = JSON.parse(file?.bytes.toString('utf8') ?? '');
  expect(data).toMatchObject({ command: '/palm servers', outcome: 'answered', result: { tone: expect.any(String) } });
  await press('cho', 'Raw', here);
  const told = await world.workspace.until(() => world.workspace.ephemerals('cho').at(-1)?.plain);
  expect(told).toContain('is in the thread of this message');
  // The message that was clicked is above its thread.
  expect(world.workspace.ephemerals('cho').at(-1)?.threadTs).toBeUndefined();
  expect(filesBelow(message.ts)).toHaveLength(1);
}, 30_000);
