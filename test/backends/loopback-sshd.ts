import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../../sandbox/services/ports';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path)) ?? null;

/** Why there can be no sshd here, or null. */
export function whyNoSshd(): string | null {
  if (SSHD === null) return 'there is no sshd on this machine';
  return ['/usr/bin/ssh', '/usr/local/bin/ssh'].some((path) => existsSync(path)) ? null : 'there is no ssh client here';
}

export interface LoopbackSshd {
  /** `user@127.0.0.1:port` */
  readonly where: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** A known_hosts that holds another host key. */
  readonly wrongKnownHostsFile: string;
  /** A key that nobody knows. */
  readonly wrongKeyFile: string;
  /** A systemd of two lines: units have a state, and another invocation after each restart. */
  pretendSystemd(): Promise<void>;
  /** Sets what the pretended systemd says of a unit. */
  setState(unit: string, state: string): Promise<void>;
  /** Runs `systemctl` and `journalctl` of the far side from this text, a sh script that finds the program's name in $0. */
  farSide(script: string): Promise<void>;
  /** Forces this command instead of deploy/palm-units. */
  force(command: string): Promise<void>;
  stop(): Promise<void>;
}

/** A real sshd on loopback that runs the real forced command, with stubs in place of systemd. */
export async function startSshd(): Promise<LoopbackSshd> {
  const home = await mkdtemp(join(tmpdir(), 'quorumbot-sshd-'));
  const at = (name: string) => join(home, name);
  for (const name of ['host', 'key', 'other']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  }
  const [port = 0] = await freePorts(1);
  await mkdir(at('bin'));
  const forced = `PATH=${at('bin')}:/usr/bin:/bin ${resolve(__dirname, '../../deploy/palm-units')}`;
  const key = await readFile(at('key.pub'), 'utf8');
  const force = (command: string) => writeFile(at('authorized'), `restrict,command="${command}" ${key}`);
  await force(forced);
  for (const [file, key] of [
    ['known', 'host'],
    ['wrong-known', 'other'],
  ] as const) {
    await writeFile(at(file), `[127.0.0.1]:${port} ${await readFile(at(`${key}.pub`), 'utf8')}`);
  }
  await writeFile(at('config'), config(port, at));
  await privilegeDirectory();
  const daemon = spawn(SSHD ?? 'sshd', ['-D', '-e', '-f', at('config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(daemon);
  const install = async (script: string) => {
    for (const name of ['systemctl', 'journalctl']) {
      await writeFile(at(`bin/${name}`), `#!/bin/sh\n${script}\n`);
      await chmod(at(`bin/${name}`), 0o755);
    }
  };
  return {
    where: `${userInfo().username}@127.0.0.1:${port}`,
    keyFile: at('key'),
    knownHostsFile: at('known'),
    wrongKnownHostsFile: at('wrong-known'),
    wrongKeyFile: at('other'),
    farSide: install,
    force,
    pretendSystemd: async () => {
      for (const unit of ['registry', 'pipeliner']) await writeFile(at(`${unit}.service.state`), 'active');
      await install(pretended(home));
    },
    setState: (unit, state) => writeFile(at(`${unit}.service.state`), state),
    stop: async () => {
      const exited = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

function pretended(home: string): string {
  return `
cd ${home}
for unit; do :; done
count=$(cat "$unit.count" 2>/dev/null || echo 1)
case "$(basename "$0") $1" in
  'systemctl show')
    printf 'ActiveState=%s\nSubState=running\nInvocationID=%032d\n' "$(cat "$unit.state")" "$count"
    printf 'ExecMainStartTimestamp=start number %s\nNRestarts=0\n' "$count" ;;
  'systemctl restart') echo $((count + 1)) >"$unit.count" ;;
  *) echo "$*" ;;
esac`;
}

function config(port: number, at: (name: string) => string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin forced-commands-only',
    '',
  ].join('\n');
}

/** Run by root, sshd wants an empty directory that the service's start makes. It stays: another test may use it. */
async function privilegeDirectory(): Promise<void> {
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { mode: 0o755, recursive: true });
}

async function listening(daemon: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (!daemon.stderr) throw new Error('sshd has no stderr');
  for await (const line of createInterface({ input: daemon.stderr })) {
    if (line.startsWith('Server listening')) {
      daemon.stderr.resume();
      return;
    }
    said.push(line);
  }
  throw new Error(`sshd did not start: ${said.join('; ')}`);
}
