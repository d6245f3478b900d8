import type { Server } from 'node:http';
import { type App, HTTPReceiver } from '@slack/bolt';
import type { Clusters } from '../handlers/clusters';
import { createJobs, type Jobs } from '../jobs/jobs';
import { hasEnded, type Request } from '../jobs/request/request';
import type { People } from '../jobs/rules/people';
import { createApp, createReceiver, createUnderWay, type Receiver } from './app';
import { type Config, loadConfig } from './config/config';
import { unknownOperations } from './config/rules-config';
import { createLongNames } from './forms/long-names';
import { createSuggester } from './forms/suggest';
import { createHome } from './home/home';
import { type HookDeps, hookProblems } from './hooks/hooks';
import { listen, type Readiness } from './http';
import { boltLogger, createLog, type Log, redact } from './log';
import { createMetrics } from './metrics';
import { createOutbox, type Outbox } from './outbox/outbox';
import { createSlack, type Slack } from './outbox/slack';
import { openAnchor, openClusters, reportAnchor } from './systems';

/** The composition root: builds everything once, starts it, and ends it in the reverse order. */

/** How long commands and clicks that were taken may still take. */
const MOST_FINISHING_MS = 3_000;
/** How long a stopping process may take in all. */
const MOST_STOPPING_MS = 30_000;

interface Running {
  /** Whether Slack is reached by a socket, which only a new start can mend when it fails for good. */
  readonly isSocket: boolean;
  stop(): Promise<void>;
}

async function run(config: Config, log: Log): Promise<Running> {
  const onError = (error: unknown, request: string) => log.error({ error, request }, 'work failed');
  const slack = createSlack(config.slack);
  const people: People = { membersOf: (group) => membersOf(slack, group, log) };
  const { redisUrl: url, rules, secondFactorKey } = config;
  const anchor = openAnchor(config);
  const jobs = createJobs({
    ...{ url, rules, people, secondFactorKey, onError: quietly(log, onError) },
    anchor: anchor && { anchor, onProblem: (problem) => reportAnchor(problem, log) },
  });
  if (!(await jobs.connected(2_000))) log.warn({}, 'redis is not there yet: commands are answered with that');
  const open = openClusters(config, jobs, onError);
  const { clusters } = open;
  const unknown = unknownOperations(rules, clusters);
  if (unknown.length > 0) throw new Error(`rules name operations that there are not: ${unknown.join(', ')}`);
  const hooks = config.role === 'worker' ? null : openHooks(config, jobs, clusters, onError);
  const metrics = createMetrics({ jobs: () => jobs.queues.counts(), redraws: () => jobs.redraws.pending() });
  const workers = config.role === 'bot' ? null : jobs.work(clusters.operation);
  const front = config.role === 'worker' ? null : createFront({ config, slack, jobs, clusters, metrics, log });
  const http = front && front.receiver instanceof HTTPReceiver ? front.receiver.requestListener : null;
  const server = await listen(
    { slack: http, hooks, readiness: () => readiness(jobs, front?.trouble() ?? null), metrics, log },
    config,
  );
  await front?.start();
  void open.report(log);
  const serves = Object.fromEntries(clusters.all.map(({ name, catalogue }) => [name, catalogue.systems]));
  log.info({ role: config.role, port: portOf(server), clusters: serves }, 'ready');
  return {
    isSocket: config.slack.transport.kind === 'socket',
    stop: async () => {
      await front?.stopReceiving();
      await closeServer(server);
      await front?.finish();
      await workers?.close();
      await front?.stop();
      await jobs.close();
      await open.close();
      await anchor?.close();
    },
  };
}

/** A hook that could never be answered is a mistake of set-up. */
function openHooks(
  { hooks }: Config,
  { requests, hookMemory: memory }: Jobs,
  clusters: Clusters,
  onError: HookDeps['onError'],
): HookDeps {
  const problems = hookProblems({ hooks, clusters });
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { hooks, clusters, requests, memory, onError };
}

interface FrontDeps {
  readonly config: Config;
  readonly slack: Slack;
  readonly jobs: Jobs;
  readonly clusters: Clusters;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly log: Log;
}

