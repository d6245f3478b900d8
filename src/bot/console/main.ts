import { createJobs } from '../../jobs/jobs';
import type { Config, Loaded } from '../config/config';
import { createLog, type Log, redact } from '../log';
import { createSlack } from '../outbox/slack';
import { openClusters } from '../systems';
import { readArguments } from './arguments';
import { CODES, type Code } from './codes';
import { identify } from './key';
import { HELP, makeKey, verifyFile } from './offline';
import { type Online, runConsole } from './run';
import type { Terminal } from './terminal';
import { line, TYPED } from './text';

/** The bot for the day when Slack is the incident: from what was typed to how it ends. */

const REDIS_MS = 2_000;

export interface ConsoleParts {
  readonly terminal: Terminal;
  /** The settings; asked for only where they are needed. */
  readonly load: () => Loaded;
}

export async function consoleMain(argv: readonly string[], { terminal, load }: ConsoleParts): Promise<Code> {
  const typed = readArguments(argv);
  if (!typed.ok) {
    terminal.err(`${line(typed.problem)}.\n${TYPED} help`);
    return CODES.usage;
  }
  switch (typed.args.kind) {
    case 'help':
      terminal.out(HELP);
      return CODES.done;
    case 'key':
      return makeKey(terminal);
    case 'verify file':
      return verifyFile(terminal, typed.args);
    case 'command':
    case 'vote':
    case 'show':
    case 'raw':
    case 'export':
      return online(typed.args, load(), terminal);
  }
}

async function online(typed: Online, loaded: Loaded, terminal: Terminal): Promise<Code> {
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.err(`configuration: ${redact(problem)}`);
    return CODES.usage;
  }
  const { config } = loaded;
  const person = identify(config.console, config.consoleKey);
  if (!person.ok) {
    terminal.err(person.problem);
    return CODES.not;
  }
  const log = createLog('silent');
  return withJobs(config, log, terminal, (parts) => runConsole({ ...parts, ...person, terminal }, typed));
}

type Parts = Pick<Parameters<typeof runConsole>[0], 'jobs' | 'clusters' | 'onError'>;

async function withJobs(
  config: Config,
  log: Log,
  terminal: Terminal,
  work: (parts: Parts) => Promise<Code>,
): Promise<Code> {
  const onError = (error: unknown, request: string) => log.error({ error, request }, 'console');
  const slack = createSlack(config.slack);
  const membersOf = async (group: string) => {
    const sent = await slack.members(group);
    return sent.kind === 'ok' ? sent.value : null;
  };
  const { redisUrl: url, rules, secondFactorKey } = config;
  const jobs = createJobs({ url, rules, people: { membersOf }, secondFactorKey, onError });
  const open = openClusters(config, jobs, onError);
  try {
    if (await jobs.connected(REDIS_MS)) return await work({ jobs, clusters: open.clusters, onError });
    terminal.err('Redis does not answer. Nothing was run.');
    return CODES.not;
  } finally {
    await jobs.close();
    await open.close();
  }
}
