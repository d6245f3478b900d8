import { createOpenioSandbox, type OpenioSandbox } from '../../../../sandbox/openio/sandbox';
import { createOpenio } from '../../../../src/backends/openio/create';
import type { Openio } from '../../../../src/backends/openio/openio';
import { openioBaseMove } from '../../../../src/handlers/openio/base/move';
import { STAGES } from '../../../../src/handlers/openio/base/procedure';
import { movesShape, timeLeft } from '../../../../src/handlers/openio/base/volume';
import type { Change, Finding, Proposal, Step } from '../../../../src/handlers/operation';
import { context, nextOf, perform, planned, propose, rowsOf, textOf, VERSIONS } from '../support';
import { BRISK, type Moving, movingRig } from './rig';

let world: Moving;

afterEach(() => world.close());

function volume(names = '', more = ''): string {
  return `meta2 --from ${world.from} --all ${names} ${more}`;
}

/** Which containers are on the service that is emptied. */
function on(service: string): readonly string[] {
  return [...world.sandbox.world.directory.values()]
    .filter(({ hosts }) => hosts.includes(service))
    .map(({ name }) => name)
    .toSorted();
}

describe.each(VERSIONS)('on %s', (version) => {
  beforeEach(async () => {
    world = await movingRig(version);
  });

  test('several bases move one after the other by one approval, each a target of its own', async () => {
    const before = on(world.from);
    const proposal = await planned(world.move, volume('cnt2 vol-a', '--pause 0'));
    expect(proposal.targets).toHaveLength(2);
    expect(proposal.procedure).toHaveLength(22);
    expect(proposal.procedure[15]).toContain('vol-a of myaccount (2 of 2): copying to');
    const { steps, findings, view } = await perform(proposal);
    expect(steps).toHaveLength(22);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'confirmed']);
    expect(steps[10]?.text).toMatch(/; 1 more to move, in about \d/);
    expect(on(world.from)).toEqual(before.filter((name) => name !== 'cnt2' && name !== 'vol-a'));
    expect(view.title).toBe(`2 of 2 bases are moved off ${world.from}`);
    expect(nextOf(view)['Remove the old copy']).toContain('openio base remove');
  });

  test('a base that is named twice by other spellings is moved once', async () => {
    const cid = [...world.sandbox.world.directory.values()].find(({ name }) => name === 'cnt2')?.cid ?? '';
    const proposal = await planned(world.move, volume(`${cid} ${cid.toLowerCase()} ${cid}.1`, '--cid'));
    expect(proposal.targets).toHaveLength(1);
    expect(proposal.procedure).toHaveLength(11);
  });

  test('the pause is a part of the first step of the next base', async () => {
    const proposal = await planned(world.move, volume('cnt2 vol-a', '--pause 7'));
    expect(proposal.procedure[0]).toBe('cnt2 of myaccount (1 of 2): marking the base as being moved');
    expect(proposal.procedure[11]).toBe(
      'vol-a of myaccount (2 of 2): pausing 7 s, then marking the base as being moved',
    );
  });

  test('the first that does not end well stops the rest, which are named and can be asked for', async () => {
    const proposal = await planned(world.move, volume('cnt2 vol-a vol-b', '--pause 0'));
    // Between the first and the second base somebody freezes the second.
    let writes = 0;
    world.sandbox.onCall(({ write }, moment) => {
      if (write === null || moment !== 'after') return undefined;
      writes += 1;
      if (writes === 9) status('vol-a', '4294967295');
      return undefined;
    });
    const { steps, findings, view } = await perform(proposal);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'contradicted', 'contradicted']);
    expect(steps).toHaveLength(12);
    expect(steps.at(-1)).toMatchObject({ status: 'failed' });
    expect(steps.at(-1)?.text).toContain('the base is frozen, and not by a move of this bot');
    expect(on(world.from)).toEqual(expect.arrayContaining(['vol-a', 'vol-b']));
    expect(view.title).toBe(`1 of 3 bases are moved off ${world.from}`);
    expect(rowsOf(view).map(([name, , end]) => [name, end])).toEqual([
      ['cnt2 of myaccount', 'moved'],
      ['vol-a of myaccount', 'stopped at step 1 of 11'],
      ['vol-b of myaccount', 'not begun'],
    ]);
    const rest = nextOf(view)['The other bases'] ?? '';
    expect(rest).toBe(`openio base move --from ${world.from} --all --pause 0 meta2 -- vol-b`);
    expect((await planned(world.move, rest.replace('openio base move ', ''))).targets).toHaveLength(1);
  });

  test.each(['contradicted', 'unverifiable'] as const)(
    'a base whose steps are all done and that is %s is not said to have stopped; the one that stopped goes on',
    async (verdict) => {
      const proposal = await planned(world.move, volume('cnt2 vol-a vol-b', '--pause 0'));
      const steps = [...stepsOf(proposal, 0, STAGES.length), ...stepsOf(proposal, 1, 4)];
      const findings = foundAs(proposal, [verdict, 'contradicted', 'contradicted']);
      const view = proposal.render(steps, findings, 'R7');
      expect(view).toMatchObject({
        title: `0 of 3 bases are moved off ${world.from}; 1 more went through all steps, not read back as moved`,
        tone: 'bad',
      });
      expect(rowsOf(view).map(([name, , end, found]) => [name, end, found])).toEqual([
        ['cnt2 of myaccount', 'all 11 steps done, not read back as moved', 'found 0'],
        ['vol-a of myaccount', 'stopped at step 4 of 11', 'found 1'],
        ['vol-b of myaccount', 'not begun', 'found 2'],
      ]);
      const next = nextOf(view);
      expect(next.Continue).toMatch(/ vol-a$/);
      expect(next['Go back']).toMatch(/ vol-a$/);
      expect(next['The other bases']).toMatch(/ vol-b$/);
      expect(next).not.toHaveProperty('Remove the old copy');
    },
  );

  test('where the last base that was begun is through and could not be read, that one goes on, in doubt', async () => {
    const proposal = await planned(world.move, volume('cnt2 vol-a', '--pause 0'));
    const steps = [...stepsOf(proposal, 0, STAGES.length), ...stepsOf(proposal, 1, STAGES.length)];
    const view = proposal.render(steps, foundAs(proposal, ['confirmed', 'unverifiable']), 'R7');
    expect(view.tone).toBe('warning');
    expect(view.title).toMatch(/^1 of 2 bases .*; 1 more went through/);
    expect(nextOf(view)).toMatchObject({
      Clear: 'ops clear R7',
      Continue: expect.stringMatching(/ vol-a$/),
      'Remove the old copy': expect.stringMatching(/ cnt2$/),
    });
  });

  test('bases that must not be moved are left out and named before anybody approves', async () => {
    status('vol-a', '4294967295');
    const answer = await propose(world.move, volume('cnt2 vol-a nowhere'));
    if (answer.kind !== 'plan') throw new Error(answer.kind);
    const proposal = answer.plan;
    expect(proposal.targets).toHaveLength(1);
    const text = textOf(proposal.preview);
    expect(text).toContain('vol-a of myaccount | the base is frozen');
    expect(text).toMatch(/nowhere of myaccount \| .*there is no such container/);
    expect(proposal.preview.title).toBe(`Move 1 base off ${world.from}`);
  });

  test('where none can be moved, it is refused with the reason of each', async () => {
    status('cnt2', '4294967295');
    const answer = await propose(world.move, volume('cnt2'));
    expect(answer.kind === 'refused' && answer.why).toContain('cnt2 of myaccount: the base is frozen');
  });

  test('where the namespace keeps no index, the bases have to be listed', async () => {
    const answer = await propose(world.move, volume());
    expect(answer.kind === 'refused' && answer.why).toContain('this namespace does not say which bases are on');
    expect(answer.kind === 'refused' && answer.why).toContain('List the bases by name');
  });

  test('a dry run lists every call of every base', async () => {
    const answer = await propose(world.move, volume('cnt2 vol-a', '--dry-run'));
    if (answer.kind !== 'shown') throw new Error(answer.kind);
    expect(textOf(answer.view)).toContain('These 18 calls would be sent');
    expect(world.sent).toEqual([]);
  });
});

