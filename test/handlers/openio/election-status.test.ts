import { createOpenio } from '../../../src/backends/openio/create';
import { openioElectionPing } from '../../../src/handlers/openio/election-ping';
import { openioElectionStatus } from '../../../src/handlers/openio/election-status';
import type { View } from '../../../src/handlers/view';
import { healthy, type Said, scripted } from '../../backends/openio/scripted';
import { ask, nextOf, type Rig, rig, rowsOf, textOf, VERSIONS } from './support';

let world: Rig;

describe.each(VERSIONS)('on %s', (version) => {
  const port = version === '4.2.10' ? 7 : 6;
  const third = `127.0.0.3:${port}025`;

  beforeEach(async () => {
    world = await rig(version);
  });
  afterEach(() => world.close());

  test('a healthy base has one master and two that follow it', async () => {
    const view = await ask(openioElectionStatus(world.openio), 'meta2 FVE0');
    expect(view.tone).toBe('good');
    expect(
      rowsOf(view)
        .map(([, role]) => role)
        .toSorted(),
    ).toEqual(['MASTER', 'SLAVE', 'SLAVE']);
    expect(textOf(view)).toContain('697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605.1.meta2');
    expect(textOf(view)).toContain('request ids in the logs: R7-*');
    expect(textOf(view)).toContain('starts an election');
  });

  test('two peers that hang after a leave: 500, 7 and 7, and what to do next', async () => {
    await world.sandbox.switchTrouble('stuck-election', true);
    const view = await ask(openioElectionStatus(world.openio), 'meta2 FVE0');
    expect(view).toMatchObject({ tone: 'bad', title: 'Election of FVE0 of myaccount (meta2): no master' });
    expect(
      rowsOf(view)
        .map(([, , status]) => status)
        .toSorted(),
    ).toEqual(['500', '7', '7']);
    expect(nextOf(view).Diagnose).toBe('openio election diagnose meta2 FVE0');
  });

  test('a dead slave leaves a master and a warning', async () => {
    await world.sandbox.switchTrouble(`dead-${third}`, true);
    const view = await ask(openioElectionStatus(world.openio), 'meta2 FVE0');
    expect(view.tone).toBe('warning');
    expect(rowsOf(view).find(([id]) => id === third)).toEqual(
      expect.arrayContaining([
        '2',
        `${third}: [errno=111] Connection refused`,
        'refuses connections: its process is not running',
      ]),
    );
  });

  test('only the named peers are shown', async () => {
    const view = await ask(openioElectionStatus(world.openio), `meta2 FVE0 --service-id ${third}`);
    expect(rowsOf(view).map(([id]) => id)).toEqual([third]);
  });

  test.each(['meta0', 'meta1'])('%s has elections too', async (type) => {
    const view = await ask(openioElectionStatus(world.openio), `${type} FVE0`);
    expect(view.tone).toBe('good');
    expect(rowsOf(view)).toHaveLength(3);
  });

  test('a container that does not exist is said to be so', async () => {
    await expect(ask(openioElectionStatus(world.openio), 'meta2 nosuch')).rejects.toMatchObject({
      message: 'look up nosuch of myaccount: there is no such container (HTTP 404, code 406: no such user)',
      absent: true,
    });
  });

  test('a namespace of somebody else is said to be so', async () => {
    await expect(ask(openioElectionStatus(world.openio), 'meta2 FVE0 --ns OTHER')).rejects.toThrow(
      'the proxy does not serve this namespace',
    );
  });

  test('ping reaches every peer', async () => {
    const view = await ask(openioElectionPing(world.openio), 'meta2 FVE0');
    expect(view).toMatchObject({ tone: 'good', title: '3 of 3 peers of FVE0 of myaccount (meta2) are reached' });
  });
});

describe('a peer that hangs', () => {
  afterEach(() => world.close());

  test('does not hide the others on a new server: their rows come first, at once', async () => {
    world = await rig('2026.14.2', 0.02);
    await world.sandbox.switchTrouble('frozen-127.0.0.3:6025', true);
    const seen: { view: View; at: number }[] = [];
    const started = performance.now();
    const view = await ask(openioElectionStatus(world.openio), 'meta2 FVE0', (shown) => {
      seen.push({ view: shown, at: performance.now() - started });
    });
    const last = performance.now() - started;
    const two = seen.find((shown) => rowsOf(shown.view).length === 2);
    expect(last).toBeGreaterThan(590);
    expect(two?.at).toBeLessThan(last / 2);
    expect(two && textOf(two.view)).toContain('Waiting for 127.0.0.3:6025');
    expect(rowsOf(view)).toHaveLength(3);
  });

  test('on an old server is announced and counted, because nothing comes before it', async () => {
    world = await rig('4.2.10', 0.04);
    await world.sandbox.switchTrouble('frozen-127.0.0.3:7025', true);
    const seen: View[] = [];
    await ask(openioElectionStatus(world.openio), 'meta2 FVE0', (view) => seen.push(view));
    expect(seen[0] && textOf(seen[0])).toContain('each peer that hangs costs 30 s. 0 s so far.');
    expect(seen.some((view) => textOf(view).includes('1 s so far.'))).toBe(true);
  });
});

describe('odd answers', () => {
  async function statusOf(
    said: (id: string) => { status: number; message: string },
    peers: readonly string[],
  ): Promise<View> {
    const answer = healthy(peers, (asked): Said | null => {
      const id = asked.query.get('service_id');
      return id && asked.path.endsWith('status') ? { json: { [id]: { status: said(id), body: '' } } } : null;
    });
    const proxy = await scripted(answer);
    const openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
    try {
      return await ask(openioElectionStatus(openio), 'meta2 FVE0');
    } finally {
      await openio.close();
      await proxy.close();
    }
  }

  test('an unknown code is shown as it is', async () => {
    const view = await statusOf(
      (id) => (id === 'a' ? { status: 200, message: 'OK' } : { status: 777, message: 'novel' }),
      ['a', 'b'],
    );
    expect(rowsOf(view)[1]?.slice(0, 5)).toEqual(['b', '-', '777', 'novel', 'code 777 is not known to this bot']);
  });

  test('ids that are not addresses are ids', async () => {
    const peers = ['meta2-Zoé', 'meta2-a=1&b', 'OPENIO|meta2|x'];
    const view = await statusOf(
      (id) => (id === 'meta2-Zoé' ? { status: 200, message: 'OK' } : { status: 303, message: 'meta2-Zoé' }),
      peers,
    );
    expect(view).toMatchObject({ tone: 'good', title: 'Election of FVE0 of myaccount (meta2): meta2-Zoé is master' });
    expect(
      rowsOf(view)
        .map(([id]) => id)
        .toSorted(),
    ).toEqual(peers.toSorted());
  });

  test('two masters are pointed out', async () => {
    const view = await statusOf(() => ({ status: 200, message: 'OK' }), ['a', 'b']);
    expect(view).toMatchObject({
      tone: 'bad',
      title: 'Election of FVE0 of myaccount (meta2): the peers name several masters',
    });
  });
});
