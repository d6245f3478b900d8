import { cuttableProxy } from '../../../sandbox/services/proxy';
import { createUnits, type Units } from '../../../src/backends/units';
import { palmReset } from '../../../src/handlers/palm/reset';
import { type LoopbackSshd, startSshd, whyNoSshd } from '../../backends/loopback-sshd';
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

const nowhere = createUnits({ where: null, keyFile: '', knownHostsFile: '' });

describe.each(['v3', 'v2'] as const)('palm reset in etcd %s', (api) => {
  let rig: Rig;
  const reset = (units: Units = nowhere) => palmReset(rig.palm, units);
  const left = async () => (await rig.palm.list((entry) => entry.id, new AbortController().signal)).rows;

  beforeAll(async () => {
    rig = await startRig(api);
  });
  beforeEach(() => rig.seed());
  afterEach(() => rig.etcd.resume());
  afterAll(() => rig.stop());

  test('the preview lists every key, unreadable ones too, and saves every byte', async () => {
    await rig.hand.put('odd name', '{broken');
    const proposal = await propose(reset(), []);
    expect(proposal.danger).toBe('irreversible');
    expect(proposal.targets.map((target) => target.key)).toEqual([
      'palm/servers',
      'palm/units/registry',
      'palm/units/pipeliner',
    ]);
    const text = textOf(proposal.preview);
    expect(text).toContain('Delete all 5 keys below /servers/');
    expect(text).toMatch(/odd name \| cannot be read: its name is not a uuid \| – \| – \| [1-9][0-9]*$/m);
    expect(text).toContain("Type on PALM's master: systemctl restart registry");
    const raw = proposal.preview.parts.find((part) => part.kind === 'raw');
    expect([raw?.asFile, text.includes('keep records.jsonl, which is in the thread')]).toEqual([true, true]);
    const saved = (raw?.text ?? '').split('\n').map((line) => JSON.parse(line));
    expect(saved).toHaveLength(5);
    expect(saved).toContainEqual({
      key: `/servers/${PRINTF}`,
      revision: expect.any(String),
      value: recordText(PRINTF),
    });
  });

  test('the plan is the same as long as nothing below /servers/ changes', async () => {
    const first = await propose(reset(), []);
    await rig.hand.putElsewhere('/elsewhere', 'moves the revision of etcd');
    expect((await propose(reset(), [])).plan).toEqual(first.plan);
    await rig.hand.drop(PRINTF);
    expect((await propose(reset(), [])).plan).not.toEqual(first.plan);
  });

  test('everything is deleted; without PALM_SSH it says what to type', async () => {
    await rig.hand.putElsewhere('/servers-old/x', 'kept');
    const { steps, findings, view } = await perform(await propose(reset(), []));
    expect(steps.map((step) => [step.status, step.text])).toEqual([
      ['done', '4 keys deleted'],
      ['skipped', 'not done by the bot; type: systemctl restart registry'],
      ['skipped', 'not done by the bot; type: systemctl restart pipeliner'],
    ]);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'unverifiable', 'unverifiable']);
    expect(view).toMatchObject({ title: 'PALM was reset: all 4 approved keys are gone', tone: 'warning' });
    expect(textOf(view)).toContain("Type on PALM's master: systemctl restart pipeliner");
    expect(await left()).toEqual([]);
    expect(await rig.hand.readElsewhere('/servers-old/x')).toBe('kept');
  });

  test.each([
    ['registered', ABSENT],
    ['was rewritten', PRINTF],
  ])('nothing is deleted when a server %s since the last look', async (_what, uuid) => {
    const proposal = await propose(reset(), []);
    await rig.hand.put(uuid, recordText(uuid));
    const { steps, findings, view } = await perform(proposal);
    expect(steps.map((step) => step.status)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(steps[0]?.text).toBe(`nothing deleted; registered or rewritten since: ${uuid}`);
    expect(findings[0]?.verdict).toBe(api === 'v3' ? 'contradicted' : 'unverifiable');
    expect(view.tone).toBe('bad');
    expect(await left()).toEqual(expect.arrayContaining([ORPHAN, LEADER, WORKER, PRINTF]));
  });

  test('a key that vanishes in the last moment is told', async () => {
    const proposal = await propose(reset(), []);
    await rig.hand.drop(PRINTF);
    const { steps, findings } = await perform(proposal);
    expect(steps[0]).toMatchObject({ status: 'done', text: '3 keys deleted; 1 had vanished by themselves' });
    expect(findings[0]?.verdict).toBe('confirmed');
  });

  test('an answer cut after the write: the step is unknown, and reading back tells what is there', async () => {
    const proxy = await cuttableProxy(rig.etcd.url);
    let armed = true;
    const cut = () => {
      if (armed) proxy.cutNextAnswer();
      armed = false;
    };
    const palm = palmWithFaults({ api, url: proxy.url, beforeWrite: cut });
    const proposal = await propose(palmReset(palm, nowhere), []);
    const context = contextOf('R0000009');
    const steps = [];
    for await (const step of proposal.execute(context)) steps.push(step);
    const [finding] = await proposal.verify(context);
    await palm.close();
    await proxy.close();
    expect(steps.map((step) => step.status)).toEqual(['unknown', 'skipped', 'skipped']);
    const rows = await left();
    if (api === 'v3') expect([rows, finding?.verdict]).toEqual([[], 'confirmed']);
    else expect([rows.length < 4, finding?.verdict]).toEqual([true, rows.length === 0 ? 'confirmed' : 'unverifiable']);
  });

  test('the second look tells what registered again', async () => {
    const proposal = await propose(reset(), []);
    await perform(proposal);
    expect((await proposal.recheck(contextOf())).title).toBe('0 keys are below /servers/ now, none of the old ones');
    await rig.hand.put(PRINTF, recordText(PRINTF));
    await rig.hand.put(ABSENT, recordText(ABSENT));
    const again = await proposal.recheck(contextOf());
    expect(again.title).toBe('2 keys are below /servers/ now, 1 of the old ones');
    expect(textOf(again)).toContain(PRINTF);
  });

  test('nothing there is nothing to reset', async () => {
    await rig.hand.wipe();
    expect(await refusal(reset(), [])).toMatch(
      /^unchanged: Nothing is registered .* To restart the services type palm restart registry\.$/,
    );
  });

  test('more bytes than can be saved are refused', async () => {
    for (const n of [1, 2, 3, 4]) await rig.hand.put(String(n), 'x'.repeat(1_000_000));
    expect(await refusal(reset(), [])).toContain('more than can be saved before deleting it');
  });

  if (api === 'v2') {
    test('a directory below /servers/ is refused, and survives', async () => {
      await rig.hand.put('sub/inner', 'x');
      expect(await refusal(reset(), [])).toContain('sub below /servers/ is a directory');
    });

    test('hidden keys keep the directory, and that is told', async () => {
      await rig.hand.put('_hidden', 'x');
      const { steps } = await perform(await propose(reset(), []));
      expect(steps[0]).toMatchObject({
        status: 'done',
        text: '4 keys deleted; the directory stays, because it holds hidden keys',
      });
      expect((await rig.hand.read('_hidden'))?.toString()).toBe('x');
    });
  }

  if (api === 'v3') {
    test('more than 5 000 keys are refused', async () => {
      await Promise.all(Array.from({ length: 5_001 }, (_, n) => rig.hand.put(String(n), 'x')));
      expect(await refusal(reset(), [])).toContain(
        '5005 keys are below /servers/; at most 5000 are deleted by one request',
      );
      await rig.hand.wipe();
    });

    test('bytes that are not UTF-8 are saved in base64, and deleted', async () => {
      await rig.hand.put('binary', Buffer.from([0xff, 0x00, 0xfe]));
      const proposal = await propose(reset(), []);
      expect(textOf(proposal.preview)).toContain('"base64":"/wD+"');
      expect((await perform(proposal)).steps[0]?.text).toBe('5 keys deleted');
    });

    test('after a crash a seal makes it final', async () => {
      const proposal = await propose(reset(), []);
      const context = contextOf('R0000010');
      await proposal.seal(context);
      const [finding] = await proposal.verify(context);
      expect(finding).toMatchObject({ verdict: 'contradicted', text: '4 of 4 approved keys are still there' });
      const steps = [];
      for await (const step of proposal.execute(context)) steps.push(step.text);
      expect(steps[0]).toBe('nothing deleted: this request had been closed');
      expect(await left()).toHaveLength(4);
    });
  }
});

