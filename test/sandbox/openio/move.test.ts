import { poke } from '../../../sandbox/openio/election';
import { createOpenioSandbox, type OpenioSandbox } from '../../../sandbox/openio/sandbox';
import type { Base as PretendBase } from '../../../sandbox/openio/state';
import type { FarCall } from '../../../sandbox/openio/watch';
import { BackendFailure } from '../../../src/backends/failure';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Base, Call, Openio } from '../../../src/backends/openio/openio';

const CALL: Call = { request: 'R1', signal: new AbortController().signal };
const VERSIONS = ['4.2.10', '2026.14.2'] as const;

let sandbox: OpenioSandbox;
let openio: Openio;

async function begin(version: (typeof VERSIONS)[number], index = false): Promise<void> {
  sandbox = await createOpenioSandbox({ version, scale: 0.003, index });
  openio = createOpenio({ proxyUrl: sandbox.url, namespace: 'OPENIO', account: 'myaccount' });
}

afterEach(async () => {
  await openio.close();
  await sandbox.close();
});

const volA: Base = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'vol-a' },
};

/** Addresses by their last two digits. */
function at(...numbers: readonly (20 | 23 | 24 | 25)[]): readonly string[] {
  const first = sandbox.world.version === '4.2.10' ? 7000 : 6000;
  const hosts = { 20: '127.0.0.1', 23: '127.0.0.1', 24: '127.0.0.2', 25: '127.0.0.3' };
  return numbers.map((n) => `${hosts[n]}:${first + n}`);
}

function one(n: 20 | 23 | 24 | 25): string {
  return at(n)[0] ?? '';
}

function pretended(): PretendBase {
  const linked = [...sandbox.world.directory.values()].find(({ name }) => name === 'vol-a');
  const base = sandbox.world.bases.get(`${linked?.cid}.1`);
  if (!base) throw new Error('no vol-a');
  return base;
}

async function codes(verb: 'status' | 'leave'): Promise<readonly number[]> {
  return (await openio.election(verb, { base: volA }, CALL)).map(({ status }) => status).toSorted();
}

function electionPeers(): readonly (readonly string[] | null)[] {
  return sandbox.truth('vol-a').election.map(({ peers }) => peers);
}

async function failureOf(asked: Promise<unknown>): Promise<BackendFailure> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

/** Up to the change of the directory. */
async function moveUntilReplaced(): Promise<void> {
  const { writes } = openio;
  await writes.setPeers(volA, at(23, 24, 25)).send(CALL);
  await writes.copy(volA, { from: one(20), to: one(23) }).send(CALL);
  await writes.replaceReference(volA.container, at(23, 24, 25)).send(CALL);
}

