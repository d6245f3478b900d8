import { once } from 'node:events';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { verifyExport } from '../../src/jobs/trail/export';
import { script } from '../support/processes';

/** What is left of an incident: the trail, its places outside Redis, and the timeline, by the real bot. */
let world: World;
const channel = 'inc-42';

beforeAll(async () => {
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
}, 30_000);
afterAll(() => world.close());

const type = (who: string, text: string) => world.workspace.typeCommand({ who, channel, text });
const saw = (...texts: string[]) =>
  world.workspace.until(
    () => world.workspace.messages(channel).findLast((one) => texts.every((text) => one.plain.includes(text))),
    20_000,
  );
/** A waiting request gets its buttons a moment after its message. */
const approve = async (who: string, subject: string) => {
  await world.workspace.until(
    () =>
      world.workspace.messages(channel).some((one) => one.plain.includes(subject) && one.buttons.includes('Approve')),
    20_000,
  );
  await world.workspace.pressButton({ who, channel, text: 'Approve' });
};
const file = async (name: string) => {
  const find = () => world.workspace.files().findLast((one) => one.name === name);
  return (await world.workspace.until(find, 20_000)).bytes.toString('utf8');
};

test('the foot of a result is a place of the trail that verifying accepts, and a forged one it does not', async () => {
  await type('ana', `/palm purge ${SEED.dead}`);
  await approve('ben', SEED.dead);
  const result = await saw(SEED.dead, 'Outcome: succeeded');
  const [, seq = '', hash = ''] = /audit (\d+) · ([0-9a-f]{12})/.exec(result.plain) ?? [];
  expect(Number(seq)).toBeGreaterThan(4);
  await type('cho', `/ops audit verify --head ${seq}:${hash}`);
  await saw('The audit trail is whole', 'Typed: 1 agree');
  await type('cho', `/ops audit verify --head "${seq} · ${'0'.repeat(12)}"`);
  await saw(`The audit trail was rewritten at or before entry ${seq}`);
}, 60_000);

/** Until the bot has anchored a place, which it does every few seconds. */
async function anchored(): Promise<void> {
  const etcd = new Etcd3({ hosts: world.etcd.url });
  const watcher = await etcd.watch().key('/quorumbot/quorumbot/audit/head').create();
  const first = once(watcher, 'put', { signal: AbortSignal.timeout(20_000) });
  first.catch(() => undefined);
  if (!(await etcd.get('/quorumbot/quorumbot/audit/head').exists())) await first;
  await watcher.cancel();
  etcd.close();
}

test('the head is anchored in etcd within seconds, and verifying says so', async () => {
  await type('ana', '/ops locks');
  await anchored();
  await type('ana', '/ops audit verify');
  await saw('The audit trail is whole', 'agree in etcd at 127.0.0.1');
}, 60_000);

test('the exported trail is a file that can be checked without the bot', async () => {
  await type('ana', '/ops audit export');
  await saw('Check it: npm run ops -- audit verify --file audit.jsonl');
  const lines = (await file('audit.jsonl')).trimEnd().split('\n');
  const verdict = await verifyExport(lines);
  expect(verdict).toMatchObject({ kind: 'read', after: { seq: 0 }, verdict: { kind: 'whole' } });
}, 60_000);

test('the timeline tells who asked and approved, with the permanent link of the message', async () => {
  await type('ana', `/palm purge ${SEED.orphan}`);
  const message = await saw(SEED.orphan, 'Nothing has been changed yet');
  await approve('ben', SEED.orphan);
  await saw(SEED.orphan, 'Outcome: succeeded');
  await type('cho', '/ops timeline --since 1h --export');
  await saw('Timeline: ', 'People: @ana');
  const text = await file('timeline.md');
  const answer = await fetch(
    `${world.workspace.apiUrl}chat.getPermalink?channel=${message.channel}&message_ts=${message.ts}`,
    { headers: { authorization: `Bearer ${world.workspace.botToken}` } },
  );
  const { permalink }: { permalink: string } = JSON.parse(await answer.text());
  expect(text).toContain(`(<${permalink}>)`);
  expect(text).not.toContain('ops timeline');
  expect(text).toMatch(/- approved by \\@ben at 20/);
  expect((await fetch(permalink)).status).toBe(200);
}, 60_000);

test('a question asked again and again answers in the channel, and changes stay out of it', async () => {
  await type('ana', '/ops every 10m palm show e5cd88f7');
  await saw('Asked every 10 min: /palm show e5cd88f7', 'It ends by itself');
  await saw('printf', 'ops every stop E', 'Asked by @ana', '/palm show e5cd88f7');
  await type('ana', `/ops every 10m palm purge ${SEED.printf}`);
  const told = await world.workspace.until(() => world.workspace.ephemerals('ana').at(-1), 5_000);
  expect(told.plain).toContain('Palm purge changes something, and only a person may ask for a change');
}, 60_000);
