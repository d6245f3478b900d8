import { execFile } from 'node:child_process';
import { z } from 'zod';
import { decodeValue } from './decode';
import { BackendFailure } from './failure';

/** The two systemd units of PALM. */
export const UNITS = ['registry', 'pipeliner'] as const;
export type Unit = (typeof UNITS)[number];

/** What `systemctl show` says of a unit. */
export interface UnitState {
  readonly activeState: string;
  readonly subState: string;
  /** Changes with every start; empty when the unit never ran. */
  readonly invocationId: string;
  /** systemd's own text, shown verbatim. */
  readonly startedAt: string;
  readonly restarts: string;
}

/** Every method throws `BackendFailure` and nothing else. */
export interface Units {
  /** `user@host`, or null when no host is configured: then only `typed` may be used. */
  readonly where: string | null;
  state(unit: Unit, signal: AbortSignal): Promise<UnitState>;
  /** Ends when systemd has restarted the unit. Failing with the effect `possible`, it may have stopped it only. */
  restart(unit: Unit, signal: AbortSignal): Promise<void>;
  logs(unit: Unit, lines: number, signal: AbortSignal): Promise<string>;
  /** What the far side does with a harmless command that it must refuse. */
  guarded(signal: AbortSignal): Promise<Guarded>;
}

/** `refuses`: as deploy/palm-units does. `obeys`: the key opens a shell. `other`: something else is forced there. */
export type Guarded = 'refuses' | 'obeys' | 'other';

/** What a person types on PALM's master to do the same. */
export const typed = {
  restart: (unit: Unit) => `systemctl restart ${unit}`,
  logs: (unit: Unit, lines: number) => `journalctl -n ${lines} -u ${unit} --no-pager`,
};

export interface UnitsOptions {
  /** `user@host` or `user@host:port`, whose forced command is `deploy/palm-units`; null: nothing can be reached. */
  readonly where: string | null;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly timeoutsMs?: { readonly read: number; readonly restart: number };
}

/** No option, no command and no second host can be hidden in it. */
const WHERE = /^([a-z_][a-z0-9_.-]*@(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]))(?::([0-9]{1,5}))?$/;
/** OpenSSH splits paths in options at spaces and expands `%` and `~` in them. */
const PLAIN_PATH = /^[A-Za-z0-9/._+-]+$/;

const LONGEST_OUTPUT = 4 << 20;

/** Restarts and reads units over the system's OpenSSH client. Throws a plain error when a setting cannot be right. */
export function createUnits(options: UnitsOptions): Units {
  const { where, timeoutsMs: times = { read: 15_000, restart: 60_000 } } = options;
  const ssh = where === null ? null : sshOptions(where, options);
  const run = (command: Omit<Remote, 'ssh'>) => {
    if (ssh === null) return Promise.reject(failure(command, 'no host is configured for it', 'unreachable'));
    return overSsh({ ...command, ssh });
  };
  return {
    where,
    state: async (unit, signal) => {
      const doing = `read the state of ${unit}`;
      const text = await run({ doing, words: ['status', unit], writes: false, timeoutMs: times.read, signal });
      return stateIn(text, doing);
    },
    restart: async (unit, signal) => {
      const words = ['restart', unit];
      await run({ doing: `restart ${unit}`, words, writes: true, timeoutMs: times.restart, signal });
    },
    guarded: async (signal) => {
      const command = { doing: 'try a command that must be refused', writes: false, timeoutMs: times.read, signal };
      if (ssh === null) throw failure(command, 'no host is configured for it', 'unreachable');
      return guardedBy(await ended({ ...command, ssh, words: ['echo', PROBE] }), command);
    },
    logs: async (unit, lines, signal) => {
      if (!Number.isInteger(lines) || lines < 1 || lines > 9_999) throw new Error(`${lines} is no number of lines`);
      const words = ['logs', unit, String(lines)];
      return run({ doing: `read the journal of ${unit}`, words, writes: false, timeoutMs: times.read, signal });
    },
  };
}

