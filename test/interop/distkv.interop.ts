import { parse } from 'yaml';
import { createDistkv, type Distkv } from '../../src/backends/distkv/distkv';
import { SECTIONS, ticksIn } from '../../src/backends/distkv/state';
import { formatTicks } from '../../src/backends/distkv/ticks';
import { distkvDiagnose } from '../../src/handlers/distkv/diagnose';
import { stateYaml } from '../../src/handlers/distkv/show';
import {
  behavesLikeDistkv,
  clientOf,
  context,
  eventually,
  perform,
  raw,
  spreadsLikeDistkv,
  ticks,
} from '../contracts/distkv-behaviour';
import { opens, type RealNetwork, startRealNetwork } from './distkv-servers';

const signal = () => AbortSignal.timeout(50_000);

describe('one real server', () => {
  behavesLikeDistkv(() => startRealNetwork(['test1']));
});

describe('three real servers', () => {
  spreadsLikeDistkv(() => startRealNetwork(['test1', 'test2', 'test3']));
});

describe('the real command line', () => {
  let network: RealNetwork;
  let distkv: Distkv;
  let server: string;
  beforeAll(async () => {
    network = await startRealNetwork(['test1']);
    distkv = clientOf(network);
    [server] = distkv.servers;
    await raw(server, (ask) => ask({ action: 'fake_info', ticks: { ghost: 12 } }));
  });
  afterAll(() => network?.close());

  /** Lines before the YAML are Python's warnings. */
  const yaml = (output: string) => output.slice(output.search(/^(deleted|known|missing|node|superseded):/m));

  it('shows what our mark did', async () => {
    await distkv.mark(server, { node: 'ghost', ticks: ticks('2,4-6'), deleted: false }, signal());
    await distkv.mark(server, { node: 'ghost', ticks: ticks('8'), deleted: true }, signal());
    const said = parse(yaml(await network.client(server, 'internal', 'state', '-ndmrk')));
    expect(said.superseded.ghost).toEqual(expect.arrayContaining([2, [4, 7], 8]));
    expect(said.deleted.ghost).toContain(8);
    expect(JSON.stringify(said.missing.ghost)).not.toMatch(/\b(2|4)\b/);
  });

  it('prints the very text that we make of the same state', async () => {
    const theirs = yaml(await network.client(server, 'internal', 'state', '-ndmrk'));
    const state = await distkv.state(server, ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded'], signal());
    const moving = /^(seq|tock): \d+$/gm;
    expect(stateYaml(state).trim().replace(moving, '$1')).toBe(theirs.trim().replace(moving, '$1'));
  });

  it('marks, and our client sees it', async () => {
    await network.client(server, 'internal', 'mark', 'ghost', '10');
    await network.client(server, 'internal', 'mark', '--deleted', 'ghost', '11');
    const state = await distkv.state(server, SECTIONS, signal());
    expect(formatTicks(ticksIn(state, 'superseded', 'ghost'))).toContain('10-11');
    expect(formatTicks(ticksIn(state, 'deleted', 'ghost'))).toContain('11');
    expect(formatTicks(ticksIn(state, 'missing', 'ghost'))).not.toMatch(/1[01]/);
  });
});

describe('a real password', () => {
  let network: RealNetwork;
  beforeAll(async () => {
    network = await startRealNetwork(['test1']);
    const [server = ''] = network.servers;
    await network.client(server, 'auth', '-m', 'password', 'user', 'add', 'name=joe', 'password=secret123');
    await network.client(server, 'auth', '-m', 'password', 'init', '-s');
  });
  afterAll(() => network?.close());

  const joining = (credentials?: { user: string; password: string }) => {
    const port = Number(network.servers[0]?.split(':')[1]);
    return createDistkv({ servers: [{ host: '127.0.0.1', port }], login: credentials ?? null });
  };

  it('lets us in, twenty times in a row', async () => {
    const distkv = joining({ user: 'joe', password: 'secret123' });
    for (let n = 0; n < 20; n += 1)
      expect((await distkv.state(distkv.servers[0], ['nodes'], signal())).node).toBe('test1');
  });

  it.each([
    [{ user: 'joe', password: 'wrong' }, 'Password hashes do not match'],
    [{ user: 'nobody', password: 'x' }, 'nobody'],
    [undefined, 'DISTKV_USER and DISTKV_PASSWORD'],
  ])('keeps %j out with its reason', async (credentials, why) => {
    const distkv = joining(credentials);
    await expect(distkv.state(distkv.servers[0], ['nodes'], signal())).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(why),
    });
  });
});

describe('the outage of the guide', () => {
  let network: RealNetwork;
  beforeAll(async () => {
    network = await startRealNetwork(['test1', 'test2', 'test3']);
  });
  afterAll(() => network?.close());

  it('is diagnosed, and one broadcast mark brings the server up that refused to serve', async () => {
    const distkv = clientOf(network);
    const [first, second = ''] = distkv.servers;
    const port = Number(second.split(':')[1]);
    for (const server of distkv.servers) await raw(server, (ask) => ask({ action: 'fake_info', ticks: { ghost: 2 } }));
    await untilRefusing(network, 'test2');
    expect(await opens(port)).toBe(false);
    const said = JSON.stringify(await distkvDiagnose(distkv).answer([], context()));
    expect(said).toContain('probably because it misses ticks');
    expect(said).toContain('distkv mark ghost 1-2 --broadcast');
    const { findings } = await perform(distkv, 'ghost 1-2 --broadcast');
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed', 'confirmed']);
    await eventuallyTrue(() => opens(port));
    const state = await eventually(
      () => distkv.state(second, SECTIONS, signal()),
      (one) => ticksIn(one, 'missing', 'ghost').length === 0,
    );
    expect(state.node).toBe('test2');
    expect((await distkv.state(first, SECTIONS, signal())).ticks.missing.size).toBe(0);
  }, 150_000);
});

describe('a broker that dies', () => {
  // 0.57.4 refuses the broadcast half a second later, 0.65.0 takes it without a word. Either way nobody else hears of it.
  it('leaves the mark on the asked server alone, and reading back never calls the others marked', async () => {
    const network = await startRealNetwork(['test1', 'test2']);
    try {
      const distkv = clientOf(network);
      for (const server of distkv.servers)
        await raw(server, (ask) => ask({ action: 'fake_info', ticks: { ghost: 2 } }));
      await network.killBroker();
      const { steps, findings } = await perform(distkv, 'ghost 2 --broadcast');
      expect(steps[0]?.status).toBe('done');
      expect(findings.map(({ verdict }) => verdict)).not.toEqual(['confirmed', 'confirmed']);
      expect(findings[1]?.verdict).not.toBe('confirmed');
    } finally {
      await network.close();
    }
  });
});

/** Whether a server that starts hears of the ticks it misses depends on whom it meets first, so it may have to start again. */
async function untilRefusing(network: RealNetwork, name: string): Promise<void> {
  for (let starts = 0; starts < 5; starts += 1) {
    await network.restart(name);
    const until = performance.now() + 20_000;
    while (performance.now() < until) {
      if (/[Mm]issing/.test(network.log(name))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`${name} never said that it misses ticks: ${network.log(name)}`);
}

async function eventuallyTrue(look: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 120_000;
  while (!(await look())) {
    if (performance.now() > until) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
