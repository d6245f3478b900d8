import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { sign } from '../../src/bot/hooks/signature';
import { script } from '../support/processes';

/** An alert asks over a signed webhook; the real bot answers in the channel. */
const SECRET = 'a secret of an alert that is long enough';
const FILE = `
hooks:
  base-troubled:
    secret: { env: HOOK_SECRET }
    channel: C0INC42
    command: 'openio election diagnose meta2 {base}'
    parameters: { base: '[A-Za-z0-9_.-]{1,64}' }
  noisy:
    secret: { env: HOOK_SECRET }
    channel: C0STORAGE
    command: 'palm servers'
`;

const BEGAN = Math.floor(Date.now() / 1_000);

let world: World;
let folder: string;
let address: string;
let sent = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'));
  const file = join(folder, 'quorumbot.yaml');
  writeFileSync(file, FILE);
  const settings = { QUORUMBOT_CONFIG: file, HOOK_SECRET: SECRET };
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), settings });
  const lines = world.bot().output().split('\n');
  address = `http://127.0.0.1:${JSON.parse(lines.find((line) => line.includes('"ready"')) ?? '{}').port}`;
}, 30_000);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** Another time for each, so that no two are the same delivery unless a test wants that. */
function delivery(body: string, secret = SECRET) {
  sent += 1;
  const timestamp = String(BEGAN - sent);
  const signature = sign(secret, timestamp, Buffer.from(body));
  return { body, headers: { 'x-quorumbot-timestamp': timestamp, 'x-quorumbot-signature': signature } };
}
const post = (one: ReturnType<typeof delivery>, name = 'base-troubled') =>
  fetch(`${address}/hooks/${name}`, { method: 'POST', ...one });
const about = (base: string) => JSON.stringify({ parameters: { base } });

test('a signed alert posts a diagnose in the channel, with the next commands, in the name of the hook', async () => {
  const answer = await post(delivery(about('FVE0')));
  expect(answer.status).toBe(202);
  const { request }: { request: string } = JSON.parse(await answer.text());
  const message = await world.workspace.until(
    () =>
      world.workspace
        .messages('inc-42')
        .find((one) => one.plain.includes(request) && one.buttons.includes('Run again')),
    20_000,
  );
  expect(message.plain).toContain('Asked by webhook base-troubled');
  expect(message.plain).toContain('/openio election diagnose meta2 FVE0');
}, 60_000);

test('the same delivery again is not taken, and posts nothing', async () => {
  const one = delivery(about('cnt2'));
  expect((await post(one)).status).toBe(202);
  expect((await post(one)).status).toBe(409);
});

test.each([
  ['another secret', () => post(delivery(about('FVE0'), 'another secret that is long enough too')), 401],
  ['a hook that is not there', () => post(delivery(about('FVE0')), 'nothing'), 401],
  ['a parameter that is not allowed', () => post(delivery(about('FVE0 --on x'))), 400],
  ['a parameter that looks like a flag', () => post(delivery(about('--cid'))), 400],
  ['no parameter', () => post(delivery('{}')), 400],
  ['no JSON', () => post(delivery('base=FVE0')), 400],
  ['a body that is too long', () => post(delivery(about('x'.repeat(20_000)))), 413],
])('with %s nothing is asked', async (_name, send, status) => {
  const before = world.workspace.messages('inc-42').length;
  expect((await send()).status).toBe(status);
  expect(world.workspace.messages('inc-42')).toHaveLength(before);
});

test('twenty in a minute are taken, and not more', async () => {
  const answers: number[] = [];
  for (let n = 0; n < 25; n++) answers.push((await post(delivery('{}'), 'noisy')).status);
  expect(answers).toEqual([...Array(20).fill(202), ...Array(5).fill(429)]);
}, 30_000);
