import { cuttableProxy } from '../../../sandbox/services/proxy';
import { createPalm } from '../../../src/backends/palm/create';
import type { Ledger } from '../../../src/handlers/ledger';
import type { Json, Step } from '../../../src/handlers/operation';
import { palmPurge } from '../../../src/handlers/palm/purge';
import { palmUndo } from '../../../src/handlers/palm/undo';
import { palmWithFaults } from '../../contracts/palm-faults';
import {
  contextOf,
  LEADER,
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

const PURGE = 'R0PVRGE1';

/** The job layer's memory, with what this test performed. */
function ledgerOf(
  operation: string,
  plan: Json,
  steps: readonly Step[],
): Pick<Ledger, 'performed' | 'find' | 'newest'> {
  const account = { id: PURGE, command: operation, requester: 'U0ANA', askedAt: 0, state: 'succeeded' };
  const lines = steps.map(({ target, status, text }) => [target, status, text] as const);
  return {
    newest: async () => [account],
    performed: async (request) => (request === PURGE ? { operation, plan } : null),
    find: async () => ({
      ...account,
      rules: { operation: 'palm purge', cluster: 'default', channel: 'C1', danger: 'reversible' },
      uncertain: false,
      locked: [],
      facts: [],
      steps: lines,
      entries: [],
    }),
  };
}

describe.each(['v3', 'v2'] as const)('palm undo in etcd %s', (api) => {
  let rig: Rig;

  beforeAll(async () => {
    rig = await startRig(api);
  });
  beforeEach(() => rig.seed());
  afterAll(() => rig.stop());

  /** Purges these servers and returns the undo of it. */
  const purged = async (...uuids: string[]) => {
    const proposal = await propose(palmPurge(rig.palm), uuids);
    const { steps } = await perform(proposal, contextOf(PURGE));
    return palmUndo(rig.palm, ledgerOf('palm purge', proposal.plan, steps));
  };

  test('the purged servers are put back byte for byte', async () => {
    const before = await rig.hand.read(PRINTF);
    const undo = await purged(PRINTF, WORKER);
    const proposal = await propose(undo, [PURGE.toLowerCase()]);
    expect(proposal.danger).toBe('reversible');
    expect(textOf(proposal.preview)).toContain(`Put back 2 of the 2 servers of ${PURGE}`);
    expect(textOf(proposal.preview)).not.toContain('Not proved');
    const { steps, findings, view } = await perform(proposal);
    expect(steps.map((step) => step.status)).toEqual(['done', 'done']);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'confirmed']);
    expect(view).toMatchObject({ title: `2 of 2 servers of ${PURGE} are back`, tone: 'good' });
    expect(before).not.toBeNull();
    expect(await rig.hand.read(PRINTF)).toEqual(before);
  });

  test('what registered again meanwhile is left alone, and is shown', async () => {
    const undo = await purged(PRINTF, WORKER);
    await rig.hand.put(PRINTF, recordText(PRINTF, { pid: 1234 }));
    const proposal = await propose(undo, [PURGE]);
    expect(proposal.targets.map((target) => target.label)).toEqual([WORKER]);
    expect(textOf(proposal.preview)).toContain(`${PRINTF} | is there, with other bytes, at revision`);
    await perform(proposal);
    expect((await rig.hand.read(PRINTF))?.toString()).toBe(recordText(PRINTF, { pid: 1234 }));
  });

  test('a key that appears after the last look is not overwritten', async () => {
    const proposal = await propose(await purged(PRINTF), [PURGE]);
    await rig.hand.put(PRINTF, 'newer');
    const { steps, findings } = await perform(proposal);
    expect([steps[0]?.status, findings[0]?.verdict]).toEqual(['skipped', 'contradicted']);
    expect((await rig.hand.read(PRINTF))?.toString()).toBe('newer');
  });

  test('everything there again is nothing to undo', async () => {
    const undo = await purged(PRINTF);
    await rig.hand.put(PRINTF, recordText(PRINTF));
    expect(await refusal(undo, [PURGE])).toContain(
      `unchanged: Nothing that ${PURGE} deleted is absent: ${PRINTF} is there, with the same bytes`,
    );
  });

  test('a server that the purge did not delete is not put back', async () => {
    const proposal = await propose(palmPurge(rig.palm), [PRINTF, WORKER]);
    await rig.hand.drop(PRINTF);
    const { steps } = await perform(proposal, contextOf(PURGE));
    const undo = palmUndo(rig.palm, ledgerOf('palm purge', proposal.plan, steps));
    const planned = await propose(undo, [PURGE]);
    expect(planned.targets.map((target) => target.label)).toEqual([WORKER]);
    expect(textOf(planned.preview)).toContain(`${PRINTF} | was not deleted by ${PURGE}`);
  });

  test('a purge that lost its answers is undone as far as it can be proved, and says so', async () => {
    const proposal = await propose(palmPurge(rig.palm), [PRINTF]);
    await perform(proposal, contextOf(PURGE));
    const undo = palmUndo(rig.palm, ledgerOf('palm purge', proposal.plan, []));
    const preview = textOf((await propose(undo, [PURGE])).preview);
    // v3 has the receipt; v2 only knows that the key is gone.
    expect(preview.includes('Not proved')).toBe(api === 'v2');
  });

  test('an answer cut after the write: the step is unknown, reading back knows', async () => {
    const undo = await purged(PRINTF, WORKER);
    const proposal = await propose(undo, [PURGE]);
    const proxy = await cuttableProxy(rig.etcd.url);
    const palm = palmWithFaults({ api, url: proxy.url, beforeWrite: () => proxy.cutNextAnswer() });
    const again = palmUndo(palm, ledgerOf('palm purge', proposal.plan, [])).restore(proposal.plan);
    const { steps, findings, view } = await perform(again);
    await palm.close();
    await proxy.close();
    expect(view.title).toBe(`1 of 2 servers of ${PURGE} are back; 1 not known`);
    expect(steps.map((step) => step.status)).toEqual(['unknown', 'failed']);
    expect(findings.map((finding) => finding.verdict)).toEqual(['confirmed', 'unverifiable']);
  });

  test.each([
    ['R0000000', 'No change R0000000 was carried out'],
    [PURGE, `${PURGE} was distkv mark, and only palm purge can be undone`],
  ])('request %s cannot be undone', async (request, why) => {
    expect(await refusal(palmUndo(rig.palm, ledgerOf('distkv mark', {}, [])), [request])).toContain(`refused: ${why}`);
  });

  test('a purge in another key space is not undone here', async () => {
    const proposal = await propose(palmPurge(rig.palm), [LEADER]);
    const { steps } = await perform(proposal, contextOf(PURGE));
    const other = createPalm({ api: api === 'v2' ? 'v3' : 'v2', hosts: [rig.etcd.url] });
    const undo = palmUndo(other, ledgerOf('palm purge', proposal.plan, steps));
    expect(await refusal(undo, [PURGE])).toContain('deleted from another etcd');
    await other.close();
  });
});

test.each([[[]], [['x']], [['R1']], [['../R7K2M9QF']], [['R7K2M9QF', 'R7K2M9QG']], [['--all']]])(
  'palm undo refuses the words %j',
  (words) => {
    expect(palmUndo(null as never, null as never).check(words)).not.toBeNull();
  },
);
