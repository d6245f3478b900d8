import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { loadConfig } from '../../src/bot/config/config';
import { openClusters } from '../../src/bot/systems';
import { comparable } from '../../src/handlers/comparable';
import { splitWords } from '../../src/handlers/words';
import { createJobs, type Jobs } from '../../src/jobs/jobs';
import { script } from '../support/processes';

/** Asked twice of a world in which nothing has changed, an answer counts as the same. */
let world: World;
let jobs: Jobs;
let open: ReturnType<typeof openClusters>;
let etcd: Etcd3;

beforeAll(async () => {
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')) });
  etcd = new Etcd3({ hosts: world.etcd.url });
  const loaded = loadConfig(world.settings);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { redisUrl: url, rules } = loaded.config;
  jobs = createJobs({
    secondFactorKey: null,
    url,
    rules,
    people: { membersOf: async () => null },
    onError: () => undefined,
  });
  open = openClusters(loaded.config, jobs, () => undefined);
}, 30_000);
afterAll(async () => {
  etcd.close();
  await jobs.close();
  await open.close();
  await world.close();
});

async function answer(command: string) {
  const words = splitWords(command);
  const matched = words.ok ? open.clusters.all[0]?.catalogue.match(words.args) : null;
  if (matched?.operation.kind !== 'query') throw new Error(`${command} is no query`);
  const signal = AbortSignal.timeout(20_000);
  return matched.operation.answer(matched.words, { request: 'R7K2M9QF4', signal, report: () => undefined });
}

test.each([
  'openio election status meta2 FVE0',
  'openio election ping meta2 FVE0',
  'openio election debug meta2 FVE0',
  'openio election diagnose meta2 FVE0',
  'openio container show FVE0',
  'openio container locate FVE0',
  'openio container check FVE0',
  'openio reference list FVE0',
  'openio cluster list meta2',
  'distkv state',
  'distkv nodes',
  'distkv diagnose',
  'palm servers',
  'palm show e5cd88f7',
])('%s', async (command) => {
  const first = comparable(await answer(command));
  await etcd.put('/elsewhere').value(command);
  expect(comparable(await answer(command))).toEqual(first);
});