describe('where the namespace keeps an index', () => {
  let sandbox: OpenioSandbox;
  let openio: Openio;
  let move: Change;

  beforeEach(async () => {
    world = await movingRig('2026.14.2');
    sandbox = await createOpenioSandbox({ version: '2026.14.2', scale: 0.005, index: true });
    openio = createOpenio({ proxyUrl: sandbox.url, namespace: 'OPENIO', account: 'myaccount' });
    move = openioBaseMove(openio, BRISK);
  });
  afterEach(async () => {
    await openio.close();
    await sandbox.close();
  });

  const all = () => `meta2 --from ${world.from} --all --pause 0`;

  /** Rows that sort before every real one. */
  function outdated(count: number): void {
    const rows = sandbox.world.index.get(world.from);
    for (let n = 0; n < count; n += 1)
      rows?.set(`00${String(n).padStart(2, '0')}${'0'.repeat(60)}`, `OPENIO/gone/c${n}`);
  }

  test('it says which bases are meant', async () => {
    const proposal = await planned(move, all());
    const expected = [...sandbox.world.directory.values()].filter(({ hosts }) => hosts.includes(world.from));
    expect(proposal.targets.map(({ key }) => key).toSorted()).toEqual(
      expected.map(({ cid }) => `openio/OPENIO/${cid}.1.meta2`).toSorted(),
    );
  });

  test('rows that are out of date are passed over and counted, however many are in front', async () => {
    const before = (await planned(move, all())).targets;
    outdated(25);
    const answer = await propose(move, all());
    if (answer.kind !== 'plan') throw new Error(answer.kind);
    expect(answer.plan.targets).toEqual(before);
    expect(textOf(answer.plan.preview)).toContain('25 rows of the index are out of date');
  });

  test('after a good end the next ones are offered, and when nothing is left that is said', async () => {
    const { view } = await perform(await planned(move, all()));
    expect(view.tone).toBe('good');
    const next = nextOf(view)['The next bases'] ?? '';
    expect(next).toContain('--all');
    // The rows are still there, as after a move that the index was not told of.
    const rows = sandbox.world.index.get(world.from);
    for (const { cid } of sandbox.world.directory.values()) rows?.set(cid, 'OPENIO/myaccount/moved');
    const again = await propose(move, next.replace('openio base move ', ''));
    expect(again.kind).toBe('unchanged');
  });

  test('what else comes to the service meanwhile does not make the approval stale', async () => {
    const first = await propose(move, all());
    if (first.kind !== 'plan') throw new Error(first.kind);
    const moves = movesShape.parse(first.plan.plan);
    const fewer = { ...moves, moves: moves.moves.slice(0, 1) };
    outdated(3);
    const now = await move.propose(splitAll(all()), { ...context(), approved: fewer });
    expect(now.kind === 'plan' && now.plan.plan).toEqual(fewer);
  });
});

