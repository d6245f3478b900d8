import type { Line } from '../../handlers/checkup';
import { plain } from '../../handlers/view';
import { createJobs } from '../../jobs/jobs';
import { loadConfig } from '../config/config';
import { createLog, redact } from '../log';
import { openClusters } from '../systems';

/** The program: `npm run doctor`. The lines of /ops doctor in the terminal; ends with code 1 when something is wrong. */

/** How long all checks together may take. */
const MOST_MS = 20_000;

async function main(): Promise<number> {
  const loaded = loadConfig();
  if (!loaded.ok) {
    for (const found of loaded.problems) say({ ...CONFIGURATION, tone: 'bad', found, todo: 'See .env.example.' });
    return summed(loaded.problems.map(() => 'bad'));
  }
  const { config } = loaded;
  const log = createLog('silent');
  const onError = (error: unknown, what: string) => log.error({ error, what }, 'check failed');
  const nobody = { membersOf: async () => null };
  const { redisUrl: url, rules, secondFactorKey } = config;
  const jobs = createJobs({ url, rules, secondFactorKey, people: nobody, onError });
  await jobs.connected(2_000);
  const { doctor } = openClusters(config, jobs, onError);
  const lines = await doctor.examine(AbortSignal.timeout(MOST_MS));
  for (const line of lines) say(line);
  return summed(lines.map(({ tone }) => tone));
}

const CONFIGURATION = { what: 'Configuration', why: 'the bot does not start with it' };

const MARKS: Readonly<Record<Line['tone'], string>> = { ok: 'ok      ', warning: 'WARNING ', bad: 'WRONG   ' };

function say(line: Line): void {
  print(`${MARKS[line.tone]}${line.what}: ${plain(line.found)}`);
  if (line.tone === 'ok') return;
  print(`          why it matters: ${line.why}`);
  print(`          what to do: ${line.todo}`);
}

function summed(tones: readonly Line['tone'][]): number {
  const count = (tone: Line['tone']) => tones.filter((one) => one === tone).length;
  print(`\n${count('ok')} fine, ${count('warning')} to look at, ${count('bad')} wrong.`);
  return count('bad') > 0 ? 1 : 0;
}

function print(line: string): void {
  process.stdout.write(`${redact(line)}\n`);
}

// What hangs is not waited for: its line is printed by now.
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    print(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
