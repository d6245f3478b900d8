import type { ShownCluster } from '../../handlers/clusters';

/** The cluster is the first thing of every title, and the same in all of them. Null: there is nothing to tell apart. */
export function clusterMark(cluster: ShownCluster | null): string {
  if (!cluster) return '';
  return cluster.production ? `◆ PRODUCTION ${cluster.name} · ` : `◇ ${cluster.name} · `;
}
