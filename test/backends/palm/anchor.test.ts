import { Etcd3 } from 'etcd3';
import fc from 'fast-check';
import { startEtcd } from '../../../sandbox/services/etcd';
import type { Server } from '../../../sandbox/services/server';
import { createEtcdAnchor, type EtcdAnchor } from '../../../src/backends/palm/anchor';
import { MOST_PLACES, thinned } from '../../../src/backends/palm/thinning';

let etcd: Server;
let client: Etcd3;
let anchor: EtcdAnchor;
let trails = 0;
const place = (seq: number) => ({ seq, hash: seq.toString(16).padStart(64, '0') });

beforeAll(async () => {
  etcd = await startEtcd({ v2: false });
  client = new Etcd3({ hosts: etcd.url });
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});
beforeEach(() => {
  trails += 1;
  anchor = createEtcdAnchor({ hosts: [etcd.url], trail: `t${trails}` });
});
afterEach(() => anchor.close());

test('an empty etcd has no place', async () => {
  expect(await anchor.newest()).toBeNull();
  expect(await anchor.places()).toEqual([]);
});

test('a place is kept, outside what is PALM’s, and an older one never replaces it', async () => {
  expect(await anchor.keep(place(7), null)).toMatchObject(place(7));
  expect(await anchor.keep(place(5), null)).toMatchObject(place(7));
  expect(await anchor.newest()).toMatchObject(place(7));
  expect(await anchor.places()).toEqual([place(7)]);
  expect(await client.getAll().prefix('/servers').keys()).toEqual([]);
});

test('a place that the trail was not compared with is never replaced', async () => {
  await anchor.keep(place(7), null);
  expect(await anchor.keep(place(9), null)).toMatchObject(place(7));
  expect(await anchor.keep(place(9), { seq: 7, hash: 'f'.repeat(64) })).toMatchObject(place(7));
  expect(await anchor.keep(place(9), place(7))).toMatchObject(place(9));
});

test('many who keep places at once leave the newest, whatever the order', async () => {
  const others = Array.from({ length: 4 }, () => createEtcdAnchor({ hosts: [etcd.url], trail: `t${trails}` }));
  const keeping = async (one: EtcdAnchor, w: number) => {
    for (let n = 0; n < 10; n++) await one.keep(place(1 + w + 4 * n), await one.newest());
  };
  await Promise.all(others.map(keeping));
  const kept = await anchor.newest();
  const places = await anchor.places();
  expect(places.at(-1)?.seq).toBe(kept?.seq);
  // Whoever lost a race tries again with its next head; here the newest of all does.
  expect(await anchor.keep(place(41), kept)).toMatchObject(place(41));
  await Promise.all(others.map((one) => one.close()));
});

test('two trails in one etcd do not see each other', async () => {
  await anchor.keep(place(3), null);
  const other = createEtcdAnchor({ hosts: [etcd.url], trail: `t${trails}-other` });
  expect(await other.places()).toEqual([]);
  await other.close();
});

test('the number of keys stays bounded, and the oldest place is never given up', async () => {
  for (let seq = 1; seq <= MOST_PLACES + 40; seq++) await anchor.keep(place(seq), seq === 1 ? null : place(seq - 1));
  const places = await anchor.places();
  expect(places.length).toBeLessThanOrEqual(MOST_PLACES);
  expect(places[0]).toEqual(place(1));
  expect(places.slice(-40)).toEqual(Array.from({ length: 40 }, (_, n) => place(MOST_PLACES + 1 + n)));
});

test('what is thinned out is old, never the oldest, and enough', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1 }), { maxLength: 400 }), (places) => {
      const gone = new Set(thinned(places));
      const left = places.filter((seq) => !gone.has(seq)).sort((one, other) => one - other);
      if (places.length <= MOST_PLACES) expect(gone.size).toBe(0);
      else expect(gone.size).toBeGreaterThan(0);
      const sorted = places.toSorted((one, other) => one - other);
      expect(left[0]).toBe(sorted[0]);
      expect(left.slice(-Math.ceil(places.length / 2))).toEqual(sorted.slice(-Math.ceil(places.length / 2)));
    }),
  );
});

test('what somebody else wrote there is no place', async () => {
  await client.put(`/quorumbot/t${trails}/audit/head`).value('{"seq":1}');
  await expect(anchor.newest()).rejects.toThrow('read the newest anchor');
  await expect(anchor.keep(place(9), null)).rejects.toMatchObject({ kind: 'malformed', effect: 'none' });
});

test('an etcd that is away is an error, soon, and the next one works', async () => {
  etcd.pause();
  await expect(anchor.keep(place(1), null)).rejects.toMatchObject({ name: 'BackendFailure' });
  etcd.resume();
  expect(await anchor.keep(place(2), null)).toMatchObject(place(2));
}, 30_000);

test('a name that is no part of a key is refused', () => {
  expect(() => createEtcdAnchor({ hosts: [etcd.url], trail: '../x' })).toThrow('characters');
});
