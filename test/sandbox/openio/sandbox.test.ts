import { createOpenioSandbox, type OpenioSandbox } from '../../../sandbox/openio/sandbox';
import { OPENIO_SCENARIOS } from '../../../sandbox/openio/scenarios';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Openio, PeerAnswer } from '../../../src/backends/openio/openio';

const FVE0 = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'FVE0' },
} as const;
const CALL = { request: 'R1', signal: new AbortController().signal };

let sandbox: OpenioSandbox;
let openio: Openio;

async function begin(version: '4.2.10' | '2026.14.2', scale = 0.005): Promise<void> {
  sandbox = await createOpenioSandbox({ version, scale });
  openio = createOpenio({ proxyUrl: sandbox.url, namespace: 'OPENIO', account: 'myaccount' });
}

afterEach(async () => {
  await openio.close();
  await sandbox.close();
});

async function status(): Promise<readonly PeerAnswer[]> {
  return openio.election('status', { base: FVE0 }, CALL);
}

describe.each(['4.2.10', '2026.14.2'] as const)('on %s', (version) => {
  beforeEach(() => begin(version));

  test('every trouble can be switched on and off again, and says so', async () => {
    for (const { id } of sandbox.troubles()) {
      if (id === 'zookeeper-frozen') continue;
      await sandbox.switchTrouble(id, true);
      expect([id, sandbox.troubles().find((trouble) => trouble.id === id)?.on]).toEqual([id, true]);
      await sandbox.switchTrouble(id, false);
      expect([id, sandbox.troubles().find((trouble) => trouble.id === id)?.on]).toEqual([id, false]);
    }
  });

  test('a trouble that nobody knows is refused', async () => {
    await expect(sandbox.switchTrouble('nonsense', true)).rejects.toThrow('openio has no trouble called nonsense');
  });

  test('a repair by the bot switches the trouble off', async () => {
    await sandbox.switchTrouble('lost-rows-slave', true);
    await openio.election('sync', { base: FVE0 }, CALL);
    for (let tries = 0; tries < 50 && on('lost-rows-slave'); tries += 1) await status();
    expect(on('lost-rows-slave')).toBe(false);
  });

  test('a write lands on every copy, and an empty value deletes', async () => {
    await openio.setProperties(FVE0.container, { colour: 'red', a: '' }, CALL);
    const { holdings } =
      sandbox.world.bases.get('697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605.1') ?? {};
    expect([...(holdings?.values() ?? [])].map(({ copy }) => [...copy.properties])).toEqual([
      [['colour', 'red']],
      [['colour', 'red']],
      [['colour', 'red']],
    ]);
  });
});

function on(id: string): boolean {
  return sandbox.troubles().find((trouble) => trouble.id === id)?.on ?? false;
}

test('a peer that is resumed on a new server is avoided for some seconds', async () => {
  await begin('2026.14.2', 0.02);
  await sandbox.switchTrouble('frozen-127.0.0.3:6025', true);
  expect((await status()).at(-1)).toMatchObject({ status: 7 });
  await sandbox.switchTrouble('frozen-127.0.0.3:6025', false);
  expect((await status()).at(-1)).toMatchObject({ status: 8 });
});

test('scenarios name only troubles that exist', async () => {
  await begin('2026.14.2');
  const known = sandbox.troubles().map(({ id }) => id);
  const used = OPENIO_SCENARIOS.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.kind === 'trouble' ? [line] : [])),
  );
  expect(used.length).toBeGreaterThan(0);
  for (const { id, system } of used) expect([system, known.includes(id)]).toEqual([sandbox.name, true]);
});
