import { join } from 'node:path';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { script } from '../support/processes';

/** What helps people who do not know the words by heart: nearest commands, forms, the shortcut, the Home tab. */
let world: World;
const channel = 'inc-42';

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  const bot = script(join(ROOT, 'src/bot/start.ts'));
  world = await createWorld({ bot, rates: { post: fast, update: fast, tier4: fast } });
}, 30_000);
afterAll(() => world.close());

const tops = () => world.workspace.messages(channel).filter((one) => one.threadTs === undefined);
const type = (who: string, text: string) => world.workspace.typeCommand({ who, channel, text });
const press = (who: string, text: string) => world.workspace.pressButton({ who, channel, text });
/** The newest message that says this. */
const saw = (text: string, from = 0) =>
  world.workspace.until(
    () =>
      tops()
        .slice(from)
        .findLast((one) => one.plain.includes(text)),
    20_000,
  );
const whispered = (who: string) => world.workspace.ephemerals(who).at(-1);

describe('did you mean', () => {
  test('a slip of the tongue comes back as a button that runs what was meant', async () => {
    await type('ana', `/palm shwo ${SEED.dead}`);
    expect(whispered('ana')?.buttons).toEqual([`/palm show ${SEED.dead}`]);
    const before = tops().length;
    await press('ana', `/palm show ${SEED.dead}`);
    await saw('PALM server', before);
  }, 30_000);

  test('a change that was meant still only asks', async () => {
    await type('ana', `/palm purg ${SEED.dead}`);
    const before = tops().length;
    await press('ana', `/palm purge ${SEED.dead}`);
    expect((await saw('Nothing has been changed yet', before)).plain).toContain(SEED.dead);
    await press('ana', 'Withdraw');
    await saw('Withdrawn by @ana', before);
  }, 30_000);

  test('a container that does not exist: the nearest that somebody found before', async () => {
    let before = tops().length;
    await type('ana', '/openio container locate FVE0');
    await saw('FVE0 of', before);
    before = tops().length;
    await type('ana', '/openio container locate FVEO');
    const failed = await saw('there is no such container', before);
    expect(failed.buttons).toContain('FVE0');
    before = tops().length;
    await press('ben', 'FVE0');
    await saw('FVE0 of', before);
  }, 30_000);

  test('a DistKV node and a PALM server that do not exist', async () => {
    let before = tops().length;
    await type('ana', '/distkv mark tset1 2');
    expect((await saw('knows no node tset1', before)).buttons).toContain('test1');
    before = tops().length;
    const wrong = `${SEED.dead.slice(0, 7)}${SEED.dead[7] === '0' ? '1' : '0'}`;
    await type('ana', `/palm show ${wrong}`);
    expect((await saw(`No server begins with ${wrong}`, before)).buttons).toContain(`Show ${SEED.dead.slice(0, 8)}`);
  }, 30_000);
});
