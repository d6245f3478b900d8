/** The pretend namespace's memory: services, bases, elections, directory. Nothing here speaks HTTP. */

export type Version = '4.2.10' | '2026.14.2';

export interface Service {
  readonly address: string;
  readonly type: 'meta0' | 'meta1' | 'meta2';
  readonly location: string;
  readonly volume: string;
  /** What the conscience says while it runs. */
  score: number;
  /** `tag.putlock`: nothing new is placed there. Newer servers only. */
  locked: boolean;
  /** Connected but not answering, since this time. */
  frozenSince: number | null;
  dead: boolean;
  /** The proxy remembers it as down until this time (newer servers). */
  avoidedUntil: number;
  /** A call ran out of time while it was frozen. */
  missed: boolean;
  /** ZooKeeper forgot it while it was frozen. */
  sessionLost: boolean;
}

/** One peer's database. Only the admin table and the tables' versions are kept. */
export interface Copy {
  readonly properties: Map<string, string>;
  readonly system: Map<string, string>;
  /** By table: `admin` → 2 is `version:main.admin` = `2:0`. */
  readonly versions: Map<string, number>;
  /** The next sync says OK and copies nothing (seen on 4.2.10 after the whole admin table was emptied). */
  stubborn: boolean;
  /** Its file's header was overwritten while it was open. */
  corrupt: boolean;
}

export interface Holding {
  copy: Copy;
  /** False when the file was deleted under a running service, which keeps it open. */
  file: boolean;
  writtenAt: number;
}

/** What one service holds in memory of one election. */
export interface Member {
  readonly address: string;
  state: string;
  /** Sequence number of its ZooKeeper node. */
  id: number | null;
  master: string | null;
  masterId: number | null;
  peers: readonly string[] | null;
  /** Newest last, unlike the real dump. */
  readonly log: string[];
  /** When the state may move on by itself. */
  until: number;
  retries: number;
  statusAt: number;
}

export interface Base {
  readonly name: string;
  readonly type: 'meta0' | 'meta1' | 'meta2';
  readonly holdings: Map<string, Holding>;
  readonly members: Map<string, Member>;
  /** ZooKeeper nodes: address → sequence number. */
  readonly nodes: Map<string, number>;
  nextId: number;
}

export interface Linked {
  readonly cid: string;
  readonly type: 'meta2' | 'rdir';
  readonly account: string;
  readonly name: string;
  hosts: readonly string[];
  readonly properties: Map<string, string>;
}

export interface Waits {
  readonly hungPeer: number;
  readonly election: number;
  readonly getVersions: number;
  readonly replicate: number;
  readonly zooKeeper: number;
  readonly createFails: number;
  readonly retryDead: number;
  readonly retryFailed: number;
  readonly copy: number;
  readonly leave: number;
  readonly avoided: number;
}

/** What the real services take, in milliseconds. */
const REAL: Record<Version, Waits> = {
  '4.2.10': {
    hungPeer: 30_000,
    election: 20_000,
    getVersions: 10_000,
    replicate: 10_000,
    zooKeeper: 10_000,
    createFails: 6_500,
    retryDead: 1_000,
    retryFailed: 500,
    copy: 300,
    leave: 300,
    avoided: 0,
  },
  '2026.14.2': {
    hungPeer: 30_000,
    election: 20_000,
    getVersions: 10_000,
    replicate: 30_000,
    zooKeeper: 10_000,
    createFails: 6_500,
    retryDead: 500,
    retryFailed: 250,
    copy: 300,
    leave: 300,
    avoided: 5_000,
  },
};

export interface World {
  readonly version: Version;
  readonly namespace: string;
  readonly services: Map<string, Service>;
  readonly bases: Map<string, Base>;
  /** By cid. */
  readonly directory: Map<string, Linked>;
  /** Cids that the proxy can resolve without asking meta1. */
  readonly cached: Set<string>;
  /** Service → cid → url of the bases it was given when they were created. A move does not tell the index. */
  readonly index: Map<string, Map<string, string>>;
  zooKeeperFrozen: boolean;
  /** Every copy ends in the middle. */
  copiesBreak: boolean;
  /** Real waits times `scale`. */
  readonly waits: Waits;
  readonly scale: number;
  readonly random: () => number;
  readonly now: () => number;
}

export interface WorldOptions {
  readonly version: Version;
  readonly namespace: string;
  readonly scale: number;
  readonly random: () => number;
}

const SERVICES = [
  ['meta0', '127.0.0.1', 1],
  ['meta0', '127.0.0.2', 2],
  ['meta0', '127.0.0.3', 3],
  ['meta1', '127.0.0.1', 11],
  ['meta1', '127.0.0.2', 12],
  ['meta1', '127.0.0.3', 13],
  ['meta2', '127.0.0.1', 20],
  ['meta2', '127.0.0.1', 23],
  ['meta2', '127.0.0.2', 24],
  ['meta2', '127.0.0.3', 25],
] as const;

export function createWorld(options: WorldOptions): World {
  const { version, namespace, scale } = options;
  const first = version === '4.2.10' ? 7000 : 6000;
  const services = new Map<string, Service>();
  for (const [type, host, port] of SERVICES) {
    const number = [...services.values()].filter((each) => each.type === type).length + 1;
    const address = `${host}:${first + port}`;
    const location = `srv${host.at(-1)}.vol${number}`;
    const volume = `/var/lib/oio/sds/${namespace}/${type}-${number}`;
    const healthy = {
      score: 100,
      locked: false,
      frozenSince: null,
      dead: false,
      avoidedUntil: 0,
      missed: false,
      sessionLost: false,
    };
    services.set(address, { address, type, location, volume, ...healthy });
  }
  return {
    version,
    namespace,
    services,
    bases: new Map(),
    directory: new Map(),
    cached: new Set(),
    index: new Map(),
    zooKeeperFrozen: false,
    copiesBreak: false,
    waits: scaled(REAL[version], scale),
    scale,
    random: options.random,
    now: Date.now,
  };
}

function scaled(real: Waits, scale: number): Waits {
  const entries = Object.entries(real).map(([name, ms]) => [name, ms * scale]);
  return { ...real, ...Object.fromEntries(entries) };
}

export function isNew(world: World): boolean {
  return world.version !== '4.2.10';
}

export function serviceOf(world: World, address: string): Service | undefined {
  return world.services.get(address);
}

/** Whether other services and ZooKeeper can talk to it. */
export function isUp(world: World, address: string): boolean {
  const service = serviceOf(world, address);
  return service !== undefined && !service.dead && service.frozenSince === null;
}

export function isFrozen(world: World, address: string): boolean {
  return serviceOf(world, address)?.frozenSince != null;
}

export function addressesOf(world: World, type: Service['type']): readonly string[] {
  return [...world.services.values()].filter((each) => each.type === type).map((each) => each.address);
}

export function shuffled<T>(world: World, list: readonly T[]): readonly T[] {
  return list
    .map((item) => ({ item, order: world.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
