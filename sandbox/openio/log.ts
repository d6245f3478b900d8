import type { Member, World } from './state';

const MOST_LOG = 32;

/** Always true: the member moved. Steps that take no time here still take a millisecond or two, as on real machines. */
export function move(world: World, member: Member, event: string, to: string): true {
  const last = Number(member.log.at(-1)?.split(':')[0] ?? 0);
  const at = Math.max(world.now(), last + Math.floor(world.random() * 3));
  member.log.push(`${at}:${member.state}:${event}:${to}`);
  if (member.log.length > MOST_LOG) member.log.shift();
  member.state = to;
  return true;
}