describe.each(VERSIONS)('a base that moves off its master on %s', (version) => {
  beforeEach(() => begin(version));

  test('in the order that works: every list of peers names the new set, and three good copies stay', async () => {
    const { writes } = openio;
    const before = sandbox.truth('vol-a');
    expect(before.directory).toEqual(at(20, 24, 25));
    expect(await writes.freeze(volA).send(CALL)).toBe('changed');
    expect(await writes.freeze(volA).send(CALL)).toBe('already');
    expect(sandbox.truth('vol-a').copies.every(({ frozen }) => frozen)).toBe(true);
    await moveUntilReplaced();
    await writes.leave(volA, null).send(CALL);
    expect(await writes.leave(volA, one(20)).send(CALL)).toMatchObject([{ id: one(20), status: 200 }]);
    expect(await codes('status')).toEqual([200, 303, 303]);
    expect(await writes.enable(volA).send(CALL)).toBe('changed');
    await writes.setProperties(volA.container, { moved: 'yes' }).send(CALL);
    expect(await writes.remove(volA, one(20)).send(CALL)).toBe('removed');
    expect(await writes.remove(volA, one(20)).send(CALL)).toBe('absent');
    const after = sandbox.truth('vol-a');
    expect(after.directory).toEqual(at(23, 24, 25));
    expect(after.copies.map(({ address, good, peers, properties }) => ({ address, good, peers, properties }))).toEqual(
      at(23, 24, 25).map((address) => ({
        address,
        good: true,
        peers: at(23, 24, 25),
        properties: { keep: 'vol-a', moved: 'yes' },
      })),
    );
    expect(electionPeers()).toEqual([at(23, 24, 25), at(23, 24, 25), at(23, 24, 25)]);
  });

  test('the election keeps its old peers until they leave', async () => {
    await moveUntilReplaced();
    expect(electionPeers()).toEqual([at(20, 24, 25), at(20, 24, 25), at(20, 24, 25)]);
    expect(sandbox.truth('vol-a').copies.map(({ peers }) => peers)).toEqual(Array(4).fill(at(23, 24, 25)));
    const debugged = await openio.debug({ base: volA }, CALL);
    expect(debugged.find(({ answer }) => answer.id === one(24))?.debug?.peers?.toSorted()).toEqual(at(20, 25));
  });

  test("the old host's file can come back as a rogue master, whom nobody follows", async () => {
    await moveUntilReplaced();
    await codes('leave');
    await openio.writes.leave(volA, one(20)).send(CALL);
    await openio.debug({ base: volA }, CALL);
    while (sandbox.truth('vol-a').election.some(({ state }) => state !== 'NONE'))
      await openio.debug({ base: volA }, CALL);
    poke(sandbox.world, pretended(), one(20));
    expect(sandbox.truth('vol-a').election.find(({ address }) => address === one(20))?.state).toBe('MASTER');
    expect(await codes('status')).toEqual([500, 500, 500]);
    await openio.writes.remove(volA, one(20)).send(CALL);
    expect(await codes('status')).toEqual([200, 303, 303]);
  });

  test('a copy that breaks off leaves a file that is no good copy', async () => {
    await sandbox.switchTrouble('copies-break', true);
    const failure = await failureOf(openio.writes.copy(volA, { from: one(20), to: one(23) }).send(CALL));
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'possible' });
    expect(sandbox.truth('vol-a').copies.map(({ address, good }) => [address, good])).toEqual([
      [one(20), true],
      [one(23), false],
      [one(24), true],
      [one(25), true],
    ]);
    await sandbox.switchTrouble('copies-break', false);
    await openio.writes.copy(volA, { from: one(20), to: one(23) }).send(CALL);
    expect(new Set(sandbox.truth('vol-a').copies.map(({ digest }) => digest)).size).toBe(1);
  });

  test('a copy to a service that is stopped never leaves', async () => {
    await sandbox.switchTrouble(`dead-${one(23)}`, true);
    const failure = await failureOf(openio.writes.copy(volA, { from: one(20), to: one(23) }).send(CALL));
    expect(failure).toMatchObject({ kind: 'unreachable', effect: 'none' });
    expect(sandbox.truth('vol-a').copies).toHaveLength(3);
  });

  test('a copy to a service that hangs gives up', async () => {
    await sandbox.switchTrouble(`frozen-${one(23)}`, true);
    const failure = await failureOf(openio.writes.copy(volA, { from: one(20), to: one(23) }).send(CALL));
    expect(failure.message).toContain('code 7: Timeout');
    expect(sandbox.truth('vol-a').copies).toHaveLength(3);
  });

  test('a service that was never asked to hold the base does not take part in its election', async () => {
    const answers = await openio.election('status', { base: volA, only: [one(23)] }, CALL);
    expect(answers.map(({ status }) => status)).toEqual(version === '4.2.10' ? [] : [500]);
    const taking = sandbox.truth('vol-a').election.filter(({ state }) => state !== 'NONE');
    expect(taking.map(({ address }) => address)).toEqual(at(20, 24, 25));
    if (version === '4.2.10') return;
    expect(await openio.adminTable(volA, one(23), CALL)).toMatchObject({ kind: 'refused', refusal: { code: 431 } });
  });

  test('a peer that missed a write gets the whole base with the next one', async () => {
    await sandbox.switchTrouble(`frozen-${one(25)}`, true);
    await openio.writes
      .setProperties(volA.container, { first: '1' })
      .send(CALL)
      .catch(() => undefined);
    await sandbox.switchTrouble(`frozen-${one(25)}`, false);
    expect(propertiesOf(25)).toEqual({ keep: 'vol-a' });
    await codes('status');
    await openio.writes.setProperties(volA.container, { second: '2' }).send(CALL);
    expect(propertiesOf(25)).toEqual({ keep: 'vol-a', first: '1', second: '2' });
  });

  test('with most of the peers away nothing is written', async () => {
    for (const address of at(24, 25)) await sandbox.switchTrouble(`frozen-${address}`, true);
    expect(await failureOf(openio.writes.setPeers(volA, at(23, 24, 25)).send(CALL))).toMatchObject({
      effect: 'possible',
    });
    expect(sandbox.truth('vol-a').copies.map(({ peers }) => peers)).toEqual(Array(3).fill(at(20, 24, 25)));
  });

  function propertiesOf(n: 25): Readonly<Record<string, string>> | undefined {
    return sandbox.truth('vol-a').copies.find(({ address }) => address === one(n))?.properties;
  }
});

