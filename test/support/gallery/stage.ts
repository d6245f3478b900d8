import { createOpenioSandbox } from '../../../sandbox/openio/sandbox';
import { createPalmCluster } from '../../../sandbox/palm/cluster';
import { SEED } from '../../../sandbox/palm/records';
import { startEtcd } from '../../../sandbox/services/etcd';
import { createOpenio } from '../../../src/backends/openio/create';
import { createPalm } from '../../../src/backends/palm/create';
import { type Clusters, createClusters } from '../../../src/handlers/clusters';
import { catalogueOf } from '../../../src/handlers/index';
import type { Change, Proposal, Query } from '../../../src/handlers/operation';
import type { View } from '../../../src/handlers/view';
import { everySystem } from '../systems';

/** What real operations say on the pretend world: the words of the pictures. */
export interface Stage {
  readonly clusters: Clusters;
  readonly servers: View;
  /** The same question, after one of them is gone. */
  readonly oneLess: View;
  readonly election: View;
  readonly purge: Proposal;
  readonly reset: Proposal;
}

export const DEAD = SEED.dead;
const ETCD = '10.0.0.21:2379';

export async function setStage(): Promise<{ readonly stage: Stage; readonly close: () => Promise<void> }> {
  const [etcd, sandbox] = await Promise.all([startEtcd(), createOpenioSandbox({ version: '2026.14.2' })]);
  const cluster = createPalmCluster(etcd);
  await cluster.seed();
  const palm = createPalm({ api: 'v3', hosts: [etcd.url] });
  const { url: proxyUrl, namespace, account } = sandbox;
  const openio = createOpenio({ proxyUrl, namespace, account });
  const systems = everySystem();
  const units = systems.palm?.units;
  if (!units) throw new Error('the catalogue of the tests has PALM');
  const catalogue = catalogueOf({ ...systems, openio, palm: { etcd: palm, units } });
  const context = { request: 'R7K2M9QF', signal: AbortSignal.timeout(30_000), report: () => undefined };
  /** The port is another one each time. */
  const named = (view: View): View => JSON.parse(JSON.stringify(view).replaceAll(new URL(etcd.url).host, ETCD));
  const answer = async (name: string) => named(await query(name).answer([], context));
  const query = (name: string) => catalogue.byName(name) as Query;
  const propose = async (name: string, words: readonly string[]) => {
    const planned = await (catalogue.byName(name) as Change).propose(words, context);
    if (planned.kind !== 'plan') throw new Error(`${name} planned nothing: ${JSON.stringify(planned)}`);
    return { ...planned.plan, preview: named(planned.plan.preview) };
  };
  const before = {
    servers: await answer('palm servers'),
    purge: await propose('palm purge', [DEAD]),
    reset: await propose('palm reset', []),
  };
  for await (const step of before.purge.execute(context)) if (step.status !== 'done') throw new Error(step.text);
  return {
    stage: {
      ...before,
      clusters: createClusters([{ name: 'default', production: false, catalogue }]),
      oneLess: await answer('palm servers'),
      election: await query('openio election debug').answer(['meta2', 'FVE0'], context),
    },
    close: async () => {
      await Promise.all([palm.close(), openio.close(), systems.close(), cluster.close()]);
      await Promise.all([etcd.stop(), sandbox.close()]);
    },
  };
}
