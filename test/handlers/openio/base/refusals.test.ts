import { openioElectionLeave } from '../../../../src/handlers/openio/election-leave';
import { openioElectionSync } from '../../../../src/handlers/openio/election-sync';
import { context, nextOf, perform, planned, propose, QUICK, textOf, VERSIONS } from '../support';
import { type Moving, movingRig } from './rig';

let world: Moving;

afterEach(() => world.close());

/** What a person reads, and the buttons, of a move that is refused. Nothing must have been sent. */
async function refusal(
  words = world.words(),
): Promise<{ readonly text: string; readonly next: Record<string, string> }> {
  const answer = await propose(world.move, words);
  if (answer.kind !== 'refused' || !answer.view) throw new Error(`not refused: ${answer.kind}`);
  expect(world.sent).toEqual([]);
  return { text: textOf(answer.view), next: { ...nextOf(answer.view) } };
}

function status(value: string): void {
  for (const { copy } of world.base().holdings.values()) copy.system.set('sys.status', value);
}

function damage(...hosts: readonly string[]): void {
  for (const host of hosts) world.base().holdings.get(host)?.copy.system.delete('sys.m2.ctime');
}

function namePeers(...peers: readonly string[]): void {
  for (const { copy } of world.base().holdings.values()) copy.system.set('sys.peers', peers.join(','));
}

function link(...hosts: readonly string[]): void {
  const linked = [...world.sandbox.world.directory.values()].find(({ name }) => name === 'cnt2');
  if (linked) linked.hosts = hosts;
}

