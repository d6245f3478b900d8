import type { Trouble } from '../world';
import { electAll } from './admin';
import { clone, directoryHosts } from './bases';
import { leave, settle } from './election';
import { reconnect } from './sessions';
import { addressesOf, type Base, type Copy, delay, isNew, serviceOf, type World } from './state';

/** Something that can be broken and mended. `on` is read from the world, so that a repair by the bot shows. */
export interface Kind {
  readonly id: string;
  readonly label: string;
  isOn(): boolean;
  switch(on: boolean): Promise<void> | void;
}

export function troublesOf(world: World): readonly Kind[] {
  const services = addressesOf(world, 'meta2').flatMap((address) => [frozen(world, address), dead(world, address)]);
  const fve0 = (): Base => baseNamed(world, 'FVE0');
  return [
    ...services,
    lostRows(world, { id: 'lost-rows-slave', label: 'FVE0: a slave lost its sys.m2 rows', base: fve0, where: slaveOf }),
    lostRows(world, {
      id: 'lost-rows-master',
      label: 'FVE0: the master lost its sys.m2 rows and properties',
      base: fve0,
      where: masterOf,
    }),
    emptiedTable(world, fve0),
    missingFile(world, fve0),
    stuckElection(world, fve0),
    zooKeeper(world),
    silentDirectory(world),
    otherReference(world),
    brokenCopies(world),
  ];
}

export function listTroubles(kinds: readonly Kind[]): readonly Trouble[] {
  return kinds.map(({ id, label, isOn }) => ({ id, label, on: isOn() }));
}

export function freeze(world: World, address: string): void {
  const service = serviceOf(world, address);
  if (service && service.frozenSince === null) service.frozenSince = world.now();
}

/** Newer proxies go on avoiding for some seconds a service that missed a call. */
export function resume(world: World, address: string): void {
  const service = serviceOf(world, address);
  if (!service || service.frozenSince === null) return;
  service.frozenSince = null;
  if (service.missed && isNew(world)) service.avoidedUntil = world.now() + world.waits.avoided;
  service.missed = false;
  if (service.sessionLost) reconnect(world, address);
  service.sessionLost = false;
}

function hang(world: World, hosts: readonly string[], on: boolean): void {
  for (const host of hosts) {
    if (on) freeze(world, host);
    else resume(world, host);
  }
}

function frozen(world: World, address: string): Kind {
  return {
    id: `frozen-${address}`,
    label: `${address} hangs (connected, silent)`,
    isOn: () => serviceOf(world, address)?.frozenSince != null,
    switch: (on) => (on ? freeze(world, address) : resume(world, address)),
  };
}

function dead(world: World, address: string): Kind {
  return {
    id: `dead-${address}`,
    label: `${address} is stopped`,
    isOn: () => serviceOf(world, address)?.dead ?? false,
    switch: (on) => {
      const service = serviceOf(world, address);
      if (!service) return;
      service.dead = on;
      if (service.avoidedUntil > 0) service.avoidedUntil = world.now() + (on ? 0 : world.waits.avoided);
      for (const base of world.bases.values()) settle(world, base);
    },
  };
}

function baseNamed(world: World, name: string): Base {
  const linked = [...world.directory.values()].find((each) => each.name === name);
  const base = linked && world.bases.get(`${linked.cid}.1`);
  if (!base) throw new Error(`there is no container ${name}`);
  return base;
}

/** The elected master; an election is held among all peers when there is none. */
async function masterOf(world: World, base: Base): Promise<string> {
  await electAll(world, base);
  const master = [...base.members.values()].find(({ state }) => state === 'MASTER');
  if (!master) throw new Error('no master can be elected');
  return master.address;
}

async function slaveOf(world: World, base: Base): Promise<string> {
  const master = await masterOf(world, base);
  const slave = directoryHosts(world, base).find((host) => host !== master);
  if (slave === undefined) throw new Error('there is no slave');
  return slave;
}

interface Damage {
  readonly id: string;
  readonly label: string;
  readonly base: () => Base;
  readonly where: (world: World, base: Base) => Promise<string>;
}

/** Rows of one copy are gone. The tables' versions stay as they are, so that no election notices. */
function lostRows(world: World, damage: Damage): Kind {
  let victim: string | null = null;
  return {
    id: damage.id,
    label: damage.label,
    isOn: () => victim !== null && !isWhole(damage.base(), victim),
    switch: async (on) => {
      const base = damage.base();
      if (!on) return victim === null ? undefined : heal(world, base, victim);
      victim = await damage.where(world, base);
      const copy = base.holdings.get(victim)?.copy;
      if (copy) loseRows(copy, damage.where === masterOf);
    },
  };
}

