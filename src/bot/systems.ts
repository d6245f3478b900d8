import { createDistkv } from '../backends/distkv/distkv';
import { createOpenio } from '../backends/openio/create';
import { createPalm } from '../backends/palm/create';
import type { Palm } from '../backends/palm/palm';
import { createUnits } from '../backends/units';
import type { Systems } from '../handlers/index';
import type { Ledger } from '../handlers/ledger';
import type { Config } from './config';
import type { Log } from './log';

/** The outside systems that are configured, and how to let go of them. */
export interface OpenSystems extends Systems {
  close(): Promise<void>;
}

export function openSystems(config: Config, ledger: Ledger): OpenSystems {
  const palm = config.palm && {
    etcd: createPalm(config.palm),
    units: createUnits(config.palm.ssh ?? { where: null, keyFile: '', knownHostsFile: '' }),
  };
  const openio = config.openio && createOpenio(config.openio);
  return {
    openio,
    distkv: config.distkv && createDistkv(config.distkv),
    palm,
    ledger,
    close: async () => {
      await openio?.close();
      await palm?.etcd.close();
    },
  };
}

/** At start: says which systems answer, and when PALM's records are in the other key space. Never stops the bot. */
export async function reportSystems({ palm }: Systems, log: Log): Promise<void> {
  if (palm) await reportPalm(palm.etcd, log);
}

async function reportPalm(etcd: Palm, log: Log): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  try {
    const [version, other] = await Promise.all([etcd.version(signal), etcd.otherKeySpace(signal)]);
    log.info({ hosts: etcd.hosts, api: etcd.api, version, other }, 'etcd answers');
    if (other === 'holds servers') {
      log.warn({ api: etcd.api }, 'the key space that is not configured holds /servers: look at PALM_ETCD_API');
    }
  } catch (error) {
    log.warn({ error, hosts: etcd.hosts }, 'etcd does not answer');
  }
}
