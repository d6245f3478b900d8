import { believedPeers, clone, compareVersions, directoryHosts, holding, memberOf } from './bases';
import { move } from './log';
import { forgetSilentServices } from './sessions';
import { type Base, isFrozen, isNew, isUp, type Member, type World } from './state';

/**
 * The election of one base, one member per service. `settle` moves every member as far as it can go now: what has to wait
 * (a frozen peer, a frozen ZooKeeper, a pause before the next try) is left in its state until its time has come.
 */
export function settle(world: World, base: Base): void {
  forgetSilentServices(world, base);
  for (let moved = true; moved; ) {
    moved = false;
    for (const member of base.members.values()) {
      if (isUp(world, member.address) && step(world, base, member)) moved = true;
    }
  }
}

/** An access: an election that is not under way begins. */
export function poke(world: World, base: Base, address: string): Member {
  const member = memberOf(world, base, address);
  settle(world, base);
  begin(world, base, member);
  settle(world, base);
  return member;
}

function begin(world: World, base: Base, member: Member): void {
  if (member.state !== 'NONE' || !isUp(world, member.address) || isStranger(world, base, member.address)) return;
  const known = isNew(world) && member.retries === 0;
  member.peers = believedPeers(world, base, member.address);
  move(world, member, 'NONE', known ? 'CREATING' : 'PEERING');
}

/** Neither named by the directory nor in possession of a file. Whoever has an old file takes part, named or not. */
export function isStranger(world: World, base: Base, address: string): boolean {
  return !base.holdings.has(address) && !directoryHosts(world, base).includes(address);
}

export function isFinal(member: Member): boolean {
  return member.state === 'MASTER' || member.state === 'SLAVE';
}

export function leave(world: World, base: Base, address: string): void {
  const member = base.members.get(address);
  if (!member || member.state === 'NONE') return;
  move(world, member, 'LEAVE_REQ', 'LEAVING');
  member.peers = null;
  member.master = null;
  member.masterId = null;
  member.until = world.now() + (world.zooKeeperFrozen ? world.waits.createFails : world.waits.leave);
}

/** Triggers a copy from the master. The answer does not wait for it. */
export function resync(world: World, base: Base, address: string): void {
  const member = memberOf(world, base, address);
  move(world, member, 'SYNC_REQ', 'SYNCING');
  member.until = world.now() + world.waits.copy;
}

type Step = (world: World, base: Base, member: Member) => boolean;

const STEPS: Readonly<Record<string, Step>> = {
  PEERING: (world, _base, member) => move(world, member, 'GETPEERS_DONE', 'CREATING'),
  CREATING: create,
  WATCHING: (world, _base, member) => move(world, member, 'EXISTS_OK', 'LISTING'),
  LISTING: list,
  ASKING: ask,
  CHECKING_SLAVES: checkSlaves,
  DELAYED_CHECKING_SLAVES: retryCheck,
  CHECKING_MASTER: checkMaster,
  SYNCING: sync,
  LEAVING: endLeaving,
  LEAVING_FAILING: endFailing,
  FAILED: retryFailed,
  SLAVE: followMaster,
};

function step(world: World, base: Base, member: Member): boolean {
  return STEPS[member.state]?.(world, base, member) ?? false;
}

function create(world: World, base: Base, member: Member): boolean {
  if (world.zooKeeperFrozen) {
    if (member.until === 0) member.until = world.now() + world.waits.createFails;
    return world.now() >= member.until && fail(world, member, 'CREATE_KO');
  }
  member.until = 0;
  member.id = base.nextId;
  base.nodes.set(member.address, base.nextId);
  base.nextId += 1;
  return move(world, member, 'CREATE_OK', 'WATCHING');
}

function lowest(base: Base): readonly [string, number] | undefined {
  return [...base.nodes].toSorted((a, b) => a[1] - b[1])[0];
}

function list(world: World, base: Base, member: Member): boolean {
  const first = lowest(base)?.[0] === member.address;
  move(world, member, 'LIST_OK', first ? 'CHECKING_SLAVES' : 'ASKING');
  member.master = null;
  member.masterId = first ? member.id : null;
  member.until = 0;
  return true;
}

function ask(world: World, base: Base, member: Member): boolean {
  const [owner, id] = lowest(base) ?? [];
  if (owner === undefined || owner === member.address) return move(world, member, 'LEFT_MASTER', 'LISTING');
  if (!isUp(world, owner)) return false;
  if (!member.peers?.includes(owner)) {
    member.until = world.now() + world.waits.retryFailed;
    return move(world, member, 'MASTER_BAD', 'LEAVING_FAILING');
  }
  member.master = owner;
  member.masterId = id ?? null;
  return move(world, member, 'MASTER_OK', 'CHECKING_MASTER');
}

