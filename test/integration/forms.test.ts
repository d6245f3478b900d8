import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { keysOf } from '../../src/jobs/store/redis';
import { script } from '../support/processes';

/** What helps people who do not know the words by heart: nearest commands, forms, the shortcut, the Home tab. */
let world: World;
const channel = 'inc-42';

/** So many days from now. */
function day(ahead: number): string {
  return new Date(Date.now() + ahead * 24 * 3600_000).toISOString().slice(0, 10);
}

const RULES = `
rules:
  - name: resets are for cho
    match: { operation: palm reset }
    ask: [U0CHO]
  - name: caches stay warm
    match: { operation: openio cache flush }
    frozen: { zone: UTC, dates: [2020-01-01 – 2100-01-01] }
    breakGlass: [U0BEN]
  - name: maintenance is announced
    match: { kind: change }
    frozen: { zone: UTC, dates: [${day(3)} – ${day(4)}] }
`;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forms-'));
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULES);
  const fast = { perMinute: 6_000, burst: 100 };
  const bot = script(join(ROOT, 'src/bot/start.ts'));
  world = await createWorld({
    bot,
    rates: { post: fast, update: fast, tier4: fast },
    settings: { QUORUMBOT_CONFIG: rules },
  });
}, 30_000);
afterAll(() => world.close());
afterEach(settled);

/** Everything that a test asked for is drawn, so that no other test takes it for its own. */
async function settled(): Promise<void> {
  const redis = new Redis(world.redis.url);
  const { redraw } = keysOf('quorumbot');
  const until = performance.now() + 10_000;
  while ((await redis.zcount(redraw, '-inf', Date.now() + 5_000)) > 0 && performance.now() < until) await wait(50);
  await redis.quit();
}

const tops = () => world.workspace.messages(channel).filter((one) => one.threadTs === undefined);
/** The direct messages with somebody. */
const alone = (who: string) => world.workspace.messages().filter((one) => one.channel === `D0${who.toUpperCase()}`);
const type = (who: string, text: string) => world.workspace.typeCommand({ who, channel, text });
/** The buttons that decide come a moment after their message. */
const press = async (who: string, text: string) => {
  const seen = () => [...world.workspace.messages(channel), ...world.workspace.ephemerals(who)];
  await world.workspace.until(() => seen().some((one) => one.buttons.includes(text)), 10_000);
  return world.workspace.pressButton({ who, channel, text });
};
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

/** Commands are taken again: the bot has found its Redis. */
async function backAgain(): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if ((await type('cho', '/ops locks')).ackBody === undefined) return;
    await wait(100);
  }
  throw new Error('the bot never found its Redis');
}

