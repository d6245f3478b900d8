import { createDistkvSandbox, type DistkvSandbox } from '../../../sandbox/distkv/sandbox';
import { DISTKV_SCENARIOS } from '../../../sandbox/distkv/scenarios';
import type { Distkv } from '../../../src/backends/distkv/distkv';
import { SECTIONS, ticksIn } from '../../../src/backends/distkv/state';
import { formatTicks } from '../../../src/backends/distkv/ticks';
import { clientOf, context, eventually, raw } from '../../contracts/distkv-behaviour';

let sandbox: DistkvSandbox;
let distkv: Distkv;
beforeEach(async () => {
  sandbox = await createDistkvSandbox({ cycleMs: null });
  distkv = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const on = () => sandbox.troubles().flatMap((trouble) => (trouble.on ? [trouble.id] : []));
const state = (server: number) => distkv.state(distkv.servers[server] ?? '', SECTIONS, context().signal);
const read = async (server: number, section: 'missing' | 'superseded' | 'deleted' | 'present', node: string) =>
  formatTicks(ticksIn(await state(server), section, node));

describe('the troubles', () => {
  it('are off at first, and every one of them goes on and off again', async () => {
    expect(on()).toEqual([]);
    for (const { id } of sandbox.troubles()) {
      await sandbox.switchTrouble(id, true);
      expect(on()).toContain(id);
      await sandbox.switchTrouble(id, false);
      expect(on()).toEqual([]);
    }
    await expect(sandbox.switchTrouble('no-such', true)).rejects.toThrow('no trouble no-such');
  });

  it('are the only ones that the scenarios use', () => {
    const known = sandbox.troubles().map(({ id }) => id);
    for (const { lines } of DISTKV_SCENARIOS) {
      for (const line of lines) if (line.kind === 'trouble') expect(known).toContain(line.id);
    }
  });

  it('keep a restarted server from serving until it misses nothing', async () => {
    await sandbox.switchTrouble('waiting', true);
    await sandbox.round();
    expect(sandbox.member('test2').serving()).toBe(false);
    await expect(state(1)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await read(0, 'missing', 'test1')).toBe('2');
    await sandbox.switchTrouble('waiting', false);
    expect((await state(1)).node).toBe('test2');
  });

  it('let a restarted server serve at once when nothing is missing', async () => {
    await sandbox.switchTrouble('down-test3', true);
    await expect(state(2)).rejects.toMatchObject({ kind: 'unreachable' });
    await sandbox.switchTrouble('down-test3', false);
    expect((await state(2)).node).toBe('test3');
  });

  it('let a lost change come back once the link works again', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    expect(await read(0, 'missing', 'test2')).toBe('2');
    expect(await read(1, 'present', 'test2')).toBe('2');
    await sandbox.switchTrouble('link-lost', false);
    expect(await read(0, 'missing', 'test2')).toBe('');
    expect(await read(0, 'present', 'test2')).toBe('2');
  });

  it('end the connection after a broadcast that the dead broker refused', async () => {
    await sandbox.switchTrouble('broker-dead', true);
    const after = raw(distkv.servers[0], async (ask) => {
      await expect(ask({ action: 'fake_info_send', superseded: { test1: [2] } })).rejects.toThrow('Will not reconnect');
      for (;;) await ask({ action: 'get_tock' });
    });
    await expect(after).rejects.toThrow('gave up the connection: None');
  });
});

describe('marks', () => {
  it('of one server spread when another one asks', async () => {
    await sandbox.switchTrouble('tick-lost', true);
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', superseded: { test1: [2] } }));
    expect(await read(2, 'missing', 'test1')).toBe('2');
    await sandbox.round();
    expect(await read(2, 'missing', 'test1')).toBe('');
    expect(await read(2, 'superseded', 'test1')).toBe('1-9');
  });

  it('as deleted destroy the record on the server that had it, once somebody asks', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', deleted: { test2: [2] } }));
    expect(await read(1, 'present', 'test2')).toBe('2');
    await sandbox.round();
    expect(await read(1, 'present', 'test2')).toBe('');
  });

  it('as deleted remove a live record without a word', async () => {
    expect(await read(0, 'present', 'test1')).toBe('10-12');
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', deleted: { test1: [11] } }));
    expect(await read(0, 'present', 'test1')).toBe('10,12');
    expect(await read(0, 'deleted', 'test1')).toBe('12');
    expect(await read(1, 'present', 'test1')).toBe('10-12');
  });

  it('on a present tick as superseded are ignored', async () => {
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', superseded: { test1: [11] } }));
    expect(await read(0, 'present', 'test1')).toBe('10-12');
    expect(await read(0, 'superseded', 'test1')).toBe('1-9');
  });
});

it('rounds go on by themselves when a cycle is given', async () => {
  const busy = await createDistkvSandbox({ cycleMs: 20 });
  try {
    const client = clientOf(busy);
    await busy.switchTrouble('tick-lost', true);
    await raw(client.servers[0], (ask) => ask({ action: 'fake_info', superseded: { test1: [2] } }));
    const [, second = ''] = client.servers;
    const ask = () => client.state(second, SECTIONS, context().signal);
    const healed = await eventually(ask, (one) => ticksIn(one, 'missing', 'test1').length === 0);
    expect(healed.node).toBe('test2');
  } finally {
    await busy.close();
  }
});
