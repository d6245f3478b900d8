import type { TroubledSystem } from '../world';
import { electAll } from './admin';
import { createContainer } from './bases';
import { type Listening, startProxy } from './proxy';
import { linkIndex } from './rdir';
import { createWorld, type Version, type World } from './state';
import { type Kind, listTroubles, troublesOf } from './troubles';
import { type Truth, truthOf } from './truth';
import { createWatch, type Watcher } from './watch';

export interface OpenioSandboxOptions {
  readonly version: Version;
  /** A free one by default. */
  readonly port?: number;
  readonly namespace?: string;
  readonly account?: string;
  /**
   * Every wait of the real servers (30 s for a hung peer, 20 s for an election) and every `X-oio-timeout` is multiplied by
   * this, so a client keeps its real settings. 1/15 by default: a hung peer costs 2 s.
   */
  readonly scale?: number;
  readonly random?: () => number;
  /** Whether the services have an index (rdir) of their bases. The observed namespaces had none. */
  readonly index?: boolean;
}

export interface OpenioSandbox extends TroubledSystem {
  readonly url: string;
  readonly namespace: string;
  readonly account: string;
  /** For tests: everything that the pretend servers know. */
  readonly world: World;
  /** What is really so with this container's base. */
  truth(container: string): Truth;
  /** Calls `watcher` before and after every call. Returns how to end that. */
  onCall(watcher: Watcher): () => void;
  close(): Promise<void>;
}

/** A pretend oio-proxy with meta2 services behind it, holding some containers. Listens on 127.0.0.1 only. */
export async function createOpenioSandbox(options: OpenioSandboxOptions): Promise<OpenioSandbox> {
  const { version, namespace = 'OPENIO', account = 'myaccount', scale = 1 / 15, random = Math.random } = options;
  const world = createWorld({ version, namespace, scale, random });
  await fill(world, account);
  const watch = createWatch();
  const proxy = await startProxy(world, watch, options.port ?? 0);
  if (options.index) linkIndex(world, new URL(proxy.url).host);
  const kinds = [...troublesOf(world), deadProxy(proxy)];
  return {
    name: 'openio',
    url: proxy.url,
    namespace,
    account,
    world,
    truth: (container) => truthOf(world, account, container),
    onCall: watch.on,
    troubles: () => listTroubles(kinds),
    switchTrouble: async (id, on) => {
      const kind = kinds.find((each) => each.id === id);
      if (!kind) throw new Error(`openio has no trouble called ${id}`);
      await kind.switch(on);
    },
    close: proxy.stop,
  };
}

/** FVE0 and cnt2 are those of the old procedures; the others fill the volume of the first service. */
async function fill(world: World, account: string): Promise<void> {
  const first = world.version === '4.2.10' ? 7000 : 6000;
  const place = (name: string, numbers: readonly [string, number][], properties: Readonly<Record<string, string>>) => {
    const hosts = numbers.map(([host, n]) => `${host}:${first + n}`);
    createContainer(world, { account, name, hosts, properties });
  };
  const spare = world.version === '4.2.10' ? 23 : 20;
  place(
    'FVE0',
    [
      ['127.0.0.1', spare],
      ['127.0.0.2', 24],
      ['127.0.0.3', 25],
    ],
    { a: '1' },
  );
  place(
    'cnt2',
    [
      ['127.0.0.1', 20],
      ['127.0.0.1', 23],
      ['127.0.0.3', 25],
    ],
    {},
  );
  for (const name of ['vol-a', 'vol-b', 'vol-c']) {
    place(
      name,
      [
        ['127.0.0.1', 20],
        ['127.0.0.2', 24],
        ['127.0.0.3', 25],
      ],
      { keep: name },
    );
  }
  for (const base of world.bases.values()) await electAll(world, base);
}

function deadProxy(proxy: Listening): Kind {
  return {
    id: 'proxy-dead',
    label: 'the proxy is stopped',
    isOn: proxy.isDown,
    switch: (on) => (on ? proxy.stop() : proxy.start()),
  };
}
