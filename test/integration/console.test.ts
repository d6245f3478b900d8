import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { PEOPLE } from '../../sandbox/world';
import { createKeyring, type Keyring, startConsole, typeInConsole } from '../support/console';
import { script } from '../support/processes';

/** The console beside the real bot. */
let world: World;
let keyring: Keyring;
let etcd: Etcd3;
const channel = 'storage-ops';

beforeAll(async () => {
  const only = `  - { name: Trail, match: { operation: [ops audit export] }, ask: [${PEOPLE.ana.id}] }`;
  keyring = createKeyring('C0STORAGE', ['rules:', only]);
  const fast = { perMinute: 6_000, burst: 100 };
  const settings = { QUORUMBOT_CONFIG: keyring.file, SECOND_FACTOR_KEY: Buffer.alloc(32, 7).toString('base64') };
  world = await createWorld({
    bot: script(join(ROOT, 'src/bot/start.ts')),
    settings,
    rates: { post: fast, update: fast },
  });
  etcd = new Etcd3({ hosts: world.etcd.url });
}, 30_000);
afterAll(async () => {
  etcd.close();
  await world.close();
  keyring.remove();
});

const as = (who: 'ana' | 'ben', ...argv: string[]) =>
  typeInConsole({ ...world.settings, QUORUMBOT_CONSOLE_KEY: keyring.keys[who] }, ...argv);
const saw = (...texts: string[]) =>
  world.workspace.until(
    () => world.workspace.messages(channel).findLast((one) => texts.every((text) => one.plain.includes(text))),
    20_000,
  );
const requestIn = (text: string) => /approve (R[0-9A-Z]{8})/.exec(text)?.[1] ?? '';

test('a query is answered in the terminal, and the channel sees it too', async () => {
  const said = await as('ana', 'palm', 'servers');
  expect(said).toMatchObject({ code: 0, out: expect.stringContaining('printf') });
  expect(said.out).toMatch(/Asked by @U0ANA.*Request R\w{8}, audit \d+ · [0-9a-f]{12}/);
  await saw('PALM servers', '/palm servers', 'Asked by @ana');
}, 60_000);

test('as a program of its own it writes what a pipe needs, and ends with the code', async () => {
  const env = { ...world.settings, QUORUMBOT_CONSOLE_KEY: keyring.keys.ana };
  const said = await startConsole(env, 'palm', 'purge', SEED.orphan, '--json');
  expect(JSON.parse(said.out)).toMatchObject({ state: 'planned', requester: 'U0ANA', channel: 'C0STORAGE' });
  expect(said).toMatchObject({ code: 4, err: expect.stringContaining('Waiting for approval: 0 of 1.') });
}, 60_000);

test('a change asked and approved in the terminal is carried out once, and never by the one who asked', async () => {
  const asked = await as('ana', 'palm', 'purge', SEED.dead);
  expect(asked).toMatchObject({ code: 4, out: expect.stringContaining('Nothing has been changed yet') });
  const id = requestIn(asked.out);
  expect(await as('ana', 'approve', id)).toMatchObject({ code: 1, err: expect.stringContaining('yourself') });
  expect(await etcd.get(`/servers/${SEED.dead}`).string()).not.toBeNull();
  const approved = await as('ben', 'approve', id, '--wait');
  expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('Outcome: succeeded') });
  expect(await etcd.get(`/servers/${SEED.dead}`).string()).toBeNull();
  await saw(SEED.dead, 'Outcome: succeeded', 'approved by @ben');
  expect(await as('ben', 'approve', id)).toMatchObject({ code: 1, err: expect.stringContaining('has ended already') });
  expect(await as('ana', 'show', id)).toMatchObject({ code: 0, out: expect.stringContaining('Outcome: succeeded') });
}, 90_000);

test('approving what cannot be undone needs a one-time code in the terminal as well', async () => {
  const id = requestIn((await as('ana', 'palm', 'reset')).out);
  expect(await as('ben', 'approve', id)).toMatchObject({ code: 1, err: expect.stringContaining('one-time code') });
  const wrong = await as('ben', 'approve', id, '--code', '123456');
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('Your vote was not counted') });
  expect(await as('ana', 'show', id)).toMatchObject({ code: 4, out: expect.stringContaining('Needs 2 approvals') });
}, 60_000);

test('what is asked in Slack can be denied in the terminal, with a reason that Slack shows', async () => {
  await world.workspace.typeCommand({ who: 'ana', channel, text: `/palm purge ${SEED.orphan}` });
  await saw(SEED.orphan, 'Nothing has been changed yet');
  const newest = JSON.parse((await as('ben', 'ops', 'requests', '--json')).out);
  const id: string = newest.result.parts[0].rows.find((row: string[]) => row[4]?.includes(SEED.orphan))[0];
  expect(await as('ben', 'deny', id, 'it is', 'still needed')).toMatchObject({ code: 0 });
  await saw(SEED.orphan, 'Denied by @ben', 'it is still needed');
  expect(await as('ana', 'show', id)).toMatchObject({ code: 1, out: expect.stringContaining('it is still needed') });
}, 90_000);

