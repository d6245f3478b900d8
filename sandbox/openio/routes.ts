import { ALL_PEERS, askPeers } from './admin';
import { type Asked, locate } from './asked';
import {
  conscienceList,
  force,
  forwardPing,
  forwardVersion,
  link,
  poll,
  referenceProperties,
  referenceShow,
  unlink,
} from './directory';
import { indexFetch } from './rdir';
import { isObject, OioError, type Reply } from './reply';
import { isNew, type World } from './state';
import { adminGet, containerGet, containerShow, copyBase, createOne, setProperties, setStatus } from './tables';

export type Route = (world: World, asked: Asked) => Promise<Reply> | Reply;

const NO_CONTENT: Reply = { status: 204 };

function status(verb: string): Route {
  return (world, asked) => setStatus(world, asked, verb);
}

const allPeers = Object.keys(ALL_PEERS).map((verb): [string, Route] => [
  `POST admin/${verb}`,
  (world, asked) => askPeers(world, verb, asked),
]);

/** Below `/v3.0/NS/`. */
const IN_NAMESPACE: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...allPeers,
  ['POST admin/get_properties', adminGet],
  ['POST admin/set_properties', (world, asked) => setProperties(world, asked, 'meta2')],
  ['POST admin/freeze', status('freeze')],
  ['POST admin/enable', status('enable')],
  ['POST admin/disable', status('disable')],
  ['POST admin/copy', copyBase],
  ['POST admin/drop_cache', (world, asked) => askPeers(world, 'ping', asked)],
  ['GET reference/show', referenceShow],
  ['POST reference/get_properties', referenceProperties],
  ['POST reference/unlink', unlink],
  ['POST reference/link', link],
  ['POST reference/force', force],
  ['GET container/show', containerShow],
  ['POST container/get_properties', containerGet],
  ['POST container/set_properties', (world, asked) => setProperties(world, asked, 'meta2')],
  ['POST container/create', createOne],
  ['POST content/prepare', prepare],
  ['GET conscience/list', conscienceList],
  ['POST lb/poll', poll],
]);

/** Below `/v3.0/`. */
const WITHOUT_NAMESPACE: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['POST cache/flush/low', flush],
  ['POST cache/flush/high', flush],
  ['POST cache/flush/local', flush],
  ['GET forward/ping', forwardPing],
  ['GET forward/version', forwardVersion],
  ['POST config', configure],
]);

/** Another server in real life. */
const OF_THE_INDEX: ReadonlyMap<string, Route> = new Map<string, Route>([['POST rdir/meta2/fetch', indexFetch]]);

/** Throws what the real servers answer when nobody handles a request. */
export function routeOf(world: World, method: string, [version, ...path]: readonly string[]): Route {
  const index = version === 'v1' ? OF_THE_INDEX.get(`${method} ${path.join('/')}`) : undefined;
  if (index) return index;
  if (version !== 'v3.0') throw new OioError(404, 'No handler found');
  const [namespace = '', ...rest] = path;
  const open = WITHOUT_NAMESPACE.get(`${method} ${path.join('/')}`);
  if (open) return open;
  const route = IN_NAMESPACE.get(`${method} ${rest.join('/')}`);
  if (!route) throw new OioError(404, 'No handler found');
  if (namespace !== world.namespace) throw new OioError(400, "Invalid parameter 'namespace'");
  return route;
}

function flush(world: World): Reply {
  world.cached.clear();
  return NO_CONTENT;
}

/** Accepted and forgotten: the pretend waits are set when the sandbox is created. */
function configure(world: World, asked: Asked): Reply {
  if (!isNew(world)) return NO_CONTENT;
  const keys = isObject(asked.body) ? Object.keys(asked.body) : [];
  return { status: 200, json: Object.fromEntries(keys.map((key) => [key, true])) };
}

/** There are no rawx services, so an object can never be placed; 4.2 looks at the base's status first. */
async function prepare(world: World, asked: Asked): Promise<Reply> {
  const { base } = await locate(world, asked, 'meta2');
  const frozen = [...base.holdings.values()].some((held) => held.copy.system.get('sys.status') !== '0');
  if (frozen && !isNew(world)) throw new OioError(436, 'Invalid status');
  const found = 'did not find enough services matching the criteria for pool [SINGLE]: no service polled from [rawx]';
  const counts =
    '0/1 services polled, 0 known services, 0 services in slot, min_dist=1, strict_location_constraint=0.0.0.0';
  throw new OioError(481, `at position 0: ${found}, ${counts}`);
}
