/** A worker as a process of its own, for tests that kill it. Arguments: Redis, key prefix, etcd. */
import { createPalm } from '../../src/backends/palm/create';
import { palmPurge } from '../../src/handlers/palm/purge';
import { createJobs } from '../../src/jobs/jobs';
import { DEFAULT_RULES } from '../../src/jobs/rules/rules';

/** Interrupted work is noticed soon, so that many kills fit into a test. */
const TIMING = { beatEvery: 200, beatLasts: 800, sweepEvery: 200, lostAfter: 1_000, lastStepAfter: 10_000 };

async function main([url = '', prefix = '', etcd = '']: readonly string[]): Promise<void> {
  const jobs = createJobs({
    secondFactorKey: null,
    url,
    prefix,
    rules: { ...DEFAULT_RULES, approvers: ['UBEN', 'UCHO'] },
    people: { membersOf: async () => null },
    onError: (error, request) => console.error(request, error),
  });
  await jobs.connected(5_000);
  const purge = palmPurge(createPalm({ api: 'v3', hosts: [etcd] }));
  jobs.work((name) => (name === purge.name ? purge : null), TIMING);
  console.log('working');
}

void main(process.argv.slice(2));
