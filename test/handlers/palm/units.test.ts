import { createUnits, type Units } from '../../../src/backends/units';
import { palmLogs } from '../../../src/handlers/palm/logs';
import { palmRestart } from '../../../src/handlers/palm/restart';
import { type LoopbackSshd, startSshd, whyNoSshd } from '../../backends/loopback-sshd';
import { ask, contextOf, perform, propose, refusal, textOf } from './rig';

const nowhere = createUnits({ where: null, keyFile: '', knownHostsFile: '' });

describe('without PALM_SSH', () => {
  test('palm restart prints the exact command to type', async () => {
    expect(await refusal(palmRestart(nowhere), ['registry'])).toContain(
      "Type on PALM's master: systemctl restart registry",
    );
  });

  test('palm logs prints the exact command to type', async () => {
    const text = textOf(await ask(palmLogs(nowhere), 'pipeliner', '-n', '7'));
    expect(text).toContain("Type on PALM's master: journalctl -n 7 -u pipeliner --no-pager");
  });
});

describe('words that are refused before anything is run', () => {
  test.each([
    [[], 'the unit is missing: palm restart registry|pipeliner'],
    [['sshd'], 'sshd is no unit of PALM'],
    [['registry; id'], 'registry; id is no unit of PALM'],
    [['registry', 'pipeliner'], 'one unit at a time'],
    [['--now', 'registry'], 'there is no flag --now; this command takes none'],
  ])('palm restart %j', (words, problem) => {
    expect(palmRestart(nowhere).check(words)).toContain(problem);
  });

  test.each([
    [['registry', '-n', '0'], '-n takes a whole number from 1 to 500, not 0'],
    [['registry', '-n', '501'], 'not 501'],
    [['registry', '-n', '5;id'], 'not 5;id'],
    [['registry', '-n', '1e2'], 'not 1e2'],
    [['sshd'], 'sshd is no unit of PALM'],
    [['registry', '--follow'], 'there is no flag --follow'],
  ])('palm logs %j', (words, problem) => {
    expect(palmLogs(nowhere).check(words)).toContain(problem);
  });
});

const missing = whyNoSshd();
if (missing) console.log(`SKIPPED: palm restart and palm logs over SSH: ${missing}`);

(missing ? describe.skip : describe)('with PALM_SSH', () => {
  let sshd: LoopbackSshd;
  let units: Units;

  beforeAll(async () => {
    sshd = await startSshd();
    units = createUnits(sshd);
  });
  beforeEach(() => sshd.pretendSystemd());
  afterAll(() => sshd.stop());

  test('a restart shows the state before and after', async () => {
    const proposal = await propose(palmRestart(units), ['registry.service']);
    expect(proposal.targets).toEqual([{ key: 'palm/units/registry', label: `registry on ${sshd.where}` }]);
    expect(proposal.danger).toBe('reversible');
    expect(textOf(proposal.preview)).toContain('State: active (running)\nStarted: start number');
    const { steps, findings, view } = await perform(proposal);
    expect([steps[0]?.status, findings[0]?.verdict]).toEqual(['done', 'confirmed']);
    expect(view).toMatchObject({ title: `registry on ${sshd.where} was restarted`, tone: 'good' });
    expect(textOf(view)).toContain('State before: active (running)');
    expect(textOf(view)).toContain('[Journal] palm logs registry');
    expect(await proposal.recheck(contextOf())).toMatchObject({ title: 'registry stays up', tone: 'good' });
  });

  test('the plan is another one after somebody else restarted it', async () => {
    const first = await propose(palmRestart(units), ['registry']);
    await units.restart('registry', new AbortController().signal);
    expect((await propose(palmRestart(units), ['registry'])).plan).not.toEqual(first.plan);
  });

  test('a unit that does not come up is told', async () => {
    const proposal = await propose(palmRestart(units), ['pipeliner']);
    await sshd.setState('pipeliner', 'failed');
    const { findings, view } = await perform(proposal);
    expect(findings[0]?.verdict).toBe('contradicted');
    expect(view).toMatchObject({ title: `pipeliner on ${sshd.where} is not running`, tone: 'bad' });
    expect((await proposal.recheck(contextOf())).title).toBe('pipeliner did not stay up');
  });

  test('a restart that systemd refuses may have stopped it: reading back tells', async () => {
    const proposal = await propose(palmRestart(units), ['pipeliner']);
    await sshd.farSide('exit 1');
    const steps = [];
    for await (const step of proposal.execute(contextOf())) steps.push(step);
    await sshd.pretendSystemd();
    const [finding] = await proposal.verify(contextOf());
    expect([steps[0]?.status, finding?.verdict]).toEqual(['unknown', 'unverifiable']);
    expect(finding?.text).toContain('not restarted');
  });

  test('palm logs shows the newest lines as they are', async () => {
    await sshd.farSide('echo "$*"; echo "INFO:registry:0 dead servers <!channel>"');
    const view = await ask(palmLogs(units), 'registry', '-n', '12');
    expect(view.parts).toEqual([
      {
        kind: 'raw',
        name: 'registry.log',
        text: '--no-pager --lines=12 --unit=registry.service\nINFO:registry:0 dead servers <!channel>',
      },
    ]);
  });

  test('an empty journal is told in words', async () => {
    await sshd.farSide('true');
    expect(textOf(await ask(palmLogs(units), 'registry'))).toContain('The journal has no lines for it.');
  });
});
