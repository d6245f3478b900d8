import { move } from './log';
import type { Base, World } from './state';

/** ZooKeeper drops the nodes of a dead service at once and of a frozen one after its session timeout. */
export function forgetSilentServices(world: World, base: Base): void {
  if (world.zooKeeperFrozen) return;
  for (const member of base.members.values()) {
    const service = world.services.get(member.address);
    if (!service || !base.nodes.has(member.address)) continue;
    // It could not delete its node while ZooKeeper hung; once that is back, the node goes.
    if (member.id === null) base.nodes.delete(member.address);
    const since = service.frozenSince;
    const silent = since !== null && world.now() - since >= world.waits.zooKeeper;
    if (service.dead || silent) base.nodes.delete(member.address);
    if (service.dead) base.members.delete(member.address);
    else if (silent) service.sessionLost = true;
  }
}

/** What a service does when it wakes up and finds its session gone. */
export function reconnect(world: World, address: string): void {
  for (const base of world.bases.values()) {
    const member = base.members.get(address);
    if (!member || member.state === 'NONE' || base.nodes.has(address)) continue;
    move(world, member, 'DISCONNECTED', 'NONE');
    member.id = null;
    member.peers = null;
    member.master = null;
    member.masterId = null;
    member.until = 0;
  }
}
