import { z } from 'zod';
import { decodeJson } from '../decode';
import { LIMITS } from './create';
import { parseHosts } from './hosts';
import { thinned } from './thinning';
import { type Clients, connectV3 } from './v3-client';

/**
 * Places of the audit trail in etcd's v3 key space, outside everything that is PALM's: `/quorumbot/<trail>/audit/`. One key
 * per place and one, `head`, for the newest, which is what two processes that keep a place at once are compared by.
 */
export interface EtcdAnchor {
  readonly where: string;
  newest(): Promise<Place | null>;
  /** Only if the newest is still `after`. Returns the newest then. */
  keep(place: Place, after: Place | null): Promise<Place | null>;
  places(): Promise<readonly Place[]>;
  close(): Promise<void>;
}

interface Place {
  readonly seq: number;
  readonly hash: string;
}

interface Newest extends Place {
  /** etcd's revision of the key that holds it. */
  readonly revision: string;
}

const placeSchema = z.strictObject({ seq: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
/** So that etcd's order of keys is the order of places. */
const DIGITS = 15;
const TRAIL = /^[\w.-]{1,64}$/;

/** Connects when first used. Throws a plain error when the settings cannot be right. */
export function createEtcdAnchor(options: { readonly hosts: readonly string[]; readonly trail: string }): EtcdAnchor {
  if (!TRAIL.test(options.trail)) throw new Error('the name of the audit trail has characters that no key may have');
  const hosts = parseHosts(options.hosts);
  const clients = connectV3(hosts, LIMITS);
  const folder = `/quorumbot/${options.trail}/audit/`;
  return {
    where: `etcd at ${hosts.map((host) => new URL(host).host).join(', ')}`,
    newest: () => newest(clients, folder),
    keep: async (place, after) => {
      const kept = await keep(clients, folder, place, after);
      if (kept?.seq === place.seq) await thin(clients, folder);
      return kept;
    },
    places: () => places(clients, folder),
    close: async () => clients.close(),
  };
}

async function newest(clients: Clients, folder: string): Promise<Newest | null> {
  const doing = 'read the newest anchor';
  const answer = await clients.read(doing, patience(), (client) => client.get(`${folder}head`).exec());
  const [kv] = answer.kvs;
  return kv ? { ...placeOf(kv.value, doing), revision: kv.mod_revision } : null;
}

/** Compared inside the write: no place is replaced that nobody has looked at, nor a newer one, whoever else keeps one now. */
async function keep(clients: Clients, folder: string, place: Place, after: Place | null): Promise<Place | null> {
  const before = await newest(clients, folder);
  if (before?.seq !== after?.seq || before?.hash !== after?.hash) return before;
  if (before && before.seq >= place.seq) return before;
  const value = JSON.stringify({ seq: place.seq, hash: place.hash });
  const head = `${folder}head`;
  const { succeeded } = await clients.write('anchor the audit trail', patience(), (client) =>
    (before ? client.if(head, 'Mod', '==', Number(before.revision)) : client.if(head, 'Create', '==', 0))
      .then(client.put(head).value(value), client.put(folder + keyOf(place.seq)).value(value))
      .commit(),
  );
  if (succeeded) return place;
  return newest(clients, folder);
}

async function places(clients: Clients, folder: string): Promise<readonly Place[]> {
  const doing = 'read the anchors';
  const { kvs } = await clients.read(doing, patience(), (client) => client.getAll().prefix(folder).exec());
  // `head` is read as well: its own key may have been thinned away by a process that saw others.
  const all = new Map(kvs.map(({ value }) => placeOf(value, doing)).map((place) => [place.seq, place]));
  return [...all.values()].sort((one, other) => one.seq - other.seq);
}

async function thin(clients: Clients, folder: string): Promise<void> {
  const keys = await clients.read('list the anchors', patience(), (client) => client.getAll().prefix(folder).keys());
  const kept = keys.map((key) => Number(key.slice(folder.length))).filter((seq) => Number.isInteger(seq));
  const superfluous = thinned(kept);
  if (superfluous.length === 0) return;
  await clients.write('thin out the anchors', patience(), (client) =>
    client
      .if(`${folder}head`, 'Create', '>', 0)
      .then(...superfluous.map((seq) => client.delete().key(folder + keyOf(seq))))
      .commit(),
  );
}

function keyOf(seq: number): string {
  return String(seq).padStart(DIGITS, '0');
}

function placeOf(value: Buffer, doing: string): Place {
  return decodeJson(value, placeSchema, { backend: 'palm', doing, effect: 'none' });
}

function patience(): AbortSignal {
  return AbortSignal.timeout(LIMITS.writeMs);
}