/** The part that speaks with Slack. */
function createFront({ config, slack, jobs, clusters, metrics, log }: FrontDeps) {
  const clock = () => performance.now();
  const home = createHome({ ...jobs, opened: jobs.openedHomes, slack, clusters, rules: config.rules, log, clock });
  const onDrawn = ({ state, requester }: Request) => hasEnded(state) && void home.acted(requester);
  const outbox: Outbox = createOutbox({ ...jobs, slack, clusters, log, onDrawn, clock });
  const underWay = createUnderWay();
  const logger = boltLogger(log);
  const receiver: Receiver = createReceiver(config.slack, logger);
  const onError = (error: unknown, request: string) => log.error({ error, request }, 'not confirmed');
  const longNames = createLongNames({ names: jobs.names, onError });
  const suggester = createSuggester({ store: jobs.store, clusters, longNames, clock, onError });
  const app: App = createApp(
    { ...jobs, clusters, slack, outbox, suggester, longNames, home, metrics, log, onError, underWay },
    config.slack,
    receiver,
    logger,
  );
  const isSocket = !(receiver instanceof HTTPReceiver);
  return {
    receiver,
    start: async () => {
      await checkToken(slack, jobs, log);
      outbox.start();
      if (isSocket) await app.start();
    },
    trouble: outbox.trouble,
    finish: () => underWay.ended(MOST_FINISHING_MS),
    stopReceiving: async () => {
      if (isSocket) await app.stop();
    },
    stop: () => outbox.stop(),
  };
}

/** A wrong token is a mistake of set-up and ends the process; a Slack that is away does not. */
async function checkToken(slack: Slack, { links }: Jobs, log: Log): Promise<void> {
  const checked = await slack.check();
  if (checked.kind === 'ok') {
    void links.remember(checked.value.url).catch((error: unknown) => log.warn({ error }, 'workspace not remembered'));
    return log.info(checked.value, 'Slack answers');
  }
  if (checked.kind === 'refused' && /auth|token|account/.test(checked.error)) {
    throw new Error(`Slack refuses SLACK_BOT_TOKEN: ${checked.error}`);
  }
  log.warn({ answer: checked.kind }, 'Slack does not answer yet');
}

async function membersOf(slack: Slack, group: string, log: Log): Promise<readonly string[] | null> {
  const sent = await slack.members(group);
  if (sent.kind === 'ok') return sent.value;
  log.warn({ group, answer: sent }, 'members of a user group not known');
  return null;
}

/** Changes may be off while queries work: then the process is of use, and says what is missing. */
async function readiness(jobs: Jobs, trouble: string | null): Promise<Readiness> {
  const away = { ready: false, lines: ['redis does not answer: nothing can be run'] };
  if ((await jobs.ping()) === null) return away;
  const unsafe = await jobs.durability.problem().catch(() => 'Redis did not say how it is set up.');
  const waits = trouble === null ? [] : [`messages wait, Slack does not take them: ${trouble}`];
  const lines = unsafe === null ? ['ready'] : ['ready for queries', `changes are off: ${unsafe}`];
  return { ready: true, lines: [...lines, ...waits] };
}

/** A connection that is down says so many times a second; one line in five seconds is enough. */
function quietly(
  log: Log,
  onError: (error: unknown, request: string) => void,
): (error: unknown, request: string) => void {
  let silentUntil = 0;
  return (error, request) => {
    if (request !== 'redis' && request !== 'worker') return onError(error, request);
    if (performance.now() < silentUntil) return;
    silentUntil = performance.now() + 5_000;
    log.warn({ error }, 'redis connection troubled');
  };
}

/** Takes nothing new, and lets the answers that are under way leave. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), MOST_FINISHING_MS);
  await closed;
  clearTimeout(timer);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts from the environment; ends on a signal, and on any error that nobody handled. */
export async function main(): Promise<void> {
  const loaded = loadConfig();
  if (!loaded.ok) {
    for (const problem of loaded.problems) console.error(`configuration: ${redact(problem)}`);
    process.exitCode = 1;
    return;
  }
  const log = createLog('info');
  try {
    const running = await run(loaded.config, log);
    endWithProcess(running, log);
  } catch (error) {
    log.fatal({ error }, 'not started');
    process.exit(1);
  }
}

function endWithProcess(running: Running, log: Log): void {
  let ending = false;
  const end = (code: number, why: string) => {
    if (ending) return;
    ending = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), MOST_STOPPING_MS).unref();
    running.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error }, 'not stopped cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end(0, 'SIGTERM'));
  process.on('SIGINT', () => end(0, 'SIGINT'));
  // Bolt leaves a failed reconnect unhandled on purpose: a supervisor shall start the process anew.
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'unhandled rejection');
    // Over HTTP it is one bad request: Bolt lets a signed body that is no payload fall through.
    if (running.isSocket) end(1, 'unhandled rejection');
  });
}
