import { startEtcd } from '../../../sandbox/services/etcd';
import type { Server } from '../../../sandbox/services/server';
import { createPalm } from '../../../src/backends/palm/create';
import { createUnits } from '../../../src/backends/units';
import { palmChecks } from '../../../src/handlers/palm/checkup';
import { type LoopbackSshd, startSshd, whyNoSshd } from '../../backends/loopback-sshd';
import { handOf } from '../../contracts/palm-hand';
import { allExplain, examine, found, troubles } from '../../support/lines';
import { PRINTF, recordText } from './rig';

const nowhere = createUnits({ where: null, keyFile: '', knownHostsFile: '' });

async function looked(api: 'v2' | 'v3', hosts: readonly string[]) {
  const palm = createPalm({ api, hosts });
  const lines = await examine(palmChecks(palm, nowhere));
  await palm.close();
  expect(allExplain(lines)).toBe(true);
  return lines;
}

describe('etcd', () => {
  let etcd: Server;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());
  const host = () => new URL(etcd.url).host;

  test('a healthy one that holds the servers where they are looked for', async () => {
    const hand = handOf('v3', etcd.url);
    await hand.put(PRINTF, recordText(PRINTF));
    const lines = await looked('v3', [etcd.url]);
    expect(troubles(lines)).toEqual({});
    expect(found(lines)).toEqual({
      [`PALM: etcd ${host()}`]: expect.stringMatching(/^ok: it answers, version 3\.\d+\.\d+, healthy$/),
      'PALM: alarms of etcd': 'ok: none is raised',
      'PALM: key spaces': 'ok: v2: empty; v3: holds servers; configured is v3',
    });
    expect(troubles(await looked('v2', [etcd.url]))).toEqual({
      'PALM: key spaces': 'bad: v2: empty; v3: holds servers; configured is v2',
    });
    const other = handOf('v2', etcd.url);
    await other.put(PRINTF, recordText(PRINTF));
    expect(troubles(await looked('v3', [etcd.url]))).toEqual({
      'PALM: key spaces': 'warning: v2: holds servers; v3: holds servers; configured is v3',
    });
    await Promise.all([hand.wipe(), other.wipe()]);
    hand.close();
    other.close();
  });

  test('one that does not serve the configured key space, and hosts of two clusters', async () => {
    const alone = await startEtcd({ v2: false });
    const lines = await looked('v2', [alone.url]);
    expect(troubles(lines)).toEqual({ 'PALM: key spaces': 'bad: v2: off; v3: empty; configured is v2' });
    expect(JSON.stringify(lines)).toContain('Set PALM_ETCD_API to v3');
    expect(troubles(await looked('v3', [etcd.url, alone.url]))).toEqual({
      'PALM: hosts of one cluster': 'bad: the hosts belong to 2 clusters',
    });
    await alone.stop();
  });

  test('a host that is away is told beside one that answers; one that hangs too', async () => {
    expect(troubles(await looked('v3', [etcd.url, 'http://127.0.0.1:1']))).toEqual({
      'PALM: etcd 127.0.0.1:1': expect.stringContaining('cannot be reached (ECONNREFUSED)'),
    });
    etcd.pause();
    const lines = await looked('v3', [etcd.url]);
    etcd.resume();
    expect(troubles(lines)).toMatchObject({
      [`PALM: etcd ${host()}`]: expect.stringContaining('did not answer within'),
    });
  });

  test('one that is out of space', async () => {
    const full = await startEtcd({ args: ['--quota-backend-bytes', '2097152'] });
    const value = Buffer.alloc(900_000).toString('base64');
    for (let key = 0; key < 6; key++) {
      const body = JSON.stringify({ key: Buffer.from(`big${key}`).toString('base64'), value });
      await fetch(`${full.url}/v3/kv/put`, { method: 'POST', body });
    }
    expect(troubles(await looked('v3', [full.url]))).toEqual({
      [`PALM: etcd ${new URL(full.url).host}`]: expect.stringContaining('it calls itself unhealthy'),
      'PALM: alarms of etcd': 'bad: NOSPACE',
    });
    await full.stop();
  });
});

const missing = whyNoSshd();
if (missing) console.log(`SKIPPED: the checks of PALM's units over SSH: ${missing}`);

(missing ? describe.skip : describe)('the host of the units', () => {
  let sshd: LoopbackSshd;
  beforeAll(async () => {
    sshd = await startSshd();
    await sshd.pretendSystemd();
  });
  afterAll(() => sshd.stop());

  async function lookedAt(changes: { readonly keyFile?: string } = {}) {
    const palm = createPalm({ api: 'v3', hosts: ['http://127.0.0.1:1'] });
    const { where, keyFile, knownHostsFile } = sshd;
    const checks = palmChecks(palm, createUnits({ where, keyFile, knownHostsFile, ...changes }));
    const lines = await examine(checks.filter(({ what }) => /forced|units/.test(what)));
    await palm.close();
    expect(allExplain(lines)).toBe(true);
    return lines;
  }
  const forced = () => `PALM: forced command of ${sshd.where}`;

  test('the forced command refuses, the units run; then one does not; then anything is run', async () => {
    expect(found(await lookedAt())).toEqual({
      [forced()]: 'ok: a foreign command is refused',
      'PALM: units': 'ok: registry: active, pipeliner: active',
    });
    await sshd.setState('pipeliner', 'failed');
    expect(troubles(await lookedAt())).toEqual({ 'PALM: units': 'warning: registry: active, pipeliner: failed' });
    await sshd.force('echo hello');
    expect(troubles(await lookedAt())).toMatchObject({
      [forced()]: 'warning: something else than deploy/palm-units is forced',
    });
    await sshd.force('eval $SSH_ORIGINAL_COMMAND');
    expect(troubles(await lookedAt())).toMatchObject({ [forced()]: 'bad: a foreign command was run' });
  });

  test('a key that is not let in is told by both', async () => {
    expect(troubles(await lookedAt({ keyFile: sshd.wrongKeyFile }))).toEqual({
      [forced()]: expect.stringContaining('the host refused us'),
      'PALM: units': expect.stringContaining('the host refused us'),
    });
  });
});
