import { createOpenioSandbox } from '../../../sandbox/openio/sandbox';
import { createOpenio } from '../../../src/backends/openio/create';
import { openioCacheFlush } from '../../../src/handlers/openio/cache-flush';
import { openioClusterList } from '../../../src/handlers/openio/cluster-list';
import { openioContainerCheck } from '../../../src/handlers/openio/container-check';
import { openioContainerLocate } from '../../../src/handlers/openio/container-locate';
import { openioContainerShow } from '../../../src/handlers/openio/container-show';
import { openioElectionDiagnose } from '../../../src/handlers/openio/election-diagnose';
import { openioElectionStatus } from '../../../src/handlers/openio/election-status';
import { openioReferenceList } from '../../../src/handlers/openio/reference-list';
import { ask, nextOf, perform, planned, type Rig, rig, rowsOf, textOf, VERSIONS } from './support';

let world: Rig;

describe.each(VERSIONS)('on %s', (version) => {
  const p = version === '4.2.10' ? 7 : 6;

  beforeEach(async () => {
    world = await rig(version);
  });
  afterEach(() => world.close());

  test('a container is shown with the words of the command line', async () => {
    const view = await ask(openioContainerShow(world.openio), 'FVE0');
    const text = textOf(view);
    expect(text).toContain('base_name: 697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605.1');
    expect(text).toMatch(/ctime: \d{10} \(\d{4}-\d\d-\d\d /);
    expect(text).toContain('meta.a: 1');
    expect(text).toContain('status: enabled');
  });

  test.each(['constructor', '__proto__', '7'])('a status that nobody knows is shown as it is: %s', async (status) => {
    const containerTable: typeof world.openio.containerTable = async (...asked) => {
      const reading = await world.openio.containerTable(...asked);
      if (reading.kind !== 'read') throw new Error('FVE0 is there');
      const { table } = reading;
      return { ...reading, table: { ...table, system: { ...table.system, 'sys.status': status } } };
    };
    const view = await ask(openioContainerShow({ ...world.openio, containerTable }), 'FVE0');
    expect(textOf(view)).toContain(`status: ${status}`);
  });

  test('a damaged copy shows in some reads, and the bot says what that means', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const show = openioContainerShow(world.openio);
    for (let reads = 0; reads < 60; reads += 1) {
      const view = await ask(show, 'FVE0');
      if (view.tone !== 'bad') continue;
      expect(view.title).toMatch(/this answer lacks sys.m2.ctime, sys.m2.init|has no usable copy/);
      expect(nextOf(view).Check).toBe('openio container check FVE0');
      return;
    }
    throw new Error('60 reads never met the damaged copy');
  });

  test('check finds the damaged copy and says in what it differs', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const view = await ask(openioContainerCheck(world.openio), 'FVE0 --times 60');
    expect(view.tone).toBe('bad');
    expect(textOf(view)).toContain('lacks sys.m2.ctime, lacks sys.m2.init');
    expect(nextOf(view).Sync).toBe('openio election sync meta2 FVE0');
    const reads = rowsOf(view).map(([, count]) => Number(count));
    expect(reads.reduce((a, b) => a + b, 0)).toBe(version === '4.2.10' ? 60 : 3);
  });

  test('a name that does not exist is said to be so, not taken for damage', async () => {
    await expect(ask(openioContainerCheck(world.openio), 'nosuch')).rejects.toThrow('there is no such container');
    const view = await ask(openioContainerShow(world.openio), 'nosuch');
    expect(view).toMatchObject({ title: 'nosuch of myaccount: there is no such container', absent: true });
    expect(textOf(view)).toContain('Look at the spelling');
  });

  test('locate and reference list name the three services', async () => {
    const located = await ask(openioContainerLocate(world.openio), 'FVE0');
    expect(rowsOf(located)).toHaveLength(3);
    expect(textOf(located)).toContain(`meta1: 127.0.0.1:${p}011, 127.0.0.2:${p}012, 127.0.0.3:${p}013`);
    const listed = await ask(openioReferenceList(world.openio), 'cnt2');
    expect(rowsOf(listed).map(([, host]) => host)).toEqual([
      `127.0.0.1:${p}020`,
      `127.0.0.1:${p}023`,
      `127.0.0.3:${p}025`,
    ]);
  });

  test('a container that is linked to nothing says so', async () => {
    for (const linked of world.sandbox.world.directory.values()) linked.hosts = [];
    expect(await ask(openioReferenceList(world.openio), 'cnt2')).toMatchObject({
      tone: 'bad',
      title: 'cnt2 of myaccount is linked to no service',
    });
    expect(await ask(openioContainerLocate(world.openio), 'cnt2')).toMatchObject({ tone: 'bad' });
  });

  test('cluster list shows every service, and a stopped one with its score', async () => {
    await world.sandbox.switchTrouble(`dead-127.0.0.2:${p}024`, true);
    const view = await ask(openioClusterList(world.openio), 'meta2');
    expect(view).toMatchObject({ tone: 'warning', title: '4 meta2 services in OPENIO, 1 down or at score 0' });
    expect(rowsOf(view)[2]).toEqual([
      'meta2',
      `127.0.0.2:${p}024`,
      '/var/lib/oio/sds/OPENIO/meta2-3',
      'srv2.vol3',
      'False',
      '0',
      '',
    ]);
    await expect(ask(openioClusterList(world.openio), 'nope')).rejects.toThrow('there is no such service type');
  });

  test('diagnose finds nothing where nothing is wrong', async () => {
    const view = await ask(openioElectionDiagnose(world.openio), 'meta2 FVE0');
    expect(view).toMatchObject({ tone: 'good', title: 'FVE0 of myaccount (meta2): nothing wrong was found' });
  });

  test.each([
    ['stuck-election', 'FVE0', '2 peers hang'],
    ['missing-file-slave', 'FVE0', '1 peer has no file'],
    ['emptied-slave', 'FVE0', 'The copies differ'],
    ['other-reference', 'cnt2', 'an old peer is still there'],
  ])('diagnose finds the trouble %s', async (trouble, name, text) => {
    await world.sandbox.switchTrouble(trouble, true);
    const view = await ask(openioElectionDiagnose(world.openio), `meta2 ${name}`);
    expect(view.tone).toBe('bad');
    expect(textOf(view)).toContain(text);
    expect(Object.keys(nextOf(view)).length).toBeGreaterThan(0);
  });

  test('diagnose does not wait for copies of a base whose election is stuck', async () => {
    await world.sandbox.switchTrouble('stuck-election', true);
    await ask(openioElectionStatus(world.openio), 'meta2 FVE0');
    const view = await ask(openioElectionDiagnose(world.openio), 'meta2 FVE0');
    expect(textOf(view)).toContain('copies: not read: the election is not over');
  });

  test('diagnose changes nothing: no election is started', async () => {
    for (const base of world.sandbox.world.bases.values()) base.members.clear();
    const view = await ask(openioElectionDiagnose(world.openio), 'meta2 FVE0');
    expect(textOf(view)).toContain('No peer remembers an election');
  });

  test('the directory that does not answer is named', async () => {
    await world.sandbox.switchTrouble('meta1-frozen', true);
    await perform(await planned(openioCacheFlush(world.openio), 'low'));
    await expect(ask(openioElectionDiagnose(world.openio), 'meta2 FVE0')).rejects.toThrow(
      'the directory (meta1) does not answer',
    );
  });
});

