/**
 * Verifies an audit trail in a process that has done nothing else and says how it went, and how much processor time it
 * took in milliseconds. Arguments: Redis, key prefix.
 */
import { openJobs } from '../support/jobs';

async function main([url = '', prefix = '']: readonly string[]): Promise<void> {
  const { jobs, close } = openJobs(url, { prefix });
  await jobs.connected(5_000);
  const begun = process.cpuUsage();
  const report = await jobs.ledger.verifyAudit();
  const { user, system } = process.cpuUsage(begun);
  console.log(JSON.stringify({ report, ms: (user + system) / 1_000 }));
  await close();
}

void main(process.argv.slice(2));
