import { startEtcd } from '../../../sandbox/services/etcd';
import { cuttableProxy } from '../../../sandbox/services/proxy';
import type { Server } from '../../../sandbox/services/server';
import { createPalm } from '../../../src/backends/palm/create';
import { approvedForm } from '../../../src/backends/palm/keys';
import type { Palm } from '../../../src/backends/palm/palm';
import { guardOf, OTHER, palmContract, UUID } from '../../contracts/palm';
import { palmWithFaults } from '../../contracts/palm-faults';
import { handOf } from '../../contracts/palm-hand';

palmContract('v2');

const never = new AbortController().signal;

describe('what v2 cannot promise, and how it is told', () => {
  let etcd: Server;
  let palm: Palm;
  const hand = () => handOf('v2', etcd.url);

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  beforeEach(async () => {
    await hand().wipe();
    await hand().put(UUID, 'record');
    palm = createPalm({ api: 'v2', hosts: [etcd.url] });
  });
  afterEach(() => palm.close());
  afterAll(() => etcd.stop());

  test('a directory is a row without a value', async () => {
    await hand().put('sub/inner', 'x');
    const { rows } = await palm.list((entry) => entry, never);
    expect(rows.map((row) => [row.id, row.directory, row.bytes.length])).toEqual([
      [UUID, false, 6],
      ['sub', true, 0],
    ]);
  });

  test('a directory is never deleted: a clear stops at it', async () => {
    await hand().put('00-sub/inner', 'x');
    const approved = (await palm.list(approvedForm, never)).rows;
    expect(await palm.clear(approved, 'R000001', never)).toMatchObject({ kind: 'stale', newcomers: ['00-sub'] });
    expect((await hand().read('00-sub/inner'))?.toString()).toBe('x');
  });

  test('a hidden key keeps the directory, and survives', async () => {
    await hand().put('_hidden', 'x');
    const approved = (await palm.list(approvedForm, never)).rows;
    expect(await palm.clear(approved, 'R000001', never)).toEqual({ kind: 'cleared', removed: 1, directory: 'kept' });
    expect((await hand().read('_hidden'))?.toString()).toBe('x');
  });

  test('a server that registers during a clear survives it', async () => {
    const approved = (await palm.list(approvedForm, never)).rows;
    let registered: Promise<void> | null = null;
    const faulty = palmWithFaults({
      api: 'v2',
      url: etcd.url,
      beforeWrite: () => {
        registered ??= hand().put(OTHER, 'new');
        return registered;
      },
    });
    const clearing = await faulty.clear(approved, 'R000001', never);
    await faulty.close();
    expect(clearing).toEqual({ kind: 'stale', removed: 1, newcomers: [OTHER] });
    expect((await hand().read(OTHER))?.toString()).toBe('new');
  });

  test('a write whose answer was lost is not sent to another member', async () => {
    const proxy = await cuttableProxy(etcd.url);
    let armed = true;
    const beforeWrite = () => {
      if (armed) proxy.cutNextAnswer();
      armed = false;
    };
    const entry = await palm.get(UUID, never);
    if (!entry) throw new Error('the test expected a key');
    const members = palmWithFaults({ api: 'v2', url: proxy.url, others: [etcd.url], beforeWrite });
    const lost = { name: 'BackendFailure', kind: 'timeout', effect: 'possible' };
    await expect(members.remove(guardOf(entry), 'R000001', never)).rejects.toMatchObject(lost);
    await members.close();
    await proxy.close();
  });

  test('there are no receipts and no seals', async () => {
    expect(await palm.seal('R000001', [UUID], never)).toBe(false);
    expect(await palm.receipt('R000001', UUID, never)).toBe('unknown');
  });

  test('bytes that v2 cannot hold are not put back', async () => {
    const record = { uuid: OTHER, bytes: Buffer.from([0xff, 0xfe]) };
    await expect(palm.restore(record, never)).rejects.toMatchObject({ kind: 'rejected', effect: 'none' });
    expect(await hand().read(OTHER)).toBeNull();
  });
});

test('an etcd that does not serve v2 is told apart from one without servers', async () => {
  const etcd = await startEtcd({ v2: false });
  const v2 = createPalm({ api: 'v2', hosts: [etcd.url] });
  const v3 = createPalm({ api: 'v3', hosts: [etcd.url] });
  await expect(v2.list((entry) => entry, never)).rejects.toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining('does not serve the v2 key space'),
  });
  expect(await v3.otherKeySpace(never)).toBe('off');
  await Promise.all([v2.close(), v3.close()]);
  await etcd.stop();
});
