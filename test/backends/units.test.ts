import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { freePorts } from '../../sandbox/services/ports';
import { createUnits, type Units } from '../../src/backends/units';
import { type LoopbackSshd, startSshd, whyNoSshd } from './loopback-sshd';

const never = new AbortController().signal;
const SCRIPT = resolve(__dirname, '../../deploy/palm-units');
const STATE = `ActiveState=active
SubState=running
InvocationID=0123456789abcdef0123456789abcdef
ExecMainStartTimestamp=Tue 2016-02-16 11:28:40 CET
NRestarts=2`;

const missing = whyNoSshd();
if (missing) console.log(`SKIPPED: the tests of PALM's units over SSH: ${missing}`);

(missing ? describe.skip : describe)('PALM units over a real SSH connection', () => {
  let sshd: LoopbackSshd;
  let units: Units;
  const unitsWith = (changes: Partial<Parameters<typeof createUnits>[0]>) =>
    createUnits({ where: sshd.where, keyFile: sshd.keyFile, knownHostsFile: sshd.knownHostsFile, ...changes });

  beforeAll(async () => {
    sshd = await startSshd();
    units = unitsWith({});
  });
  afterAll(() => sshd.stop());

  test('the state of a unit is what systemctl shows', async () => {
    await sshd.farSide(`cat <<'END'\n${STATE}\nEND`);
    expect(await units.state('registry', never)).toEqual({
      activeState: 'active',
      subState: 'running',
      invocationId: '0123456789abcdef0123456789abcdef',
      startedAt: 'Tue 2016-02-16 11:28:40 CET',
      restarts: '2',
    });
  });

  test('the far side runs exactly systemctl and journalctl on the unit that was asked for', async () => {
    await sshd.farSide('echo "$(basename "$0") $*"');
    expect(await units.logs('pipeliner', 50, never)).toBe(
      'journalctl --no-pager --lines=50 --unit=pipeliner.service\n',
    );
    await expect(units.state('registry', never)).rejects.toMatchObject({ kind: 'malformed', effect: 'none' });
    await sshd.farSide('[ "$(basename "$0") $*" = "systemctl restart registry.service" ] || exit 1');
    await expect(units.restart('registry', never)).resolves.toBeUndefined();
  });

  test('a restart that systemd could not do may have stopped the unit', async () => {
    await sshd.farSide('echo "Job for registry.service failed" >&2; exit 1');
    await expect(units.restart('registry', never)).rejects.toMatchObject({
      name: 'BackendFailure',
      kind: 'rejected',
      effect: 'possible',
      message: 'restart registry: it ended with code 1 (Job for registry.service failed)',
    });
  });

  test('a restart that hangs ends in time, and whether it happened is not known', async () => {
    await sshd.farSide('exec sleep 30');
    const hasty = unitsWith({ timeoutsMs: { read: 2_000, restart: 1_000 } });
    await expect(hasty.restart('registry', never)).rejects.toMatchObject({ kind: 'timeout', effect: 'possible' });
  });

  test('nobody waits for a journal whose request was given up', async () => {
    await sshd.farSide('exec sleep 30');
    const giveUp = new AbortController();
    const logs = units.logs('registry', 5, giveUp.signal);
    giveUp.abort();
    await expect(logs).rejects.toMatchObject({ kind: 'timeout', effect: 'none' });
  });

  test('a host with another key is not spoken to', async () => {
    const fooled = unitsWith({ knownHostsFile: sshd.wrongKnownHostsFile });
    await expect(fooled.restart('registry', never)).rejects.toMatchObject({ kind: 'unreachable', effect: 'none' });
  });

  test('a host that does not know our key has run nothing', async () => {
    const stranger = unitsWith({ keyFile: sshd.wrongKeyFile });
    await expect(stranger.restart('registry', never)).rejects.toMatchObject({ kind: 'rejected', effect: 'none' });
  });

  test('a host that is away has run nothing', async () => {
    const [port] = await freePorts(1);
    const away = unitsWith({ where: `root@127.0.0.1:${port}` });
    await expect(away.restart('registry', never)).rejects.toMatchObject({ kind: 'unreachable', effect: 'none' });
  });

  test('a host that accepts and never speaks is given up', async () => {
    const mute = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const waiting = unitsWith({ where: `root@127.0.0.1:${port}`, timeoutsMs: { read: 500, restart: 500 } });
    await expect(waiting.state('registry', never)).rejects.toMatchObject({ kind: 'timeout', effect: 'none' });
    mute.close();
  });

  test('the key runs nothing but the forced command', () => {
    const [user, port = ''] = sshd.where.split(/:(?=[0-9]+$)/);
    const options = [
      '-F',
      'none',
      '-i',
      sshd.keyFile,
      '-o',
      'BatchMode=yes',
      '-o',
      `UserKnownHostsFile=${sshd.knownHostsFile}`,
    ];
    const { status, stdout } = spawnSync('ssh', [...options, '-p', port, user ?? '', '--', 'cat', '/etc/passwd']);
    expect(status).toBe(64);
    expect(stdout.toString()).toBe('');
  });
});

describe('the forced command', () => {
  const run = (asked: string) => spawnSync(SCRIPT, { env: { PATH: '/nowhere', SSH_ORIGINAL_COMMAND: asked } });

  test.each([
    ...[
      '',
      'status',
      'status sshd',
      'restart',
      'restart sshd',
      'stop registry',
      'status registry ',
      ' status registry',
    ],
    ...['restart registry; id', 'restart registry\nid', 'restart registry pipeliner', 'restart $(id)', 'restart *'],
    ...[
      'logs registry',
      'logs registry ',
      'logs registry -5',
      'logs registry 5 6',
      'logs registry 5;id',
      'logs sshd 5',
    ],
    ...['logs registry 12345', 'logs registry  5', 'logs registry x 5', 'logs registry 5\n', 'LOGS registry 5'],
  ])('refuses %j with code 64', (asked) => {
    expect(run(asked).status).toBe(64);
  });

  test('is a script that sh accepts', () => {
    execFileSync('sh', ['-n', SCRIPT]);
    expect(run('restart registry').status).toBe(127);
  });
});

describe('settings that cannot be right end the start', () => {
  const files = { keyFile: '/etc/quorumbot/key', knownHostsFile: '/etc/quorumbot/known_hosts' };
  test.each([
    '-oProxyCommand=id',
    'root@-x',
    'host',
    'a b@host',
    'root@host -v',
    'root@host;id',
    'root@',
    'root@host:x',
  ])('host %j', (where) => {
    expect(() => createUnits({ where, ...files })).toThrow('user@host');
  });

  test('paths that OpenSSH would read differently', () => {
    expect(() => createUnits({ where: 'palm@master', ...files, keyFile: '/a b' })).toThrow('SSH key');
    expect(() => createUnits({ where: 'palm@master', ...files, knownHostsFile: '/a%h' })).toThrow('known_hosts');
  });

  test('without a host nothing is tried', async () => {
    const units = createUnits({ where: null, keyFile: '', knownHostsFile: '' });
    await expect(units.restart('registry', never)).rejects.toMatchObject({ kind: 'unreachable', effect: 'none' });
  });
});
