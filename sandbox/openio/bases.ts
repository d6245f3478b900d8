import { createHash } from 'node:crypto';
import { addressesOf, type Base, type Copy, type Holding, isNew, type Linked, type Member, type World } from './state';

const TABLES = ['admin', 'aliases', 'chunks', 'contents', 'properties'] as const;

/** How the real servers name a container: SHA-256 of account, a zero byte, name. */
export function cidOf(account: string, name: string): string {
  return createHash('sha256').update(`${account}\0${name}`).digest('hex').toUpperCase();
}

/** The election's node below `/hc` is named by this. */
export function zooKeeperKey(base: Base): string {
  return createHash('sha256').update(`${base.name}@${base.type}`).digest('hex').toUpperCase();
}

function emptyBase(name: string, type: Base['type']): Base {
  return { name, type, holdings: new Map(), members: new Map(), nodes: new Map(), nextId: 0 };
}

export interface Creation {
  readonly account: string;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/** Links a container and gives every peer the same fresh base. */
export function createContainer(world: World, creation: Creation): Base {
  const { account, name, hosts } = creation;
  const cid = cidOf(account, name);
  const linked = world.directory.get(cid) ?? {
    cid,
    type: 'meta2' as const,
    account,
    name,
    hosts,
    properties: new Map<string, string>(),
  };
  linked.hosts = hosts;
  world.directory.set(cid, linked);
  world.cached.add(cid);
  const base = world.bases.get(`${cid}.1`) ?? emptyBase(`${cid}.1`, 'meta2');
  world.bases.set(base.name, base);
  const fresh = freshCopy(world, { base, linked });
  for (const [key, value] of Object.entries(creation.properties)) fresh.properties.set(key, value);
  for (const host of hosts) {
    if (!base.holdings.has(host)) base.holdings.set(host, holding(world, clone(fresh)));
    enter(world, host, linked);
  }
  return base;
}

function freshCopy(world: World, { base, linked }: { readonly base: Base; readonly linked: Linked }): Copy {
  const system = new Map([
    ['schema_version', '1.8'],
    ['sys.account', linked.account],
    ['sys.m2.ctime', `${world.now()}${String(Math.floor(world.random() * 1000)).padStart(3, '0')}`],
    ['sys.m2.init', '1'],
    ['sys.m2.objects', '0'],
    ...(isNew(world) ? [['sys.m2.shards', '0'] as const] : []),
    ['sys.m2.usage', '0'],
    ['sys.m2.version', '0'],
    ['sys.name', base.name],
    ['sys.ns', world.namespace],
    ['sys.peers', linked.hosts.toSorted().join(',')],
    ['sys.status', '0'],
    ['sys.type', base.type],
    ['sys.user.name', linked.name],
  ]);
  const tables = isNew(world) ? [...TABLES, 'shard_ranges'] : TABLES;
  const versions = new Map(tables.map((table) => [table, table === 'admin' ? 2 : 1]));
  return { properties: new Map(), system, versions, stubborn: false, corrupt: false };
}

function enter(world: World, host: string, { cid, account, name }: Linked): void {
  const held = world.index.get(host) ?? new Map<string, string>();
  world.index.set(host, held.set(cid, `${world.namespace}/${account}/${name}`));
}

/** The base of a meta0 or meta1: every service of that type holds it. */
export function directoryBase(world: World, name: string, type: 'meta0' | 'meta1'): Base {
  const known = world.bases.get(`${type}:${name}`);
  if (known) return known;
  const base = emptyBase(name, type);
  const hosts = addressesOf(world, type);
  const system = [
    ['sys.name', name],
    ['sys.ns', world.namespace],
    ['sys.peers', hosts.join(',')],
    ['sys.type', type],
  ] as const;
  for (const host of hosts) {
    const copy = {
      properties: new Map(),
      system: new Map(system),
      versions: new Map([['admin', 1]]),
      stubborn: false,
      corrupt: false,
    };
    base.holdings.set(host, holding(world, copy));
  }
  world.bases.set(`${type}:${name}`, base);
  return base;
}

export function holding(world: World, copy: Copy): Holding {
  return { copy, file: true, writtenAt: world.now() };
}

export function clone(copy: Copy): Copy {
  return {
    properties: new Map(copy.properties),
    system: new Map(copy.system),
    versions: new Map(copy.versions),
    stubborn: false,
    corrupt: false,
  };
}

/** All rows of the admin table, as `get_properties` shows them. */
export function tableOf(copy: Copy): {
  readonly properties: Record<string, string>;
  readonly system: Record<string, string>;
} {
  const versions = [...copy.versions].map(([table, n]) => [`version:main.${table}`, `${n}:0`] as const);
  return { properties: Object.fromEntries(copy.properties), system: Object.fromEntries([...copy.system, ...versions]) };
}

/** -1: older than the other. Equal versions with different rows count as equal: that is how the damage stays. */
export function compareVersions(one: Copy | undefined, other: Copy | undefined): -1 | 0 | 1 {
  const sum = (copy: Copy | undefined): number => [...(copy?.versions.values() ?? [])].reduce((a, b) => a + b, 0);
  return sum(one) < sum(other) ? -1 : sum(one) > sum(other) ? 1 : 0;
}

/** Who this service believes its peers to be: its own `sys.peers` first, then the directory. */
export function believedPeers(world: World, base: Base, address: string): readonly string[] {
  const own = base.holdings.get(address)?.copy.system.get('sys.peers');
  const hosts = own ? own.split(',') : directoryHosts(world, base);
  return hosts.filter((host) => host !== address);
}

export function directoryHosts(world: World, base: Base): readonly string[] {
  if (base.type !== 'meta2') return addressesOf(world, base.type);
  return world.directory.get(base.name.replace(/\.\d+$/, ''))?.hosts ?? [];
}

export function memberOf(world: World, base: Base, address: string): Member {
  const known = base.members.get(address);
  if (known) return known;
  const member: Member = {
    address,
    state: 'NONE',
    id: null,
    master: null,
    masterId: null,
    peers: null,
    log: [],
    until: 0,
    retries: 0,
    statusAt: world.now(),
  };
  base.members.set(address, member);
  return member;
}

/** A write through the master (the first of `hosts`). A peer that missed an earlier one gets the whole base instead. */
export function replicate(world: World, base: Base, change: (copy: Copy) => void, hosts: readonly string[]): void {
  const [master, ...slaves] = hosts.map((host) => base.holdings.get(host)).filter((held) => held !== undefined);
  if (!master) return;
  const current = slaves.filter(({ copy }) => copy.stubborn || compareVersions(copy, master.copy) === 0);
  for (const held of [master, ...current]) {
    change(held.copy);
    held.copy.versions.set('admin', (held.copy.versions.get('admin') ?? 1) + 1);
    held.writtenAt = world.now();
  }
  for (const held of slaves) {
    if (current.includes(held)) continue;
    held.copy = clone(master.copy);
    held.writtenAt = world.now();
  }
}