/** The first so many steps of one base, all done but the last where it is not the end. */
function stepsOf({ targets }: Proposal, index: number, count: number): readonly Step[] {
  return STAGES.slice(0, count).map((stage, at) => ({
    target: targets[index]?.key ?? '',
    status: at + 1 === count && count < STAGES.length ? 'failed' : 'done',
    text: `${stage}: said`,
  }));
}

function foundAs({ targets }: Proposal, verdicts: readonly Finding['verdict'][]): readonly Finding[] {
  return targets.map(({ key }, at) => ({
    target: key,
    verdict: verdicts[at] ?? 'unverifiable',
    text: `found ${at}`,
  }));
}

function splitAll(text: string): readonly string[] {
  return text.split(' ');
}

test('what is left out is no part of what is approved', async () => {
  world = await movingRig('2026.14.2');
  status('vol-a', '4294967295');
  const crowded = await planned(world.move, volume('cnt2 vol-a nowhere'));
  const alone = await planned(world.move, volume('cnt2'));
  expect(crowded.plan).toEqual(alone.plan);
});

test('the time that is left counts a pause before each base that is left, and none before the first', async () => {
  world = await movingRig('2026.14.2');
  const seconds = { elapsed: 80_000, pauseMs: 60_000 };
  expect(timeLeft({ ...seconds, moved: 2, rest: 1 })).toBe(70_000);
  expect(timeLeft({ ...seconds, moved: 2, rest: 3 })).toBe(210_000);
  expect(timeLeft({ elapsed: 10_000, moved: 1, rest: 2, pauseMs: 0 })).toBe(20_000);
});

function status(container: string, value: string): void {
  const linked = [...world.sandbox.world.directory.values()].find(({ name }) => name === container);
  const base = world.sandbox.world.bases.get(`${linked?.cid}.1`);
  for (const { copy } of base?.holdings.values() ?? []) copy.system.set('sys.status', value);
}
