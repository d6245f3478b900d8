import { createDistkvSandbox, type DistkvSandbox } from '../../../sandbox/distkv/sandbox';
import type { Distkv } from '../../../src/backends/distkv/distkv';
import { BackendFailure } from '../../../src/backends/failure';
import { distkvMark } from '../../../src/handlers/distkv/mark';
import type { Finding, Planned, Proposal, Step } from '../../../src/handlers/operation';
import type { View } from '../../../src/handlers/view';
import { outcomeKind } from '../../../src/jobs/request/outcome';
import { inDoubt } from '../../../src/jobs/request/outcome-doubt';
import { clientOf, context, raw } from '../../contracts/distkv-behaviour';
import { noPlan } from '../../support/planned';

let sandbox: DistkvSandbox;
let distkv: Distkv;
beforeEach(async () => {
  sandbox = await createDistkvSandbox({ cycleMs: null });
  distkv = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const propose = (...words: readonly string[]): Promise<Planned<Proposal>> =>
  distkvMark(distkv, { patienceMs: 300 }).propose(words, context());

async function planned(...words: readonly string[]): Promise<Proposal> {
  const result = await propose(...words);
  if (result.kind !== 'plan') throw new Error(noPlan(result));
  return result.plan;
}

async function run(proposal: Proposal): Promise<{ steps: Step[]; findings: readonly Finding[]; view: View }> {
  const steps: Step[] = [];
  for await (const step of proposal.execute(context())) steps.push(step);
  return { steps, ...(await told(proposal, steps)) };
}

async function told(proposal: Proposal, steps: readonly Step[]) {
  const findings = [...(await proposal.verify(context())), ...proposal.untraced(steps)];
  return { findings, view: proposal.render(steps, findings, 'R1') };
}

const text = (view: View | undefined) => JSON.stringify(view);
const words = (view: View | undefined) =>
  (view?.parts ?? []).flatMap((part) => (part.kind === 'next' ? [part.words] : []));
const on = (server: number) => `distkv/nodes/test1/on/${distkv.servers[server]}`;

describe('the words of distkv mark', () => {
  it.each([
    [[], 'type the node'],
    [['test1', '9-3'], 'runs backwards'],
    [['test1', '0'], 'the first tick of a node is 1'],
    [['test1', '2', '--force'], 'there is no flag --force'],
    [['test1', '2', '--server', 'elsewhere:1'], 'there is no such server; configured: 127.0.0.1:'],
    [['test1', '2', '--server', '127.0.0.1'], 'there are several of that name'],
  ])('%j are refused with the reason', (typed, why) => {
    expect(distkvMark(distkv).check(typed)).toContain(why);
  });
});

describe('planning a mark', () => {
  it('takes everything of the node that is missing when no ticks are typed', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    expect((await planned('test1')).plan).toMatchObject({ node: 'test1', ticks: '2', name: 'test1', deleted: false });
  });

  it('says that nothing is missing, and is no plan', async () => {
    expect(await propose('test1')).toMatchObject({
      kind: 'unchanged',
      why: expect.stringContaining('Nothing of test1 is missing'),
    });
  });

  it('refuses a node that the server would make up, and names those it knows', async () => {
    const result = await propose('tset1', '2');
    expect(result).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('knows no node tset1, and would make one up. It knows test1, test2, test3.'),
    });
    expect((await distkv.state(distkv.servers[0], ['nodes'], context().signal)).nodes.has('tset1')).toBe(false);
  });

  it('refuses ticks that are not missing, with the reason for each, and offers the missing ones', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const result = await propose('test1', '2,5', '10-14');
    if (result.kind !== 'refused') throw new Error(result.kind);
    expect(result.view?.parts[0]).toMatchObject({
      rows: [
        ['13-14', 'does not exist yet: its last known tick is 12'],
        ['12', 'is known as deleted already'],
        ['10-11', 'is present there: nothing is lost, and --deleted would destroy the record'],
        ['5', 'is known as superseded already'],
      ],
    });
    expect(words(result.view)).toEqual(['distkv mark test1 2']);
  });

  it('is unchanged when all of it is marked already', async () => {
    expect(await propose('test1', '2,5-6')).toMatchObject({
      kind: 'unchanged',
      why: expect.stringContaining('are marked already'),
    });
  });

  it('refuses more than 10 000 ticks for --deleted, and more than a million otherwise, and says why', async () => {
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', ticks: { huge: 2_000_000 } }));
    const deleted = await propose('huge', '1-10001', '--deleted');
    expect(deleted).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/10001 ticks, and at most 10000.*for example 1-10000\.$/),
    });
    expect(await propose('huge')).toMatchObject({ kind: 'refused', why: expect.stringContaining('at most 1000000') });
    expect((await planned('huge', '1-1000000')).plan).toMatchObject({ ticks: '1-1000000' });
    const odd = Array.from({ length: 1_001 }, (_, i) => `${2 * i + 1}`).join(',');
    expect(await propose('huge', odd)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('1001 separate ranges'),
    });
  });

  it('is the same plan as long as the world is, though tocks move on', async () => {
    await sandbox.switchTrouble('waiting', true);
    expect((await planned('test1', '2')).plan).toEqual((await planned('test1', '2')).plan);
  });

  it('offers --broadcast when another server lacks the same ticks, and says why it is reversible', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const { preview, danger, targets } = await planned('test1', '2');
    expect(danger).toBe('reversible');
    expect(targets).toEqual([{ key: 'distkv/nodes/test1', label: 'ticks of test1' }]);
    expect(words(preview)).toEqual([`distkv mark test1 2 --broadcast --server ${distkv.servers[0]}`]);
    expect(text(preview)).toContain('Reversible: ');
    expect(words((await planned('test1', '2', '--broadcast')).preview)).toEqual([]);
  });

  it('warns that another server still holds the record, which is the better cure', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    const { preview } = await planned('test2', '2');
    expect(text(preview)).toContain('Restoring its link to the others is the better cure');
  });

  it('shows by name which records --deleted would destroy, and is irreversible', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    const { preview, danger, plan } = await planned('test2', '2', '--deleted');
    expect(danger).toBe('irreversible');
    expect(plan).toMatchObject({
      others: [
        { name: 'test2', holds: '2', records: [{ tick: '2', path: 'one.three', value: 'only here' }] },
        { name: 'test3', holds: '' },
      ],
    });
    expect(text(preview)).toContain('one.three');
    expect(text(preview)).toContain('Irreversible: ');
  });

  it('fails when the asked server does not answer, since nothing can be said', async () => {
    await sandbox.switchTrouble('down-test2', true);
    const asked = propose('test1', '2', '--server', distkv.servers[1] ?? '');
    await expect(asked).rejects.toMatchObject({ kind: 'unreachable', effect: 'none' });
  });
});

