import { type Check, judged } from '../../handlers/checkup';
import { listed } from '../../handlers/clusters';
import type { ClusterConfig } from '../config/cluster-config';

/** What the doctor looks at in the names of clusters. Nothing where there is only one. */
export function clusterChecks(clusters: readonly ClusterConfig[]): readonly Check[] {
  if (clusters.length < 2) return [];
  const about = {
    what: 'Clusters: addresses',
    why: 'locks are kept by the name of a cluster: under two names one thing could be changed by two people at once',
  };
  const todo = 'Give each address to one cluster only, in QUORUMBOT_CONFIG and in the environment.';
  return [
    {
      ...about,
      todo,
      look: async () => {
        const shared = sharedAddresses(clusters);
        const found = shared.map(({ address, names }) => `${address} is in ${listed(names)}`).join('; ');
        return [
          judged(
            { ...about, found: shared.length === 0 ? 'no two clusters have the same' : found },
            shared.length === 0 ? null : { tone: 'warning', todo },
          ),
        ];
      },
    },
  ];
}

interface Shared {
  readonly address: string;
  readonly names: readonly string[];
}

/** Addresses as they are written: two names of one host are not told. */
function sharedAddresses(clusters: readonly ClusterConfig[]): readonly Shared[] {
  const owners = new Map<string, string[]>();
  for (const { name, ...systems } of clusters) {
    for (const address of new Set(addressesOf(systems))) owners.set(address, [...(owners.get(address) ?? []), name]);
  }
  return [...owners].flatMap(([address, names]) => (names.length > 1 ? [{ address, names }] : []));
}

function addressesOf({ openio, distkv, palm }: Omit<ClusterConfig, 'name'>): readonly string[] {
  return [
    ...(openio ? [openio.proxyUrl, ...openio.otherProxyUrls].map((url) => new URL(url).host) : []),
    ...(distkv?.servers ?? []).map(({ host, port }) => `${host.toLowerCase()}:${port}`),
    ...(palm?.hosts ?? []).map((url) => new URL(url).host),
    ...(palm?.ssh ? [palm.ssh.where] : []),
  ];
}