describe.each(VERSIONS)('on %s nothing is moved', (version) => {
  beforeEach(async () => {
    world = await movingRig(version);
  });

  test.each(['frozen', 'dead'])('while a peer is %s', async (trouble) => {
    await world.sandbox.switchTrouble(`${trouble}-${world.staying[0]}`, true);
    const { text, next } = await refusal();
    expect(text).toContain(`fewer than three peers are healthy (2): ${world.staying[0]}`);
    expect(next.Diagnose).toBe('openio election diagnose meta2 cnt2');
  });

  test('while a peer has no file', async () => {
    const held = world.base().holdings.get(world.staying[1]);
    if (held) held.file = false;
    expect((await refusal()).text).toContain(`${world.staying[1]} has no file for this base`);
  });

  test('while the directory names fewer than three', async () => {
    link(world.from, world.staying[0]);
    expect((await refusal()).text).toContain('3 peers are needed to move one');
  });

  test('off a service that is no peer, or onto one that is', async () => {
    expect((await refusal(`meta2 cnt2 --from ${world.to} --to 127.0.0.9:1`)).text).toContain('is not among the peers');
    expect((await refusal(`meta2 cnt2 --from ${world.to}`)).text).toContain('name its destination with --to too');
    expect((await refusal(`meta2 cnt2 --from ${world.from} --to ${world.staying[0]}`)).text).toContain(
      `${world.staying[0]} is a peer of this base already`,
    );
  });

  test('onto a service that nobody knows', async () => {
    const { text, next } = await refusal(`meta2 cnt2 --from ${world.from} --to 127.0.0.9:1`);
    expect(text).toContain('the conscience knows no meta2 service 127.0.0.9:1 (known:');
    expect(next.Services).toBe('openio cluster list meta2');
  });

  test.each(['frozen', 'dead'])('onto a service that is %s', async (trouble) => {
    await world.sandbox.switchTrouble(`${trouble}-${world.to}`, true);
    expect((await refusal()).text).toMatch(/does not answer|silent|is down/);
  });

  test('while no service could take the copy', async () => {
    await world.sandbox.switchTrouble(`dead-${world.to}`, true);
    expect((await refusal(`meta2 cnt2 --from ${world.from}`)).text).toContain('no service that could take the copy');
  });

  test('while somebody else has frozen the base', async () => {
    status('4294967295');
    const { text, next } = await refusal();
    expect(text).toContain('the base is frozen, and not by a move of this bot');
    expect(next.Check).toBe('openio container check cnt2');
  });

  test('while the base is disabled', async () => {
    status('4294967294');
    expect((await refusal()).text).toContain('the base is disabled (sys.status 4294967294)');
  });

  test('while another move of the base has begun, which can be continued or taken back instead', async () => {
    namePeers(world.from, world.staying[0], world.to);
    const { text, next } = await refusal();
    expect(text).toContain(`a move of this base from ${world.staying[1]} to ${world.to} was begun and not ended`);
    expect(next.Continue).toBe(`openio base move --from ${world.staying[1]} --to ${world.to} meta2 cnt2`);
    expect(next['Go back']).toBe(`openio base move --from ${world.staying[1]} --to ${world.to} --back meta2 cnt2`);
  });

  test('and what is offered then repairs it: base and directory agree again', async () => {
    namePeers(world.from, world.staying[0], world.to);
    const { next } = await refusal();
    const back = await planned(world.move, (next['Go back'] ?? '').replace('openio base move ', ''));
    for await (const step of back.execute({
      request: 'R7',
      signal: new AbortController().signal,
      report: () => undefined,
    })) {
      expect(['done', 'skipped']).toContain(step.status);
    }
    const peers = [world.from, ...world.staying].toSorted().join();
    expect(world.base().holdings.get(world.from)?.copy.system.get('sys.peers')).toBe(peers);
    expect(world.hosts().toSorted().join()).toBe(peers);
  });

  test('while the directory was changed by hand, and it is the directory that can be mended', async () => {
    await world.sandbox.switchTrouble('other-reference', true);
    const named = world.hosts().find((host) => ![...world.staying, world.from].includes(host)) ?? '';
    const gone = [...world.staying, world.from].find((host) => !world.hosts().includes(host)) ?? '';
    const { text, next } = await refusal(`meta2 cnt2 --from ${gone} --to ${named}`);
    expect(text).toContain(`the directory names ${named}, which has no copy, instead of the master ${gone}`);
    expect(next.Mend).toBe(`openio base move --from ${named} --to ${gone} meta2 cnt2`);
    const mend = await planned(world.move, (next.Mend ?? '').replace('openio base move ', ''));
    const { findings } = await perform(mend);
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(world.hosts().toSorted()).toEqual([world.from, ...world.staying].toSorted());
    expect(world.base().holdings.has(named)).toBe(false);
    expect(world.sent.map(({ url }) => new URL(url).pathname.split('/').at(-1))).toEqual(['force', 'set_properties']);
  });

  test('while base and directory name quite different peers', async () => {
    namePeers('127.0.0.8:1', '127.0.0.9:1', world.from);
    const { text, next } = await refusal();
    expect(text).toContain(`the base itself names ${world.from}, 127.0.0.8:1, 127.0.0.9:1`);
    expect(text).toContain('no operation mends a difference of several services');
    expect(next).toMatchObject({ Debug: 'openio election debug meta2 cnt2', Reference: 'openio reference list cnt2' });
    expect(next).not.toHaveProperty('Sync');
  });

  test('while one copy names quite different peers, which a sync mends where one peer can be asked alone', async () => {
    await planned(world.move, world.words());
    const slave = [world.from, ...world.staying].find((host) => host !== world.master()) ?? '';
    const named = () => world.base().holdings.get(slave)?.copy.system;
    named()?.set('sys.peers', `127.0.0.8:1,127.0.0.9:1,${world.from}`);
    const { text, next } = await refusal();
    expect(text).toContain(`the base itself names ${world.from}, 127.0.0.8:1, 127.0.0.9:1`);
    if (version === '4.2.10') return expect(next).not.toHaveProperty('Sync');
    const sync = openioElectionSync(world.openio, QUICK);
    const { findings } = await perform(await planned(sync, (next.Sync ?? '').replace('openio election sync ', '')));
    expect(findings.map(({ verdict }) => verdict)).not.toContain('contradicted');
    expect(named()?.get('sys.peers')?.split(',').toSorted()).toEqual([world.from, ...world.staying].toSorted());
    return undefined;
  });

  test('while the master is a service that the directory does not name', async () => {
    const held = world.base().holdings.get(world.from);
    if (held) world.base().holdings.set(world.to, { ...held });
    link(...world.staying, world.to);
    namePeers(...world.staying, world.to);
    const { text, next } = await refusal(`meta2 cnt2 --from ${world.staying[0]} --to ${world.from}`);
    expect(text).toContain(`${world.from} is master, but the directory does not name it`);
    expect(next.Leave).toBe(`openio election leave --service-id ${world.from} meta2 cnt2`);
    // What is offered can succeed, though the service is no peer.
    const leave = openioElectionLeave(world.openio, QUICK);
    const proposal = await planned(leave, (next.Leave ?? '').replace('openio election leave ', ''));
    const [before] = await proposal.verify(context());
    const { steps, findings } = await perform(proposal);
    expect(steps.map(({ status }) => status)).toEqual(['done']);
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(before?.verdict).not.toBe('confirmed');
    expect(world.master()).not.toBe(world.from);
  });

  test('while the election does not end', async () => {
    world.base().members.clear();
    world.base().nodes.clear();
    world.base().nodes.set('127.0.0.9:1', -1);
    expect((await refusal()).text).toContain('there is no master: the election does not end');
  });

  test('while ZooKeeper is suspect', async () => {
    await world.openio.election('leave', { base: base() }, call());
    await world.sandbox.switchTrouble('zookeeper-frozen', true);
    await world.openio.election('status', { base: base() }, call());
    expect((await refusal()).text).toContain('ZooKeeper is suspect');
  });

  test('when the way back is asked for and nothing tells where it was going', async () => {
    expect((await refusal(`meta2 cnt2 --from ${world.from} --back`)).text).toContain('nothing tells where');
  });
});

