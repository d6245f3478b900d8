import { cidOf, directoryBase } from './bases';
import { isObject, OioError } from './reply';
import { type Base, delay, isNew, isUp, type Linked, serviceOf, type World } from './state';

/** One request as the routes see it. */
export interface Asked {
  readonly query: URLSearchParams;
  /** Undefined when the body is empty. */
  readonly body: unknown;
  /** When the client's `X-oio-timeout` runs out, by the pretend clock. */
  readonly deadline: number | null;
  readonly timeoutMicros: number | null;
}

export interface PeerStatus {
  readonly status: number;
  readonly message: string;
}

export function cidAsked(world: World, { query }: Asked): string {
  const cid = query.get('cid');
  if (cid !== null) {
    const bare = cid.replace(/\.\d+$/, '');
    if (/^[0-9a-f]{64}$/i.test(bare)) return bare.toUpperCase();
    if (/^[0-9a-f]{1,4}$/i.test(bare)) return bare.toUpperCase().padEnd(4, '0');
    throw new OioError(400, 'Invalid oio url');
  }
  const account = query.get('acct');
  const name = query.get('ref');
  if (account === null || name === null) {
    throw new OioError(400, `Directory error: Incomplete URL [${world.namespace}/${account ?? ''}]`);
  }
  return cidOf(account, name);
}

export function typeAsked({ query }: Asked): string {
  const type = query.get('type');
  if (type === null) throw new OioError(400, 'No service type');
  return type;
}

/** Asks meta1, unless the proxy remembers. */
export async function resolve(world: World, asked: Asked, prefix = 'Directory error: '): Promise<Linked> {
  const cid = cidAsked(world, asked);
  const linked = world.directory.get(cid);
  if (!world.cached.has(cid)) {
    const silent = [...world.services.values()].filter((each) => each.type === 'meta1');
    if (silent.every((each) => !isUp(world, each.address))) {
      await delay(world.waits.hungPeer);
      if (silent.every((each) => !isUp(world, each.address))) throw new OioError(503, `${prefix}No meta1 answered`);
    }
  }
  if (!linked) throw new OioError(406, `${prefix}no such user`);
  world.cached.add(cid);
  return linked;
}

export interface Located {
  readonly base: Base;
  readonly hosts: readonly string[];
}

/** The base that a request means and the services that the directory names for it. */
export async function locate(world: World, asked: Asked, type: string): Promise<Located> {
  if (asked.timeoutMicros !== null && asked.timeoutMicros < 100) throw tinyDeadline(world, asked.timeoutMicros);
  if (type === 'meta0') return everywhere(world, directoryBase(world, world.namespace, 'meta0'));
  if (type === 'meta1')
    return everywhere(world, directoryBase(world, `${cidAsked(world, asked).slice(0, 2)}00`, 'meta1'));
  const linked = await resolve(world, asked);
  const base = world.bases.get(`${linked.cid}.1`);
  if (type !== 'meta2' || !base || linked.hosts.length === 0) throw new OioError(431, 'No service located');
  return { base, hosts: linked.hosts };
}

function everywhere(_world: World, base: Base): Located {
  return { base, hosts: [...base.holdings.keys()] };
}

function tinyDeadline(world: World, micros: number): OioError {
  if (isNew(world)) return new OioError(503, 'Deadline reached, meta2 subrequest not executed');
  return new OioError(
    503,
    `Directory error: Open/Lock error: cache error: DB busy (deadline reached after ${micros} us)`,
  );
}

/** Null once the service answers; otherwise what the proxy writes in its place, after as long as it really waits. */
export async function reach(world: World, address: string, asked: Asked): Promise<PeerStatus | null> {
  const service = serviceOf(world, address);
  if (isNew(world) && service && world.now() < service.avoidedUntil) {
    return { status: 8, message: 'Request avoided, service marked down (reqid=proxy-0123456789ABCDEF0123456789)' };
  }
  if (!service || service.dead) {
    if (service && isNew(world)) service.avoidedUntil = Number.POSITIVE_INFINITY;
    return { status: 2, message: `${address}: [errno=111] Connection refused` };
  }
  if (service.frozenSince === null) return null;
  const givenUp = world.now() + world.waits.hungPeer;
  const cut = isNew(world) && asked.deadline !== null && asked.deadline < givenUp ? asked.deadline : null;
  while (world.now() < (cut ?? givenUp)) {
    await delay(Math.min(10, world.waits.hungPeer));
    if (isUp(world, address)) return null;
  }
  service.missed = true;
  if (cut !== null) {
    const seconds = (asked.timeoutMicros ?? 0) / 1_000_000;
    throw new OioError(503, `Deadline reached: Timeout (${seconds.toFixed(4)}s) to ${address}`);
  }
  return { status: 7, message: isNew(world) ? `Timeout (30.0000s) to ${address}` : 'Timeout' };
}

/** `set_properties` and its kin want a JSON object. */
export function objectBody(asked: Asked, message: string): Record<string, unknown> {
  if (!isObject(asked.body)) throw new OioError(400, message);
  return asked.body;
}