export function loseRows(copy: Copy, propertiesToo: boolean): void {
  for (const key of [...copy.system.keys()]) if (key.startsWith('sys.m2.')) copy.system.delete(key);
  if (propertiesToo) copy.properties.clear();
}

/** The whole admin table gone: versions fall back, and 4.2's next sync says OK and copies nothing. */
function emptiedTable(world: World, fve0: () => Base): Kind {
  let victim: string | null = null;
  return {
    id: 'emptied-slave',
    label: 'FVE0: a slave lost its whole admin table',
    isOn: () => victim !== null && !isWhole(fve0(), victim),
    switch: async (on) => {
      if (!on) return victim === null ? undefined : heal(world, fve0(), victim);
      victim = await slaveOf(world, fve0());
      const copy = fve0().holdings.get(victim)?.copy;
      if (copy) emptyTable(world, copy);
    },
  };
}

const ALWAYS_WRITTEN = new Set(['sys.name', 'sys.peers', 'sys.type']);

export function emptyTable(world: World, copy: Copy): void {
  copy.properties.clear();
  for (const key of [...copy.system.keys()]) if (!ALWAYS_WRITTEN.has(key)) copy.system.delete(key);
  for (const table of copy.versions.keys()) copy.versions.set(table, 1);
  copy.stubborn = !isNew(world);
}

function isWhole(base: Base, address: string): boolean {
  return base.holdings.get(address)?.copy.system.has('sys.m2.init') ?? false;
}

function heal(world: World, base: Base, victim: string): void {
  const good = [...base.holdings].find(([host]) => host !== victim && isWhole(base, host))?.[1];
  const held = base.holdings.get(victim);
  if (!good || !held) return;
  held.copy = clone(good.copy);
  held.writtenAt = world.now();
}

function missingFile(world: World, fve0: () => Base): Kind {
  let victim: string | null = null;
  return {
    id: 'missing-file-slave',
    label: "FVE0: a slave's file was deleted while it runs",
    isOn: () => victim !== null && fve0().holdings.get(victim)?.file === false,
    switch: async (on) => {
      victim ??= await slaveOf(world, fve0());
      const held = fve0().holdings.get(victim);
      if (held) held.file = !on;
      if (!on) victim = null;
    },
  };
}

/** After a leave, two of three peers hang, and the third one can never be sure that it is the newest. */
function stuckElection(world: World, fve0: () => Base): Kind {
  const hosts = (): readonly string[] => directoryHosts(world, fve0()).slice(1);
  return {
    id: 'stuck-election',
    label: 'FVE0: two peers hang after a leave, the election never ends',
    isOn: () => hosts().every((host) => serviceOf(world, host)?.frozenSince != null),
    switch: async (on) => {
      if (!on) return hang(world, hosts(), false);
      for (const host of directoryHosts(world, fve0())) leave(world, fve0(), host);
      await delay(world.waits.leave + 20);
      settle(world, fve0());
      hang(world, hosts(), true);
    },
  };
}

function zooKeeper(world: World): Kind {
  return {
    id: 'zookeeper-frozen',
    label: 'ZooKeeper hangs',
    isOn: () => world.zooKeeperFrozen,
    switch: (on) => {
      world.zooKeeperFrozen = on;
    },
  };
}

function brokenCopies(world: World): Kind {
  return {
    id: 'copies-break',
    label: 'every copy of a base breaks off in the middle',
    isOn: () => world.copiesBreak,
    switch: (on) => {
      world.copiesBreak = on;
    },
  };
}

function silentDirectory(world: World): Kind {
  const hosts = addressesOf(world, 'meta1');
  return {
    id: 'meta1-frozen',
    label: 'the directory (all meta1) hangs',
    isOn: () => hosts.every((host) => serviceOf(world, host)?.frozenSince != null),
    switch: (on) => hang(world, hosts, on),
  };
}

/** What is left when a base was moved by hand: the directory names a service that never held it. */
function otherReference(world: World): Kind {
  let before: readonly string[] | null = null;
  const linked = () => [...world.directory.values()].find((each) => each.name === 'cnt2');
  return {
    id: 'other-reference',
    label: 'cnt2: the directory names another service than the election',
    isOn: () => before !== null,
    switch: async (on) => {
      const entry = linked();
      if (!entry) return;
      if (!on && before) entry.hosts = before;
      if (on) {
        await masterOf(world, baseNamed(world, 'cnt2'));
        before = entry.hosts;
        const spare = addressesOf(world, 'meta2').find((host) => !entry.hosts.includes(host)) ?? '';
        entry.hosts = [...entry.hosts.slice(1), spare];
      } else before = null;
    },
  };
}
