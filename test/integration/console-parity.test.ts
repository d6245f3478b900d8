import { join } from 'node:path';
import { createWorld, ROOT, type World } from '../../sandbox/pretend';
import { loadConfig } from '../../src/bot/config/config';
import { readArguments } from '../../src/bot/console/arguments';
import { runConsole } from '../../src/bot/console/run';
import { watch } from '../../src/bot/console/watch';
import { openClusters } from '../../src/bot/systems';
import { catalogueOf } from '../../src/handlers/index';
import { splitWords } from '../../src/handlers/words';
import { createJobs, type Jobs } from '../../src/jobs/jobs';
import type { Request, Road } from '../../src/jobs/request/request';
import { script } from '../support/processes';
import { everySystem } from '../support/systems';

/** Everything that Slack can ask, the console can, and says the same. The real bot answers both. */
const systems = everySystem();
const operations = catalogueOf(systems).operations;
let world: World;
let jobs: Jobs;
let open: ReturnType<typeof openClusters>;

beforeAll(async () => {
  const fast = { perMinute: 60_000, burst: 1_000 };
  world = await createWorld({ bot: script(join(ROOT, 'src/bot/start.ts')), rates: { post: fast, update: fast } });
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
  await jobs.connected(5_000);
  // What tells of the channel's past must have one, whichever example comes first.
  await world.workspace.typeCommand({ who: 'ana', channel: 'storage-ops', text: '/ops locks' });
  await answered('slash');
}, 30_000);
afterAll(async () => {
  await jobs.close();
  await open.close();
  await world.close();
  await systems.close();
});

/** The newest request that came in on this road, when it has an answer or a preview. */
async function answered(road: Road): Promise<Request> {
  const newest = (await jobs.store.newest(5)).find((request) => request.road === road);
  const request = newest && (await watch(jobs, newest.id, { toEnd: false, onSeen: () => undefined }));
  if (!request) throw new Error(`nothing was asked by ${road}`);
  return request;
}

async function byConsole(argv: readonly string[]): Promise<{ readonly text: string; readonly request: Request }> {
  const typed = readArguments(argv);
  if (!typed.ok || typed.args.kind !== 'command') throw new Error(`${argv.join(' ')} is no command of the console`);
  const said: string[] = [];
  const terminal = {
    out: (text: string) => said.push(text),
    raw: (text: string) => said.push(text),
    err: () => undefined,
  };
  const { clusters } = open;
  const person = { user: 'U0ANA', channel: 'C0STORAGE' };
  await runConsole({ jobs, clusters, terminal, ...person, onError: () => undefined }, typed.args);
  return { text: said.join('\n'), request: await answered('console') };
}

/** What is another thing each time: ids, hashes, numbers and times. */
function steady(value: unknown): string {
  return JSON.stringify(value ?? null)
    .replace(/[RE][0-9A-HJKMNP-TV-Z]{8}\b/g, 'R')
    .replace(/[0-9a-f]{12,}/g, 'h')
    .replace(/\d+(\.\d+)*/g, 'n')
    .replace(/"channel":"[^"]*"/g, '"channel"')
    .replace(/"svg":"(?:[^"\\]|\\.)*"/g, '"svg"');
}

/** The operations whose answer is what was asked before: each question adds a line of its own to it. */
const ABOUT_ITSELF = /^ops (requests|audit|timeline|doctor|every list)/;

function shown({ state, operation }: Request) {
  if (state.kind === 'planned') return steady([state.proposed.preview, state.proposed.danger, state.proposed.needs]);
  if (state.kind !== 'finished') throw new Error(`a request that is ${state.kind} shows nothing`);
  const { outcome } = state;
  const view = outcome.view ?? null;
  if (!ABOUT_ITSELF.test(operation)) return steady([outcome.kind, 'why' in outcome ? outcome.why : null, view]);
  return steady([outcome.kind, view?.title, view?.parts.map(({ kind }) => kind)]);
}

/** In Slack it is a form that only one person sees: its secret must not stand in a terminal's history, nor in a record. */
const ONLY_IN_SLACK = 'ops second-factor enroll';

const examples = operations
  .filter(({ name }) => name !== ONLY_IN_SLACK)
  .flatMap(({ name, examples }) => examples.map((example, index) => ({ example, name, index })));

/** An example as the bot of this world gives it: some name an address that is configured. */
function exampleHere(name: string, index: number): string {
  const example = open.clusters.operation(name, 'default')?.examples[index];
  if (example === undefined) throw new Error(`${name} has no such example here`);
  return example;
}

/** Slack writes the id of a channel into what was typed; a terminal knows none. */
function asTyped(word: string): string {
  return word.replace(/^<#[A-Z0-9]+\|(.*)>$/, '#$1');
}

test.each(examples)(
  '$example',
  async ({ name, index }) => {
    const example = exampleHere(name, index);
    const words = splitWords(example);
    if (!words.ok) throw new Error(words.problem);
    await world.workspace.typeCommand({ who: 'ana', channel: 'storage-ops', text: `/${example}` });
    const inSlack = await answered('slash');
    const { text, request } = await byConsole(words.args);
    expect([inSlack.operation, request.operation]).toEqual([name, name]);
    expect(request.words).toEqual(inSlack.words.map(asTyped));
    expect([request.cluster, request.place]).toEqual([inSlack.cluster, inSlack.place]);
    expect(shown(request)).toBe(shown(inSlack));
    const title = request.state.kind === 'planned' ? request.state.proposed.preview.title : null;
    if (title) expect(text).toContain(title);
    expect(text).toContain(`Request ${request.id}`);
  },
  60_000,
);

test('every operation has an example, so none was left out but one, which says where it is done', async () => {
  const names = [...examples.map(({ name }) => name), ONLY_IN_SLACK];
  expect(new Set(names)).toEqual(new Set(operations.map(({ name }) => name)));
  expect((await byConsole(ONLY_IN_SLACK.split(' '))).text).toContain('Slack');
});
