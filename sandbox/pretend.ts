import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDistkvSandbox } from './distkv/sandbox';
import { DISTKV_SCENARIOS } from './distkv/scenarios';
import { createOpenioSandbox } from './openio/sandbox';
import { OPENIO_SCENARIOS } from './openio/scenarios';
import { createPalmCluster } from './palm/cluster';
import { PALM_SCENARIOS } from './palm/scenarios';
import { createRedisTrouble } from './redis-trouble';
import { startEtcd } from './services/etcd';
import { type Program, type Running, run } from './services/process';
import { startRedis } from './services/redis';
import type { Server } from './services/server';
import type { AppLink, Rate, Tier, UserGroup } from './slack/types';
import { createWorkspace, type Workspace } from './slack/workspace';
import { CHANNELS, PEOPLE, type Scenario } from './world';

/** The whole pretend world, with the real bot in it as a process of its own. */
export interface World {
  readonly workspace: Workspace;
  readonly redis: Server;
  readonly etcd: Server;
  readonly openio: { readonly url: string; readonly namespace: string; readonly account: string };
  readonly distkv: { readonly servers: readonly string[] };
  readonly scenarios: readonly Scenario[];
  /** The bot's own environment, for another program of it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The bot's process, as it is now. */
  bot(): Running;
  /** Starts the bot again after it was killed. */
  restartBot(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** The bot as a program; its environment is added here. */
  readonly bot: Program;
  /** Of the page; 0 or nothing takes a free one. */
  readonly port?: number;
  readonly mode?: AppLink['mode'];
  readonly rates?: Partial<Record<Tier, Rate>>;
  /** More than the usual ones. */
  readonly channels?: readonly { readonly id: string; readonly name: string }[];
  readonly userGroups?: readonly UserGroup[];
  /** Added to the bot's settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export const ROOT = rootOf(__dirname);

/** Everything is started side by side; the bot comes last. What was started is ended when something fails. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const [redis, etcd, openio, distkv] = await Promise.all([
      startRedis(),
      startEtcd(),
      createOpenioSandbox({ version: '2026.14.2', index: true }),
      createDistkvSandbox(),
    ]);
    closing.push(redis.stop, etcd.stop, openio.close, distkv.close);
    const palm = createPalmCluster(etcd);
    closing.push(palm.close);
    await palm.seed();
    const systems = [openio, distkv, palm, createRedisTrouble(redis)];
    const scenarios = [...PALM_SCENARIOS, ...OPENIO_SCENARIOS, ...DISTKV_SCENARIOS];
    const { port, rates, userGroups } = options;
    const workspace = await createWorkspace({
      manifest: JSON.parse(readFileSync(join(ROOT, 'manifest.json'), 'utf8')),
      people: Object.values(PEOPLE),
      channels: [...CHANNELS, ...(options.channels ?? [])],
      systems,
      scenarios,
      ...(port !== undefined && { port }),
      ...(rates && { rates }),
      ...(userGroups && { userGroups }),
    });
    closing.push(workspace.close);
    const settings = { ...settingsOf({ workspace, redis, etcd, openio, distkv }), ...options.settings };
    const start = () => startBot(options, { workspace, settings });
    let bot = await start();
    closing.push(() => bot.stop());
    const restartBot = async () => {
      await bot.kill();
      bot = await start();
    };
    return { workspace, redis, etcd, openio, distkv, scenarios, settings, bot: () => bot, restartBot, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Far = Pick<World, 'workspace' | 'redis' | 'etcd' | 'openio' | 'distkv'>;

function settingsOf({ workspace, redis, etcd, openio, distkv }: Far): Record<string, string> {
  return {
    SLACK_API_URL: workspace.apiUrl,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: workspace.signingSecret,
    PORT: '0',
    REDIS_URL: redis.url,
    OPENIO_PROXY_URL: openio.url,
    OPENIO_NAMESPACE: openio.namespace,
    OPENIO_ACCOUNT: openio.account,
    DISTKV_SERVERS: distkv.servers.join(','),
    PALM_ETCD_HOSTS: etcd.url,
    PALM_ETCD_API: 'v3',
    APPROVERS: `${PEOPLE.ben.id},${PEOPLE.cho.id}`,
  };
}

interface BotPlace {
  readonly workspace: Workspace;
  readonly settings: Readonly<Record<string, string>>;
}

/** Resolves when the bot says that it is ready. */
async function startBot({ bot, mode = 'socket' }: WorldOptions, place: BotPlace): Promise<Running> {
  const transport = mode === 'socket' ? { SLACK_APP_TOKEN: place.workspace.appToken } : {};
  const running = run({ ...bot, env: { ...bot.env, ...transport, ...place.settings } });
  const ready: unknown = JSON.parse(await running.said(/"msg":"ready"/));
  if (mode === 'http') {
    const port = typeof ready === 'object' && ready !== null && 'port' in ready ? Number(ready.port) : 0;
    place.workspace.connect({ mode: 'http', requestUrl: `http://127.0.0.1:${port}/slack/events` });
  }
  return running;
}

/** The folder of package.json, from the sources and from what was built of them. */
function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder));
}
