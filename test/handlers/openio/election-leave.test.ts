import { openioElectionLeave } from '../../../src/handlers/openio/election-leave';
import type { Change } from '../../../src/handlers/operation';
import { outcomeKind } from '../../../src/jobs/request/outcome';
import { nextOf, perform, planned, propose, QUICK, type Rig, rig, textOf, VERSIONS } from './support';

let world: Rig;
let leave: Change;

describe.each(VERSIONS)('on %s', (version) => {
  const p = version === '4.2.10' ? 7 : 6;
  const second = `127.0.0.2:${p}024`;

  beforeEach(async () => {
    world = await rig(version);
    leave = openioElectionLeave(world.openio, QUICK);
  });
  afterEach(() => world.close());

  test('all peers leave and elect again', async () => {
    const proposal = await planned(leave, 'meta2 FVE0');
    expect(proposal.danger).toBe('reversible');
    expect(textOf(proposal.preview)).toContain('Writes to this base stop until a new master is elected');
    const { steps, findings, view } = await perform(proposal);
    expect(steps.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(view.tone).toBe('good');
  });

  test('a master that leaves alone is followed by another one', async () => {
    const before = await world.openio.election('status', { base: FVE0 }, CALL);
    const master = before.find(({ status }) => status === 200)?.id ?? '';
    const { steps, findings } = await perform(await planned(leave, `meta2 FVE0 --service-id ${master}`));
    expect(steps).toMatchObject([{ status: 'done' }]);
    expect(findings[0]?.text).toMatch(/ is master now$/);
    expect(findings[0]?.text).not.toContain(master);
  });

  test('with only one other healthy peer nobody is asked to leave', async () => {
    await world.sandbox.switchTrouble(`dead-${second}`, true);
    const answer = await propose(leave, 'meta2 FVE0');
    expect(answer.kind === 'refused' && answer.why).toMatch(
      /^Nobody was asked to leave: there is only 1 other healthy peer .*two are needed to elect a master again/,
    );
    expect(answer.kind === 'refused' && answer.view ? nextOf(answer.view).Diagnose : '').toBe(
      'openio election diagnose meta2 FVE0',
    );
  });

  test.each(['dead', 'frozen'])(
    'a %s peer that cannot leave is no success, though the others still have a master',
    async (how) => {
      const slave = await aSlave();
      await world.sandbox.switchTrouble(`${how}-${slave}`, true);
      const { steps, findings, view } = await perform(await planned(leave, `meta2 FVE0 --service-id ${slave}`));
      expect(steps[0]?.status).toBe(how === 'dead' ? 'failed' : 'unknown');
      expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
      expect(findings[0]?.text).toContain(`nothing shows that ${slave} left`);
      expect(outcomeKind(steps, findings)).toBe(how === 'dead' ? 'failed' : 'uncertain');
      expect(view.tone).toBe('bad');
    },
  );

  test('a peer that keeps its place has not left', async () => {
    const slave = await aSlave();
    const proposal = await planned(leave, `meta2 FVE0 --service-id ${slave}`);
    const findings = await proposal.verify(CALL);
    expect(findings).toMatchObject([{ verdict: 'contradicted' }]);
    expect(findings[0]?.text).toContain(`${slave} did not leave`);
  });

  test('a peer without a file is no healthy peer', async () => {
    await world.sandbox.switchTrouble('missing-file-slave', true);
    expect((await propose(leave, 'meta2 FVE0')).kind).toBe('refused');
  });

  test('while ZooKeeper is in trouble nobody is asked to leave, because no election would come back', async () => {
    await world.sandbox.switchTrouble('zookeeper-frozen', true);
    const first = await perform(await planned(leave, 'meta2 FVE0'));
    expect(first.findings).toMatchObject([{ verdict: 'contradicted' }]);
    expect(first.view.tone).toBe('bad');
    const again = await propose(leave, 'meta2 FVE0');
    expect(again.kind === 'refused' && again.why).toMatch(/elections cannot come back while ZooKeeper is in trouble/);
  });
});

async function aSlave(): Promise<string> {
  const answers = await world.openio.election('status', { base: FVE0 }, CALL);
  return answers.find(({ status }) => status === 303)?.id ?? '';
}

const FVE0 = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'FVE0' },
} as const;
const CALL = { request: 'R1', signal: new AbortController().signal, report: () => undefined };