test.each([[['now']], [[PRINTF]], [['--force']]])('palm reset takes no words: %j', (words) => {
  expect(palmReset(null as never, nowhere).check(words)).not.toBeNull();
});

(whyNoSshd() ? describe.skip : describe)('palm reset with PALM_SSH', () => {
  let rig: Rig;
  let sshd: LoopbackSshd;
  let units: Units;

  beforeAll(async () => {
    [rig, sshd] = await Promise.all([startRig('v3'), startSshd()]);
    units = createUnits(sshd);
  });
  beforeEach(async () => {
    await rig.seed();
    await sshd.pretendSystemd();
  });
  afterAll(async () => {
    await Promise.all([rig.stop(), sshd.stop()]);
  });

  test('registry and pipeliner are restarted after the servers are gone', async () => {
    const proposal = await propose(palmReset(rig.palm, units), []);
    expect(textOf(proposal.preview)).toContain('Unit: registry\nState: active (running)');
    const { steps, findings, view } = await perform(proposal);
    expect(steps.map((step) => step.status)).toEqual(['done', 'done', 'done']);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(view.tone).toBe('good');
  });

  test('they are not restarted when the servers are not gone', async () => {
    const proposal = await propose(palmReset(rig.palm, units), []);
    await rig.hand.put(ABSENT, recordText(ABSENT));
    const before = await units.state('registry', new AbortController().signal);
    const { steps, findings } = await perform(proposal);
    expect(steps.map((step) => step.status)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(findings[1]).toMatchObject({ verdict: 'unverifiable', text: expect.stringContaining('not restarted') });
    expect(await units.state('registry', new AbortController().signal)).toEqual(before);
  });
});