describe('performing a mark', () => {
  it('brings the waiting servers up: the outage of the guide', async () => {
    await sandbox.switchTrouble('waiting', true);
    const proposal = await planned('test1', '2', '--broadcast');
    const { steps, findings, view } = await run(proposal);
    expect(steps.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(findings).toEqual([
      {
        target: on(0),
        verdict: 'confirmed',
        text: expect.stringContaining('gone from missing, listed as superseded; tock'),
      },
      {
        target: 'distkv/nodes/test1/broadcast',
        verdict: 'confirmed',
        text: 'test1 says that it was sent; nothing else can show it.',
      },
    ]);
    expect(outcomeKind(steps, findings)).toBe('succeeded');
    expect(findings[0]?.text).toContain(`Silent: ${distkv.servers[1]}, ${distkv.servers[2]}.`);
    expect(view).toMatchObject({
      tone: 'good',
      title: 'Marked as superseded: tick 2 of test1 on test1, and broadcast',
    });
    expect(text(await proposal.recheck(context()))).toContain('still silent');
    await sandbox.round();
    expect(await proposal.recheck(context())).toMatchObject({
      tone: 'good',
      title: 'All servers are up and miss nothing of test1',
    });
  });

  describe('where no server can show that the broadcast was sent', () => {
    const BROADCAST = 'distkv/nodes/test1/broadcast';
    beforeEach(() => sandbox.switchTrouble('waiting', true));

    /** As the worker ends it that stops after one step, or that finds another one dead there. */
    async function stoppedAfterMark(isCutOff: boolean) {
      const proposal = await planned('test1', '2', '--broadcast');
      const running = proposal.execute(context())[Symbol.asyncIterator]();
      const steps = [(await running.next()).value as Step];
      await running.return?.();
      const { findings } = await told(proposal, steps);
      const { procedure, order } = proposal;
      const judged = isCutOff ? inDoubt(findings, { steps, procedure, order, isCutOff }) : findings;
      return { kind: outcomeKind(steps, judged), view: proposal.render(steps, judged, 'R1') };
    }

    it.each([
      ['a worker that is told to end between the two requests', false, 'partial', 'The broadcast was not sent.'],
      ['a worker that is killed there', true, 'uncertain', 'Whether the broadcast was sent is not known.'],
    ])('%s leaves no success behind', async (_who, isCutOff, kind, says) => {
      const ended = await stoppedAfterMark(isCutOff);
      expect(ended.kind).toBe(kind);
      expect(ended.view.title).toBe('Marked on test1 only in part as asked: tick 2 of test1');
      expect(text(ended.view)).toContain(says);
    });

    it('an answer to the mark that was lost leaves no success either, since nothing was broadcast', async () => {
      const lost = new BackendFailure('no complete answer', { backend: 'distkv', kind: 'timeout', effect: 'possible' });
      const losing: Distkv = {
        ...distkv,
        mark: async (...given) => {
          await distkv.mark(...given);
          throw lost;
        },
      };
      const result = await distkvMark(losing, { patienceMs: 300 }).propose(['test1', '2', '--broadcast'], context());
      if (result.kind !== 'plan') throw new Error(noPlan(result));
      const { steps, findings, view } = await run(result.plan);
      expect(findings.map(({ target, verdict }) => [target, verdict])).toEqual([
        [on(0), 'confirmed'],
        [BROADCAST, 'contradicted'],
      ]);
      expect(outcomeKind(steps, findings)).toBe('partial');
      expect(view.title).not.toContain('and broadcast');
    });
  });

  it('marks on one server alone, and tells where the ticks are still missing', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const { findings, view } = await run(await planned('test1', '2'));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.text).toContain('Still missing on test2 (');
    expect(words(view)).toEqual([
      `distkv mark test1 2 --server ${distkv.servers[1]}`,
      `distkv mark test1 2 --server ${distkv.servers[2]}`,
      'distkv state -ndmrk',
    ]);
  });

  it('reaches every server that lacks the ticks by broadcast, a finding for each', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const { steps, findings } = await run(await planned('test1', '2', '--broadcast'));
    expect(steps.map(({ target, status }) => [target, status])).toEqual([
      [on(0), 'done'],
      [on(1), 'done'],
      [on(2), 'done'],
    ]);
    expect(findings.map(({ target, verdict }) => [target, verdict])).toEqual([
      [on(0), 'confirmed'],
      [on(1), 'confirmed'],
      [on(2), 'confirmed'],
    ]);
  });

  it('is partial in words when the broadcast fails after the local mark', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const proposal = await planned('test1', '2', '--broadcast');
    await sandbox.switchTrouble('broker-dead', true);
    const { steps, findings, view } = await run(proposal);
    expect(steps.map(({ target, status }) => [target, status])).toEqual([
      [on(0), 'done'],
      ['distkv/nodes/test1/broadcast', 'failed'],
      [on(1), 'failed'],
      [on(2), 'failed'],
    ]);
    expect(steps[1]?.text).toContain('The broadcast failed after the mark on test1');
    expect(steps[1]?.text).toContain('Will not reconnect');
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'contradicted', 'contradicted']);
    expect(view).toMatchObject({ tone: 'warning', title: 'Marked on test1 only in part as asked: tick 2 of test1' });
  });

  it('sends nothing when the ticks are not missing any more, although the plan still says so', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const proposal = await planned('test1', '2', '--broadcast');
    await sandbox.switchTrouble('tick-lost', false);
    const { steps, view } = await run(proposal);
    expect(steps).toEqual([{ target: on(0), status: 'skipped', text: expect.stringContaining('Nothing was sent') }]);
    expect(view.title).not.toContain('and broadcast');
  });

  it('fails without doubt when nothing was sent', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const proposal = await planned('test1', '2');
    await sandbox.member('test1').stop();
    const { steps, findings, view } = await run(proposal);
    expect(steps).toMatchObject([
      { status: 'failed', text: expect.stringContaining('connection refused. It was not done.') },
    ]);
    expect(findings).toMatchObject([{ verdict: 'unverifiable' }]);
    expect(view.tone).toBe('bad');
  });

  it('leaves the doubt to reading back when the answer is lost, and does not broadcast', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const lost = new BackendFailure('mark the ticks: no complete answer within 5 s', {
      backend: 'distkv',
      kind: 'timeout',
      effect: 'possible',
    });
    const doubtful: Distkv = {
      ...distkv,
      mark: () => Promise.reject(lost),
      broadcast: () => Promise.reject(new Error('not to be called')),
    };
    const result = await distkvMark(doubtful, { patienceMs: 300 }).propose(['test1', '2', '--broadcast'], context());
    if (result.kind !== 'plan') throw new Error('no plan');
    const { steps } = await run(result.plan);
    expect(steps).toMatchObject([
      { status: 'unknown', text: expect.stringContaining('Whether it was done is not known') },
    ]);
  });

  it('destroys the record that another server held, as the preview said', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    const { findings } = await run(await planned('test2', '2', '--deleted', '--broadcast'));
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(await distkv.records(distkv.servers[1] ?? '', { node: 'test2', ticks: [2n] }, context().signal)).toEqual([]);
  });

  it('is contradicted when the server was restarted with old data in between', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    const proposal = await planned('test1', '2');
    for await (const step of proposal.execute(context())) expect(step.status).toBe('done');
    sandbox.member('test1').store.lose('test1', 2n);
    expect(await proposal.verify(context())).toMatchObject([
      { verdict: 'contradicted', text: expect.stringContaining('Still missing on test1') },
    ]);
  });

  it('is confirmed when the record came back meanwhile', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    const proposal = await planned('test2', '2');
    for await (const step of proposal.execute(context())) expect(step.status).toBe('done');
    // The holder sends it again: a mark does not keep it out.
    const entry = sandbox.member('test2').store.entry('test2', 2n);
    sandbox.member('test1').store.update(entry);
    expect(await proposal.verify(context())).toMatchObject([
      { verdict: 'confirmed', text: expect.stringContaining('came back with its record') },
    ]);
  });
});

it('is contradicted when the tock of the server fell', async () => {
  await sandbox.switchTrouble('tick-lost', true);
  const proposal = await planned('test1', '2');
  for await (const step of proposal.execute(context())) expect(step.status).toBe('done');
  const fallen: Distkv = {
    ...distkv,
    state: async (...args) => ({ ...(await distkv.state(...args)), tock: 3n, earlier: { node: 'test1', tock: 92n } }),
  };
  const findings = await distkvMark(fallen).restore(proposal.plan).verify(context());
  expect(findings).toMatchObject([{ verdict: 'contradicted', text: expect.stringContaining('fell from 92 to 3') }]);
});
