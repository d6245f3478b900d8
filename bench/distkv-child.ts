import { createDistkvSandbox } from '../sandbox/distkv/sandbox';

/** The pretended servers in a process of their own, so that their work is not counted as ours. Ends with its parent. */
async function main(): Promise<void> {
  const sandbox = await createDistkvSandbox({ cycleMs: null });
  process.once('disconnect', () => void sandbox.close());
  process.send?.(sandbox.servers[0]);
}

void main();
