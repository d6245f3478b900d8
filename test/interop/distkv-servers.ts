import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findProgram } from '../../sandbox/services/find';
import { freePorts } from '../../sandbox/services/ports';
import { type Running, run } from '../../sandbox/services/process';

/** A network of real DistKV servers on loopback, around a broker of its own. */
export interface RealNetwork {
  /** `host:port`, in the order of the names. */
  readonly servers: readonly string[];
  /** The real command line, speaking to one of the servers: its standard output. */
  client(server: string, ...args: readonly string[]): Promise<string>;
  /** kill -9, and a new start that loads from the others. Does not wait until it serves: perhaps it will not. */
  restart(name: string): Promise<void>;
  killBroker(): Promise<void>;
  /** What a server logged last, or what it wrote when it ended. */
  log(name: string): string;
  close(): Promise<void>;
}

interface Place {
  readonly directory: string;
  readonly broker: number;
  readonly ports: ReadonlyMap<string, number>;
}

const LAUNCH = join(__dirname, 'python', 'launch.py');
const SERVING_WITHIN_MS = 40_000;

export async function startRealNetwork(names: readonly string[]): Promise<RealNetwork> {
  const [broker = 0, ...own] = await freePorts(names.length + 1);
  const directory = await mkdtemp(join(tmpdir(), 'quorumbot-distkv-'));
  const place: Place = { directory, broker, ports: new Map(names.map((name, i) => [name, own[i] ?? 0])) };
  const running = new Map<string, Running>();
  const close = async () => {
    await Promise.all([...running.values()].map((one) => one.kill()));
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    running.set('broker', await startBroker(place));
    for (const [i, name] of names.entries()) {
      running.set(name, startServer(place, name, { first: i === 0 }));
      await untilServing(portOf(place, name), running.get(name));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    servers: names.map((name) => `127.0.0.1:${portOf(place, name)}`),
    client: (server, ...args) => askClient(directory, server, args),
    restart: async (name) => {
      await running.get(name)?.kill();
      running.set(name, startServer(place, name, { first: false }));
    },
    killBroker: async () => void (await running.get('broker')?.kill()),
    log: (name) => running.get(name)?.output() ?? '',
    close,
  };
}

function portOf(place: Place, name: string): number {
  const port = place.ports.get(name);
  if (port === undefined) throw new Error(`no server ${name}`);
  return port;
}

async function startBroker({ directory, broker }: Place): Promise<Running> {
  const program = await findProgram('mosquitto');
  const file = join(directory, 'broker.conf');
  writeFileSync(file, `listener ${broker} 127.0.0.1\nallow_anonymous true\n`);
  const running = run({ ...program, args: ['-c', file] });
  await untilServing(broker, running);
  return running;
}

/** Without a file to load, the first one begins with a value and the others take over what it knows. */
function startServer(place: Place, name: string, { first }: { first: boolean }): Running {
  const port = portOf(place, name);
  const file = join(place.directory, `${name}.cfg`);
  const config = {
    connect: { host: '127.0.0.1', port },
    hostmap: Object.fromEntries([...place.ports].map(([other, at]) => [other, ['127.0.0.1', at]])),
    server: {
      bind: [{ host: '127.0.0.1', port }],
      bind_default: { host: '127.0.0.1', port },
      backend: 'mqtt',
      mqtt: { uri: `mqtt://${name}:x@127.0.0.1:${place.broker}/` },
      ping: { cycle: 4, gap: 1 },
    },
  };
  writeFileSync(file, stringify(config));
  return run(python(['-c', file, 'server', ...(first ? ['-I', 'begin'] : []), name]));
}

function python(args: readonly string[]) {
  const { INTEROP_PYTHON: file, INTEROP_PYTHONPATH: path } = process.env;
  if (file === undefined || path === undefined) throw new Error('run these tests with npm run test:interop');
  const env = { PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' };
  return { file, args: [LAUNCH, ...args], env };
}

async function askClient(directory: string, server: string, args: readonly string[]): Promise<string> {
  const [host = '', port = ''] = server.split(':');
  const file = join(directory, 'client.cfg');
  writeFileSync(file, stringify({ connect: { host, port: Number(port) } }));
  const running = run(python(['-c', file, 'client', '-h', host, '-p', port, ...args]));
  const { code } = await running.exited;
  if (code !== 0) throw new Error(`distkv client ${args.join(' ')} ended with code ${code}: ${running.output()}`);
  return running.output();
}

async function untilServing(port: number, running: Running | undefined): Promise<void> {
  let ended = false;
  void running?.exited.then(() => {
    ended = true;
  });
  const until = performance.now() + SERVING_WITHIN_MS;
  while (!(await opens(port))) {
    if (ended || performance.now() > until) throw new Error(`no server on ${port}: ${running?.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
