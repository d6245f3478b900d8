/** Workers for moves in several pretend namespaces, as one process that a test kills. Arguments: Redis, then JSON. */
import { z } from 'zod';
import { createOpenio } from '../../src/backends/openio/create';
import { openioBaseMove } from '../../src/handlers/openio/base/move';
import { createJobs } from '../../src/jobs/jobs';
import { DEFAULT_RULES } from '../../src/jobs/rules/rules';

const places = z.array(z.object({ prefix: z.string(), proxyUrl: z.string(), namespace: z.string() }));

/** Interrupted work is noticed soon. */
const TIMING = { beatEvery: 200, beatLasts: 1_000, sweepEvery: 200, lostAfter: 2_000, lastStepAfter: 10_000 };
const QUICK = { settleMs: 400, pauseMs: 10 };

async function main([url = '', json = '']: readonly string[]): Promise<void> {
  for (const { prefix, proxyUrl, namespace } of places.parse(JSON.parse(json))) {
    const jobs = createJobs({
      secondFactorKey: null,
      url,
      prefix,
      rules: { ...DEFAULT_RULES, approvers: ['UBEN', 'UCHO'] },
      people: { membersOf: async () => null },
      onError: (error, request) => console.error(request, error),
    });
    await jobs.connected(5_000);
    const move = openioBaseMove(createOpenio({ proxyUrl, namespace, account: 'myaccount' }), QUICK);
    jobs.work((name) => (name === move.name ? move : null), TIMING);
  }
  console.log('working');
}

void main(process.argv.slice(2));
