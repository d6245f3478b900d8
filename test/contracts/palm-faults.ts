import { createHttp } from '../../src/backends/http';
import { createPalm, LIMITS } from '../../src/backends/palm/create';
import type { Palm } from '../../src/backends/palm/palm';
import { openV2 } from '../../src/backends/palm/v2';
import { openV3 } from '../../src/backends/palm/v3';
import { connectV3 } from '../../src/backends/palm/v3-client';

interface Faults {
  readonly api: 'v2' | 'v3';
  readonly url: string;
  /** Further members of the cluster. */
  readonly others?: readonly string[];
  /** Runs right before a write leaves for etcd: after everything that is read first. */
  readonly beforeWrite?: () => unknown;
  readonly beforeRead?: () => unknown;
  readonly pageSize?: number;
}

/** The real backend on a real etcd, with a hand in between that can break the wire, or do something, at the worst moment. */
export function palmWithFaults({ api, url, beforeWrite, beforeRead, pageSize, others = [] }: Faults): Palm {
  const limits = { ...LIMITS, readMs: 400, writeMs: 500, pageSize: pageSize ?? LIMITS.pageSize };
  const hosts = [url, ...others];
  const palm = createPalm({ api, hosts, limits });
  const clients = connectV3(hosts, limits);
  const http = createHttp({ backend: 'palm' });
  const v3 = {
    ...clients,
    read: async <T>(...call: Parameters<typeof clients.read<T>>) => {
      await beforeRead?.();
      return clients.read(...call);
    },
    write: async <T>(...call: Parameters<typeof clients.write<T>>) => {
      await beforeWrite?.();
      return clients.write(...call);
    },
  };
  const v2 = {
    ...http,
    call: async (call: Parameters<typeof http.call>[0]) => {
      await (call.writes ? beforeWrite : beforeRead)?.();
      return http.call(call);
    },
  };
  return {
    ...palm,
    ...(api === 'v3' ? openV3(v3, limits) : openV2({ http: v2, hosts, limits })),
    close: async () => {
      clients.close();
      await Promise.all([http.close(), palm.close()]);
    },
  };
}
