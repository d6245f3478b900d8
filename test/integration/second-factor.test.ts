import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { type Authenticator, authenticator } from '../support/authenticator';
import { script } from '../support/processes';

/** Enrolling and approving with one-time codes, as people in Slack do it. */
let world: World;
let etcd: Etcd3;
const channel = 'inc-42';
const KEY = randomBytes(32).toString('base64');
const secrets: string[] = [];
beforeEach(async () => {
  world = await createWorld({
    bot: script(join(ROOT, 'src/bot/start.ts')),
    settings: { SECOND_FACTOR_KEY: KEY, APPROVERS: 'U0BEN,U0CHO,U0SAM' },
  });
  etcd = new Etcd3({ hosts: world.etcd.url });
}, 30_000);
afterEach(async () => {
  expectNoSecretSaid();
  secrets.length = 0;
  etcd.close();
  await world.close();
});

/** Only the form may hold it: no message of any kind, no file, no line of the log. */
function expectNoSecretSaid(): void {
  const { workspace } = world;
  const people = ['ana', 'ben', 'cho', 'sam'].flatMap((who) => workspace.ephemerals(who));
  const said = JSON.stringify([workspace.messages(), people, workspace.calls]) + world.bot().output();
  for (const secret of [...secrets, KEY]) expect(said).not.toContain(secret);
}

const type = (who: string, text: string) => world.workspace.typeCommand({ who, channel, text });
const press = (who: string, text: string) => world.workspace.pressButton({ who, channel, text });
const submit = (who: string, values: Record<string, string>) => world.workspace.submitView({ who, values });
const view = (who: string) => world.workspace.view(who);
const saw = (text: string) =>
  world.workspace.until(() => world.workspace.messages(channel).find((one) => one.plain.includes(text)), 20_000);
/** A message gets its buttons a moment after it appears. */
const previewed = (text: string) => {
  const newest = () => world.workspace.messages(channel).findLast((one) => one.plain.includes(text));
  return world.workspace.until(() => newest()?.buttons.includes('Approve'), 20_000);
};
const whispers = (who: string) => world.workspace.ephemerals(who).map((one) => one.plain);
const opened = async (who: string) => {
  await world.workspace.until(() => view(who), 5_000);
  return view(who)?.plain ?? '';
};

/** Types the command and goes through with it. */
async function enrol(who: string): Promise<Authenticator> {
  await type(who, '/ops second-factor enroll');
  return confirmed(who);
}

/** Reads the form, and answers it with the first code. */
async function confirmed(who: string): Promise<Authenticator> {
  const secret = /Secret: ([A-Z2-7]{32})/.exec(await opened(who))?.[1] ?? '';
  expect(secret).toHaveLength(32);
  secrets.push(secret);
  const app = authenticator(secret);
  await submit(who, { code: app.code(0) });
  expect(view(who)?.plain).toContain('From now on');
  await world.workspace.closeView(who);
  return app;
}

/** `/palm reset`, asked by ana, as far as its preview. */
async function resetAsked(): Promise<void> {
  await type('ana', '/palm reset');
  await previewed('Cannot be undone. Needs 2 approvals');
}

const servers = async () => (await etcd.getAll().prefix('/servers/').keys()).length;

test('enrolling: only that person sees the form, a wrong code stays in it, and everybody hears that it was done', async () => {
  await type('ben', '/ops second-factor enroll');
  const form = await opened('ben');
  expect(form).toMatch(/otpauth:\/\/totp\/Quorumbot:U0BEN\?.*secret=/);
  expect(form).toMatch(/█.*\n.*█/);
  for (const other of ['ana', 'cho', 'sam']) expect(view(other)).toBeUndefined();
  const secret = /Secret: ([A-Z2-7]{32})/.exec(form)?.[1] ?? '';
  secrets.push(secret);
  const app = authenticator(secret);
  await submit('ben', { code: app.wrong() });
  expect(view('ben')?.errors).toEqual({ code: expect.stringContaining('not the code of the new secret') });
  await submit('ben', { code: app.code(0) });
  expect(view('ben')?.plain).toContain('From now on');
  await saw('From now on @ben approves what cannot be undone with a one-time code');
  await type('ana', '/ops audit');
  await saw('ops second-factor enroll: enrolled | @ben');
}, 60_000);