/** One GETVERS per slave. Too many that fail: later again. One that is newer: this one must not be master. */
function checkSlaves(world: World, base: Base, member: Member): boolean {
  const slaves = member.peers ?? [];
  if (slaves.some((slave) => isFrozen(world, slave))) {
    if (member.until === 0) member.until = world.now() + world.waits.getVersions;
    if (world.now() < member.until) return false;
  }
  member.until = 0;
  const own = base.holdings.get(member.address)?.copy;
  const events = slaves.map((slave) => {
    if (!isUp(world, slave)) return 'GETVERS_KO';
    return compareVersions(base.holdings.get(slave)?.copy, own) > 0 ? 'GETVERS_OLD' : 'GETVERS_OK';
  });
  for (const event of events.slice(0, -1)) move(world, member, event, 'CHECKING_SLAVES');
  const last = events.at(-1) ?? 'GETVERS_OK';
  if (events.includes('GETVERS_OLD')) {
    base.nodes.delete(member.address);
    // Being asked wakes the others; without that the newer one would never stand for election.
    for (const [index, slave] of slaves.entries()) {
      if (events[index] === 'GETVERS_OLD') begin(world, base, memberOf(world, base, slave));
    }
    return move(world, member, 'GETVERS_OLD', 'LEAVING');
  }
  const errors = events.filter((event) => event === 'GETVERS_KO').length;
  if (errors >= Math.ceil((slaves.length + 1) / 2)) {
    member.until = world.now() + world.waits.retryDead;
    return move(world, member, last, 'DELAYED_CHECKING_SLAVES');
  }
  member.retries = 0;
  return move(world, member, last, 'MASTER');
}

const MOST_RETRIES = 5;

function retryCheck(world: World, base: Base, member: Member): boolean {
  if (world.now() < member.until) return false;
  member.retries += 1;
  member.until = 0;
  if (member.retries <= MOST_RETRIES) return move(world, member, 'NONE', 'CHECKING_SLAVES');
  member.retries = 1;
  base.nodes.delete(member.address);
  return move(world, member, 'NONE', 'LEAVING_FAILING');
}

function checkMaster(world: World, base: Base, member: Member): boolean {
  const { master } = member;
  if (master === null || !base.nodes.has(master)) return move(world, member, 'LEFT_MASTER', 'LISTING');
  if (!isUp(world, master)) return false;
  const order = compareVersions(base.holdings.get(member.address)?.copy, base.holdings.get(master)?.copy);
  member.until = 0;
  if (order < 0) return move(world, member, 'GETVERS_OLD', 'SYNCING');
  member.retries = 0;
  return move(world, member, 'GETVERS_OK', 'SLAVE');
}

function sync(world: World, base: Base, member: Member): boolean {
  if (world.now() < member.until) return false;
  const source = member.master === null ? undefined : base.holdings.get(member.master);
  const target = base.holdings.get(member.address);
  member.until = 0;
  if (!source || !member.master || !isUp(world, member.master)) return fail(world, member, 'SYNC_KO');
  if (target?.copy.stubborn) {
    target.copy.stubborn = false;
    for (const [table, version] of source.copy.versions) target.copy.versions.set(table, version);
  } else {
    base.holdings.set(member.address, holding(world, clone(source.copy)));
  }
  return move(world, member, 'SYNC_OK', 'SLAVE');
}

function endLeaving(world: World, base: Base, member: Member): boolean {
  if (world.now() < member.until) return false;
  if (world.zooKeeperFrozen) {
    member.until = world.now() + world.waits.createFails;
    return move(world, member, 'LEAVE_KO', 'LEAVING_FAILING');
  }
  member.until = 0;
  dropNode(base, member);
  return move(world, member, 'LEAVE_OK', 'NONE');
}

function endFailing(world: World, base: Base, member: Member): boolean {
  if (world.now() < member.until) return false;
  if (!world.zooKeeperFrozen) dropNode(base, member);
  return fail(world, member, world.zooKeeperFrozen ? 'LEAVE_KO' : 'LEAVE_OK');
}

function dropNode(base: Base, member: Member): void {
  base.nodes.delete(member.address);
  member.id = null;
}

function fail(world: World, member: Member, event: string): true {
  move(world, member, event, 'FAILED');
  member.id = null;
  member.peers = null;
  member.until = world.now() + world.waits.retryFailed;
  member.retries = Math.max(1, member.retries);
  return true;
}

function retryFailed(world: World, _base: Base, member: Member): boolean {
  if (world.now() < member.until) return false;
  member.until = 0;
  return move(world, member, 'NONE', 'NONE');
}

function followMaster(world: World, base: Base, member: Member): boolean {
  if (member.master !== null && base.nodes.has(member.master)) return false;
  if (world.zooKeeperFrozen) return false;
  return move(world, member, 'LEFT_MASTER', 'LISTING');
}
