import { encodeReply } from '../../../sandbox/distkv/codec';
import { createDistkvSandbox, type DistkvSandbox } from '../../../sandbox/distkv/sandbox';
import { createDistkv, type Distkv } from '../../../src/backends/distkv/distkv';
import { distkvDiagnose } from '../../../src/handlers/distkv/diagnose';
import { distkvNodes } from '../../../src/handlers/distkv/nodes';
import { distkvState } from '../../../src/handlers/distkv/state';
import { distkvWho } from '../../../src/handlers/distkv/who';
import type { View } from '../../../src/handlers/view';
import { clientOf, context, raw } from '../../contracts/distkv-behaviour';
import { scriptedServer } from '../../contracts/distkv-scripted';

let sandbox: DistkvSandbox;
let distkv: Distkv;
beforeEach(async () => {
  sandbox = await createDistkvSandbox({ cycleMs: null });
  distkv = clientOf(sandbox);
});
afterEach(() => sandbox.close());

function table(view: View, name: string): readonly (readonly unknown[])[] {
  const part = view.parts.find((one) => one.kind === 'table' && one.name === name);
  if (part?.kind !== 'table') throw new Error(`no table ${name}`);
  return part.rows;
}

function file(view: View, name: string): string {
  const part = view.parts.find((one) => one.kind === 'raw' && one.name === name);
  if (part?.kind !== 'raw') throw new Error(`no file ${name}`);
  return part.text;
}

const words = (view: View) => view.parts.flatMap((part) => (part.kind === 'next' ? [part.words] : []));
const state = (...typed: readonly string[]) => distkvState(distkv).answer(typed, context());
const diagnose = () => distkvDiagnose(distkv).answer([], context());

describe('distkv state', () => {
  it('says that all is well, with the counters and no button', async () => {
    const view = await state();
    expect(view).toMatchObject({ tone: 'good', title: 'DistKV is healthy: nothing is missing on 3 servers' });
    expect(table(view, 'distkv-nodes.csv').map((row) => row.slice(0, 2))).toEqual([
      ['test1', '12'],
      ['test2', '1'],
      ['test3', '0'],
    ]);
    expect(words(view)).toEqual([]);
  });

  it('shows the outage of the guide, its state file as the real command line prints it', async () => {
    await sandbox.switchTrouble('waiting', true);
    const view = await state('-ndmrk');
    expect(view).toMatchObject({
      tone: 'bad',
      title: 'DistKV is not healthy: ticks of test1 are missing; 2 servers of 3 silent',
    });
    expect(table(view, 'distkv-servers.csv')).toEqual([
      [distkv.servers[0], 'test1', '82', 'test1: 2'],
      [distkv.servers[1], '', '', 'does not answer: connection refused'],
      [distkv.servers[2], '', '', 'does not answer: connection refused'],
    ]);
    expect(file(view, 'distkv-test1.yaml')).toBe(
      [
        'deleted:',
        '  test1:',
        '  - 12',
        'missing:',
        '  test1:',
        '  - 2',
        'node: test1',
        'nodes:',
        '  test1: 12',
        '  test2: 1',
        '  test3: 0',
        'remote_missing: {}',
        'seq: 1',
        'superseded:',
        '  test1:',
        '  - 1',
        '  - - 3',
        '    - 10',
        '  test2:',
        '  - 1',
        'tock: 82',
        '',
      ].join('\n'),
    );
    expect(words(view)).toEqual(['distkv diagnose']);
  });

  it('asks for the sections of its flags and for nothing else', async () => {
    const view = await state('-p', '--server', distkv.servers[2] ?? '');
    expect(view.title).toBe('DistKV: 1 server read');
    expect(table(view, 'distkv-servers.csv')).toEqual([[distkv.servers[2], 'test3', '56', 'not asked']]);
    expect(table(view, 'distkv-ticks.csv')).toEqual([['test3', 'present', 'test1', '10-12', '3']]);
    expect(file(view, 'distkv-test3.yaml')).toBe(
      'node: test3\npresent:\n  test1:\n  - - 10\n    - 13\nseq: 1\ntock: 56\n',
    );
  });

  it('points out where servers disagree', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    expect(JSON.stringify(await state())).toContain(
      'The servers disagree. Missing of test2: 2 on test1, none on test2, 2 on test3.',
    );
  });

  it('reports nonsense that somebody stored, and goes on', async () => {
    await raw(distkv.servers[0], (ask) => ask({ action: 'fake_info', superseded: { bad: [[10, 3]] } }));
    expect(table(await state(), 'distkv-oddities.csv')).toEqual([
      [`test1 (${distkv.servers[0]})`, 'superseded: bad holds [10,3], which is no tick'],
    ]);
  });

  it('says that nobody answers', async () => {
    for (const name of ['test1', 'test2', 'test3']) await sandbox.member(name).stop();
    expect(await state()).toMatchObject({ tone: 'bad', title: 'No DistKV server answers' });
  });

  it('cuts a very long file and says so in it', async () => {
    const odd = Array.from({ length: 30_000 }, (_, i) => 2 * i + 1);
    const server = await scriptedServer({
      greet: (socket) => void socket.write(encodeReply({ seq: 0, node: 'test1', tock: 1 })),
      answer: ({ seq }, socket) =>
        void socket.write(encodeReply({ seq, node: 'test1', tock: 2, missing: { many: odd } })),
    });
    try {
      const alone = createDistkv({ servers: [server.address] });
      const text = file(await distkvState(alone).answer(['-m'], context()), 'distkv-test1.yaml');
      expect(text).toContain('  - 39999\n');
      expect(text).not.toContain('  - 40001\n');
      expect(text).toContain('# cut: only the first 20000 ranges are here');
    } finally {
      await server.close();
    }
  });

  it.each([
    [['test1'], 'takes flags only'],
    [['-x'], 'there is no flag -x; known: --nodes'],
    [['--server', 'nowhere'], 'there is no such server'],
  ])('refuses %j', (typed, why) => {
    expect(distkvState(distkv).check(typed)).toContain(why);
  });
});

