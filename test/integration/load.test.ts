import { join } from 'node:path';
import { playLoad } from '../../sandbox/load';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/**
 * Five hundred commands in a minute over ten channels, for a quarter of a minute: the rate is the real one, and so are
 * Slack's limits and the bot's pace; only how long it lasts is shortened. `npm run bench load` plays the whole minute.
 */
const PER_MINUTE = 500;
const SECONDS = 15;
const channels = Array.from({ length: 10 }, (_, n) => ({ id: `C0LOAD${n}`, name: `load-${n}` }));

let world: World;
beforeAll(async () => {
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), channels });
}, 30_000);
afterAll(() => world.close());

test('every message is right within 30 seconds of the last 429: none lost, none twice', async () => {
  const outcome = await playLoad(world.workspace, {
    commands: (PER_MINUTE * SECONDS) / 60,
    seconds: SECONDS,
    channels: channels.map(({ name }) => name),
    command: (n) => `palm servers --host 10.0.0.${n}`,
    refusals: 3,
  });
  expect(outcome).toMatchObject({ unheard: 0, lost: [], twice: [] });
  expect(outcome.limited).toBeGreaterThan(10);
  expect(outcome.behindMs).toBeLessThan(30_000);
  // A second message would have been posted before the answer to a later command.
  for (const { name } of channels) await world.workspace.typeCommand({ who: 'ben', channel: name, text: '/ops locks' });
  const isLast = ({ name }: { name: string }) => world.workspace.messages(name).at(-1)?.plain.includes('/ops locks');
  await world.workspace.until(() => channels.every(isLast), 30_000);
  for (const { name } of channels) {
    const commands = world.workspace.messages(name).map(({ plain }) => plain.match(/\/\w+ [^/]*$/)?.[0]);
    expect(new Set(commands).size).toBe(commands.length);
  }
}, 150_000);
