import { cuttableProxy } from '../../../sandbox/services/proxy';
import { BackendFailure } from '../../../src/backends/failure';
import { palmPurge } from '../../../src/handlers/palm/purge';
import { purgePlan } from '../../../src/handlers/palm/purge-plan';
import { palmWithFaults } from '../../contracts/palm-faults';
import {
  ABSENT,
  contextOf,
  LEADER,
  ORPHAN,
  PRINTF,
  perform,
  propose,
  type Rig,
  recordText,
  refusal,
  startRig,
  textOf,
  WORKER,
} from './rig';

/** The first write only: what follows must get through. */
function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

describe.each(['v3', 'v2'] as const)('palm purge in etcd %s', (api) => {
  let rig: Rig;
  const purge = () => palmPurge(rig.palm);

  beforeAll(async () => {
    rig = await startRig(api);
  });
  beforeEach(() => rig.seed());
  afterEach(() => rig.etcd.resume());
  afterAll(() => rig.stop());

  test('the preview shows the record, who depends on it, the process that stays, and the way back', async () => {
    const proposal = await propose(purge(), [LEADER.slice(0, 6)]);
    const text = textOf(proposal.preview);
    expect(proposal.danger).toBe('reversible');
    expect(proposal.targets).toEqual([{ key: `palm/servers/${LEADER}`, label: `montecarlo ${LEADER}` }]);
    expect(text).toContain('Delete 1 server from PALM');
    expect(text).toContain('Address: 127.0.0.1:5556,5557,5558');
    expect(text).toContain(`Called leader by: 1 other: montecarlo (${WORKER})`);
    expect(text).toContain(`1 server calls ${LEADER} their leader and will be orphans.`);
    expect(text).toMatch(/Revision: [1-9][0-9]*/);
    expect(text).toContain('process 6001 on 127.0.0.1 will go on running');
    expect(proposal.undo).toContain('palm undo');
    expect(text).not.toMatch(/To undo|SHA-256/);
    expect(proposal.preview.parts.find((part) => part.kind === 'raw')).toMatchObject({ asFile: true });
    expect(proposal.preview.tone).toBe('warning');
  });

  test('what is left is counted each time and is no part of the plan, so that a new server does not make it stale', async () => {
    const count = async () => {
      const planned = await purge().propose([PRINTF, WORKER], contextOf());
      if (planned.kind !== 'plan' || !planned.plan.pool) throw new Error('nothing was counted');
      return planned.plan;
    };
    const first = await count();
    await rig.hand.put(ABSENT, recordText(ABSENT));
    await rig.hand.put('odd name', '{broken');
    const second = await count();
    expect(first.pool).toMatchObject({ key: 'palm/servers', removes: 2 });
    expect(second.pool?.leaves).toBe((first.pool?.leaves ?? 0) + 1);
    expect(second.plan).toEqual(first.plan);
  });

  test('the plan keeps the exact bytes, and is the same as long as nothing changes', async () => {
    const first = await propose(purge(), [PRINTF, WORKER]);
    await rig.hand.putElsewhere('/elsewhere', 'another write moves the revision of etcd');
    const second = await propose(purge(), [PRINTF, WORKER]);
    expect(second.plan).toEqual(first.plan);
    const { servers } = purgePlan.parse(first.plan);
    expect(servers.map((server) => Buffer.from(server.base64, 'base64').toString())).toEqual([
      (await rig.hand.read(PRINTF))?.toString(),
      (await rig.hand.read(WORKER))?.toString(),
    ]);
  });

  test.each([
    ['is rewritten with the same text', () => rig.hand.put(PRINTF, recordText(PRINTF))],
    ['gets a follower', () => rig.hand.put(ABSENT, recordText(ABSENT, { leader: PRINTF }))],
  ])('the plan is another one when a server %s', async (_what, change) => {
    const first = await propose(purge(), [PRINTF]);
    await change();
    expect((await propose(purge(), [PRINTF])).plan).not.toEqual(first.plan);
  });

  test('two servers are deleted, and only those', async () => {
    const { steps, findings, view } = await perform(
      await propose(purge(), [PRINTF, WORKER.slice(0, 8), PRINTF.slice(0, 10)]),
    );
    expect(steps.map((step) => step.status)).toEqual(['done', 'done']);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'confirmed']);
    const text = textOf(view);
    expect(view.tone).toBe('good');
    expect(text).toContain('2 of 2 servers gone from PALM');
    expect(text).toContain(
      'Still running and perhaps to be stopped or restarted: process 4749 on 127.0.0.1, process 7001 on 10.0.0.11.',
    );
    expect(await rig.hand.read(PRINTF)).toBeNull();
    expect(await rig.hand.read(WORKER)).toBeNull();
    expect(await rig.hand.read(LEADER)).not.toBeNull();
  });

  test('the result offers to undo this very request', async () => {
    const { view } = await perform(await propose(purge(), [PRINTF]), contextOf('R0000004'));
    expect(textOf(view)).toContain('[Undo] palm undo R0000004');
  });

  test('what was rewritten after the last look is not touched, and is shown as it is now', async () => {
    const proposal = await propose(purge(), [PRINTF, WORKER]);
    await rig.hand.put(PRINTF, recordText(PRINTF, { pid: 9999 }));
    const { steps, findings, view } = await perform(proposal);
    expect(steps.map((step) => step.status)).toEqual(['skipped', 'done']);
    expect(steps[0]?.text).toContain('process 9999 on 127.0.0.1');
    expect(findings.map((finding) => finding.verdict)).toEqual(['contradicted', 'confirmed']);
    expect(view.tone).toBe('bad');
    expect(await rig.hand.read(PRINTF)).not.toBeNull();
  });

  test('a server that registers again with identical text is not the approved one', async () => {
    const proposal = await propose(purge(), [PRINTF]);
    await rig.hand.drop(PRINTF);
    await rig.hand.put(PRINTF, recordText(PRINTF));
    const { steps, findings } = await perform(proposal);
    expect([steps[0]?.status, findings[0]?.verdict]).toEqual(['skipped', 'contradicted']);
    expect(await rig.hand.read(PRINTF)).not.toBeNull();
  });

  test('what vanished by itself is not claimed', async () => {
    const proposal = await propose(purge(), [PRINTF]);
    await rig.hand.drop(PRINTF);
    const { steps, findings } = await perform(proposal);
    expect(steps[0]).toMatchObject({ status: 'skipped', text: 'it was gone already' });
    expect(findings[0]).toMatchObject({
      verdict: 'confirmed',
      text: expect.stringContaining('no receipt says by whom'),
    });
  });

  test('the second look tells who came back', async () => {
    const change = palmPurge(rig.palm, { registryCycleMs: 100 });
    const proposal = await propose(change, [PRINTF, WORKER]);
    expect(proposal.recheckAfterMs).toBe(5_200);
    await perform(proposal);
    expect(await proposal.recheck(contextOf())).toMatchObject({ title: 'None of 2 servers came back', tone: 'good' });
    await rig.hand.put(PRINTF, recordText(PRINTF, { pid: 1234 }));
    const again = textOf(await proposal.recheck(contextOf()));
    expect(again).toContain('1 of 2 servers came back');
    expect(again).toContain('process 1234 on 127.0.0.1');
  });

  test('an answer cut after the commit: the step is unknown, reading back knows', async () => {
    const proxy = await cuttableProxy(rig.etcd.url);
    const palm = palmWithFaults({ api, url: proxy.url, beforeWrite: once(() => proxy.cutNextAnswer()) });
    const { steps, findings, view } = await perform(await propose(palmPurge(palm), [PRINTF, WORKER]));
    await palm.close();
    await proxy.close();
    expect(view.title).toBe('1 of 2 servers gone from PALM; 1 not known');
    expect(steps.map((step) => step.status)).toEqual(['unknown', 'failed']);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'unverifiable']);
    expect(findings[0]?.text).toBe(
      api === 'v3' ? 'gone; deleted by this request' : 'gone; no receipt says by whom (v2 keeps none)',
    );
    expect(await rig.hand.read(PRINTF)).toBeNull();
    expect(await rig.hand.read(WORKER)).not.toBeNull();
  });

  test('etcd frozen during the delete: unknown at first, and true once etcd goes on', async () => {
    const palm = palmWithFaults({ api, url: rig.etcd.url, beforeWrite: once(() => rig.etcd.pause()) });
    const proposal = await propose(palmPurge(palm), [PRINTF, WORKER]);
    const context = contextOf();
    const steps = [];
    for await (const step of proposal.execute(context)) steps.push(step);
    expect(steps.map((step) => step.status)).toEqual(['unknown', 'failed']);
    const blind = await proposal.verify(context);
    expect(blind.map((finding) => finding.verdict)).toEqual(['unverifiable', 'unverifiable']);
    rig.etcd.resume();
    await proposal.seal(context);
    const [finding] = await proposal.verify(context);
    const there = (await rig.hand.read(PRINTF)) !== null;
    // v2 has no seal: there the delete may land between the two looks.
    const truths = there
      ? [api === 'v3' ? 'contradicted' : 'unverifiable']
      : api === 'v3'
        ? ['confirmed']
        : ['confirmed', 'unverifiable'];
    expect(truths).toContain(finding?.verdict);
    expect(await rig.hand.read(WORKER)).not.toBeNull();
    await palm.close();
  });

  test('an etcd that is away fails the purge before anything is touched', async () => {
    const proposal = await propose(purge(), [PRINTF, WORKER]);
    await rig.etcd.kill();
    const steps = [];
    for await (const step of proposal.execute(contextOf())) steps.push(step);
    await rig.etcd.restart();
    expect(steps.map((step) => step.status)).toEqual(['failed', 'failed']);
    expect(steps[1]?.text).toBe('not tried after the failure before it');
    expect(await rig.hand.read(PRINTF)).not.toBeNull();
  });

  test.each([
    ['nobody', [ABSENT], 'Type palm servers to see what is registered.'],
    ['an unreadable row', [ORPHAN], `Type palm show ${ORPHAN} to see it.`],
    ['one of two missing', [PRINTF, ABSENT], ABSENT],
  ])('%s is refused as a whole', async (_what, words, next) => {
    await rig.hand.put(ORPHAN, '{broken');
    expect(await refusal(purge(), words)).toMatch(/^refused: /);
    expect(await refusal(purge(), words)).toContain(next);
    expect(await rig.hand.read(PRINTF)).not.toBeNull();
  });

  test('a beginning that fits several is refused with the candidates', async () => {
    const twin = PRINTF.replace(/.$/, '0');
    await rig.hand.put(twin, recordText(twin));
    const said = await refusal(purge(), [PRINTF.slice(0, 12)]);
    expect(said).toContain('Type more characters of the one you mean.');
    expect(said).toContain(twin);
    expect(said).toContain(PRINTF);
  });

  test('an empty key space is refused with the reason', async () => {
    await rig.hand.wipe();
    expect(await refusal(purge(), [PRINTF])).toContain('Nothing is registered below /servers/');
  });

  test('more bytes than can be kept are refused', async () => {
    const functions = Array.from({ length: 10_000 }, (_, n) => `function_${n}_${'x'.repeat(40)}`);
    await rig.hand.put(ABSENT, recordText(ABSENT, { functions }));
    expect(await refusal(purge(), [ABSENT])).toContain(
      'at most 700 kB are kept for undoing. Nothing was deleted. Purge fewer at once.',
    );
  });

  test('100 kB of functions are shown short, kept whole, and purged', async () => {
    const functions = Array.from({ length: 7_000 }, (_, n) => `function_${n}`);
    const text = recordText(ABSENT, { server: '<!channel> `rm`', functions });
    await rig.hand.put(ABSENT, text);
    const proposal = await propose(purge(), [ABSENT]);
    const facts = proposal.preview.parts.filter((part) => part.kind === 'facts');
    expect(JSON.stringify(facts).length).toBeLessThan(2_000);
    expect(textOf(proposal.preview)).toContain('<!channel> `rm`');
    const { servers } = purgePlan.parse(proposal.plan);
    expect(Buffer.from(servers[0]?.base64 ?? '', 'base64').toString()).toBe(text);
    expect((await perform(proposal)).steps[0]?.status).toBe('done');
  });

  test('more than three servers become one table and one file', async () => {
    const proposal = await propose(purge(), [PRINTF, LEADER, WORKER, ORPHAN]);
    const kinds = proposal.preview.parts.map((part) => part.kind);
    expect(kinds.filter((kind) => kind === 'facts')).toHaveLength(0);
    const raw = proposal.preview.parts.find((part) => part.kind === 'raw');
    expect(raw?.text.split('\n').map((line) => JSON.parse(line).value)).toContain(
      (await rig.hand.read(LEADER))?.toString(),
    );
  });

  if (api === 'v3') {
    test('the same request knows what it deleted, after a crash as well', async () => {
      const proposal = await propose(purge(), [PRINTF, WORKER]);
      const context = contextOf('R0000001');
      const execution = proposal.execute(context)[Symbol.asyncIterator]();
      await execution.next();
      // The worker is gone here: no step is known, the second write never left.
      expect(await proposal.seal(context)).toBe(true);
      const [first, second] = await proposal.verify(context);
      expect(first).toMatchObject({ verdict: 'confirmed', text: 'gone; deleted by this request' });
      expect(second).toMatchObject({
        verdict: 'contradicted',
        text: expect.stringContaining('cannot delete it any more'),
      });
      expect((await execution.next()).value).toMatchObject({ status: 'skipped' });
      expect(await rig.hand.read(WORKER)).not.toBeNull();
    });

    test('a delete that never arrived cannot arrive later, and that is told', async () => {
      const lost = new BackendFailure('lost', { backend: 'palm', kind: 'timeout', effect: 'possible' });
      const lose = once(() => {
        throw lost;
      });
      const palm = palmWithFaults({ api, url: rig.etcd.url, beforeWrite: lose });
      const { steps, findings } = await perform(await propose(palmPurge(palm), [PRINTF]), contextOf('R0000003'));
      await palm.close();
      expect(steps[0]?.status).toBe('unknown');
      expect(findings[0]).toMatchObject({
        verdict: 'contradicted',
        text: expect.stringContaining('cannot delete it any more'),
      });
    });

    test('a server that came back after the delete is told apart', async () => {
      const proposal = await propose(purge(), [PRINTF]);
      const context = contextOf('R0000002');
      for await (const step of proposal.execute(context)) expect(step.status).toBe('done');
      await rig.hand.put(PRINTF, recordText(PRINTF, { configured: true }));
      const [finding] = await proposal.verify(context);
      expect(finding).toMatchObject({
        verdict: 'contradicted',
        text: expect.stringContaining('deleted by this request, and there again'),
      });
    });
  }
});

describe('words that palm purge refuses before anything is read', () => {
  const purge = palmPurge(null as never);
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);

  test.each([
    [[], 'a uuid is needed: palm purge UUID…'],
    [many(500), '500 servers are too many for one request; at most 100'],
    [[PRINTF, '../x'], '"../x" is not the uuid of a server'],
    [[`${PRINTF}/x`], 'is not the uuid of a server'],
    [[`${PRINTF}\n`], 'is not the uuid of a server'],
    [['--force', PRINTF], 'there is no flag --force; this command takes none'],
    [['<!channel>'], '"<!channel>" is not the uuid of a server'],
    [['ü💥'], 'is not the uuid of a server'],
    [['x'.repeat(100_000)], '(100002 characters)'],
  ])('%#', (words, problem) => {
    expect(purge.check(words)).toContain(problem);
  });

  test('the same uuid twice counts once', () => {
    expect(purge.check([...many(100), ...many(100)])).toBeNull();
    expect(purge.check(many(101))).not.toBeNull();
  });
});
