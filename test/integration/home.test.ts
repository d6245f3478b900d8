import { join } from 'node:path';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/** A Home tab on the first day: nobody has asked for anything yet. */
let world: World;

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({
    bot: script(join(ROOT, 'src/bot/start.ts')),
    rates: { post: fast, update: fast, tier4: fast },
  });
}, 30_000);
afterAll(() => world.close());

const home = () => world.workspace.home('cho');
const alone = () => world.workspace.messages().filter((one) => one.channel === 'D0CHO');
const look = (kind: string) =>
  new RegExp(`"action_id":"(${kind}_said_\\d+~look)"`).exec(JSON.stringify(home()?.blocks) ?? '')?.[1];
const press = async (kind: string) => {
  await world.workspace.openHome('cho');
  const actionId = await world.workspace.until(() => look(kind), 10_000);
  await world.workspace.pressInHome({ who: 'cho', actionId });
};

test('a button asks about a system, privately, and the tab shows the answer when it is there', async () => {
  await press('next');
  const answer = await world.workspace.until(() => alone().find((one) => one.plain.includes('Asked by @cho')), 10_000);
  expect(answer.plain).toContain('Only you see this message.');
  await world.workspace.until(() => /again~R\w+~system/.test(JSON.stringify(home()?.blocks)), 10_000);
}, 30_000);

test('a form asks for what a command needs, and takes no change that nobody else would see', async () => {
  await press('fill');
  const form = await world.workspace.until(() => world.workspace.view('cho'), 10_000);
  expect(form.plain).toContain('Type of the base');
  const before = alone().length;
  await world.workspace.pressInView({ who: 'cho', actionId: 'pick_operation', chosen: 'openio cache flush' });
  await world.workspace.until(() => world.workspace.view('cho')?.plain.includes('Which cache'), 10_000);
  await world.workspace.submitView({ who: 'cho', values: { level: 'low' } });
  await world.workspace.until(() => world.workspace.view('cho')?.plain.includes('A change is asked in a channel'));
  await world.workspace.closeView('cho');
  expect(alone()).toHaveLength(before);
}, 30_000);

test('what its form asks stays private when a change was chosen in between, which has no such field', async () => {
  await press('fill');
  const choose = async (chosen: string, text: string) => {
    await world.workspace.pressInView({ who: 'cho', actionId: 'pick_operation', chosen });
    return world.workspace.until(() => world.workspace.view('cho')?.plain.includes(text), 10_000);
  };
  await world.workspace.until(() => world.workspace.view('cho'), 10_000);
  const before = alone().length;
  await choose('openio cache flush', 'Which cache');
  await choose('openio cluster list', 'Type of service');
  expect(world.workspace.view('cho')?.plain).not.toMatch(/Only I see the answer|Also post the result/);
  await world.workspace.submitView({ who: 'cho', values: { type: 'meta2' } });
  const answer = await world.workspace.until(() => alone().slice(before)[0], 10_000);
  expect(answer.plain).toContain('Only you see this message. Asked in the Home tab.');
}, 30_000);

test('approving is looking first: the preview, and the button below it', async () => {
  const said = (text: string) => world.workspace.messages('inc-42').find((one) => one.plain.includes(text));
  await world.workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: `/palm purge ${SEED.printf}` });
  const card = await world.workspace.until(() => said('Nothing has been changed yet'), 20_000);
  const id = /Request (R\w+)/.exec(card.plain)?.[1] ?? 'none';
  await world.workspace.openHome('ben');
  const tab = () => world.workspace.home('ben');
  await world.workspace.until(() => JSON.stringify(tab()?.blocks ?? []).includes(`look~${id}`), 10_000);
  expect(tab()?.buttons).not.toContain('Approve');
  await world.workspace.pressInHome({ who: 'ben', actionId: `look~${id}` });
  const form = await world.workspace.until(() => world.workspace.view('ben'), 10_000);
  for (const text of ['Delete 1 server from PALM', SEED.printf, 'Can be undone', 'Needs 1 approval'])
    expect(form.plain).toContain(text);
  await world.workspace.submitView({ who: 'ben' });
  await world.workspace.until(() => said('1 of 1 server gone from PALM'), 20_000);
}, 60_000);
