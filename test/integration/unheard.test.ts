import { join } from 'node:path';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { catalogueOf } from '../../src/handlers/index';
import { script } from '../support/processes';
import { everySystem } from '../support/systems';

/** Whom a new message notifies: those who must decide, and nobody else. The real bot, a pretend Slack. */
let world: World;
const systems = everySystem();
const queries = catalogueOf(systems).operations.filter(({ kind }) => kind === 'query');
const group = { id: 'S0OPS', handle: 'ops', name: 'Operations', users: ['U0CHO', 'U0SAM'] };

/** Each takes about one message a second. */
const channels = Array.from({ length: 12 }, (_, n) => ({ id: `C0ROOM${n}`, name: `room-${n}` }));

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({
    bot: script(join(ROOT, 'src/bot/start.ts')),
    rates: { post: fast, update: fast },
    channels,
    userGroups: [group],
    settings: { APPROVERS: 'U0BEN,S0OPS' },
  });
}, 30_000);
afterAll(async () => {
  await world.close();
  await systems.close();
});

const type = (text: string, channel = 'inc-42') => world.workspace.typeCommand({ who: 'ana', channel, text });
const messages = () => world.workspace.messages();
const saw = (text: string) => world.workspace.until(() => messages().find((one) => one.plain.includes(text)), 20_000);

test('a change calls those who may approve; every query, and what is told of them there, calls nobody', async () => {
  await type(`/palm purge ${SEED.dead}`);
  const card = await saw('Nothing has been changed yet');
  expect([...card.notified].sort()).toEqual(['ben', 'cho', 'sam']);
  await world.workspace.until(() => messages().some((one) => one.buttons.includes('Approve')));
  await world.workspace.pressButton({ who: 'ben', text: 'Approve' });
  await saw('approved by @ben');
  await type('/ops rules');
  // Alive all the same, by an edit.
  await saw('May approve: @ben, @ops');
  const before = messages().length;
  const commands = queries.flatMap(({ examples }) => examples.map((example) => `/${example}`));
  let stored = 0;
  for (const [n, command] of [...commands, '/ops every 1m for 1h palm servers'].entries())
    stored += (await type(command, channels[n % channels.length]?.id)).ackBody === undefined ? 1 : 0;
  expect(stored).toBeGreaterThan(queries.length / 2);
  const tops = () =>
    messages()
      .slice(before)
      .filter((one) => one.threadTs === undefined);
  await world.workspace.until(() => tops().length > stored, 90_000);
  const called = tops().filter(({ notified }) => notified.length > 0);
  expect(called.map(({ plain, notified }) => [plain, notified])).toEqual([]);
}, 150_000);
