import { electionFailed, finalState, readOrder } from './admin';
import { type Asked, type Located, locate, objectBody, reach, resolve, typeAsked } from './asked';
import { clone, createContainer, holding, replicate, tableOf } from './bases';
import { isStranger } from './election';
import { isObject, OioError, type Reply, written } from './reply';
import {
  addressesOf,
  type Base,
  type Copy,
  delay,
  isFrozen,
  isNew,
  isUp,
  type Member,
  serviceOf,
  shuffled,
  type World,
} from './state';

export const FROZEN = '4294967295';
const DISABLED = '4294967294';

/** One copy of the admin table: of the peer that is named (newer servers), else of whichever the proxy tries first. */
export async function adminGet(world: World, asked: Asked): Promise<Reply> {
  const located = await locate(world, asked, typeAsked(asked));
  const only = isNew(world) ? asked.query.get('service_id') : null;
  const address = await openOne(world, located, { asked, order: only === null ? null : [only] });
  const copy = copyOf(located.base, address);
  const table = tableOf(copy);
  const stats = { ...STATS, ...(copy.corrupt ? CORRUPT : {}) };
  return { status: 200, json: { ...table, system: { ...table.system, ...(isNew(world) ? stats : {}) } } };
}

const STATS = {
  'stats.page_count': '20',
  'stats.freelist_count': '0',
  'stats.page_size': '4096',
  'stats.journal_mode': 'memory',
};

const CORRUPT = { 'stats.page_count': '-1', 'stats.freelist_count': '-1' };

/** Newer servers hide a copy without `sys.m2.init` behind a refusal. */
export async function containerGet(world: World, asked: Asked): Promise<Reply> {
  const located = await locate(world, asked, 'meta2');
  const address = await openOne(world, located, { asked, order: null });
  const copy = copyOf(located.base, address);
  if (isNew(world) && !copy.system.has('sys.m2.init')) throw new OioError(431, 'container created but not initiated');
  return { status: 200, json: tableOf(copy) };
}

/** `GET container/show`: the same in headers. */
export async function containerShow(world: World, asked: Asked): Promise<Reply> {
  const { json } = await containerGet(world, asked);
  const system = isObject(json) && isObject(json.system) ? json.system : {};
  const headers = Object.entries(system).map(([key, value]) => {
    const name = /^(schema_version|version:)/.test(key) ? `x-${key}` : key;
    return [`x-oio-container-meta-${name.replace(/[._:]/g, '-')}`, encodeURIComponent(String(value))];
  });
  return { status: 200, json: { properties: {} }, headers: Object.fromEntries(headers) };
}

interface Opening {
  readonly asked: Asked;
  readonly order: readonly string[] | null;
}

/** The first peer that answers and whose election ends. */
async function openOne(world: World, located: Located, { asked, order }: Opening): Promise<string> {
  let last = '';
  for (const address of order ?? readOrder(world, located)) {
    const away = await reach(world, address, asked);
    if (away) {
      last = isNew(world) ? ` (last error: (${away.status}) ${away.message})` : '';
      continue;
    }
    if (isStranger(world, located.base, address)) throw noFile();
    if (!(await finalState(world, located.base, address))) throw electionFailed(world, located.base);
    return address;
  }
  throw new OioError(503, `No service replied${last}`);
}

function copyOf(base: Base, address: string) {
  const held = base.holdings.get(address);
  if (!held) throw noFile();
  return held.copy;
}

function noFile(): OioError {
  return new OioError(431, 'Container not found : (2) No such file or directory');
}

/** The master, elected if there is none. */
async function masterOf(world: World, { base, hosts }: Located, asked: Asked): Promise<Member> {
  for (const address of shuffled(world, hosts)) {
    if (await reach(world, address, asked)) continue;
    const member = await finalState(world, base, address);
    if (!member) throw electionFailed(world, base);
    if (member.state === 'MASTER') return member;
    const master = base.members.get(member.master ?? '');
    if (master && isUp(world, master.address)) return master;
    if (master && isNew(world)) {
      await delay(world.waits.hungPeer);
      throw new OioError(503, `Known master did not reply (error: (7) Timeout (30.0000s) to ${master.address})`);
    }
  }
  throw new OioError(503, 'No service replied');
}

/**
 * A slave that hangs: the older master goes on after a while, the newer one answers 503 although the write landed. With
 * most of the peers away nothing is written at all.
 */
async function write(world: World, located: Located, { asked, change, reply }: Writing): Promise<Reply> {
  const master = await masterOf(world, located, asked);
  const hosts = [master.address, ...(master.peers ?? [])];
  const hung = hosts.some((host) => isFrozen(world, host));
  const reached = hosts.filter((host) => isUp(world, host));
  const enough = reached.length > hosts.length / 2;
  if (enough) replicate(world, located.base, change, reached);
  if (hung) await delay(world.waits.replicate);
  if (enough && (!hung || !isNew(world))) return reply;
  throw new OioError(503, `Known master did not reply (error: (7) Timeout (30.0000s) to ${master.address})`);
}

