import { createOpenioSandbox, type OpenioSandbox } from '../../sandbox/openio/sandbox';
import type { Version } from '../../sandbox/openio/state';
import type { Truth } from '../../sandbox/openio/truth';
import { createOpenio } from '../../src/backends/openio/create';
import type { Openio } from '../../src/backends/openio/openio';

/** Every wait of the real servers, shortened: a hung peer costs 60 ms. */
const SCALE = 0.002;
const CONTAINER = 'vol-a';

/** One pretend namespace with one base that is moved off its master. */
export interface Stage {
  readonly sandbox: OpenioSandbox;
  readonly openio: Openio;
  readonly leaving: string;
  readonly arriving: string;
  readonly staying: readonly [string, string];
  readonly old: readonly string[];
  readonly wanted: readonly string[];
  readonly words: readonly string[];
  /** Problems that a look at the truth, around every call, has found so far. */
  readonly problems: readonly string[];
  truth(): Truth;
  close(): Promise<void>;
}

export async function stage(version: Version, namespace = 'OPENIO'): Promise<Stage> {
  const sandbox = await createOpenioSandbox({ version, namespace, scale: SCALE });
  const openio = createOpenio({ proxyUrl: sandbox.url, namespace, account: sandbox.account });
  const first = version === '4.2.10' ? 7000 : 6000;
  const [leaving, arriving] = [`127.0.0.1:${first + 20}`, `127.0.0.1:${first + 23}`];
  const staying = [`127.0.0.2:${first + 24}`, `127.0.0.3:${first + 25}`] as const;
  const problems: string[] = [];
  const truth = () => sandbox.truth(CONTAINER);
  const end = sandbox.onCall(({ what }, moment) => {
    problems.push(...alwaysWrong(truth()).map((problem) => `${moment} ${what}: ${problem}`));
    return undefined;
  });
  return {
    ...{ sandbox, openio, leaving, arriving, staying: [...staying], problems, truth },
    old: [leaving, ...staying].toSorted(),
    wanted: [arriving, ...staying].toSorted(),
    words: ['meta2', CONTAINER, '--from', leaving, '--to', arriving],
    close: async () => {
      end();
      await openio.close();
      await sandbox.close();
    },
  };
}

/** What must never be so, not even for a moment. */
function alwaysWrong({ copies, directory }: Truth): readonly string[] {
  const good = copies.filter(isGood).map(({ address }) => address);
  const named = good.filter((address) => directory.includes(address));
  return [
    ...(good.length < 2 ? [`only ${good.length} good copies (${good.join(', ')})`] : []),
    ...(named.length < 2 ? [`the directory names only ${named.length} good copies`] : []),
    ...(directory.length === 0 ? ['the directory names nobody'] : []),
  ];
}

function isGood({ file, good, properties }: Truth['copies'][number]): boolean {
  return file && good && properties.keep === CONTAINER;
}

/** Every place that says who the peers are: the directory, each copy of a peer, each peer in the election. */
export function listsIn({ directory, copies, election }: Truth): readonly string[] {
  const inside = copies.filter(({ address }) => directory.includes(address)).map(({ peers }) => peers);
  const believed = election
    .filter(({ state }) => state === 'MASTER' || state === 'SLAVE')
    .map(({ peers }) => peers ?? []);
  return [...new Set([directory, ...inside, ...believed].map((list) => list.toSorted().join(',')))];
}

/** Everything that is not as it is when a move has ended well at these services. */
export function notAt(truth: Truth, services: readonly string[]): readonly string[] {
  const { directory, copies, election } = truth;
  const held = copies.filter(({ address }) => services.includes(address));
  const wanted = services.join(',');
  const inElection = election.filter(({ state }) => state !== 'NONE');
  return [
    ...(directory.join() === wanted ? [] : [`the directory names ${directory.join()}`]),
    ...(held.length === 3 && held.every(isGood) ? [] : ['a peer has no good copy']),
    ...(new Set(held.map(({ digest }) => digest)).size === 1 ? [] : ['the copies differ']),
    ...held.flatMap(({ address, peers }) => (peers.join() === wanted ? [] : [`${address} names ${peers.join()}`])),
    ...held.flatMap(({ address, frozen }) => (frozen ? [`${address} is frozen`] : [])),
    ...inElection.flatMap(({ address, state, peers }) =>
      peers?.join() === wanted && /MASTER|SLAVE/.test(state) ? [] : [`${address} is ${state} with ${peers?.join()}`],
    ),
  ];
}

/** Mends whatever was broken, and waits as long as newer proxies avoid a service after it came back. */
export async function mend({ sandbox }: Stage): Promise<void> {
  for (const { id, on } of sandbox.troubles()) if (on) await sandbox.switchTrouble(id, false);
  const { waits } = sandbox.world;
  await new Promise((resolve) => setTimeout(resolve, waits.avoided + waits.zooKeeper + waits.createFails + 20));
}
