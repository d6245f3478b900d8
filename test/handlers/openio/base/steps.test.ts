import { nextOf, perform, planned, VERSIONS } from '../support';
import { type Moving, movingRig, statuses } from './rig';

let world: Moving;

afterEach(() => world.close());

/** Something happens right before the write of this number leaves; the first one is the mark. */
function beforeStep(number: number, happens: () => Promise<void> | void): void {
  world.sandbox.onCall(async ({ write }, moment) => {
    if (write === number && moment === 'before') await happens();
    return undefined;
  });
}

function copies() {
  return [...world.base().holdings.values()].map(({ copy }) => copy);
}

/** The last part of the paths of the writes that were sent. */
function sent(): readonly string[] {
  return world.sent.map(({ url }) => new URL(url).pathname.split('/').at(-1) ?? '');
}

describe.each(VERSIONS)('on %s a move stops', (version) => {
  beforeEach(async () => {
    world = await movingRig(version);
  });

  test('before it freezes, when a peer has died since the approval', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(1, () => world.sandbox.switchTrouble(`dead-${world.staying[0]}`, true));
    const { steps, findings } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({ status: 'failed' });
    expect(sent()).not.toContain('freeze');
    expect(copies().every((copy) => copy.system.get('sys.status') === '0')).toBe(true);
    expect(findings[0]?.verdict).not.toBe('confirmed');
  });

  test('when somebody else freezes the base in the last moment', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(2, () => {
      for (const copy of copies()) copy.system.set('sys.status', '4294967295');
    });
    const { steps } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({
      status: 'failed',
      text: 'freeze: somebody else has frozen it since the plan was made',
    });
    expect(sent()).toEqual(['set_properties', 'freeze']);
  });

  test('when the peers in the base were changed by somebody else', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(2, () => {
      for (const copy of copies()) copy.system.set('sys.peers', '127.0.0.8:1,127.0.0.9:1');
    });
    const { steps } = await perform(proposal);
    expect(steps.at(-1)?.text).toContain('by now, which nobody approved');
    expect(sent()).toEqual(['set_properties', 'freeze']);
  });

  test('before the directory, when it was changed by somebody else', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(4, () => {
      const linked = [...world.sandbox.world.directory.values()].find(({ name }) => name === 'cnt2');
      if (linked) linked.hosts = [world.from, ...world.staying, '127.0.0.9:1'];
    });
    const { steps } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({ status: 'failed' });
    expect(sent()).not.toContain('force');
  });

  test('at a copy that breaks off, with the directory untouched', async () => {
    const proposal = await planned(world.move, world.words());
    await world.sandbox.switchTrouble('copies-break', true);
    const { steps, view } = await perform(proposal);
    expect(statuses(steps)).toMatch(/^dddd[uf]$/);
    expect(view.title).toBe('cnt2 of myaccount (meta2) is not moved: it stopped at step 5 of 11 (copy)');
    expect(world.hosts().toSorted()).toEqual([world.from, ...world.staying].toSorted());
    expect(sent()).not.toContain('force');
  });

  test.each(['dead', 'frozen'])('before the copy, when its destination is %s by then', async (trouble) => {
    const proposal = await planned(world.move, world.words());
    beforeStep(3, () => world.sandbox.switchTrouble(`${trouble}-${world.to}`, true));
    const { steps, findings } = await perform(proposal);
    expect(statuses(steps)).toBe('ddddf');
    expect(steps.at(-1)?.text).toContain(`${world.to} does not answer`);
    expect(sent()).not.toContain('copy');
    expect(findings[0]?.verdict).toBe('contradicted');
  });

  test('at a copy whose destination refuses connections in the last moment, with nothing in doubt', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(4, () => world.sandbox.switchTrouble(`dead-${world.to}`, true));
    const { steps, findings } = await perform(proposal);
    expect(statuses(steps)).toBe('ddddf');
    expect(steps.at(-1)?.text).toContain(`${world.to} cannot be reached, so nothing was copied`);
    expect(sent()).toContain('copy');
    expect(findings[0]?.verdict).toBe('contradicted');
  });

  test('at a lost answer whose effect cannot be seen, and goes on at one whose effect can', async () => {
    const proposal = await planned(world.move, world.words());
    world.sandbox.onCall(({ write }, moment) => {
      if (moment === 'after' && (write === 2 || write === 4)) return 'hang up';
      return undefined;
    });
    const { steps } = await perform(proposal);
    expect(statuses(steps)).toBe('ddddu');
    expect(steps[1]?.text).toContain('the answer was lost, but it is so');
  });

  test('and says how to free the base where the end is not known', async () => {
    const proposal = await planned(world.move, world.words());
    const { steps } = await perform(proposal);
    const [target = { key: '' }] = proposal.targets;
    const view = proposal.render(
      steps.slice(0, 5),
      [{ target: target.key, verdict: 'unverifiable', text: 'Timeout' }],
      'R7',
    );
    expect(view.title).toBe(
      'How the move of cnt2 of myaccount (meta2) ended is not known: it stopped at step 5 of 11 (copy)',
    );
    expect(Object.keys(nextOf(view))).toEqual(['Clear', 'Continue', 'Go back', 'Diagnose']);
    expect(nextOf(view).Clear).toBe('ops clear R7');
  });

  test('when the freeze was accepted, and somebody else enabled the base right afterwards', async () => {
    const proposal = await planned(world.move, world.words());
    world.sandbox.onCall(({ write }, moment) => {
      if (write !== 2 || moment !== 'after') return undefined;
      for (const copy of copies()) copy.system.set('sys.status', '0');
      return undefined;
    });
    const { steps } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({
      status: 'failed',
      text: 'freeze: the freeze was accepted, but no copy says that the base is frozen',
    });
  });

  test('at the enabling, when the master is enabled already and another copy is not', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(8, () => {
      const master = world.master();
      world.base().holdings.get(master)?.copy.system.set('sys.status', '0');
    });
    const { steps } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({ status: 'failed' });
    expect(steps.at(-1)?.text).toContain('but another copy is frozen');
  });

  test('and says so where every step is done, and it does not read back as moved', async () => {
    const proposal = await planned(world.move, world.words());
    const { steps, findings } = await perform(proposal);
    const found = findings.map((finding) => ({ ...finding, verdict: 'contradicted' as const }));
    expect(proposal.render(steps, found, 'R7').title).toBe(
      'cnt2 of myaccount (meta2): all 11 steps are done, but it does not read back as moved',
    );
    const open = findings.map((finding) => ({ ...finding, verdict: 'unverifiable' as const }));
    expect(proposal.render(steps, open, 'R7').title).toBe(
      'cnt2 of myaccount (meta2): all 11 steps are done, but it could not be read back',
    );
  });

  test('before anybody leaves, when a peer has died since the directory was replaced', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(5, () => world.sandbox.switchTrouble(`dead-${world.staying[0]}`, true));
    const { steps } = await perform(proposal);
    expect(steps.at(-1)).toMatchObject({ status: 'failed' });
    expect(steps.at(-1)?.text).toContain(`fewer than three peers are healthy (2): ${world.staying[0]}`);
    expect(sent()).toContain('force');
    expect(sent()).not.toContain('leave');
  });

  test('before it enables, when the base names others than the directory', async () => {
    const proposal = await planned(world.move, world.words());
    beforeStep(7, () => {
      for (const copy of copies()) copy.system.set('sys.peers', [world.from, ...world.staying].join());
    });
    const { steps, findings } = await perform(proposal);
    expect(steps.at(-1)?.status).toBe('failed');
    expect(sent()).not.toContain('enable');
    expect(findings[0]?.verdict).toBe('contradicted');
  });
});

test('a copy only comes from the master of that moment, not from the one that was approved', async () => {
  world = await movingRig('4.2.10');
  const proposal = await planned(world.move, world.words());
  const approved = world.master();
  beforeStep(3, async () => {
    const base = {
      type: 'meta2',
      container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'cnt2' },
    } as const;
    const call = { request: 'R7', signal: new AbortController().signal };
    await world.openio.election('leave', { base, only: [approved] }, call);
    await world.openio.election('status', { base }, call);
  });
  const { steps } = await perform(proposal);
  const copied = world.sent.find(({ url }) => url.includes('/admin/copy'));
  expect(steps[3]?.text).not.toContain(`${approved} is master`);
  expect(copied && JSON.parse(copied.body ?? '')).not.toMatchObject({ from: approved });
});
