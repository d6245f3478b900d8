import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createWorld, ROOT, type World } from '../sandbox/pretend';
import { run } from '../sandbox/services/process';
import { createDistkv } from '../src/backends/distkv/distkv';
import { createOpenio } from '../src/backends/openio/create';
import { createPalm } from '../src/backends/palm/create';
import { distkvState } from '../src/handlers/distkv/state';
import { openioElectionStatus } from '../src/handlers/openio/election-status';
import { palmServers } from '../src/handlers/palm/servers';
import type { Row } from './row';

/** What a person waits for: the acknowledgement of a command, and its final message. */
const AT_ONCE = [1, 20, 200];
const COMMANDS = 2_000;
const FAST = { perMinute: 1_000_000, burst: 1_000_000 };

export async function benchSlack(): Promise<readonly Row[]> {
  const bot = { file: process.execPath, args: [join(ROOT, 'dist/src/bot/start.js')] };
  const world = await createWorld({ bot, mode: 'http', rates: { post: FAST, update: FAST } });
  const bare = run({
    file: process.execPath,
    args: [join(ROOT, 'dist/bench/bare-bolt-child.js'), world.workspace.signingSecret],
  });
  try {
    const barePort = portIn(await bare.said(/"port"/));
    const ourPort = portIn(await world.bot().said(/"msg":"ready"/));
    const rows: Row[] = [...(await finalMessageRows(world))];
    const paced = { barePort, ourPort, secret: world.workspace.signingSecret, pauseMs: 50 };
    rows.push(...(await ackRows({ what: 'one every 50 ms', atOnce: 1, commands: 200 }, paced)));
    for (const atOnce of AT_ONCE)
      rows.push(
        ...(await ackRows({ what: `${atOnce} in flight`, atOnce, commands: COMMANDS }, { ...paced, pauseMs: 0 })),
      );
    return rows;
  } finally {
    await bare.stop();
    await world.close();
  }
}

function portIn(line: string): number {
  const said: unknown = JSON.parse(line);
  return typeof said === 'object' && said !== null && 'port' in said ? Number(said.port) : 0;
}

interface Ports {
  readonly barePort: number;
  readonly ourPort: number;
  readonly secret: string;
  /** Between two commands of the same sender. */
  readonly pauseMs: number;
}

interface Load {
  readonly what: string;
  readonly atOnce: number;
  readonly commands: number;
}

/** Both are warmed up, then measured in turns, so that whatever else the machine does hits both. */
async function ackRows(
  { what, atOnce, commands }: Load,
  { barePort, ourPort, secret, pauseMs }: Ports,
): Promise<readonly Row[]> {
  const rounds = { bare: [] as number[], ours: [] as number[] };
  const each = { atOnce, commands: commands / 4, secret, pauseMs };
  await load(barePort, { ...each, commands: atOnce + 50 });
  await load(ourPort, { ...each, commands: atOnce + 50 });
  for (let round = 0; round < 4; round++) {
    rounds.bare.push(...(await load(barePort, each)));
    rounds.ours.push(...(await load(ourPort, each)));
  }
  return [50, 99].map((percent) => {
    const bare = percentile(rounds.bare, percent);
    const ours = percentile(rounds.ours, percent);
    const goal = percent === 99 ? 'within 1.5' : '';
    return {
      what: `ack p${percent}, ${what}`,
      bare: ms(bare),
      ours: ms(ours),
      ratio: (ours / bare).toFixed(2),
      goal,
    };
  });
}

async function load(port: number, wanted: Omit<Load, 'what'> & Pick<Ports, 'secret' | 'pauseMs'>): Promise<number[]> {
  const { atOnce, commands, secret, pauseMs } = wanted;
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const times: number[] = [];
  let left = commands;
  const worker = async () => {
    while (left-- > 0) {
      times.push(await timeOne(agent, port, secret));
      if (pauseMs > 0) await setTimeout(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return times;
}

function timeOne(agent: Agent, port: number, secret: string): Promise<number> {
  const body = new URLSearchParams({
    ...{ command: '/ops', text: 'locks', user_id: 'U0ANA', channel_id: 'C0STORAGE', team_id: 'T0SANDBOX' },
    ...{ trigger_id: randomUUID(), response_url: 'http://127.0.0.1:1/none' },
  }).toString();
  const stamp = String(Math.floor(Date.now() / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-slack-request-timestamp': stamp,
    'x-slack-signature': signature,
  };
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, path: '/slack/events', method: 'POST', headers },
      (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`HTTP ${answer.statusCode}`));
        answer.resume().once('end', () => resolve(performance.now() - begun));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

interface Answered {
  readonly command: string;
  /** What the final message holds. */
  readonly holds: string;
  readonly answer: () => Promise<unknown>;
}

/** From typing to the message that holds the answer, beside the same operation called directly. */
async function finalMessageRows(world: World): Promise<readonly Row[]> {
  const palm = createPalm({ api: 'v3', hosts: [world.etcd.url] });
  const openio = createOpenio({
    proxyUrl: world.openio.url,
    namespace: world.openio.namespace,
    account: world.openio.account,
  });
  const distkv = createDistkv({ servers: world.distkv.servers.map(serverAt), login: null });
  const context = { request: 'RBENCH', signal: AbortSignal.timeout(120_000), report: () => undefined };
  const rows: Row[] = [];
  const base = ['meta2', 'FVE0'];
  const asked: readonly Answered[] = [
    { command: 'palm servers', holds: 'pricer', answer: () => palmServers(palm).answer([], context) },
    {
      command: `openio election status ${base.join(' ')}`,
      holds: 'is the master',
      answer: () => openioElectionStatus(openio).answer(base, context),
    },
    { command: 'distkv state', holds: 'DistKV', answer: () => distkvState(distkv).answer([], context) },
  ];
  for (const one of asked) rows.push(await finalMessageRow(world, one));
  await Promise.all([palm.close(), openio.close()]);
  return rows;
}

function serverAt(address: string): { host: string; port: number } {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
}

async function finalMessageRow({ workspace }: World, { command, holds, answer }: Answered): Promise<Row> {
  const direct: number[] = [];
  const ours: number[] = [];
  for (let n = 0; n < 20; n++) {
    direct.push(await timed(answer));
    // The bot keeps to one message a second and channel; that pace is not what is measured here.
    await setTimeout(1_100);
    const before = workspace.messages('inc-42').length;
    ours.push(
      await timed(async () => {
        await workspace.typeCommand({ who: 'ana', channel: 'inc-42', text: `/${command}` });
        await workspace.until(() =>
          workspace
            .messages('inc-42')
            .slice(before)
            .some((one) => one.plain.includes(holds)),
        );
      }),
    );
  }
  const [bare, full] = [percentile(direct.slice(5), 50), percentile(ours.slice(5), 50)];
  return {
    what: `/${command} → final message, p50`,
    bare: ms(bare),
    ours: ms(full),
    ratio: `+${(full - bare).toFixed(1)} ms`,
    goal: '',
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
