import { Etcd3 } from 'etcd3';
import { startEtcd } from '../../../sandbox/services/etcd';
import type { Server } from '../../../sandbox/services/server';
import { createPalm } from '../../../src/backends/palm/create';
import { approvedForm } from '../../../src/backends/palm/keys';
import type { Palm } from '../../../src/backends/palm/palm';
import { guardOf, OTHER, palmContract, UUID } from '../../contracts/palm';
import { palmWithFaults } from '../../contracts/palm-faults';

palmContract('v3');

const never = new AbortController().signal;
const RECEIPT = `/palm-bot/receipts/R000001/${UUID}`;

describe('what only v3 can promise', () => {
  let etcd: Server;
  let client: Etcd3;
  let palm: Palm;
  const approved = async () => {
    const entry = await palm.get(UUID, never);
    if (!entry) throw new Error('the test expected a key');
    return guardOf(entry);
  };

  beforeAll(async () => {
    etcd = await startEtcd();
    client = new Etcd3({ hosts: etcd.url });
  });
  beforeEach(async () => {
    for (const prefix of ['/servers/', '/palm-bot/']) await client.delete().prefix(prefix);
    await client.put(`/servers/${UUID}`).value('record');
    palm = createPalm({ api: 'v3', hosts: [etcd.url] });
  });
  afterEach(() => palm.close());
  afterAll(async () => {
    client.close();
    await etcd.stop();
  });

  test('a delete leaves a receipt that expires by itself after a month', async () => {
    await palm.remove(await approved(), 'R000001', never);
    expect(await palm.receipt('R000001', UUID, never)).toBe('done');
    const { kvs } = await client.get(RECEIPT).exec();
    const lease = await client.leaseClient.leaseTimeToLive({ ID: kvs[0]?.lease ?? '0' });
    expect(Number(lease.TTL)).toBeGreaterThan(29 * 86_400);
  });

  test('the same request knows its own delete, another one does not', async () => {
    const guard = await approved();
    await palm.remove(guard, 'R000001', never);
    expect(await palm.remove(guard, 'R000001', never)).toEqual({ kind: 'absent', by: 'this request' });
    expect(await palm.remove(guard, 'R000002', never)).toEqual({ kind: 'absent', by: 'unknown' });
    expect(await palm.receipt('R000002', UUID, never)).toBe('none');
  });

  test('a sealed request deletes nothing any more', async () => {
    const guard = await approved();
    expect(await palm.seal('R000001', [UUID, 'all'], never)).toBe(true);
    expect(await palm.receipt('R000001', UUID, never)).toBe('sealed');
    expect(await palm.remove(guard, 'R000001', never)).toEqual({ kind: 'sealed' });
    const rows = (await palm.list(approvedForm, never)).rows;
    expect(await palm.clear(rows, 'R000001', never)).toEqual({ kind: 'sealed' });
    expect(await client.get(`/servers/${UUID}`)).toBe('record');
  });

  test('a seal does not cover up what was already done', async () => {
    await palm.remove(await approved(), 'R000001', never);
    await palm.seal('R000001', [UUID], never);
    expect(await palm.receipt('R000001', UUID, never)).toBe('done');
  });

  test('a seal that comes while the delete is on its way wins or loses, never both', async () => {
    let sealed = Promise.resolve(false);
    const racing = palmWithFaults({
      api: 'v3',
      url: etcd.url,
      beforeWrite: () => {
        sealed = palm.seal('R000001', [UUID], never);
      },
    });
    const removal = await racing.remove(await approved(), 'R000001', never);
    await sealed;
    await racing.close();
    const receipt = await palm.receipt('R000001', UUID, never);
    const there = (await client.get(`/servers/${UUID}`)) !== null;
    expect([there, receipt]).toEqual(removal.kind === 'sealed' ? [true, 'sealed'] : [false, 'done']);
  });

  test('a newcomer between look and transaction stops a clear', async () => {
    const rows = (await palm.list(approvedForm, never)).rows;
    const slow = palmWithFaults({
      api: 'v3',
      url: etcd.url,
      beforeWrite: async () => {
        await client.put('/elsewhere').value('moves the revision');
        await client.put(`/servers/${OTHER}`).value('new');
      },
    });
    const clearing = slow.clear(rows, 'R000001', never);
    expect(await clearing).toEqual({ kind: 'stale', removed: 0, newcomers: [OTHER] });
    await slow.close();
  });

  test.each(['r000001', 'R1', 'R0000/1', '../x', `R${'1'.repeat(17)}`, ''])(
    '%j is no id of a request',
    async (request) => {
      const refusal = { name: 'BackendFailure', kind: 'rejected', effect: 'none' };
      await expect(palm.remove(await approved(), request, never)).rejects.toMatchObject(refusal);
      await expect(palm.seal(request, [UUID], never)).rejects.toMatchObject(refusal);
      await expect(palm.receipt(request, UUID, never)).rejects.toMatchObject(refusal);
    },
  );

  test('a lease that etcd has forgotten is replaced', async () => {
    await client.put(`/servers/${OTHER}`).value('record');
    const other = await palm.get(OTHER, never);
    if (!other) throw new Error('the test expected a key');
    await palm.remove(await approved(), 'R000001', never);
    const { kvs } = await client.get(RECEIPT).exec();
    await client.leaseClient.leaseRevoke({ ID: kvs[0]?.lease ?? '0' });
    expect(await palm.remove(guardOf(other), 'R000001', never)).toEqual({ kind: 'removed', receipt: 'kept' });
  });

  test('keys that are not UTF-8 are told apart', async () => {
    for (const end of [0xfe, 0xff]) {
      await client.put(Buffer.concat([Buffer.from('/servers/'), Buffer.from([0x61, end])])).value('odd');
    }
    const { rows } = await palm.list((entry) => entry.id, never);
    expect(rows).toEqual(['0x61fe', '0x61ff', UUID]);
    const approvedRows = (await palm.list(approvedForm, never)).rows;
    expect(await palm.clear(approvedRows, 'R000001', never)).toMatchObject({ kind: 'cleared', removed: 3 });
  });

  test('a listing of many pages is whole, and shows one revision while others write', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);
    await Promise.all(ids.map((id) => client.put(`/servers/${id}`).value('record')));
    const paged = createPalm({ api: 'v3', hosts: [etcd.url], limits: { pageSize: 64 } });
    let writes: readonly Promise<unknown>[] = [];
    const { rows } = await paged.list((entry) => {
      if (entry.id === ids[0]) writes = ids.slice(-5).map((id) => client.delete().key(`/servers/${id}`).exec());
      return entry.id;
    }, never);
    await Promise.all(writes);
    await paged.close();
    expect(rows).toEqual([...ids, UUID]);
  });

  test('a listing whose revision is compacted away begins anew and tells the new truth', async () => {
    const ids = Array.from({ length: 300 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);
    await Promise.all(ids.map((id) => client.put(`/servers/${id}`).value('record')));
    let seen = 0;
    let compacted: Promise<unknown> | null = null;
    const compact = async () => {
      const { header } = await client.put(`/servers/${OTHER}`).value('new');
      await client.kv.compact({ revision: header.revision, physical: true });
    };
    const beforeRead = () => compacted ?? undefined;
    const paged = palmWithFaults({ api: 'v3', url: etcd.url, pageSize: 100, beforeRead });
    const { rows } = await paged.list((entry) => {
      seen += 1;
      if (seen === 1) compacted = compact();
      return entry.id;
    }, never);
    await paged.close();
    expect(seen).toBeGreaterThan(301);
    expect(rows).toEqual([...ids, OTHER, UUID].sort());
  });

  test('records too long for a page are read in smaller pages', async () => {
    const long = 'x'.repeat(1_000_000);
    for (let n = 10; n < 50; n++) await client.put(`/servers/${n}000000-0000-4000-8000-000000000000`).value(long);
    const { rows } = await palm.list((entry) => entry.bytes.length, never);
    expect(rows.filter((length) => length === 1_000_000)).toHaveLength(40);
  });
});