describe('did you mean', () => {
  test('a slip of the tongue comes back as a button that runs what was meant', async () => {
    await type('ana', `/palm shwo ${SEED.dead}`);
    expect(whispered('ana')?.buttons).toEqual([`/palm show ${SEED.dead}`]);
    const before = tops().length;
    await press('ana', `/palm show ${SEED.dead}`);
    await saw('PALM server', before);
  }, 30_000);

  test('the signs that Slack sends as entities are those that were typed', async () => {
    const before = tops().length;
    await type('ana', '/openio container locate "R&D <old>"');
    expect((await saw('R&D <old>', before)).plain).not.toMatch(/&(amp|lt|gt);/);
  }, 30_000);

  test('what was asked privately stays so in what was meant', async () => {
    await type('ana', '/palm servrs --private');
    expect(whispered('ana')?.buttons).toEqual(['/palm servers']);
    expect(whispered('ana')?.plain).toContain('/palm servers --private');
    const before = tops().length;
    const from = alone('ana').length;
    await press('ana', '/palm servers');
    await world.workspace.until(() => alone('ana').length > from, 10_000);
    expect(tops()).toHaveLength(before);
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

  test.each([
    ['openio container show FVEO', 'there is no such container'],
    ['openio container check FVEO', 'knows nothing of this name'],
    ['openio reference list FVEO', 'knows nothing of this name'],
    ['openio election status meta2 FVEO', 'knows nothing of this name'],
    ['openio election sync meta2 FVEO', 'knows nothing of this name'],
  ])(
    '/%s offers it too',
    async (command, said) => {
      let before = tops().length;
      await type('ana', '/openio container locate FVE0');
      await saw('FVE0 of', before);
      before = tops().length;
      await type('ana', `/${command}`);
      const failed = await saw(said, before);
      expect(failed.plain).toContain(command.replace('FVEO', 'FVE0'));
      expect(failed.buttons).toContain('FVE0');
    },
    30_000,
  );

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

describe('help', () => {
  test('shows what a person may do, and why not the rest', async () => {
    await type('sam', '/palm help');
    const { plain = '' } = whispered('sam') ?? {};
    expect(plain).toContain('/palm purge UUID…');
    expect(plain).toMatch(
      /Not for you here:\n\/palm reset: By the rule “resets are for cho” this is for these people alone: @cho/,
    );
    await type('cho', '/palm help');
    expect(whispered('cho')?.plain).not.toContain('Not for you here');
    await type('sam', '/palm help reset');
    expect(whispered('sam')?.plain).toContain('Not for you here. By the rule');
  }, 30_000);

  test('says that a freeze holds a command back', async () => {
    await type('ana', '/openio help');
    expect(whispered('ana')?.plain).toMatch(/\/openio cache flush: Frozen .* by the rule “caches stay warm”/);
  }, 30_000);
});

describe('forms', () => {
  const form = (who: string) => world.workspace.view(who);
  const shown = (who: string, text: string) =>
    world.workspace.until(() => form(who)?.plain.includes(text) && form(who), 10_000);
  const pick = (who: string, operation: string) =>
    world.workspace.pressInView({ who, actionId: 'pick_operation', chosen: operation });
  const submit = (who: string, values: Record<string, string | readonly string[]> = {}) =>
    world.workspace.submitView({ who, values });

  test('a command alone opens a form; a query is filled in and runs', async () => {
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm servers');
    await shown('ana', 'Only on this host');
    const before = tops().length;
    expect(await submit('ana', { host: '10.0.0.12' })).toMatchObject({ delivered: true });
    expect(form('ana')).toBeUndefined();
    await saw('match --host 10.0.0.12', before);
    await saw('Asked by @ana', before);
  }, 30_000);

  test('names are offered while they are typed, by name too, and what was typed can be chosen', async () => {
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm purge');
    await shown('ana', 'Servers');
    const offered = async (value: string) =>
      (await world.workspace.suggest({ who: 'ana', actionId: 'uuids', value })).map((one) => one.value);
    expect(await offered('pricer')).toContain(SEED.dead);
    expect(await offered('')).toContain(SEED.printf);
    expect(await offered('abcdef99')).toEqual(['abcdef99']);
    await world.workspace.closeView('ana');
  }, 30_000);

  test('a change is shown in the form, and nothing is stored or posted before it is asked for', async () => {
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm purge');
    await shown('ana', 'Servers');
    const before = tops().length;
    await submit('ana', { uuids: [SEED.dead] });
    const preview = await shown('ana', 'Nothing has been changed or posted yet');
    expect(preview.plain).toContain(SEED.dead);
    expect(tops()).toHaveLength(before);
    await submit('ana');
    expect(form('ana')).toBeUndefined();
    await saw('Nothing has been changed yet', before);
    await press('ana', 'Withdraw');
    await saw('Withdrawn by @ana', before);
  }, 30_000);

  test('what is wrong is said below its input, and what was typed stays', async () => {
    await type('ana', '/distkv');
    await shown('ana', 'What');
    await pick('ana', 'distkv who');
    await shown('ana', 'Tick');
    await submit('ana', { node: 'test1', tick: 'two' });
    expect(form('ana')?.errors).toEqual({ 'tick distkv who': expect.stringContaining('two') });
    await submit('ana', { node: 'test1', tick: '2' });
    await saw('Tick 2 of test1');
  }, 30_000);

  test('the help of a command fills its form with an example, a wrong one with what was typed', async () => {
    await type('ana', '/palm help purge');
    expect(whispered('ana')?.buttons).toEqual(['Fill in', 'Fill in']);
    await type('ana', '/palm logs registry -n nine');
    await press('ana', 'Fill in');
    await shown('ana', 'Lines');
    expect(JSON.stringify(form('ana')?.blocks)).toContain('"initial_value":"nine"');
    const before = tops().length;
    await submit('ana', { lines: '9' });
    await saw('/palm logs registry -n 9', before);
  }, 30_000);

  test('another operation keeps what the same input held', async () => {
    await type('ana', '/openio');
    await shown('ana', 'What');
    await pick('ana', 'openio election status');
    await shown('ana', 'Type of the base');
    const values = { type: 'meta2', name: 'FVE0' };
    await world.workspace.pressInView({
      who: 'ana',
      actionId: 'pick_operation',
      chosen: 'openio election diagnose',
      values,
    });
    await shown('ana', 'Reads everything about a base');
    const before = tops().length;
    await submit('ana');
    await saw('/openio election diagnose meta2 FVE0', before);
  }, 30_000);

  test('an answer that only you see comes as a direct message, as with --private', async () => {
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm servers');
    await shown('ana', 'Only I see the answer');
    const [before, from] = [tops().length, alone('ana').length];
    await submit('ana', { host: '10.0.0.12', switches: ['private'], share: 'C0STORAGE' });
    expect(form('ana')?.errors).toEqual({ 'switches palm servers': expect.stringContaining('exclude each other') });
    await submit('ana', { host: '10.0.0.12', switches: ['private'], share: '' });
    await shown('ana', 'It comes as a direct message from me');
    await world.workspace.until(
      () =>
        alone('ana')
          .slice(from)
          .some((one) => one.plain.includes('match --host 10.0.0.12')),
      10_000,
    );
    expect(tops()).toHaveLength(before);
    await world.workspace.closeView('ana');
  }, 30_000);

  test('a result is also posted where the form says, and the help of a command keeps that', async () => {
    const there = () => world.workspace.messages('storage-ops');
    const from = there().length;
    await type('ana', '/palm logs registry -n nine --share #storage-ops');
    await press('ana', 'Fill in');
    await shown('ana', 'Lines');
    expect(JSON.stringify(form('ana')?.blocks)).toContain('"initial_value":"#storage-ops"');
    await world.workspace.closeView('ana');
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm servers');
    await shown('ana', 'Also post the result in');
    await submit('ana', { share: 'C0STORAGE' });
    await world.workspace.until(
      () =>
        there()
          .slice(from)
          .some((one) => one.plain.includes('Shared by @ana')),
      10_000,
    );
  }, 30_000);

  test('in a freeze the form says so, keeps what was typed, and takes the reason for breaking the glass', async () => {
    await type('ben', '/openio');
    await shown('ben', 'What');
    await pick('ben', 'openio container show');
    expect((await shown('ben', 'Only I see the answer')).plain).not.toContain('Break the glass');
    await pick('ben', 'openio cache flush');
    await shown('ben', 'Break the glass');
    await submit('ben', { level: 'low' });
    const refused = await shown('ben', 'by the rule “caches stay warm”');
    expect(refused.plain).toContain('with --break-glass "why": @ben');
    const before = tops().length;
    await submit('ben', { 'break-glass': 'the cache lies' });
    await shown('ben', 'Nothing has been changed or posted yet');
    await submit('ben');
    expect((await saw('BREAK-GLASS', before)).plain).toContain('Reason: the cache lies');
    await press('ben', 'Withdraw');
    await saw('Withdrawn by @ben', before);
  }, 30_000);

  test('a name that is longer than a menu takes can be chosen, and stays chosen in another operation', async () => {
    const long = `backup-${'0123456789'.repeat(12)}-2026-11`;
    await type('ana', '/openio');
    await shown('ana', 'What');
    await pick('ana', 'openio container show');
    await shown('ana', 'Container');
    const offered = await world.workspace.suggest({ who: 'ana', actionId: 'name', value: long });
    expect(offered.map(({ text }) => text.text)).toEqual([`${long.slice(0, 37)}…${long.slice(-37)}`]);
    const values = { name: offered[0]?.value ?? '' };
    await world.workspace.pressInView({
      who: 'ana',
      actionId: 'pick_operation',
      chosen: 'openio reference list',
      values,
    });
    await shown('ana', 'Lists the services');
    const before = tops().length;
    await submit('ana');
    expect((await saw('knows nothing of this name', before)).plain).toContain(`/openio reference list ${long}`);
  }, 30_000);

  test('a container that is not there: the form keeps what was typed and says what may be meant', async () => {
    const before = tops().length;
    await type('ana', '/openio container locate FVE0');
    await saw('FVE0 of', before);
    await type('ana', '/openio');
    await shown('ana', 'What');
    await pick('ana', 'openio election sync');
    await shown('ana', 'Container');
    await submit('ana', { type: 'meta2', name: 'FVEO' });
    const again = await shown('ana', 'knows nothing of this name');
    expect(again.plain).toContain('/openio election sync meta2 FVE0 was found before');
    expect(again.plain).not.toContain('reads again');
    await submit('ana', { name: 'FVE0' });
    expect((await shown('ana', 'All copies agree')).plain).not.toContain('knows nothing of this name');
    await world.workspace.closeView('ana');
  }, 30_000);

  test('what a person may not ask for is refused before anything is read', async () => {
    await type('sam', '/palm');
    await shown('sam', 'What');
    await pick('sam', 'palm reset');
    await shown('sam', 'Deletes every server record');
    await submit('sam');
    await shown('sam', 'By the rule “resets are for cho”');
    await world.workspace.closeView('sam');
    // Nobody else is disturbed, and the trail tells who tried.
    const before = tops().length;
    await type('ana', '/ops audit -n 5');
    await saw('rule: not an asker', before);
    expect(tops().filter((one) => one.plain.includes('Asked by @sam') && one.plain.includes('palm reset'))).toEqual([]);
  }, 30_000);

  test('of two quick picks one may win in the form and the other in its menu: it runs nothing, and says so', async () => {
    await type('sam', '/palm');
    await shown('sam', 'What');
    const conflicts = () => world.workspace.calls.filter((call) => call.error === 'hash_conflict').length;
    const before = conflicts();
    await Promise.all([pick('sam', 'palm show'), pick('sam', 'palm servers')]);
    // Both were made on the same form: only one of them may change it.
    await world.workspace.until(() => conflicts() > before, 10_000);
    const isServers = () => form('sam')?.plain.includes('Only on this host') ?? false;
    const other = isServers() ? 'palm show' : 'palm servers';
    const from = tops().length;
    await submit('sam', { pick_operation: other, uuid: SEED.printf });
    await shown('sam', 'Nothing was run yet');
    expect(isServers()).toBe(other === 'palm servers');
    expect(tops()).toHaveLength(from);
    await world.workspace.closeView('sam');
  }, 30_000);

  test('a change that cannot be planned says so in the form, and is not asked for', async () => {
    await type('ana', '/palm');
    await shown('ana', 'What');
    await pick('ana', 'palm restart');
    await shown('ana', 'Service');
    const before = tops().length;
    await submit('ana', { unit: 'registry' });
    expect((await shown('ana', 'PALM_SSH is not set')).plain).not.toContain('Ask for approval');
    await world.workspace.closeView('ana');
    expect(tops()).toHaveLength(before);
  }, 30_000);

  test('a form opens and takes names while Redis is away, and then says that nothing was run', async () => {
    await world.workspace.switchTrouble('redis', 'down', true);
    const begun = performance.now();
    await type('cho', '/palm');
    await shown('cho', 'What');
    expect(performance.now() - begun).toBeLessThan(1_500);
    await pick('cho', 'palm show');
    await shown('cho', 'Server');
    await submit('cho', { uuid: SEED.printf });
    await shown('cho', 'Redis did not confirm');
    await world.workspace.switchTrouble('redis', 'down', false);
    await world.workspace.closeView('cho');
    await backAgain();
  }, 30_000);
});

describe('the shortcut on a message', () => {
  test('opens a form for its thread, and the answer comes there', async () => {
    world.workspace.say({ who: 'ben', channel, text: 'FVE0 looks odd' });
    const root = await world.workspace.until(() => tops().findLast((one) => one.plain.includes('looks odd')));
    world.workspace.say({ who: 'ana', channel, text: 'how so?', threadTs: root.ts });
    const reply = await world.workspace.until(() =>
      world.workspace.messages(channel).find((one) => one.threadTs === root.ts),
    );
    await world.workspace.useShortcut({ who: 'cho', callbackId: 'run_here', channel, ts: reply.ts });
    await world.workspace.until(() => world.workspace.view('cho'));
    await world.workspace.pressInView({ who: 'cho', actionId: 'pick_operation', chosen: 'openio election status' });
    await world.workspace.until(() => world.workspace.view('cho')?.plain.includes('Type of the base'));
    await world.workspace.submitView({ who: 'cho', values: { type: 'meta2', name: 'FVE0' } });
    const answer = await world.workspace.until(() =>
      world.workspace.messages(channel).find((one) => one.threadTs === root.ts && one.plain.includes('Asked by @cho')),
    );
    expect(answer.plain).toContain('/openio election');
    const raw = () => world.workspace.press({ who: 'cho', channel, ts: answer.ts, actionId: 'raw' });
    await raw();
    await world.workspace.until(() =>
      world.workspace.messages(channel).some((one) => one.threadTs === root.ts && one.files.length > 0),
    );
    await raw();
    const told = await world.workspace.until(() => whispered('cho'));
    expect([told.plain, told.threadTs]).toEqual([expect.stringContaining('is there already'), root.ts]);
  }, 30_000);
});

describe('the Home tab', () => {
  const home = (who: string) => world.workspace.home(who);
  const open = async (who: string, text: string) => {
    await world.workspace.openHome(who);
    return world.workspace.until(() => home(who)?.plain.includes(text) && home(who), 10_000);
  };
  const systemButton = (who: string, action: string) =>
    JSON.stringify(home(who)?.blocks).match(new RegExp(`"action_id":"(${action}~(?:R[A-Z0-9]+~system|look))"`))?.[1] ??
    '';

  const idOf = (plain: string) => /Request (R\w+)/.exec(plain)?.[1] ?? 'none';
  /** The button of the tab for this very request. */
  const openFor = async (who: string, card: { readonly plain: string }, action: string) => {
    await world.workspace.openHome(who);
    const id = `${action}~${idOf(card.plain)}`;
    await world.workspace.until(() => JSON.stringify(home(who)?.blocks ?? []).includes(id), 10_000);
    return id;
  };

  test('shows what waits for whom, and deciding there is deciding', async () => {
    const before = tops().length;
    await type('ana', `/palm purge ${SEED.printf}`);
    const card = await saw('Nothing has been changed yet', before);
    await world.workspace.until(() => tops().at(-1)?.buttons.includes('Deny'), 10_000);
    const waits = await open('ben', 'Delete 1 server from PALM');
    expect(waits.plain).toContain('Asked by @ana in #inc-42');
    expect((await open('ana', 'planned: /palm purge')).buttons).toEqual(expect.arrayContaining(['Withdraw']));
    expect([...(home('ana')?.buttons ?? []), ...(home('ben')?.buttons ?? [])]).not.toContain('Approve');
    expect((await open('sam', 'Clusters')).plain).toContain('Nothing waits for your decision');
    const deny = await openFor('ben', card, 'deny');
    await world.workspace.pressInHome({ who: 'ben', actionId: deny });
    await world.workspace.until(() => world.workspace.view('ben'));
    await world.workspace.submitView({ who: 'ben', values: { reason: 'it is alive' } });
    await world.workspace.until(
      () =>
        world.workspace
          .messages(channel)
          .find((one) => one.ts === card.ts)
          ?.plain.includes('Why:\n> it is alive'),
      10_000,
    );
    // What other tests here left waiting stays.
    await world.workspace.until(() => !JSON.stringify(home('ben')?.blocks).includes(deny), 10_000);
  }, 30_000);

  test('shows the state of every system from its newest answer, and looks again', async () => {
    await type('ana', '/distkv diagnose');
    const asked = () => tops().findLast((one) => one.plain.includes('/distkv diagnose'));
    await world.workspace.until(() => asked()?.buttons.includes('Raw'), 20_000);
    const shown = await open('cho', '◇ default · distkv: ');
    expect(shown.plain).toMatch(/◇ default · openio: /);
    expect(shown.plain).toMatch(
      /Freezes\nNow: “caches stay warm”, changes of openio cache flush.* May break the glass: @ben/,
    );
    const before = tops().length;
    const from = alone('cho').length;
    await world.workspace.pressInHome({ who: 'cho', actionId: systemButton('cho', 'again') });
    const answer = await world.workspace.until(
      () =>
        alone('cho')
          .slice(from)
          .find((one) => one.plain.includes('Asked by @cho')),
      10_000,
    );
    expect(answer.plain).toContain('Only you see this message. Asked in the Home tab.');
    // Where Ana asked it, nobody is disturbed.
    expect(tops()).toHaveLength(before);
    // Drawn again when the answer is there, and not only after the click.
    const id = idOf(answer.plain);
    await world.workspace.until(() => JSON.stringify(home('cho')?.blocks).includes(`again~${id}~system`), 10_000);
    expect(home('ana')?.plain ?? '').not.toContain(id);
  }, 30_000);

  test('what comes too late for a form is said in a direct message', async () => {
    const before = tops().length;
    await type('ana', `/palm purge ${SEED.printf}`);
    const card = await saw('Nothing has been changed yet', before);
    const look = await openFor('ben', card, 'look');
    const from = alone('ben').length;
    world.workspace.faults.refuse('views.open', { status: 503 });
    await world.workspace.pressInHome({ who: 'ben', actionId: look });
    const told = await world.workspace.until(() => alone('ben')[from], 10_000);
    expect(told.plain).toContain('Slack did not show the form in time');
    await press('ana', 'Withdraw');
    await saw('Withdrawn by @ana', before);
  }, 30_000);

  test('the rules and the broken glasses come as a direct message to whoever wants to see them', async () => {
    const shown = await open('sam', 'Freezes');
    expect(shown.buttons).toEqual(expect.arrayContaining(['Show the rules', 'Who broke the glass']));
    expect(shown.plain).toMatch(/Coming: “maintenance is announced”, every change from .* until /);
    const inbox = (text: string) =>
      world.workspace.until(
        () => world.workspace.messages().find((one) => one.channel === 'D0SAM' && one.plain.includes(text)),
        10_000,
      );
    await world.workspace.pressInHome({ who: 'sam', actionId: 'next_said_0~rules' });
    const rules = await inbox('The usual rules, and 3 of the configuration');
    expect(rules.plain).toContain('Only you see this message. Asked in the Home tab.');
    expect(rules.buttons).toEqual(['Run again', 'Share', 'Raw']);
    await world.workspace.pressInHome({ who: 'sam', actionId: 'next_said_1~rules' });
    // Another test here may have broken one.
    await inbox('broke');
    expect(tops().filter((one) => /The usual rules|broke the glass/.test(one.plain))).toEqual([]);
  }, 30_000);

  test('is drawn at most once a second, and what happened meanwhile is in it', async () => {
    const published = () => world.workspace.calls.filter((call) => call.method === 'views.publish').length;
    await open('sam', 'Clusters');
    const before = published();
    const begun = performance.now();
    await Promise.all(Array.from({ length: 12 }, () => world.workspace.openHome('sam')));
    await world.workspace.until(() => published() > before, 10_000);
    const seconds = (performance.now() - begun) / 1_000;
    expect(published() - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  }, 30_000);

  test('a click that may not count is told to the one who clicked', async () => {
    const before = tops().length;
    await type('ana', `/palm purge ${SEED.printf}`);
    const card = await saw('Nothing has been changed yet', before);
    const look = await openFor('ben', card, 'look');
    await press('ana', 'Withdraw');
    await saw('Withdrawn by @ana', before);
    await world.workspace.pressInHome({ who: 'ben', actionId: look });
    const told = await world.workspace.until(() => world.workspace.view('ben'));
    expect(told.plain).toContain('was withdrawn. Your click changed nothing');
    await world.workspace.closeView('ben');
  }, 30_000);
});
