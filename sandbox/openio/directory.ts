import { type Asked, cidAsked, objectBody, resolve } from './asked';
import { OioError, type Reply } from './reply';
import { addressesOf, isFrozen, isNew, type Linked, type Service, type World } from './state';
import { pollHosts } from './tables';

interface Row {
  readonly seq: number;
  readonly type: string;
  readonly host: string;
  readonly args: string;
}

export async function referenceShow(world: World, asked: Asked): Promise<Reply> {
  const linked = await resolve(world, asked, '');
  const srv = rows(linked.type, linked.hosts);
  const named = isNew(world) ? { cid: linked.cid, account: linked.account, name: linked.name } : {};
  const dir = [...rows('meta0', addressesOf(world, 'meta0')), ...rows('meta1', addressesOf(world, 'meta1'))];
  return { status: 200, json: { dir, srv, ...named } };
}

function rows(type: string, hosts: readonly string[]): readonly Row[] {
  return hosts.map((host) => ({ seq: 1, type, host, args: '' }));
}

export async function referenceProperties(world: World, asked: Asked): Promise<Reply> {
  const linked = await resolve(world, asked, 'META1 error: ');
  return { status: 200, json: { cid: linked.cid, properties: Object.fromEntries(linked.properties) } };
}

export async function unlink(world: World, asked: Asked): Promise<Reply> {
  const linked = await resolve(world, asked, 'META1 error: ');
  if (!asked.query.has('type')) throw new OioError(400, 'No service type provided');
  linked.hosts = [];
  return { status: 204 };
}

export async function link(world: World, asked: Asked): Promise<Reply> {
  const linked: Linked = await resolve(world, asked, 'META1 error: ');
  if (linked.hosts.length === 0) linked.hosts = pollHosts(world, []);
  return { status: 200, json: rows('meta2', linked.hosts) };
}

/** No check that the hosts exist or hold the base, like the real one. */
export async function force(world: World, asked: Asked): Promise<Reply> {
  const linked = await resolve(world, asked, 'META1 error: ');
  const { host } = objectBody(asked, 'Not an object');
  if (typeof host !== 'string') throw new OioError(400, 'Not an object');
  const replace = /^(yes|1|true)$/.test(asked.query.get('replace') ?? '');
  if (linked.hosts.length > 0 && !replace) {
    const columns = 'services.cid, services.srvtype, services.seq';
    throw new OioError(455, `META1 error: (SQLITE_CONSTRAINT) UNIQUE constraint failed: ${columns}`);
  }
  linked.hosts = host.split(',');
  world.cached.add(cidAsked(world, asked));
  return { status: 204 };
}

export function conscienceList(world: World, asked: Asked): Reply {
  const type = asked.query.get('type') ?? '';
  const list = [...world.services.values()].filter((service) => service.type === type);
  if (list.length === 0) {
    throw new OioError(453, isNew(world) ? `Service type [${type}] not managed` : 'Unexpected service type');
  }
  return { status: 200, json: list.map((service) => serviceRow(world, service, asked.query.has('full'))) };
}

/** A frozen service keeps its score; a dead one loses it. */
function serviceRow(world: World, service: Service, full: boolean): unknown {
  const score = service.dead ? 0 : service.score;
  const locks = { 'tag.lock': false, 'tag.putlock': service.locked, 'tag.getlock': false };
  const stats = { 'stat.io': 100, 'stat.space': 29.01, 'stat.thread.active': 1, 'stat.cnx.client': 0 };
  return {
    addr: service.address,
    score,
    ...(isNew(world) ? { scores: { 'score.put': score, 'score.get': score } } : {}),
    tags: {
      'tag.slots': service.type,
      'tag.loc': service.location,
      ...(full ? stats : {}),
      'tag.vol': service.volume,
      'tag.up': !service.dead,
      ...(isNew(world) ? locks : {}),
    },
  };
}

export function poll(world: World, asked: Asked): Reply {
  const body = objectBody(asked, 'Invalid JSON');
  const known = addressList(body.known);
  const chosen = pollHosts(world, known, addressList(body.avoid)).filter((host) => !known.includes(host));
  const json = chosen.map((addr) => ({ addr, id: `${world.namespace}|meta2|${addr}` }));
  return { status: 200, json };
}

function addressList(ids: unknown): readonly string[] {
  return Array.isArray(ids) ? ids.map((id) => String(id).split('|').at(-1) ?? '') : [];
}

export function forwardPing(world: World, asked: Asked): Reply {
  mustAnswer(world, asked);
  return { status: 200, text: 'OK\r\n' };
}

/** Not the release: the name of a line of development. */
export function forwardVersion(world: World, asked: Asked): Reply {
  mustAnswer(world, asked);
  return { status: 200, text: isNew(world) ? 'master/7.2' : 'master/4.2' };
}

function mustAnswer(world: World, { query }: Asked): void {
  const id = query.get('id') ?? '';
  const service = world.services.get(id);
  if (service && !service.dead && !isFrozen(world, id)) return;
  throw new OioError(2, `${id}: [errno=111] Connection refused`, false);
}
