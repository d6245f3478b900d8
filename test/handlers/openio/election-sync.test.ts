import { finalState } from '../../../sandbox/openio/admin';
import { cidOf } from '../../../sandbox/openio/bases';
import type { Version } from '../../../sandbox/openio/state';
import type { Openio } from '../../../src/backends/openio/openio';
import { openioContainerCheck } from '../../../src/handlers/openio/container-check';
import { openioElectionLeave } from '../../../src/handlers/openio/election-leave';
import { openioElectionSync } from '../../../src/handlers/openio/election-sync';
import type { Change } from '../../../src/handlers/operation';
import { ask, context, nextOf, perform, planned, propose, QUICK, type Rig, rig, textOf, VERSIONS } from './support';

let world: Rig;
let sync: Change;

async function begin(version: Version): Promise<void> {
  world = await rig(version);
  sync = openioElectionSync(world.openio, QUICK);
}

afterEach(() => world.close());

function base() {
  const found = world.sandbox.world.bases.get(`${cidOf('myaccount', 'FVE0')}.1`);
  if (!found) throw new Error('no FVE0');
  return found;
}

/** Who has a complete copy in truth. */
function whole(): readonly string[] {
  return [...base().holdings].flatMap(([host, { copy }]) =>
    copy.system.has('sys.m2.ctime') && copy.properties.has('a') ? [host] : [],
  );
}

function master(): string {
  return [...base().members.values()].find(({ state }) => state === 'MASTER')?.address ?? '';
}

describe.each(VERSIONS)('on %s', (version) => {
  beforeEach(() => begin(version));

  test('copies that agree need no sync', async () => {
    const answer = await propose(sync, 'meta2 FVE0');
    expect(answer.kind).toBe('unchanged');
    expect('why' in answer && answer.why).toMatch(/agree, so there is nothing to repair; add --anyway/);
  });

  test('a damaged master is never copied over the good copies', async () => {
    await world.sandbox.switchTrouble('lost-rows-master', true);
    const answer = await propose(sync, 'meta2 FVE0');
    expect(answer.kind).toBe('refused');
    expect((await propose(sync, 'meta2 FVE0 --anyway')).kind).toBe('refused');
    expect((await propose(sync, `meta2 FVE0 --damaged ${master()}`)).kind).toBe('refused');
    expect(whole()).toHaveLength(2);
    expect(whole()).not.toContain(master());
  });

  test('a missing file is written again', async () => {
    await world.sandbox.switchTrouble('missing-file-slave', true);
    const { findings } = await perform(await planned(sync, 'meta2 FVE0'));
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect([...base().holdings.values()].every(({ file }) => file)).toBe(true);
  });

  test('without a master nothing is synced', async () => {
    await world.sandbox.switchTrouble('zookeeper-frozen', true);
    for (const member of base().members.values()) Object.assign(member, { state: 'NONE', id: null, master: null });
    base().nodes.clear();
    const answer = await propose(sync, 'meta2 FVE0');
    expect(answer.kind === 'refused' && answer.why).toMatch(/^Nothing was synced: there is no master to copy from/);
  });
});

test('the copies are looked at until they agree', async () => {
  world = await rig('2026.14.2');
  await world.sandbox.switchTrouble('lost-rows-slave', true);
  let reads = 0;
  const watched: Openio = {
    ...world.openio,
    adminTable: async (base, peer, call) => {
      const reading = await world.openio.adminTable(base, peer, call);
      reads += 1;
      // The copy arrives after the first look at all three.
      if (reads === 6) await world.sandbox.switchTrouble('lost-rows-slave', false);
      return reading;
    },
  };
  const proposal = await planned(openioElectionSync(watched, { settleMs: 5_000, pauseMs: 10 }), 'meta2 FVE0');
  expect(await proposal.verify(context())).toMatchObject([{ verdict: 'confirmed' }]);
  expect(reads).toBeGreaterThanOrEqual(9);
});

