import { createJobs } from '../jobs/jobs';
import { type Config, loadConfig } from './config';
import { readArguments } from './console/arguments';
import { CODES, type Code } from './console/codes';
import { identify } from './console/key';
import { HELP, makeKey, verifyFile } from './console/offline';
import { type Online, runConsole } from './console/run';
import type { Terminal } from './console/terminal';
import { line, TYPED } from './console/text';
import { createLog, type Log, redact } from './log';
import { createSlack } from './slack';
import { openClusters } from './systems';

/** The program: `npm run ops -- …`. The bot for the day when Slack is the incident. */

const REDIS_MS = 2_000;

async function main(argv: readonly string[], terminal: Terminal): Promise<Code> {
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
      return online(typed.args, terminal);
  }
}

async function online(typed: Online, terminal: Terminal): Promise<Code> {
  const loaded = loadConfig();
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
  const jobs = createJobs({ url: config.redisUrl, rules: config.rules, people: { membersOf }, onError });
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

const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  raw: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(`${text}\n`),
};

main(process.argv.slice(2), terminal).then(
  (code) => {
    // Not exit(): what was written to a pipe must still leave.
    process.exitCode = code;
  },
  (error: unknown) => {
    terminal.err(error instanceof Error ? redact(error.message) : 'the console stumbled');
    process.exitCode = CODES.uncertain;
  },
);