describe('an etcd out of space', () => {
  let etcd: Server;
  let client: Etcd3;
  let palm: Palm;

  beforeAll(async () => {
    etcd = await startEtcd({ args: ['--quota-backend-bytes', '2097152'] });
    client = new Etcd3({ hosts: etcd.url });
    palm = createPalm({ api: 'v3', hosts: [etcd.url] });
  });
  afterAll(async () => {
    await palm.close();
    client.close();
    await etcd.stop();
  });

  /** etcd notices a while after the quota was passed. */
  const fill = async () => {
    for (let n = 0; n < 200; n++) await client.put(`/fill/${n}`).value('x'.repeat(1_000_000));
  };

  test('deletes without a receipt, and says so', async () => {
    await client.put(`/servers/${UUID}`).value('record');
    const entry = await palm.get(UUID, never);
    if (!entry) throw new Error('the test expected a key');
    await expect(fill()).rejects.toThrow('database space exceeded');
    expect(await palm.remove(guardOf(entry), 'R000001', never)).toEqual({ kind: 'removed', receipt: 'none' });
    expect(await palm.get(UUID, never)).toBeNull();
    const restoral = palm.restore({ uuid: UUID, bytes: entry.bytes }, never);
    await expect(restoral).rejects.toMatchObject({ kind: 'rejected', effect: 'none' });
  });
});
