import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { createPalmCluster } from '../../sandbox/palm/cluster';
import { SEED } from '../../sandbox/palm/records';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { startEtcd } from '../../sandbox/services/etcd';
import type { Server } from '../../sandbox/services/server';
import { script } from '../support/processes';

/** A file with a second cluster and rules, from the command to the message. */
const folder = mkdtempSync(join(tmpdir(), 'quorumbot-rules-'));
let world: World;
let second: Server;
let palm: ReturnType<typeof createPalmCluster>;

const fileOf = (etcd: string) => `
clusters:
  prod-eu: { production: true, palm: { etcdHosts: '${etcd}' } }
channels:
  C0STORAGE: { cluster: prod-eu }
rules:
  - name: Ben decides for production
    match: { cluster: prod-eu, kind: change }
    approve: [U0BEN]
    floors: { purgedAtOnce: 1 }
  - name: No resets
    match: { operation: palm reset }
    frozen: { zone: UTC, weekly: [mon 00:00 – thu 00:00, thu 00:00 – mon 00:00] }
    breakGlass: [U0ANA]
`;

beforeAll(async () => {
  second = await startEtcd();
  palm = createPalmCluster(second);
  await palm.seed();
  const path = join(folder, 'quorumbot.yaml');
  writeFileSync(path, fileOf(second.url));
  const fast = { perMinute: 6_000, burst: 100 };
  world = await createWorld({
    bot: script(join(ROOT, 'src/bot/start.ts')),
    rates: { post: fast, update: fast },
    settings: { QUORUMBOT_CONFIG: path },
  });
}, 60_000);
afterAll(async () => {
  await world.close();
  await palm.close();
  await second.stop();
  rmSync(folder, { recursive: true });
});

const type = (who: string, text: string, channel = 'inc-42') => world.workspace.typeCommand({ who, channel, text });
/** A message gets its buttons a moment after it appears. */
async function press(who: string, text: string, channel = 'inc-42'): Promise<void> {
  await world.workspace.until(
    () => world.workspace.messages(channel).some((one) => one.buttons.includes(text)),
    10_000,
  );
  await world.workspace.pressButton({ who, channel, text });
}
const saw = (subject: string, text: string) => {
  const find = () => world.workspace.messages().find((one) => one.plain.includes(subject) && one.plain.includes(text));
  return world.workspace.until(find, 20_000);
};
const whispered = (who: string, text: string) =>
  world.workspace.until(() => world.workspace.ephemerals(who).at(-1)?.plain.includes(text) ?? false, 10_000);

async function storedIn(url: string): Promise<boolean> {
  const etcd = new Etcd3({ hosts: url });
  const stored = await etcd.get(`/servers/${SEED.printf}`).string();
  etcd.close();
  return stored !== null;
}

test('the cluster of the channel is meant, --on means another, and each says its name in the title', async () => {
  await type('ana', '/palm servers', 'storage-ops');
  await saw('◆ PRODUCTION prod-eu · ', 'PALM servers');
  await type('ana', '/palm servers --on default', 'storage-ops');
  await saw('◇ default · ', 'PALM servers');
  await type('ana', '/palm servers --on moon');
  await whispered('ana', 'There is no cluster moon. There are default and prod-eu.');
  await type('ana', '/distkv state --on prod-eu');
  await whispered('ana', '/distkv is not configured on prod-eu, but on default');
}, 60_000);

test('a purge on one cluster is approved by whom its rule names, and leaves the other alone', async () => {
  await type('ana', `/palm purge ${SEED.printf} --on prod-eu`);
  await saw('◆ PRODUCTION prod-eu · ', 'Nothing has been changed yet');
  await press('cho', 'Approve');
  await whispered('cho', 'not among the people who may decide');
  await press('ben', 'Approve');
  await saw('◆ PRODUCTION prod-eu · ', 'Outcome: succeeded');
  expect(await storedIn(second.url)).toBe(false);
  expect(await storedIn(world.etcd.url)).toBe(true);
}, 60_000);

test('what is frozen is refused at once; whoever breaks the glass is seen by everybody, and listed', async () => {
  // A channel of its own: a button is looked for on the newest message.
  const where = 'storage-ops';
  await type('ana', '/palm reset --on default', where);
  await whispered('ana', 'Frozen without an end in sight by the rule “No resets”');
  await type('ben', '/palm reset --on default --break-glass "the registry is down"', where);
  await whispered('ben', 'is not among the people who may break the glass');
  await type('ana', '/palm reset --on default --break-glass “the registry is down”', where);
  await saw('⚠ BREAK-GLASS · ', 'Reason: the registry is down');
  await saw('⚠ BREAK-GLASS · ', 'Nothing has been changed yet');
  await press('ana', 'Withdraw', where);
  await type('ana', '/ops breaks');
  await saw('1 broken glass to review', 'the registry is down');
}, 60_000);

test('the rules are told for the words and the channel, and for a person who is mentioned by name', async () => {
  await type('sam', '/ops rules palm purge', 'storage-ops');
  await saw('Rules for /palm purge --on prod-eu', 'Ben decides for production');
  await type('sam', '/ops can @cho palm purge --on prod-eu');
  await saw('Who may: /palm purge --on prod-eu', 'Not on the list of “Ben decides for production”');
}, 60_000);
