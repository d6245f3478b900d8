import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findProgram, type ProgramName } from './find';
import { freePorts } from './ports';
import { describeExit, type Exit, type Running, run } from './process';

const READY_WITHIN_MS = 15_000;
const ASK_AGAIN_MS = 5;
const PORT_ATTEMPTS = 3;

/** A real server on loopback with data of its own. Ends with us, however we end. */
export interface Server {
  readonly url: string;
  readonly port: number;
  /** Where it keeps its data. */
  readonly directory: string;
  /** Changes with `restart`. */
  readonly pid: number;
  /** Freezes it: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
  /** kill -9. The data stay for `restart`. */
  kill(): Promise<void>;
  /** Kills it when it runs, and starts it again on the same port and the same data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface Place {
  readonly directory: string;
  /** At least one; the first is the one in the url. */
  readonly ports: readonly number[];
}

export interface ServerKind {
  readonly program: ProgramName;
  readonly scheme: 'redis' | 'http';
  readonly ports: number;
  args(place: Place): readonly string[];
  /** Whether it answers by now. */
  ready(port: number): Promise<boolean>;
}

/** Throws an error that ends with what the program said last. */
export async function startServer(kind: ServerKind): Promise<Server> {
  const program = await findProgram(kind.program);
  const directory = await mkdtemp(join(tmpdir(), `quorumbot-${kind.program}-`));
  const launch = async (ports: readonly number[]) => {
    const running = run({ ...program, args: kind.args({ directory, ports }) });
    await untilReady(kind, running, ports);
    return running;
  };
  try {
    return controls(kind, directory, await onFreePorts(kind.ports, launch), launch);
  } catch (error) {
    await remove(directory);
    throw error;
  }
}

interface Launched {
  readonly running: Running;
  readonly ports: readonly number[];
}
type Launch = (ports: readonly number[]) => Promise<Running>;

/** A free port may be taken by somebody else before the server has it; then other ones are tried. */
async function onFreePorts(count: number, launch: Launch): Promise<Launched> {
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(count);
    try {
      return { running: await launch(ports), ports };
    } catch (error) {
      const taken = error instanceof Error && /address already in use/i.test(error.message);
      if (!taken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function controls(kind: ServerKind, directory: string, launched: Launched, launch: Launch): Server {
  let { running } = launched;
  const [port = 0] = launched.ports;
  return {
    url: `${kind.scheme}://127.0.0.1:${port}`,
    port,
    directory,
    get pid() {
      return running.pid;
    },
    pause: () => running.pause(),
    resume: () => running.resume(),
    kill: async () => void (await running.kill()),
    restart: async () => {
      await running.kill();
      running = await launch(launched.ports);
    },
    stop: async () => {
      await running.stop();
      await remove(directory);
    },
  };
}

async function untilReady(kind: ServerKind, running: Running, ports: readonly number[]): Promise<void> {
  const ended: { exit?: Exit } = {};
  void running.exited.then((exit) => {
    ended.exit = exit;
  });
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await kind.ready(ports[0] ?? 0))) {
    if (ended.exit) throw new Error(`${kind.program} ${describeExit(ended.exit)}: ${running.output()}`);
    if (performance.now() > deadline) {
      await running.kill();
      throw new Error(`${kind.program} did not answer within ${READY_WITHIN_MS} ms: ${running.output()}`);
    }
    await wait(ASK_AGAIN_MS);
  }
}

/** A killed server's last writes may still land while its directory is removed. */
async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
