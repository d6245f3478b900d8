import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '../../../sandbox/services/process';
import { EXPIRES_AFTER_MS, GROUP, PEOPLE } from '../schedule';
import { PEERS } from './build';

export const SUBJECTS = ['quorumbot', 'naive', 'hubot'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

/** Processes side by side. Hubot keeps what waits in memory, and so is one. */
export const PROCESSES: Readonly<Record<SubjectName, number>> = { quorumbot: 2, naive: 2, hubot: 1 };

/** Where a program under test finds its world. */
export interface Surroundings {
  /** Where the program was built. */
  readonly home: string;
  readonly directory: string;
  readonly process: number;
  readonly needs: 1 | 2;
  readonly controlPort: number;
  readonly slack: { readonly apiUrl: string; readonly botToken: string; readonly signingSecret: string };
  readonly redisUrl: string;
  readonly etcdUrl: string;
}

const HOOKS = join(__dirname, 'hooks.cjs');
const ENTRY = {
  quorumbot: 'src/bot/start.js',
  naive: join(PEERS, 'naive.js'),
  hubot: join(PEERS, 'hubot.js'),
} as const;
const APPROVERS = [PEOPLE.ben.id, PEOPLE.cho.id, GROUP];

/** One process of the program under test: bot and worker in one, as it runs when nothing is said. */
export async function programOf(subject: SubjectName, around: Surroundings): Promise<Program> {
  const { home, process: index, needs } = around;
  const config = join(around.directory, `quorumbot-${needs}.yaml`);
  await writeFile(config, configOf(needs));
  return {
    file: process.execPath,
    args: ['--require', HOOKS, join(home, ENTRY[subject])],
    env: {
      SLACK_BOT_TOKEN: around.slack.botToken,
      SLACK_SIGNING_SECRET: around.slack.signingSecret,
      SLACK_API_URL: around.slack.apiUrl,
      PORT: '0',
      REDIS_URL: around.redisUrl,
      PALM_ETCD_HOSTS: around.etcdUrl,
      PALM_ETCD_API: 'v3',
      APPROVERS: APPROVERS.join(','),
      QUORUMBOT_CONFIG: config,
      NEEDS: String(needs),
      FAULTS_CONTROL: String(around.controlPort),
      FAULTS_PROCESS: String(index),
    },
  };
}

/** The key of this person, and no secret. */
function keyOf(user: string): string {
  return `qbk_${createHash('sha256').update(user).digest('base64url')}`;
}

/** A person decides in the console of the program under test. */
export async function consoleOf(around: Surroundings, user: string, args: readonly string[]): Promise<Program> {
  const { env } = await programOf('quorumbot', around);
  const own = { ...env, QUORUMBOT_CONSOLE_KEY: keyOf(user) };
  return { file: process.execPath, args: [join(around.home, 'src/bot/console/start.js'), ...args], env: own };
}

function configOf(needs: number): string {
  const keys = Object.values(PEOPLE).map(({ id }) => {
    const hash = createHash('sha256').update(keyOf(id)).digest('hex');
    return `    - { user: ${id}, keyHash: 'sha256:${hash}' }\n`;
  });
  const inConsole = `console:\n  channel: C000000\n  people:\n${keys.join('')}`;
  const operations = `{ palm purge: ${needs}, palm undo: ${needs} }`;
  return `approvals:\n  expireAfter: ${EXPIRES_AFTER_MS / 60_000}\n  operations: ${operations}\n${inConsole}`;
}
