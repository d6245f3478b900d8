import { type Asked, type Located, locate, type PeerStatus, reach, typeAsked } from './asked';
import { directoryHosts, zooKeeperKey } from './bases';
import { isFinal, leave, poke, resync, settle } from './election';
import { OioError, type Reply } from './reply';
import { type Base, delay, isNew, isUp, type Member, serviceOf, shuffled, type World } from './state';

interface PeerReply {
  readonly status: PeerStatus;
  readonly body: unknown;
}

type PeerWork = (world: World, base: Base, address: string) => Promise<PeerReply> | PeerReply;

const OK: PeerStatus = { status: 200, message: 'OK' };

/** The operations that answer with one entry per peer. */
export const ALL_PEERS: Readonly<Record<string, PeerWork>> = {
  status,
  ping: (world, base, address) => {
    poke(world, base, address);
    return { status: OK, body: '' };
  },
  debug: (world, base, address) => {
    settle(world, base);
    const member = base.members.get(address);
    return { status: OK, body: member ? debugBody(world, base, member) : null };
  },
  has,
  sync,
  leave: (world, base, address) => {
    settle(world, base);
    leave(world, base, address);
    return { status: OK, body: '' };
  },
  remove,
};

/** These know `service_id` in every version. */
const ALWAYS_ALONE = new Set(['leave', 'remove']);
/** A peer that answers one of these ends the whole call. */
const ENDS_CALL = new Set([503, 504, 509, 305]);

/** One peer after the other, in random order. */
export async function askPeers(world: World, verb: string, asked: Asked): Promise<Reply> {
  const work = ALL_PEERS[verb];
  if (!work) throw new OioError(404, 'No handler found');
  const only = asked.query.get('service_id');
  const type = typeAsked(asked);
  if (verb === 'remove' && only === null) throw new OioError(400, 'No service ID');
  const { base, hosts } = await locate(world, asked, type);
  const alone = only !== null && (isNew(world) || ALWAYS_ALONE.has(verb));
  const answers: [string, PeerReply][] = [];
  for (const address of alone ? only.split(',') : shuffled(world, hosts)) {
    const away = await reach(world, address, asked);
    const reply = away ? { status: away, body: '' } : await work(world, base, address);
    if (ENDS_CALL.has(reply.status.status)) throw new OioError(reply.status.status, reply.status.message);
    answers.push([address, reply]);
  }
  return { status: 200, json: Object.fromEntries(answers) };
}

async function status(world: World, base: Base, address: string): Promise<PeerReply> {
  const member = await finalState(world, base, address);
  if (!member)
    return { status: { status: 500, message: `Election failed for ${base.name}.${base.type}${why(world)}` }, body: '' };
  if (member.state === 'MASTER') return { status: OK, body: '' };
  return { status: { status: 303, message: member.master ?? '' }, body: '' };
}

/** Newer servers say why an election failed. */
function why(world: World): string {
  return isNew(world) ? ': (503) TIMEOUT! (waiting for election status)' : '';
}

/** Starts the election if there is none and waits for its end, as long as the real services do. Null: no end. */
export async function finalState(world: World, base: Base, address: string): Promise<Member | null> {
  const until = world.now() + world.waits.election;
  const idle = (base.members.get(address)?.state ?? 'NONE') === 'NONE';
  if (idle) await delay(world.random() * 6);
  for (;;) {
    const member = poke(world, base, address);
    member.statusAt = world.now();
    if (isFinal(member)) return member;
    if (world.now() >= until) return null;
    await delay(Math.max(1, Math.min(10, world.waits.election / 20)));
  }
}

/** As after a first use: every peer that the directory names has a role. */
export async function electAll(world: World, base: Base): Promise<void> {
  for (const host of directoryHosts(world, base)) {
    if (isUp(world, host)) await finalState(world, base, host);
  }
}

/** "No service replied" and the like: the answer of an operation that needs an open base. */
export function electionFailed(world: World, base: Base): OioError {
  return new OioError(503, `Election failed [${base.name}][${base.type}]${why(world)}`);
}

function has(world: World, base: Base, address: string): PeerReply {
  const held = base.holdings.get(address);
  const service = serviceOf(world, address);
  if (!held?.file || !service) {
    return { status: { status: 431, message: 'Container not found : (2) No such file or directory' }, body: '' };
  }
  const path = `${service.volume}/${base.name.slice(0, 3)}/${base.name}.${base.type}`;
  return { status: OK, body: isNew(world) ? `${path}:${Math.floor(held.writtenAt / 1000)}` : path };
}

async function sync(world: World, base: Base, address: string): Promise<PeerReply> {
  const member = await finalState(world, base, address);
  if (!member) throw electionFailed(world, base);
  if (member.state === 'MASTER') return { status: { status: 301, message: 'not SLAVE' }, body: '' };
  resync(world, base, address);
  return { status: OK, body: '' };
}

function remove(world: World, base: Base, address: string): PeerReply {
  const deleted = base.holdings.delete(address);
  base.members.delete(address);
  base.nodes.delete(address);
  if (isNew(world)) return { status: OK, body: { deleted } };
  if (deleted) return { status: OK, body: '' };
  const message = 'sqlite3_open error: (errno=2 No such file or directory) (rc=14) SQLITE_CANTOPEN';
  return { status: { status: 431, message }, body: '' };
}

function debugBody(world: World, base: Base, member: Member): unknown {
  const key = zooKeeperKey(base);
  const seconds = Math.max(0, Math.floor((world.now() - member.statusAt) / 1000));
  const path = `/hc/ns/${world.namespace}/el/${base.type}/${key.slice(0, 2)}/${key.slice(2, 4)}/${key}`;
  const zk = isNew(world) ? { zk: path, zk_server: '127.0.0.1:2181' } : { zk: key };
  const ages = isNew(world) ? { seconds_since_last_access: 0, seconds_since_last_status: seconds } : {};
  return {
    local: { id: member.id, url: member.address, state: member.state },
    master: { id: member.masterId, url: member.master },
    base: { name: base.name, type: base.type, ...zk },
    '#': { refcount: 2, pipefrom: 0, getvers: 0, ...ages },
    peers: member.peers,
    log: member.log.toReversed(),
  };
}

/** The peers of a base that the proxy would try for a read: newer proxies prefer the slaves. */
export function readOrder(world: World, { base, hosts }: Located): readonly string[] {
  const order = shuffled(world, hosts);
  if (!isNew(world)) return order;
  const isMaster = (address: string): number => (base.members.get(address)?.state === 'MASTER' ? 1 : 0);
  return order.toSorted((a, b) => isMaster(a) - isMaster(b));
}