test('it works while Slack does not answer, and the channel hears of it when Slack is back', async () => {
  world.workspace.faults.refuse('chat.postMessage', { status: 503, times: 1_000 });
  expect(await as('ana', 'palm', 'show', SEED.printf)).toMatchObject({ code: 0, out: expect.stringContaining('5555') });
  const before = world.workspace.messages(channel).some((one) => one.plain.includes(`/palm show ${SEED.printf}`));
  world.workspace.faults.clear();
  expect(before).toBe(false);
  await saw(`/palm show ${SEED.printf}`);
}, 90_000);

test.each([
  ['no key', {}, 'QUORUMBOT_CONSOLE_KEY is not set'],
  ['somebody else’s key', { QUORUMBOT_CONSOLE_KEY: `qbk_${'A'.repeat(43)}` }, 'nobody’s'],
])(
  'with %s nothing is run',
  async (_name, key, why) => {
    const said = await typeInConsole({ ...world.settings, ...key }, 'palm', 'servers');
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining(why) });
  },
  30_000,
);

test('words that are no command end with 2 and say what may be meant', async () => {
  expect(await as('ana', 'palm', 'purg', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('palm purge') });
  expect(await as('ana', 'approve')).toMatchObject({ code: 2, err: expect.stringContaining('one request id') });
  expect(await as('ana', 'help', 'palm')).toMatchObject({ code: 0, out: expect.stringContaining('/palm purge') });
}, 60_000);

test('the trail is exported and checked by anybody, with neither settings nor Redis', async () => {
  await as('ana', 'ops', 'locks');
  const exported = await as('ana', 'audit', 'export');
  const file = join(keyring.folder, 'audit.jsonl');
  writeFileSync(file, exported.out);
  const whole = await typeInConsole({}, 'audit', 'verify', file);
  expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('The audit trail is whole') });
  writeFileSync(file, exported.out.replace('"by":"U0ANA"', '"by":"U0EVE"'));
  const forged = await typeInConsole({}, 'audit', 'verify', file);
  expect(forged).toMatchObject({ code: 1, out: expect.stringContaining('The audit trail is broken at entry ') });
  expect(await typeInConsole({}, 'audit', 'verify', `${file}.not`)).toMatchObject({ code: 2 });
}, 90_000);

test('the trail is exported to whoever may ask for it, and the trail and the channel say by whom', async () => {
  const refused = await as('ben', 'audit', 'export');
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('By the rule “Trail”') });
  expect(await as('ana', 'audit', 'export', '--since', '2h')).toMatchObject({ code: 0 });
  await saw('The audit trail was exported in a terminal', 'Asked by @ana', '/ops audit export --since 2h');
  const entries = (await as('ana', 'audit', 'export')).out
    .split('\n')
    .filter((text) => text.includes('ops audit export'));
  // Asked, answered, and asked just now.
  expect(entries.length).toBeGreaterThanOrEqual(3);
}, 60_000);

test('what somebody asked privately is shown to nobody else', async () => {
  const id = /Request (R\w{8})/.exec((await as('ana', 'palm', 'show', SEED.printf, '--private')).out)?.[1] ?? '';
  expect(await as('ana', 'show', id)).toMatchObject({ code: 0, out: expect.stringContaining('5555') });
  for (const words of [
    ['show', id],
    ['show', id, '--json'],
    ['raw', id],
  ]) {
    const said = await as('ben', ...words);
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('was asked privately') });
  }
}, 60_000);

test('a key is made without settings, and its line fits the file', async () => {
  const made = await typeInConsole({}, 'key');
  expect(made.out).toMatch(/^export QUORUMBOT_CONSOLE_KEY=qbk_[\w-]{43}\n$/);
  expect(made.err).toMatch(/keyHash: 'sha256:[0-9a-f]{64}'/);
});

test('a file of a result comes out byte for byte', async () => {
  await as('ana', 'ops', 'locks');
  const asked = await as('ana', 'ops', 'timeline', '--export');
  const command = /raw (R\w{8}) timeline\.md/.exec(asked.out);
  const file = await as('ana', 'raw', command?.[1] ?? '', 'timeline.md');
  expect(file).toMatchObject({ code: 0, err: '' });
  expect(file.out).toMatch(/^# Timeline from /);
  expect(await as('ana', 'raw', command?.[1] ?? '', 'x')).toMatchObject({
    code: 2,
    err: expect.stringContaining('timeline.md'),
  });
}, 60_000);
