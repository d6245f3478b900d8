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

function configOf(needs: number): string {
  const operations = `{ palm purge: ${needs}, palm undo: ${needs} }`;
  return `approvals:\n  expireAfter: ${EXPIRES_AFTER_MS / 60_000}\n  operations: ${operations}\n`;
}
