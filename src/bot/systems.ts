import { createDistkv } from '../backends/distkv/distkv';
import { createOpenio } from '../backends/openio/create';
import { createEtcdAnchor, type EtcdAnchor } from '../backends/palm/anchor';
import { createPalm } from '../backends/palm/create';
import type { Palm } from '../backends/palm/palm';
import { createUnits } from '../backends/units';
import type { Doctor } from '../handlers/checkup';
import { type Clusters, createClusters } from '../handlers/clusters';
import { catalogueOf, type Systems } from '../handlers/index';
import type { Ledger } from '../handlers/ledger';
import { type Jobs, TRAIL } from '../jobs/jobs';
import { TrailDiffers } from '../jobs/trail/anchoring';
import type { SystemsConfig } from './config/cluster-config';
import type { Config } from './config/config';
import { doctorOf } from './doctor/doctor';
import type { Log } from './log';

/** The outside systems that are configured for one cluster, and how to let go of them. */
export interface OpenSystems extends Omit<Systems, 'doctor' | 'factors' | 'rulebook' | 'schedules'> {
  close(): Promise<void>;
}

/** Every cluster with its own connections. */
export interface OpenClusters {
  readonly clusters: Clusters;
  readonly doctor: Doctor;
  /** At start: says which systems answer. Never stops the bot. */
  report(log: Log): Promise<void>;
  close(): Promise<void>;
}

export function openClusters(
  config: Config,
  {
    ledgerOf,
    check,
    secondFactor: factors,
    rulebook: rulebookOf,
    schedulesOf,
  }: Pick<Jobs, 'ledgerOf' | 'check' | 'secondFactor' | 'rulebook' | 'schedulesOf'>,
  onError: (error: unknown, what: string) => void,
): OpenClusters {
  const opened = config.clusters.map((cluster) => ({
    ...cluster,
    systems: openSystems(cluster, ledgerOf(cluster.name)),
  }));
  const doctor = doctorOf({ config, clusters: opened, redis: check, factors, onError });
  const rulebook = rulebookOf(() => clusters);
  // What is asked again and again may be any command, and is one itself.
  const schedules = schedulesOf(() => clusters);
  const all = opened.map(({ name, production, systems }) => {
    return { name, production, catalogue: catalogueOf({ ...systems, doctor, factors, rulebook, schedules }) };
  });
  const clusters = createClusters(all, new Map(Object.entries(config.channelClusters)));
  return {
    clusters,
    doctor,
    report: async (log) => {
      await Promise.all(opened.map(({ name, systems }) => reportSystems(name, systems, log)));
    },
    close: async () => {
      await Promise.all(opened.map(({ systems }) => systems.close()));
    },
  };
}

function openSystems(config: SystemsConfig, ledger: Ledger): OpenSystems {
  const palm = config.palm && {
    etcd: createPalm(config.palm),
    units: createUnits(config.palm.ssh ?? { where: null, keyFile: '', knownHostsFile: '' }),
  };
  const openio = config.openio && createOpenio(config.openio);
  const distkv = config.distkv && createDistkv(config.distkv);
  return {
    openio,
    distkv,
    palm,
    ledger,
    close: async () => {
      await openio?.close();
      await palm?.etcd.close();
    },
  };
}

/** Also says when PALM's records are in the other key space. */
async function reportSystems(cluster: string, { palm }: OpenSystems, log: Log): Promise<void> {
  if (palm) await reportPalm(cluster, palm.etcd, log);
}

async function reportPalm(cluster: string, etcd: Palm, log: Log): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  try {
    const [version, other] = await Promise.all([etcd.version(signal), etcd.otherKeySpace(signal)]);
    log.info({ cluster, hosts: etcd.hosts, api: etcd.api, version, other }, 'etcd answers');
    if (other === 'holds servers') {
      log.warn(
        { cluster, api: etcd.api },
        'the key space that is not configured holds /servers: look at PALM_ETCD_API',
      );
    }
  } catch (error) {
    log.warn({ cluster, error, hosts: etcd.hosts }, 'etcd does not answer');
  }
}

/**
 * Where the head of the audit trail is kept outside Redis: the first cluster's etcd with the v3 key space, or null where
 * none is configured.
 */
export function openAnchor({ clusters }: Pick<Config, 'clusters'>): EtcdAnchor | null {
  const palm = clusters.map((cluster) => cluster.palm).find((one) => one?.api === 'v3');
  return palm ? createEtcdAnchor({ hosts: palm.hosts, trail: TRAIL }) : null;
}

export function reportAnchor(problem: unknown, log: Log): void {
  if (problem === null) return log.info({}, 'the audit trail is anchored again');
  if (problem instanceof TrailDiffers) {
    return log.error({ error: problem }, 'the audit trail is not the one that was anchored: run /ops audit verify');
  }
  log.warn({ error: problem }, 'the audit trail is not anchored');
}
