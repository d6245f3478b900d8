import { MARKER } from '../../../../src/handlers/openio/base/marker';
import { openioBaseRemove } from '../../../../src/handlers/openio/base/remove';
import type { Change } from '../../../../src/handlers/operation';
import { nextOf, perform, planned, propose, textOf, VERSIONS } from '../support';
import { BRISK, type Moving, movingRig, performSteps, statuses } from './rig';

let world: Moving;
let remove: Change;

afterEach(() => world.close());

function words(service: string): string {
  return `meta2 cnt2 --service-id ${service}`;
}

const BASE = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'cnt2' },
} as const;

const CALL = { request: 'R7', signal: new AbortController().signal, report: () => undefined };

function worsen(): void {
  world.base().holdings.get(world.staying[0])?.copy.system.delete('sys.m2.ctime');
}

function freeze(): void {
  for (const { copy } of world.base().holdings.values()) copy.system.set('sys.status', '4294967295');
}

async function refusal(service: string): Promise<string> {
  const answer = await propose(remove, words(service));
  if (answer.kind !== 'refused') throw new Error(answer.kind);
  return textOf(answer.view ?? { title: '', tone: 'bad', parts: [] });
}

describe.each(VERSIONS)('on %s', (version) => {
  beforeEach(async () => {
    world = await movingRig(version);
    remove = openioBaseRemove(world.openio, BRISK);
  });

  test('the old copy is removed after the move, with a write before and a note after', async () => {
    await perform(await planned(world.move, world.words()));
    const proposal = await planned(remove, words(world.from));
    expect(proposal.danger).toBe('irreversible');
    expect(proposal.procedure).toHaveLength(3);
    const { steps, findings, view } = await perform(proposal);
    expect(statuses(steps)).toBe('ddd');
    expect(findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(view.tone).toBe('good');
    expect(world.base().holdings.has(world.from)).toBe(false);
    expect(world.whole().toSorted()).toEqual([...world.staying, world.to].toSorted());
  });

  test('a peer keeps its copy', async () => {
    expect(await refusal(world.from)).toContain(`the directory names ${world.from}`);
  });

  test.each([3, 4, 5, 6, 7, 8, 9, 10])(
    'after %i steps of a move nothing is removed from its services',
    async (count) => {
      await performSteps(await planned(world.move, world.words()), count);
      for (const service of [world.from, world.to]) {
        const answer = await propose(remove, words(service));
        expect(answer.kind).toBe('refused');
      }
      expect(world.sent.some(({ url }) => url.includes('/remove'))).toBe(false);
    },
  );

  test('an unfinished move is to be ended first, and the refusal offers that', async () => {
    await performSteps(await planned(world.move, world.words()), 10);
    const answer = await propose(remove, words(world.from));
    expect(answer.kind === 'refused' && answer.why).toContain('has not ended');
    expect(answer.kind === 'refused' && answer.view && nextOf(answer.view).Continue).toBe(
      `openio base move --from ${world.from} --to ${world.to} meta2 cnt2`,
    );
  });

  test('a service that nobody knows is named as such', async () => {
    expect(await refusal('127.0.0.9:1')).toContain('the conscience knows no meta2 service 127.0.0.9:1');
  });

  test('with a bad copy elsewhere the spare one stays', async () => {
    await perform(await planned(world.move, world.words()));
    worsen();
    expect(await refusal(world.from)).toContain('three good copies elsewhere are not seen');
  });

  test('with a dead peer the spare copy stays', async () => {
    await perform(await planned(world.move, world.words()));
    await world.sandbox.switchTrouble(`dead-${world.staying[0]}`, true);
    expect((await propose(remove, words(world.from))).kind).toBe('refused');
  });

  test.each([
    ['a copy went bad', 'three good copies elsewhere are not seen', () => worsen()],
    ['the base was frozen', 'the base is frozen', () => freeze()],
  ])('when %s after the approval, the old copy stays', async (_what, why, happens) => {
    await perform(await planned(world.move, world.words()));
    const proposal = await planned(remove, words(world.from));
    const running = proposal.execute(CALL)[Symbol.asyncIterator]();
    await running.next();
    happens();
    const { value } = await running.next();
    expect(value).toMatchObject({ status: 'failed' });
    expect(value?.text).toContain(why);
    expect(world.base().holdings.has(world.from)).toBe(true);
    expect(world.sent.some(({ url }) => url.includes('/remove'))).toBe(false);
  });

  test('a base that is frozen is left alone', async () => {
    await perform(await planned(world.move, world.words()));
    freeze();
    expect(await refusal(world.from)).toContain('the base is frozen');
  });

  test('a removal that was interrupted is known for what it is, and can be asked again', async () => {
    await perform(await planned(world.move, world.words()));
    const proposal = await planned(remove, words(world.from));
    await performSteps(proposal, 1);
    const [before] = await proposal.verify(CALL);
    expect(before?.verdict).toBe(version === '4.2.10' ? 'unverifiable' : 'contradicted');
    const again = await perform(await planned(remove, words(world.from)));
    expect(again.findings).toMatchObject([{ verdict: 'confirmed' }]);
    expect(world.base().holdings.has(world.from)).toBe(false);
  });
});

describe.each(VERSIONS)('on %s, where the note is the only proof', (version) => {
  /** Planned after a move, and performed so far; then nobody can ask the old service for its file. */
  async function performed(steps: number) {
    world = await movingRig(version);
    remove = openioBaseRemove(world.openio, BRISK);
    await perform(await planned(world.move, world.words()));
    const proposal = await planned(remove, words(world.from));
    await performSteps(proposal, steps);
    if (version !== '4.2.10') await world.sandbox.switchTrouble(`frozen-${world.from}`, true);
    return { found: async () => (await proposal.verify(CALL))[0] };
  }

  /** What the copy of one slave, or of every peer but the master, says of this request. */
  function note(text: string | null, host: string): void {
    const { properties } = world.base().holdings.get(host)?.copy ?? { properties: new Map<string, string>() };
    if (text === null) properties.delete(MARKER);
    else properties.set(MARKER, text);
  }

  function slaves(): readonly string[] {
    return [...world.staying, world.to].filter((host) => host !== world.master());
  }

  test('the note in every copy confirms it', async () => {
    const { found } = await performed(3);
    expect(await found()).toMatchObject({ verdict: 'confirmed', text: expect.stringContaining('in every copy') });
  });

  test('the note in one copy is proof enough, whatever the others still say', async () => {
    const { found } = await performed(3);
    for (const host of slaves()) note(`R7 removing ${world.from}`, host);
    expect(await found()).toMatchObject({ verdict: 'confirmed', text: expect.stringContaining('can be read') });
  });

  test('a note that missed a slave that hangs is proof too', async () => {
    const { found } = await performed(3);
    const [slave = ''] = slaves();
    await world.sandbox.switchTrouble(`frozen-${slave}`, true);
    expect(await found()).toMatchObject({ verdict: 'confirmed', text: expect.stringContaining('can be read') });
  });

  test('a removal that was begun in one copy only has begun', async () => {
    const { found } = await performed(2);
    for (const host of slaves()) note(null, host);
    const finding = await found();
    expect(finding?.verdict).toBe('unverifiable');
    expect(finding?.text).toContain(version === '4.2.10' ? 'cannot be asked' : 'it does not answer');
  });

  test('a base that cannot be read is no sign that nothing was removed', async () => {
    const { found } = await performed(2);
    await world.openio.election('leave', { base: BASE }, CALL);
    await world.sandbox.switchTrouble('zookeeper-frozen', true);
    expect(await found()).toMatchObject({ verdict: 'unverifiable' });
    expect(world.base().holdings.has(world.from)).toBe(false);
  });

  test.each(['frozen', 'dead'])('with a %s peer, nobody knows what its copy says', async (trouble) => {
    const { found } = await performed(0);
    const [slave = ''] = slaves();
    await world.sandbox.switchTrouble(`${trouble}-${slave}`, true);
    expect(await found()).toMatchObject({ verdict: 'unverifiable', text: expect.stringContaining('cannot be read') });
  });

  test('where every copy is read and none has it, the removal has not begun', async () => {
    const { found } = await performed(0);
    expect(await found()).toMatchObject({ verdict: 'contradicted', text: expect.stringContaining('has not begun') });
  });
});

test('a second look that cannot see the file sees at least whether there is a master', async () => {
  world = await movingRig('4.2.10');
  remove = openioBaseRemove(world.openio, BRISK);
  await perform(await planned(world.move, world.words()));
  const proposal = await planned(remove, words(world.from));
  await perform(proposal);
  const well = await proposal.recheck(CALL);
  expect(well).toMatchObject({ tone: 'good', title: expect.stringContaining('is as it was') });
  await world.openio.election('leave', { base: BASE }, CALL);
  await world.sandbox.switchTrouble('zookeeper-frozen', true);
  const ill = await proposal.recheck(CALL);
  expect(ill).toMatchObject({ tone: 'warning', title: expect.stringContaining('has no master') });
});

describe('where a service can be asked although it is no peer', () => {
  beforeEach(async () => {
    world = await movingRig('2026.14.2');
    remove = openioBaseRemove(world.openio, BRISK);
  });

  test('a service without a file has nothing to remove', async () => {
    const answer = await propose(remove, words(world.to));
    expect(answer.kind).toBe('unchanged');
    expect('why' in answer && answer.why).toContain('holds no file');
  });

  test('a service that hangs is left alone', async () => {
    await perform(await planned(world.move, world.words()));
    await world.sandbox.switchTrouble(`frozen-${world.from}`, true);
    expect(await refusal(world.from)).toContain('does not answer');
  });

  test('one that is silent at the second look is not called well', async () => {
    await perform(await planned(world.move, world.words()));
    const proposal = await planned(remove, words(world.from));
    await perform(proposal);
    expect(await proposal.recheck(CALL)).toMatchObject({
      title: `${world.from} has stayed without a copy`,
      tone: 'good',
    });
    await world.sandbox.switchTrouble(`frozen-${world.from}`, true);
    const view = await proposal.recheck(CALL);
    expect(view.tone).toBe('warning');
    expect(view.title).toContain(`${world.from} does not answer`);
  });
});
