import { type Asked, objectBody } from './asked';
import { cidOf } from './bases';
import { OioError, type Reply } from './reply';
import { addressesOf, type World } from './state';

/** The account that the directory files the indexes of services under. */
const ACCOUNT = '_RDIR';
const MOST = 4_096;

/** Gives every meta2 service an index (rdir) at this address. The observed namespaces had none. */
export function linkIndex(world: World, host: string): void {
  for (const name of addressesOf(world, 'meta2')) {
    const cid = cidOf(ACCOUNT, name);
    world.directory.set(cid, { cid, type: 'rdir', account: ACCOUNT, name, hosts: [host], properties: new Map() });
  }
}

/** `POST /v1/rdir/meta2/fetch?vol=ADDR`: bases in the order of their urls, one more than the limit, as the real one does. */
export function indexFetch(world: World, asked: Asked): Reply {
  const body = objectBody(asked, 'null body');
  const volume = asked.query.get('vol');
  if (volume === null) throw new OioError(400, 'no meta2 id');
  const held = world.index.get(volume);
  if (!held) return { status: 400, json: { status: 420, message: 'DB not found' } };
  const limit = typeof body.limit === 'number' && body.limit > 0 ? Math.min(body.limit, MOST) : MOST;
  const marker = typeof body.marker === 'string' ? body.marker : null;
  const rows = [...held]
    .map(([cid, url]) => ({ container_id: cid, container_url: url, extra_data: null, mtime: 0 }))
    .toSorted((a, b) => (a.container_url < b.container_url ? -1 : 1));
  const after = marker === null ? rows : rows.filter(({ container_url }) => container_url > marker);
  return { status: 200, json: { records: after.slice(0, limit + 1), truncated: after.length > limit + 1 } };
}