describe('where each copy can be seen', () => {
  beforeEach(async () => {
    world = await movingRig('2026.14.2');
  });

  test('the only good copy is not taken away', async () => {
    damage(...world.staying);
    const { text, next } = await refusal();
    expect(text).toContain(`${world.from}, which is to leave, holds the only good copy`);
    expect(next.Sync).toBe('openio election sync meta2 cnt2');
  });

  test('nothing is copied from a master whose copy is suspect', async () => {
    damage(world.master());
    expect((await refusal()).text).toContain(
      `the copy of the master ${world.master()} is suspect (lacks sys.m2.ctime)`,
    );
  });

  test('a bad copy of a slave is repaired first', async () => {
    const slave = world.staying.find((host) => host !== world.master()) ?? '';
    damage(slave);
    const { text, next } = await refusal();
    expect(text).toContain(`the copy of ${slave} lacks sys.m2.ctime`);
    expect(next.Sync).toBeDefined();
  });

  test('a file at the destination is not written over, unless the move was begun', async () => {
    const held = world.base().holdings.get(world.from);
    if (held) world.base().holdings.set(world.to, { ...held });
    const { text, next } = await refusal();
    expect(text).toContain(`${world.to} holds a file of this base already`);
    expect(next['Remove it']).toBe(`openio base remove --service-id ${world.to} meta2 cnt2`);
  });
});

describe('where they cannot', () => {
  beforeEach(async () => {
    world = await movingRig('4.2.10');
  });

  test('one bad copy is enough, since it may be the one of the master', async () => {
    damage(world.staying[0]);
    expect((await refusal()).text).toContain('do not tell whether it is the copy of the master');
  });

  test('the preview says what could not be seen', async () => {
    const text = textOf((await planned(world.move, world.words())).preview);
    expect(text).toContain(`These servers cannot ask ${world.to} whether it holds a file of this base already`);
    expect(text).toContain('a bad copy may have been missed');
  });
});

function base() {
  const container = { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'cnt2' } as const;
  return { type: 'meta2', container } as const;
}

function call() {
  return { request: 'R7', signal: new AbortController().signal };
}