interface Writing {
  readonly asked: Asked;
  readonly change: (copy: Copy) => void;
  readonly reply: Reply;
}

export async function setProperties(world: World, asked: Asked, type: string): Promise<Reply> {
  const body = objectBody(asked, 'Invalid JSON');
  const properties = isObject(body.properties) ? Object.entries(body.properties) : [];
  const system = isObject(body.system) ? Object.entries(body.system) : [];
  if (!isObject(body.properties) && !isObject(body.system)) {
    throw new OioError(400, 'No properties found in JSON object');
  }
  const located = await locate(world, asked, type);
  return write(world, located, {
    asked,
    reply: written(world),
    change: (copy) => {
      for (const [key, value] of properties) put(copy.properties, key, String(value));
      for (const [key, value] of system) put(copy.system, key, String(value));
    },
  });
}

/** An empty value deletes. */
function put(rows: Map<string, string>, key: string, value: string): void {
  if (value === '') rows.delete(key);
  else rows.set(key, value);
}

export async function setStatus(world: World, asked: Asked, verb: string): Promise<Reply> {
  const located = await locate(world, asked, typeAsked(asked));
  const master = await masterOf(world, located, asked);
  const now = copyOf(located.base, master.address).system.get('sys.status');
  if (verb === 'enable' && now === '0') throw new OioError(439, 'Already enabled');
  if (verb !== 'enable' && now === FROZEN) throw new OioError(436, 'Container frozen');
  const status = verb === 'enable' ? '0' : verb === 'freeze' ? FROZEN : DISABLED;
  const change = (copy: Copy) => copy.system.set('sys.status', status);
  return write(world, located, { asked, change, reply: { status: 200, json: {} } });
}

/** `{"to":X,"from":Y}`: X pulls from Y. Only newer servers protect the master and refuse another source. */
export async function copyBase(world: World, asked: Asked): Promise<Reply> {
  const { to, from } = objectBody(asked, 'Action argument must be an object');
  const located = await locate(world, asked, typeAsked(asked));
  if (typeof to !== 'string') throw new OioError(400, 'Invalid target URL');
  const away = await reach(world, to, asked);
  if (away) throw new OioError(away.status, away.message);
  const { base } = located;
  const master = typeof from !== 'string' || isNew(world) ? (await masterOf(world, located, asked)).address : '';
  const source = typeof from === 'string' ? from : master;
  if (isNew(world) && to === master) {
    throw new OioError(473, 'DB_RESTORE operation is not allowed on the master service');
  }
  if (isNew(world) && source !== master) {
    throw new OioError(472, `Refusing DB_RESTORE operation from ${source}, only accepted from ${master}`);
  }
  const held = base.holdings.get(source);
  if (!held || !isUp(world, source)) throw new OioError(502, `${source}: cannot copy`);
  if (world.copiesBreak) {
    base.holdings.set(to, holding(world, torn(held.copy)));
    throw new OioError(502, `${source}: the connection was closed while copying`);
  }
  base.holdings.set(to, holding(world, clone(held.copy)));
  return typeof from === 'string' ? { status: 204 } : { status: 200, json: {} };
}

/** A file without its rows. Nobody has seen what is really left behind; this is the worst that a sane server leaves. */
function torn({ system }: Copy): Copy {
  const kept = [...system].filter(([key]) => key === 'sys.name' || key === 'sys.type');
  return {
    properties: new Map(),
    system: new Map(kept),
    versions: new Map([['admin', 1]]),
    stubborn: false,
    corrupt: false,
  };
}

export async function createOne(world: World, asked: Asked): Promise<Reply> {
  const body = isObject(asked.body) ? asked.body : {};
  const account = asked.query.get('acct') ?? '';
  const name = asked.query.get('ref') ?? '';
  const known = await resolve(world, asked).catch(() => null);
  if (known && known.hosts.length > 0) return { status: 204 };
  const properties = Object.entries(isObject(body.properties) ? body.properties : {});
  const hosts = pollHosts(world, []);
  const texts = Object.fromEntries(properties.map(([key, value]) => [key, String(value)]));
  const base = createContainer(world, { account, name, hosts, properties: texts });
  await finalState(world, base, hosts[0] ?? '');
  if (!known) return { status: 201 };
  if (isNew(world)) return { status: 204 };
  await delay(world.waits.election);
  throw new OioError(503, `Election failed [${base.name}][meta2]`);
}

/** Three services at three locations, among them `known`. */
export function pollHosts(world: World, known: readonly string[], avoid: readonly string[] = []): readonly string[] {
  const hosts = [...known];
  const taken = new Set(known.map((host) => serviceOf(world, host)?.location.split('.')[0]));
  for (const address of shuffled(world, addressesOf(world, 'meta2'))) {
    const server = serviceOf(world, address)?.location.split('.')[0];
    if (hosts.length >= 3 || avoid.includes(address) || taken.has(server) || !isUp(world, address)) continue;
    hosts.push(address);
    taken.add(server);
  }
  return hosts;
}