describe('cache flush', () => {
  test('reaches every configured proxy, one target and one step each', async () => {
    const boxes = [
      await createOpenioSandbox({ version: '4.2.10' }),
      await createOpenioSandbox({ version: '2026.14.2' }),
    ];
    const [first, second] = boxes.map(({ url }) => url);
    const openio = createOpenio({
      proxyUrl: first ?? '',
      otherProxyUrls: [second ?? ''],
      namespace: 'OPENIO',
      account: 'myaccount',
    });
    try {
      const proposal = await planned(openioCacheFlush(openio), 'high');
      expect(proposal.danger).toBe('reversible');
      expect(proposal.targets.map(({ key }) => key)).toEqual(
        openio.proxies.map((proxy) => `openio/OPENIO/cache/${proxy}`),
      );
      const { steps, findings } = await perform(proposal);
      expect(steps.map(({ status }) => status)).toEqual(['done', 'done']);
      expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'confirmed']);
      expect(boxes.map(({ world: { cached } }) => cached.size)).toEqual([0, 0]);
    } finally {
      await openio.close();
      for (const box of boxes) await box.close();
    }
  });

  test('a proxy that is away is a failed step, and nothing is claimed', async () => {
    world = await rig('4.2.10');
    const proposal = await planned(openioCacheFlush(world.openio), 'low');
    await world.sandbox.close();
    const { steps, findings } = await perform(proposal);
    expect(steps).toMatchObject([{ status: 'failed' }]);
    expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
    await world.openio.close();
  });

  test('a proxy that is not configured is refused before anything is sent', async () => {
    world = await rig('4.2.10');
    const flush = openioCacheFlush(world.openio);
    expect(flush.check(['low', '--proxy', '10.0.0.1:6000'])).toContain('10.0.0.1:6000 is not a configured proxy');
    expect(flush.check(['middle'])).toBe('say which cache: low (services) or high (directory)');
    expect(flush.check(['low', '--proxy', world.openio.proxies[0] ?? ''])).toBeNull();
    await world.close();
  });
});

test.each([
  ['FVE0 --times 0', '--times takes a number from 1 to 200, not "0"'],
  ['FVE0 --times many', '--times takes a number from 1 to 200, not "many"'],
  ['', 'the name of the container is missing'],
])('container check "%s" is refused with words', async (text, problem) => {
  world = await rig('4.2.10');
  expect(openioContainerCheck(world.openio).check(text.split(' ').filter(Boolean))).toBe(problem);
  await world.close();
});