describe('on new servers', () => {
  beforeEach(() => begin('2026.14.2'));

  test('a damaged slave: the preview names source and destination, only that peer is written, and the copies are compared', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const damaged = [...base().holdings.keys()].find((host) => !whole().includes(host)) ?? '';
    const proposal = await planned(sync, 'meta2 FVE0');
    expect(proposal.danger).toBe('irreversible');
    expect(proposal.targets).toEqual([
      expect.objectContaining({ key: `openio/OPENIO/${cidOf('myaccount', 'FVE0')}.1.meta2` }),
    ]);
    expect(proposal.preview.title).toBe(`Copy ${master()} over ${damaged}`);
    expect(textOf(proposal.preview)).toContain('lacks sys.m2.ctime');
    const { steps, findings, view } = await perform(proposal);
    expect(steps).toMatchObject([
      { status: 'done', text: `${damaged}: sync triggered; the copying itself goes on in the background (200 OK)` },
    ]);
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(view.title).toBe('The copies of FVE0 of myaccount (meta2) agree again');
    expect(whole()).toHaveLength(3);
  });

  test('the plan is the same when it is made again, and when clients have used the container meanwhile', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const before = (await planned(sync, 'meta2 FVE0')).plan;
    for (const { copy } of base().holdings.values()) {
      copy.versions.set('contents', 9);
      if (copy.system.has('sys.m2.objects')) copy.system.set('sys.m2.objects', '77');
    }
    expect((await planned(sync, 'meta2 FVE0')).plan).toEqual(before);
  });

  test('a counter of a storage policy that clients write meanwhile is no damage and makes no other plan', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const before = (await planned(sync, 'meta2 FVE0')).plan;
    for (const [index, { copy }] of [...base().holdings.values()].entries()) {
      if (!copy.system.has('sys.m2.objects') || index === 0) continue;
      copy.system.set('sys.m2.objects.THREECOPIES', String(index));
      copy.system.set('sys.m2.usage.THREECOPIES', String(index * 100));
    }
    expect((await planned(sync, 'meta2 FVE0')).plan).toEqual(before);
  });

  test('another master or another damage makes another plan', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const before = (await planned(sync, 'meta2 FVE0')).plan;
    for (const { copy } of base().holdings.values()) copy.properties.set('b', '2');
    const written = (await planned(sync, 'meta2 FVE0')).plan;
    expect(written).not.toEqual(before);
    await perform(await planned(openioElectionLeave(world.openio, QUICK), `meta2 FVE0 --service-id ${master()}`));
    await propose(sync, 'meta2 FVE0').then((now) => expect(now.kind === 'plan' && now.plan.plan).not.toEqual(written));
  });

  test('the refusal leads out: the master leaves, a good peer takes over, and then the sync repairs', async () => {
    await world.sandbox.switchTrouble('lost-rows-master', true);
    const refused = await propose(sync, 'meta2 FVE0');
    const command = refused.kind === 'refused' && refused.view ? nextOf(refused.view).Leave : undefined;
    expect(command).toBe(`openio election leave meta2 FVE0 --service-id ${master()}`);
    const leave = openioElectionLeave(world.openio, QUICK);
    const left = await perform(await planned(leave, command?.replace('openio election leave ', '') ?? ''));
    expect(left.findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(whole()).toContain(master());
    const repaired = await perform(await planned(sync, 'meta2 FVE0'));
    expect(repaired.findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(whole()).toHaveLength(3);
  });

  test('a copy that cannot be read is not overwritten and is not called well', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const silent = whole().find((host) => host !== master()) ?? '';
    await world.sandbox.switchTrouble(`frozen-${silent}`, true);
    const { steps, findings } = await perform(await planned(sync, 'meta2 FVE0'));
    expect(steps).toHaveLength(1);
    expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
    expect(findings[0]?.text).toContain(silent);
  });

  test('a destination that became master meanwhile is skipped: nothing is copied', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const proposal = await planned(sync, 'meta2 FVE0');
    const damaged = [...base().holdings.keys()].find((host) => !whole().includes(host)) ?? '';
    base().members.clear();
    base().nodes.clear();
    await finalState(world.sandbox.world, base(), damaged);
    const { steps, findings } = await perform(proposal);
    expect(steps).toMatchObject([
      { status: 'skipped', text: `${damaged}: the master: nothing was copied to it (301 not SLAVE)` },
    ]);
    expect(findings).toMatchObject([{ verdict: 'contradicted' }]);
    expect(whole()).toHaveLength(2);
  });

  test('a destination that died meanwhile is a failed step', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const proposal = await planned(sync, 'meta2 FVE0');
    const damaged = [...base().holdings.keys()].find((host) => !whole().includes(host)) ?? '';
    await world.sandbox.switchTrouble(`dead-${damaged}`, true);
    const { steps, findings } = await perform(proposal);
    expect(steps).toMatchObject([{ status: 'failed' }]);
    expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
  });

  test('copies that never agree are said not to', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const proposal = await planned(sync, 'meta2 FVE0');
    const [finding] = await proposal.verify({
      request: 'R7',
      signal: new AbortController().signal,
      report: () => undefined,
    });
    expect(finding).toMatchObject({ verdict: 'contradicted' });
    expect(finding?.text).toContain('the copies do not agree');
  });

  test('a proxy that is away leaves the truth open', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const proposal = await planned(sync, 'meta2 FVE0');
    await world.sandbox.close();
    const { steps, findings } = await perform(proposal);
    expect(steps).toHaveLength(1);
    expect(['failed', 'unknown']).toContain(steps[0]?.status);
    expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
  });
});

describe('on old servers, which do not tell who holds which copy', () => {
  beforeEach(() => begin('4.2.10'));

  test('a damaged copy has to be named, and two people are told what they vouch for', async () => {
    await world.sandbox.switchTrouble('lost-rows-slave', true);
    const refused = await propose(sync, 'meta2 FVE0');
    expect(refused.kind === 'refused' && refused.why).toContain(`it may be the master ${master()}`);
    expect(refused.kind === 'refused' && refused.why).toContain('add --damaged ADDR');
    const damaged = [...base().holdings.keys()].find((host) => !whole().includes(host)) ?? '';
    const proposal = await planned(sync, `meta2 FVE0 --damaged ${damaged}`);
    expect(textOf(proposal.preview)).toContain('If the master holds the damaged one, the good copies are lost.');
    const { steps, findings } = await perform(proposal);
    expect(steps.map(({ status }) => status).toSorted()).toEqual(['done', 'done', 'skipped']);
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(whole()).toHaveLength(3);
  });

  test('a sync that says SYNC_OK and copies nothing is found out', async () => {
    await world.sandbox.switchTrouble('emptied-slave', true);
    const damaged = [...base().holdings.keys()].find((host) => !whole().includes(host)) ?? '';
    const first = await perform(await planned(sync, `meta2 FVE0 --damaged ${damaged}`));
    expect(first.steps.some(({ status }) => status === 'done')).toBe(true);
    expect(first.findings).toMatchObject([{ verdict: 'contradicted' }]);
    expect(nextOf(first.view).Check).toBe('openio container check FVE0');
    const second = await perform(await planned(sync, `meta2 FVE0 --damaged ${damaged}`));
    expect(second.findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect((await ask(openioContainerCheck(world.openio), 'FVE0')).tone).toBe('good');
  });
});