function sshOptions(where: string, { keyFile, knownHostsFile }: UnitsOptions): readonly string[] {
  const [, host, port] = WHERE.exec(where) ?? [];
  if (host === undefined) throw new Error('the host of the PALM units is not of the form user@host');
  if (!PLAIN_PATH.test(keyFile)) throw new Error('the path of the SSH key holds characters that are not allowed');
  if (!PLAIN_PATH.test(knownHostsFile))
    throw new Error('the path of known_hosts holds characters that are not allowed');
  return [
    ...['-F', 'none', '-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${knownHostsFile}`],
    ...['-o', 'ConnectTimeout=5', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=2'],
    ...(port === undefined ? [] : ['-p', port]),
    host.replace(/[[\]]/g, ''),
    '--',
  ];
}

interface Remote {
  readonly doing: string;
  readonly ssh: readonly string[];
  readonly words: readonly string[];
  readonly writes: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Output {
  readonly error: Ended | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function overSsh(remote: Remote): Promise<string> {
  const { error, stdout, stderr } = await ended(remote);
  if (error) throw explain(remote, error, stderr);
  return stdout;
}

/** An argument vector and an environment of our own: no shell on this side, and none of our secrets in the child. */
function ended(remote: Remote): Promise<Output> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
  const options = { env, signal: remote.signal, timeout: remote.timeoutMs, maxBuffer: LONGEST_OUTPUT };
  return new Promise((resolve) => {
    const child = execFile('ssh', [...remote.ssh, ...remote.words], options, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Comes back only from a far side that runs what it is told. */
const PROBE = 'quorumbot-looks-whether-this-is-refused';

function guardedBy({ error, stdout, stderr }: Output, tried: Pick<Remote, 'doing' | 'writes' | 'timeoutMs'>): Guarded {
  if (stdout.includes(PROBE)) return 'obeys';
  if (error?.code === REFUSED) return 'refuses';
  // A number that is not OpenSSH's own comes from the far side.
  if (!error || (typeof error.code === 'number' && error.code !== 255)) return 'other';
  throw explain(tried, error, stderr);
}

type Tried = Pick<Remote, 'doing' | 'writes'>;

interface Ended {
  readonly code?: number | string | null | undefined;
  readonly killed?: boolean | undefined;
}

/** OpenSSH's words for a connection that never came about. */
const NO_CONNECTION = /connect to (host|address)|could not resolve|host key verification failed|no route to host/i;

function explain(remote: Tried & Pick<Remote, 'timeoutMs'>, { code, killed }: Ended, stderr: string): BackendFailure {
  const said = (stderr.trim().split('\n').at(-1) ?? '').slice(0, 300);
  if (code === 'ENOENT') return failure(remote, 'there is no OpenSSH client on this machine', 'unreachable');
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return failure(remote, 'the answer is too long', 'malformed');
  if (code === 'ABORT_ERR') return failure(remote, 'given up before it ended', 'timeout');
  if (killed) return failure(remote, `not finished within ${remote.timeoutMs} ms`, 'timeout');
  if (code !== 255) return answered(remote, Number(code), said);
  if (NO_CONNECTION.test(stderr)) return failure(remote, `the host cannot be reached (${said})`, 'unreachable');
  if (/permission denied/i.test(stderr)) return refusal(remote, `the host refused us (${said})`);
  return failure(remote, `the connection was lost (${said})`, 'timeout');
}

/** Comes from the forced command, which refuses before it does anything. */
const REFUSED = 64;

function answered(remote: Tried, code: number, said: string): BackendFailure {
  if (code !== REFUSED) return failure(remote, `it ended with code ${code} (${said})`, 'rejected');
  return refusal(remote, 'the forced command of the host does not know this; is deploy/palm-units up to date there?');
}

function failure({ doing, writes }: Tried, text: string, kind: BackendFailure['kind']): BackendFailure {
  const effect = writes && kind !== 'unreachable' ? 'possible' : 'none';
  return new BackendFailure(`${doing}: ${text}`, { backend: 'units', kind, effect });
}

function refusal({ doing }: Tried, text: string): BackendFailure {
  return new BackendFailure(`${doing}: ${text}`, { backend: 'units', kind: 'rejected', effect: 'none' });
}

/** An old systemd does not count restarts. */
const shown = z.object({
  ActiveState: z.string().min(1).max(40),
  SubState: z.string().min(1).max(40),
  InvocationID: z.string().regex(/^[0-9a-f]{0,32}$/),
  ExecMainStartTimestamp: z.string().max(100),
  NRestarts: z.string().max(20).default(''),
});

function stateIn(text: string, doing: string): UnitState {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()] as const] : [];
  });
  const state = decodeValue(Object.fromEntries(pairs), shown, { backend: 'units', doing, effect: 'none' });
  return {
    activeState: state.ActiveState,
    subState: state.SubState,
    invocationId: state.InvocationID,
    startedAt: state.ExecMainStartTimestamp,
    restarts: state.NRestarts,
  };
}
