import { createHash } from 'node:crypto';
import { startEtcd } from '../../sandbox/services/etcd';
import { type CuttableProxy, cuttableProxy } from '../../sandbox/services/proxy';
import type { Server } from '../../sandbox/services/server';
import { createPalm } from '../../src/backends/palm/create';
import { approvedForm } from '../../src/backends/palm/keys';
import type { Entry, Guard, Palm } from '../../src/backends/palm/palm';
import { palmWithFaults } from './palm-faults';
import { type Hand, handOf } from './palm-hand';

export const UUID = 'e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4';
export const OTHER = '9b1e0a52-6f0c-4c1e-9d3a-2f4b6c8d0e1f';
const RECORD =
  '{"host": "127.0.0.1", "pid": 4749, "when": "2016-02-16T11:28:59.088608", "leader": "e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4"}';
const never = new AbortController().signal;

export function guardOf(entry: Entry): Guard {
  return { uuid: entry.id, revision: entry.revision, sha256: createHash('sha256').update(entry.bytes).digest('hex') };
}

/** What both key spaces promise, on a real etcd. */
export function palmContract(api: 'v2' | 'v3'): void {
  describe(`PALM in etcd ${api}`, () => {
    let etcd: Server;
    let proxy: CuttableProxy;
    let hand: Hand;
    let palm: Palm;
    let request = 0;
    const nextRequest = () => `R${String(++request).padStart(6, '0')}`;
    const found = async (uuid = UUID) => {
      const entry = await palm.get(uuid, never);
      if (!entry) throw new Error('the test expected a key');
      return entry;
    };
    const listed = async () => (await palm.list((entry) => entry, never)).rows;

    beforeAll(async () => {
      etcd = await startEtcd();
      hand = handOf(api, etcd.url);
    });
    beforeEach(async () => {
      await hand.wipe();
      await hand.put(UUID, RECORD);
      // Each test its own: where one was refused, gRPC keeps every client of this process from trying again for a second.
      proxy = await cuttableProxy(etcd.url);
      palm = createPalm({ api, hosts: [proxy.url], limits: { readMs: 400, writeMs: 500 } });
    });
    afterEach(async () => {
      etcd.resume();
      await palm.close();
      await proxy.close();
    });
    afterAll(async () => {
      hand.close();
      await etcd.stop();
    });

    test('a listing holds each key with its exact bytes and its revision', async () => {
      await hand.put(OTHER, 'no record at all');
      const { cluster, revision, rows } = await palm.list((entry) => entry, never);
      expect(cluster).toMatch(/^[0-9a-f]+$/);
      expect(revision).toMatch(/^[1-9][0-9]*$/);
      expect(rows.map((row) => [row.id, row.bytes.toString()])).toEqual([
        [OTHER, 'no record at all'],
        [UUID, RECORD],
      ]);
      expect(rows.every((row) => /^[1-9][0-9]*$/.test(row.revision) && !row.directory)).toBe(true);
    });

    test('an empty key space is an empty listing', async () => {
      await hand.wipe();
      expect(await listed()).toEqual([]);
      expect(await palm.get(UUID, never)).toBeNull();
    });

    test('a listing leaves out neighbours of /servers/', async () => {
      await hand.putElsewhere('/servers-old/x', 'old');
      expect((await listed()).map((row) => row.id)).toEqual([UUID]);
    });

    test('foreign names and 100 kB of text are rows like any other', async () => {
      const long = 'x'.repeat(100_000);
      const names = ['__proto__', 'line\nbreak', 'ü💥', '%2e%2e', '<!channel>', 'a b?c#d'];
      for (const name of names) await hand.put(name, long);
      const rows = await listed();
      // v2 hides names that begin with an underscore.
      const visible = api === 'v2' ? names.filter((name) => !name.startsWith('_')) : names;
      expect(rows.map((row) => row.id).sort()).toEqual([...visible, UUID].sort());
      expect(rows.filter((row) => row.bytes.length === 100_000)).toHaveLength(visible.length);
    });

    test('1 000 servers come in key order and each once', async () => {
      const ids = Array.from({ length: 1_000 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);
      await Promise.all(ids.map((id) => hand.put(id, RECORD)));
      expect((await listed()).map((row) => row.id)).toEqual([...ids, UUID]);
    });

    test('an unchanged key is deleted and nothing else', async () => {
      await hand.put(OTHER, RECORD);
      const removal = await palm.remove(guardOf(await found()), nextRequest(), never);
      expect(removal).toEqual({ kind: 'removed', receipt: api === 'v3' ? 'kept' : 'none' });
      expect(await hand.read(UUID)).toBeNull();
      expect(await hand.read(OTHER)).not.toBeNull();
    });

    test('a key that was rewritten stays, and is shown as it is now', async () => {
      const guard = guardOf(await found());
      await hand.put(UUID, 'rewritten');
      const removal = await palm.remove(guard, nextRequest(), never);
      expect(removal).toMatchObject({ kind: 'changed', now: { id: UUID, bytes: Buffer.from('rewritten') } });
      expect((await hand.read(UUID))?.toString()).toBe('rewritten');
    });

    test('a key re-created with identical text is not the approved one', async () => {
      const guard = guardOf(await found());
      await hand.drop(UUID);
      await hand.put(UUID, RECORD);
      expect(await palm.remove(guard, nextRequest(), never)).toMatchObject({ kind: 'changed' });
      expect(await hand.read(UUID)).not.toBeNull();
    });

    test('the right revision with other bytes is not the approved key', async () => {
      const guard = { ...guardOf(await found()), sha256: '0'.repeat(64) };
      expect(await palm.remove(guard, nextRequest(), never)).toMatchObject({ kind: 'changed' });
      expect(await hand.read(UUID)).not.toBeNull();
    });

    test.each([
      ['rewritten with the same text', async () => hand.put(UUID, RECORD)],
      ['rewritten with another text', async () => hand.put(UUID, 'new')],
    ])('a key %s after the look and before the delete stays', async (_what, beforeWrite) => {
      const racing = palmWithFaults({ api, url: etcd.url, beforeWrite });
      const removal = await racing.remove(guardOf(await found()), nextRequest(), never);
      await racing.close();
      expect(removal).toMatchObject({ kind: 'changed', now: { id: UUID } });
      expect(await hand.read(UUID)).not.toBeNull();
    });

    test('a key that is gone is absent, and nobody knows by whom', async () => {
      const guard = guardOf(await found());
      await hand.drop(UUID);
      expect(await palm.remove(guard, nextRequest(), never)).toEqual({ kind: 'absent', by: 'unknown' });
    });

    test.each(['0', '00', '', '-1', 'abc', '1e3', '99999999999999999999'])(
      'revision %j is no guard',
      async (revision) => {
        const guard = { ...guardOf(await found()), revision };
        const refusal = { name: 'BackendFailure', kind: 'rejected', effect: 'none' };
        await expect(palm.remove(guard, nextRequest(), never)).rejects.toMatchObject(refusal);
        expect(await hand.read(UUID)).not.toBeNull();
      },
    );

    test.each(['', '..', 'x/../y', `${UUID}/x`, UUID.toUpperCase(), `${UUID}\n`])(
      'uuid %j never becomes a key',
      async (uuid) => {
        const guard = { ...guardOf(await found()), uuid };
        const refusal = { name: 'BackendFailure', kind: 'rejected', effect: 'none' };
        await expect(palm.remove(guard, nextRequest(), never)).rejects.toMatchObject(refusal);
        await expect(palm.get(uuid, never)).rejects.toMatchObject(refusal);
        await expect(palm.restore({ uuid, bytes: Buffer.from('x') }, never)).rejects.toMatchObject(refusal);
        expect((await hand.read(UUID))?.toString()).toBe(RECORD);
      },
    );

    test('a restored key holds the same bytes', async () => {
      const { bytes } = await found();
      await hand.drop(UUID);
      expect(await palm.restore({ uuid: UUID, bytes }, never)).toEqual({ kind: 'restored' });
      expect((await hand.read(UUID))?.equals(bytes)).toBe(true);
    });

    test('a key that is there is never overwritten by a restore', async () => {
      await hand.put(UUID, 'newer');
      const restoral = await palm.restore({ uuid: UUID, bytes: Buffer.from(RECORD) }, never);
      expect(restoral).toMatchObject({ kind: 'present', now: { bytes: Buffer.from('newer') } });
      expect((await hand.read(UUID))?.toString()).toBe('newer');
    });

    test('a clear deletes every approved key, odd ones too, and no neighbour', async () => {
      await hand.put('odd name', 'odd');
      await hand.putElsewhere('/servers-old/x', 'old');
      const approved = (await listed()).map(approvedForm);
      const clearing = await palm.clear(approved, nextRequest(), never);
      expect(clearing).toEqual({ kind: 'cleared', removed: 2, directory: api === 'v2' ? 'removed' : 'none' });
      expect(await listed()).toEqual([]);
      expect(await hand.readElsewhere('/servers-old/x')).toBe('old');
    });

    test.each([
      ['registered', OTHER],
      ['was rewritten', UUID],
    ])('a clear deletes nothing when something %s since', async (_what, id) => {
      const approved = (await listed()).map(approvedForm);
      await hand.put(id, 'new');
      expect(await palm.clear(approved, nextRequest(), never)).toEqual({ kind: 'stale', removed: 0, newcomers: [id] });
      expect(await hand.read(UUID)).not.toBeNull();
    });

    test('a clear tolerates an approved key that vanished by itself', async () => {
      await hand.put(OTHER, RECORD);
      const approved = (await listed()).map(approvedForm);
      await hand.drop(OTHER);
      expect(await palm.clear(approved, nextRequest(), never)).toMatchObject({ kind: 'cleared', removed: 1 });
    });

    test('a frozen etcd ends a listing in bounded time with a clear failure', async () => {
      await listed();
      etcd.pause();
      const begun = performance.now();
      await expect(palm.list((entry) => entry, never)).rejects.toMatchObject({
        name: 'BackendFailure',
        effect: 'none',
        message: expect.stringContaining('list the servers'),
      });
      expect(performance.now() - begun).toBeLessThan(3_000);
    });

    test('nobody waits for a listing whose request was given up', async () => {
      etcd.pause();
      const giveUp = new AbortController();
      const listing = palm.list((entry) => entry, giveUp.signal);
      giveUp.abort();
      await expect(listing).rejects.toMatchObject({ name: 'BackendFailure', effect: 'none' });
    });

    test('an etcd that is away is unreachable, and nothing was touched', async () => {
      await proxy.refuse();
      const guard = { uuid: UUID, revision: '5', sha256: '0'.repeat(64) };
      const refusal = { name: 'BackendFailure', kind: 'unreachable', effect: 'none' };
      await expect(palm.remove(guard, nextRequest(), never)).rejects.toMatchObject(refusal);
      await expect(palm.restore({ uuid: UUID, bytes: Buffer.from('x') }, never)).rejects.toMatchObject(refusal);
    });

    describe('when the answer to a delete is lost', () => {
      let faulty: Palm;
      let breakIt: () => void;
      const lost = { name: 'BackendFailure', kind: 'timeout', effect: 'possible' };
      beforeEach(() => {
        faulty = palmWithFaults({ api, url: proxy.url, beforeWrite: () => breakIt() });
      });
      afterEach(() => faulty.close());

      test('cut after the commit, it is not known; reading tells the truth', async () => {
        breakIt = () => proxy.cutNextAnswer();
        const id = nextRequest();
        await expect(faulty.remove(guardOf(await found()), id, never)).rejects.toMatchObject(lost);
        expect(await palm.get(UUID, never)).toBeNull();
        expect(await palm.receipt(id, UUID, never)).toBe(api === 'v3' ? 'done' : 'unknown');
        const again = await palm.remove({ uuid: UUID, revision: '5', sha256: '0'.repeat(64) }, id, never);
        expect(again).toEqual({ kind: 'absent', by: api === 'v3' ? 'this request' : 'unknown' });
      });

      test('frozen, it is not known; when etcd goes on, key and receipt agree', async () => {
        breakIt = () => etcd.pause();
        const id = nextRequest();
        await expect(faulty.remove(guardOf(await found()), id, never)).rejects.toMatchObject(lost);
        etcd.resume();
        await palm.seal(id, [UUID], never);
        const receipt = await palm.receipt(id, UUID, never);
        const there = (await palm.get(UUID, never)) !== null;
        expect([there, receipt]).toEqual([there, api === 'v2' ? 'unknown' : there ? 'sealed' : 'done']);
      });

      test('a restore that was cut is not known either, and was done', async () => {
        breakIt = () => proxy.cutNextAnswer();
        await hand.drop(UUID);
        const record = { uuid: UUID, bytes: Buffer.from(RECORD) };
        await expect(faulty.restore(record, never)).rejects.toMatchObject(lost);
        expect((await hand.read(UUID))?.toString()).toBe(RECORD);
      });
    });

    test('reads and writes go on past a host that is away', async () => {
      const dead = await cuttableProxy(etcd.url);
      await dead.close();
      const both = createPalm({ api, hosts: [dead.url, etcd.url] });
      const entry = await both.get(UUID, never);
      expect(entry?.bytes.toString()).toBe(RECORD);
      for (let n = 0; n < 6; n++) {
        await hand.put(OTHER, `${n}`);
        const guard = guardOf(await found(OTHER));
        expect(await both.remove(guard, nextRequest(), never)).toMatchObject({ kind: 'removed' });
      }
      await both.close();
    });

    test('the other key space is looked into', async () => {
      const other = handOf(api === 'v2' ? 'v3' : 'v2', etcd.url);
      await other.wipe();
      expect(await palm.otherKeySpace(never)).toBe('empty');
      await other.put(UUID, RECORD);
      expect(await palm.otherKeySpace(never)).toBe('holds servers');
      await other.wipe();
      other.close();
      await proxy.refuse();
      expect(await palm.otherKeySpace(never)).toBe('unknown');
    });

    test('it tells its version and its hosts without more', async () => {
      expect(await palm.version(never)).toMatch(/^3\.[0-9]+\.[0-9]+$/);
      expect(palm.hosts).toBe(new URL(proxy.url).host);
    });
  });
}
