import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { encodeReply } from '../sandbox/distkv/codec';
import { run } from '../sandbox/services/process';
import { createDistkv } from '../src/backends/distkv/distkv';
import type { Section } from '../src/backends/distkv/state';
import { encodeMessage, messagesOf } from '../src/backends/distkv/wire';
import type { Row } from './row';

const SECTIONS: readonly Section[] = ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded'];
const QUESTION = { action: 'get_state', ...Object.fromEntries(SECTIONS.map((section) => [section, true])), seq: 1 };
const ROUNDS = 5;
const IN_A_ROUND = 300;
const RANGES = 100_000;
const COMMANDS = 5;

/** Reading a state: beside a bare exchange of the same bytes, and beside the real command line where it is installed. */
export async function benchDistkv(): Promise<readonly Row[]> {
  const child = fork(join(__dirname, 'distkv-child.js'));
  try {
    const [server] = await once(child, 'message');
    const port = portOf(String(server));
    const distkv = createDistkv({ servers: [{ host: '127.0.0.1', port }] });
    const read = () => distkv.state(distkv.servers[0], SECTIONS, never);
    await many(() => bare(port), IN_A_ROUND);
    await many(read, IN_A_ROUND);
    const plain: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      plain.push(await many(() => bare(port), IN_A_ROUND));
      ours.push(await many(read, IN_A_ROUND));
    }
    return [
      row('distkv: connect, greeting, state, close', [median(plain), 'bare socket'], median(ours), '≤ 1.5×'),
      await besideCommandLine(port, median(ours)),
      await large(),
    ];
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

const never = new AbortController().signal;

/** The least that gets the same answer: no deadlines, no login, nothing decoded. */
function bare(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let heard = 0;
    socket.once('error', reject);
    socket.on('data', () => {
      heard += 1;
      if (heard === 1) socket.write(encodeMessage(QUESTION));
      else {
        socket.destroy();
        resolve();
      }
    });
  });
}

/** Milliseconds for each. */
async function many(act: () => Promise<unknown>, times: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) await act();
  return (performance.now() - began) / times;
}

async function besideCommandLine(port: number, ours: number): Promise<Row> {
  const home = join(process.cwd(), '.cache', 'distkv', 'venv', 'bin', 'python');
  const launch = join(process.cwd(), 'test', 'interop', 'python', 'launch.py');
  const what = 'distkv: state, beside the real command line';
  if (!existsSync(home)) {
    return {
      what,
      bare: 'not installed (npm run test:interop)',
      ours: `${ours.toFixed(2)} ms`,
      ratio: '–',
      goal: '200× faster',
    };
  }
  const args = [launch, 'client', '-h', '127.0.0.1', '-p', `${port}`, 'internal', 'state', '-ndmrk'];
  const times: number[] = [];
  for (let n = 0; n < COMMANDS; n += 1) {
    times.push(
      await many(async () => {
        const running = run({ file: home, args, env: { PYTHONWARNINGS: 'ignore' } });
        const { code } = await running.exited;
        if (code !== 0) throw new Error(`the command line ended with code ${code}: ${running.output()}`);
      }, 1),
    );
  }
  const theirs = median(times);
  const ratio = `${(theirs / ours).toFixed(0)}× faster`;
  return {
    what,
    bare: `${theirs.toFixed(0)} ms distkv client`,
    ours: `${ours.toFixed(2)} ms`,
    ratio,
    goal: '200× faster',
  };
}

/** Beside the mere decoding of the same answer, in one piece. */
async function large(): Promise<Row> {
  const ranges = Array.from({ length: RANGES }, (_, i) => [i * 5 + 1, i * 5 + 4]);
  const answer = Buffer.from(encodeReply({ seq: 1, node: 'test1', tock: 2, known: { many: ranges } }));
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(encodeReply({ seq: 0, node: 'test1', tock: 1 }));
    socket.once('data', () => socket.write(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const distkv = createDistkv({ servers: [{ host: '127.0.0.1', port }] });
    const read = () => distkv.state(distkv.servers[0], ['superseded'], never);
    await many(read, 1);
    const ours = await many(read, ROUNDS);
    return row(
      'distkv: a state of 100 000 ranges',
      [await many(() => decoded(answer), ROUNDS), 'decoding alone'],
      ours,
      '–',
    );
  } finally {
    server.close();
  }
}

async function decoded(answer: Uint8Array): Promise<void> {
  async function* piece(): AsyncIterable<Uint8Array> {
    yield answer;
  }
  for await (const _message of messagesOf(piece()));
}

function row(what: string, [theirs, name]: readonly [number, string], ours: number, goal: string): Row {
  const ratio = `${(ours / theirs).toFixed(2)}×`;
  return { what, bare: `${theirs.toFixed(2)} ms ${name}`, ours: `${ours.toFixed(2)} ms`, ratio, goal };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function portOf(server: string): number {
  return Number(server.slice(server.lastIndexOf(':') + 1));
}
