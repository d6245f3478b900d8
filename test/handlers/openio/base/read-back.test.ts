import { openioBaseMove } from '../../../../src/handlers/openio/base/move';
import { context, perform, planned, textOf, VERSIONS } from '../support';
import { BRISK, type Moving, movingRig, performSteps } from './rig';

/** What is read after a move: at once, and some seconds later. */
let world: Moving;

afterEach(() => world.close());

describe.each(VERSIONS)('on %s', (version) => {
  beforeEach(async () => {
    world = await movingRig(version);
  });

  test('where the time to read is over, what was seen last is told', async () => {
    const proposal = await planned(world.move, world.words());
    await performSteps(proposal, 8);
    const patient = openioBaseMove(world.openio, { ...BRISK, settleMs: 60_000, pauseMs: 60_000 }).restore(
      proposal.plan,
    );
    const findings = await patient.verify({ ...context(), signal: AbortSignal.timeout(1_500) });
    expect(findings).toMatchObject([{ verdict: 'contradicted', text: expect.stringContaining('The directory names') }]);
  });

  test('where no copy can be read, nothing is said of what the copies name', async () => {
    const proposal = await planned(world.move, world.words());
    await performSteps(proposal, 7);
    // Nobody is in an election, and none ends.
    const [finding] = await proposal.verify(context());
    expect(finding?.text).toContain('no copy can be read');
    expect(finding?.text).not.toContain('the copies do not all name');
  });

  test('some seconds later, a base whose directory still names the old peer is only said not to be moved', async () => {
    const proposal = await planned(world.move, world.words());
    await performSteps(proposal, 4);
    const later = await proposal.recheck(context());
    expect(later).toMatchObject({ title: 'Not moved some seconds later', tone: 'neutral' });
    expect(textOf(later)).toContain('cnt2 of myaccount (meta2) is not moved: the directory names ');
    expect(textOf(later)).not.toContain(`counts on ${world.from}.`);
  });

  test('some seconds later, a new peer that counts on nobody is named with its state', async () => {
    const proposal = await planned(world.move, world.words());
    await perform(proposal);
    const member = world.base().members.get(world.to);
    if (member) member.peers = null;
    const later = await proposal.recheck(context());
    expect(later).toMatchObject({ title: 'Not every peer is in the election some seconds later', tone: 'warning' });
    expect(textOf(later)).toMatch(new RegExp(`${world.to} counts on nobody: (SLAVE|MASTER) `));
  });

  test('some seconds later, new peers that say nothing are named, and nothing is said of them', async () => {
    const proposal = await planned(world.move, world.words());
    await perform(proposal);
    await world.sandbox.switchTrouble(`dead-${world.to}`, true);
    const later = await proposal.recheck(context());
    expect(later).toMatchObject({ title: 'Not every peer could be asked some seconds later', tone: 'warning' });
    expect(textOf(later)).toContain(`${world.to} does not say whom it counts on (cnt2`);
  });
});