describe.each(VERSIONS)('the index on %s', (version) => {
  test('lists the bases of a service, and is not told of a move', async () => {
    await begin(version, true);
    const bases = async () => {
      const found = await openio.basesOn('OPENIO', one(20), CALL);
      if (found.kind !== 'listed') throw new Error(found.why);
      expect(found.whole).toBe(true);
      return found.bases.map(({ url }) => url);
    };
    const held = await bases();
    expect(held).toEqual(expect.arrayContaining(['vol-a', 'vol-b', 'vol-c'].map((name) => `OPENIO/myaccount/${name}`)));
    expect(held).toContain('OPENIO/myaccount/cnt2');
    await moveUntilReplaced();
    expect(await bases()).toEqual(held);
  });

  test('is missing unless wanted, as in the observed namespaces', async () => {
    await begin(version);
    expect(await openio.basesOn('OPENIO', one(20), CALL)).toMatchObject({ kind: 'no index' });
  });
});

describe('a test that watches the calls', () => {
  beforeEach(() => begin('2026.14.2'));

  test('sees each one before and after, and writes numbered', async () => {
    const seen: string[] = [];
    const end = sandbox.onCall(({ what, write }, moment) => {
      seen.push(`${moment} ${what} ${write}`);
      return undefined;
    });
    await openio.reference(volA.container, CALL);
    await openio.writes.freeze(volA).send(CALL);
    await openio.writes.flush(openio.proxies[0] ?? '', 'low').send(CALL);
    end();
    await openio.writes.enable(volA).send(CALL);
    expect(seen).toEqual([
      ...['before reference/show null', 'after reference/show null'],
      ...['before admin/freeze 1', 'after admin/freeze 1'],
      ...['before cache/flush/low 2', 'after cache/flush/low 2'],
    ]);
  });

  test.each([
    ['before', false],
    ['after', true],
  ] as const)('can cut a write off %s it is done', async (wanted, done) => {
    sandbox.onCall(({ write }: FarCall, moment) => (write === 1 && moment === wanted ? 'hang up' : undefined));
    expect(await failureOf(openio.writes.freeze(volA).send(CALL))).toMatchObject({
      kind: 'timeout',
      effect: 'possible',
    });
    expect(sandbox.truth('vol-a').copies.map(({ frozen }) => frozen)).toEqual([done, done, done]);
  });

  test('can let a write land after its sender is gone', async () => {
    let land = (): void => undefined;
    const landing = new Promise<void>((resolve) => {
      land = resolve;
    });
    const stop = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      sandbox.onCall(async ({ write }, moment) => {
        if (write !== 1 || moment !== 'before') return undefined;
        resolve();
        await landing;
        return undefined;
      });
    });
    const sent = failureOf(openio.writes.freeze(volA).send({ ...CALL, signal: stop.signal }));
    await arrived;
    stop.abort();
    expect(await sent).toMatchObject({ effect: 'possible' });
    expect(sandbox.truth('vol-a').copies.some(({ frozen }) => frozen)).toBe(false);
    const landed = new Promise<void>((resolve) => {
      sandbox.onCall((_call, moment) => {
        if (moment === 'after') resolve();
        return undefined;
      });
    });
    land();
    await landed;
    expect(sandbox.truth('vol-a').copies.every(({ frozen }) => frozen)).toBe(true);
  });

  test('a proxy that is stopped in the middle of a write loses the answer, and comes back at the same address', async () => {
    const end = sandbox.onCall(async ({ write }, moment) => {
      if (write === 1 && moment === 'after') await sandbox.switchTrouble('proxy-dead', true);
      return undefined;
    });
    expect(await failureOf(openio.writes.freeze(volA).send(CALL))).toMatchObject({ effect: 'possible' });
    expect(await failureOf(openio.writes.enable(volA).send(CALL))).toMatchObject({ kind: 'unreachable' });
    end();
    await sandbox.switchTrouble('proxy-dead', false);
    expect(await openio.writes.freeze(volA).send(CALL)).toBe('already');
  });
});