describe('distkv nodes', () => {
  it('shows every counter on every server', async () => {
    const view = await distkvNodes(distkv).answer([], context());
    expect(view).toMatchObject({ tone: 'neutral', title: 'DistKV: the nodes as 3 servers know them' });
    expect(table(view, 'distkv-nodes.csv')[0]).toEqual(['test1', '12', '12', '12']);
  });

  it('shows who is silent, and refuses words', async () => {
    await sandbox.switchTrouble('down-test3', true);
    const view = await distkvNodes(distkv).answer([], context());
    expect(table(view, 'distkv-silent.csv')).toEqual([[distkv.servers[2], 'connection refused']]);
    expect(distkvNodes(distkv).check(['test1'])).toContain('distkv who NODE TICK');
  });
});

describe('distkv who', () => {
  const who = (...typed: readonly string[]) => distkvWho(distkv).answer(typed, context());

  it('shows the record and every server that holds it', async () => {
    const view = await who('test1', '11');
    expect(view.title).toBe('Tick 11 of test1: held by 3 servers');
    expect(table(view, 'distkv-who.csv')[0]).toEqual([
      `test1 (${distkv.servers[0]})`,
      'present',
      'one.two',
      '{"volume":"v7","copies":3}',
    ]);
  });

  it.each([
    ['2', 'superseded'],
    ['99', 'does not exist yet: test1 is at 12'],
  ])('says how servers count tick %s: %s', async (typed, standing) => {
    expect(table(await who('test1', typed), 'distkv-who.csv')[0]?.[1]).toBe(standing);
  });

  it('says that nobody who answers holds a lost tick, and that a silent server may', async () => {
    await sandbox.switchTrouble('waiting', true);
    const view = await who('test1', '2');
    expect(view.title).toBe('Tick 2 of test1: no server that answers holds its record');
    expect(JSON.stringify(view)).toContain('A server that does not answer may hold it');
    expect(words(view)).toEqual(['distkv diagnose']);
  });

  it.each([[['test1']], [['test1', '2', '3']], [['test1', '2-3']], [['test1', 'x']]])('refuses %j', (typed) => {
    expect(distkvWho(distkv).check(typed)).not.toBeNull();
  });
});

describe('distkv diagnose', () => {
  it('finds nothing wrong where nothing is', async () => {
    expect(await diagnose()).toEqual({
      title: 'DistKV is well: 3 servers read, nothing wrong found',
      tone: 'good',
      parts: [],
    });
  });

  it('explains the silence of servers that wait for a tick, and offers the mark', async () => {
    await sandbox.switchTrouble('waiting', true);
    const view = await diagnose();
    const said = table(view, 'distkv-diagnosis.csv');
    expect(said.map((row) => row[1])).toEqual([
      expect.stringContaining('probably because it misses ticks'),
      expect.stringContaining('probably because it misses ticks'),
      expect.stringContaining('tick 2 of test1: missing, and no server that answers holds it'),
    ]);
    expect(said[0]?.[2]).toBe('connection refused; test1 knows of missing tick 2 of test1');
    expect(words(view)).toEqual(['distkv mark test1 2 --broadcast']);
  });

  it('does not offer a mark for a tick that a server still holds', async () => {
    await sandbox.switchTrouble('link-lost', true);
    await sandbox.round();
    const view = await diagnose();
    expect(table(view, 'distkv-diagnosis.csv')[0]?.[1]).toContain('Restore the link between them');
    expect(words(view)).toEqual(['distkv who test2 2']);
  });

  it('tells plain silence from waiting', async () => {
    await sandbox.switchTrouble('down-test2', true);
    expect(table(await diagnose(), 'distkv-diagnosis.csv')).toEqual([
      ['grave', `${distkv.servers[1]} does not answer`, 'connection refused'],
    ]);
  });

  it('finds a node behind, marks on ticks that do not exist, phantoms and nonsense', async () => {
    await raw(distkv.servers[0], (ask) =>
      ask({ action: 'fake_info', ticks: { test2: 7 }, superseded: { test1: [[40, 50]], ghost: [1], bad: [[5, 5]] } }),
    );
    const said = JSON.stringify(table(await diagnose(), 'distkv-diagnosis.csv'));
    expect(said).toContain('is behind on test2');
    expect(said).toContain('ticks of test1 are marked that do not exist yet');
    expect(said).toContain('marked 40-49');
    expect(said).toContain('ghost may be a phantom');
    expect(said).toContain('stores things that are no ticks');
  });

  it('finds a server that went back in time, and one that is another than before', async () => {
    const odd: Distkv = {
      ...distkv,
      state: async (...args) => {
        const read = await distkv.state(...args);
        if (read.node === 'test1') return { ...read, earlier: { node: 'test1', tock: read.tock + 10n } };
        return read.node === 'test2' ? { ...read, earlier: { node: 'test9', tock: 1n } } : read;
      },
    };
    const said = JSON.stringify(await distkvDiagnose(odd).answer([], context()));
    expect(said).toContain('went back in time');
    expect(said).toContain('it was test9 and is test2');
  });
});