test('approving what cannot be undone: a form, a wrong code, a right one, and nothing before two people gave one', async () => {
  const ben = await enrol('ben');
  const before = await servers();
  expect(before).toBeGreaterThan(0);
  await resetAsked();
  await press('ana', 'Approve');
  expect(view('ana')).toBeUndefined();
  expect(whispers('ana').at(-1)).toContain('You asked for');
  await press('cho', 'Approve');
  expect(view('cho')).toBeUndefined();
  expect(whispers('cho').at(-1)).toContain('Enrol with /ops second-factor enroll');
  await press('ben', 'Approve');
  expect(await opened('ben')).toMatch(/palm reset[\s\S]*It cannot be undone[\s\S]*One-time code/);
  await saw('Needs 2 approvals');
  await submit('ben', { code: ben.wrong() });
  expect(view('ben')?.errors).toEqual({ code: expect.stringContaining('This code is wrong. 4 more') });
  await submit('ben', { code: ben.code(1) });
  expect(view('ben')).toBeUndefined();
  await saw('Needs 1 approval');
  // What was said to cho has a button that opens the form.
  await press('cho', 'Enrol');
  const cho = await confirmed('cho');
  await press('cho', 'Approve');
  await opened('cho');
  expect(await servers()).toBe(before);
  await submit('cho', { code: cho.code(1) });
  await saw('all 6 approved keys are gone');
  expect(await servers()).toBe(0);
}, 90_000);

test('a code is good for one vote: not for another request, and a form sent twice votes once', async () => {
  const ben = await enrol('ben');
  await resetAsked();
  await press('ben', 'Approve');
  await opened('ben');
  world.workspace.faults.deliverTwice(1);
  const code = ben.code(1);
  await submit('ben', { code });
  await saw('Needs 1 approval');
  await type('ana', '/ops second-factor reset U0BEN');
  await previewed('Reset a second factor');
  if (view('ben')) await world.workspace.closeView('ben');
  await press('ben', 'Approve');
  await opened('ben');
  await submit('ben', { code });
  expect(view('ben')?.errors).toEqual({ code: expect.stringContaining('used already') });
}, 60_000);

test('the bot is started again between the click and the code; the form still counts', async () => {
  const ben = await enrol('ben');
  await resetAsked();
  await press('ben', 'Approve');
  await opened('ben');
  await world.restartBot();
  await submit('ben', { code: ben.code(1) });
  expect(view('ben')).toBeUndefined();
  await saw('Needs 1 approval');
}, 60_000);

test('a form of a request that has ended says so, and uses no code up', async () => {
  const ben = await enrol('ben');
  await resetAsked();
  await press('ben', 'Approve');
  await opened('ben');
  await press('ana', 'Withdraw');
  await saw('Withdrawn by @ana');
  const code = ben.code(1);
  await submit('ben', { code });
  expect(view('ben')?.plain).toMatch(/was withdrawn/);
  await world.workspace.closeView('ben');
  await type('ana', '/ops second-factor reset <@U0BEN|ben>');
  await previewed('Reset a second factor');
  await press('ben', 'Approve');
  await opened('ben');
  await submit('ben', { code });
  expect(view('ben')).toBeUndefined();
}, 60_000);

test('a second factor is reset by two others with codes of their own; then it can be enrolled anew', async () => {
  const [ben, cho] = [await enrol('ben'), await enrol('cho')];
  await enrol('sam');
  await type('sam', '/ops second-factor enroll');
  expect(await opened('sam')).toContain('A code of your present second factor');
  await world.workspace.closeView('sam');
  await type('ana', '/ops second-factor reset U0SAM');
  await previewed('Reset a second factor');
  for (const [who, app] of [
    ['ben', ben],
    ['cho', cho],
  ] as const) {
    await press(who, 'Approve');
    await opened(who);
    await submit(who, { code: app.code(1) });
    expect(view(who)).toBeUndefined();
  }
  await saw('The second factor is reset');
  await type('sam', '/ops second-factor enroll');
  expect(await opened('sam')).not.toContain('A code of your present second factor');
}, 90_000);

test('Slack is slow to show the form: the command is acknowledged before, and who gets no form hears of it', async () => {
  world.workspace.faults.slow('views.open', 3_500);
  const typed = await type('ben', '/ops second-factor enroll');
  expect(typed).toMatchObject({ delivered: true });
  expect(typed.error).toBeUndefined();
  secrets.push(/Secret: ([A-Z2-7]{32})/.exec(await opened('ben'))?.[1] ?? 'none');
  world.workspace.faults.slow('views.open', 0);
  world.workspace.faults.refuse('views.open', { status: 503 });
  await type('cho', '/ops second-factor enroll');
  await world.workspace.until(() => whispers('cho').at(-1)?.includes('did not show the form in time'), 10_000);
}, 60_000);

test('Redis away: neither form nor code is silent', async () => {
  const ben = await enrol('ben');
  await resetAsked();
  await press('ben', 'Approve');
  await opened('ben');
  await world.workspace.switchTrouble('redis', 'down', true);
  await submit('ben', { code: ben.code(1) });
  expect(view('ben')?.errors).toEqual({ code: expect.stringContaining('Redis did not confirm') });
  expect((await type('cho', '/ops second-factor enroll')).error).toBeUndefined();
  await world.workspace.until(() => whispers('cho').at(-1)?.includes('Not confirmed'), 10_000);
  expect(view('cho')).toBeUndefined();
  await world.workspace.switchTrouble('redis', 'down', false);
}, 60_000);
