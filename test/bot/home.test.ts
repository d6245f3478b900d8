import { startRedis } from '../../sandbox/services/redis';
import { createHome, type Home } from '../../src/bot/home/home';
import { createLog } from '../../src/bot/log';
import type { Slack } from '../../src/bot/outbox/slack';
import { createClusters } from '../../src/handlers/clusters';
import { DEFAULT_RULES } from '../../src/jobs/rules/rules';
import { type JobsUnderTest, openJobs } from '../support/jobs';

/** Two processes of the bot on one Redis: a click reaches any of them. */
let redis: Awaited<ReturnType<typeof startRedis>>;
let first: JobsUnderTest;
let second: JobsUnderTest;

beforeAll(async () => {
  redis = await startRedis();
  first = openJobs(redis.url);
  second = openJobs(redis.url, { prefix: first.prefix });
  await Promise.all([first, second].map(({ jobs }) => jobs.connected(2_000)));
});
afterAll(async () => {
  await first.close();
  await second.close();
  await redis.stop();
});

function homeOf({ jobs }: JobsUnderTest, drawn: string[]): Home {
  const publishHome: Slack['publishHome'] = async (user) => {
    drawn.push(user);
    return { kind: 'ok', value: null };
  };
  return createHome({
    ...jobs,
    opened: jobs.openedHomes,
    slack: { publishHome },
    clusters: createClusters([]),
    rules: DEFAULT_RULES,
    log: createLog('silent'),
    clock: () => performance.now(),
  });
}

test('a tab that was opened in one process is drawn again by the other, and one that was not is left alone', async () => {
  const here: string[] = [];
  const there: string[] = [];
  await homeOf(first, here).opened('U0ANA');
  const other = homeOf(second, there);
  await other.acted('U0ANA');
  await other.acted('U0BEN');
  expect([here, there]).toEqual([['U0ANA'], ['U0ANA']]);
});
