import type { Catalogue } from './catalogue';
import type { Operation, Parsed, Words } from './operation';
import { shorten } from './words';

/** The cluster of the environment's settings. Always there, even when nothing is configured for it. */
export const DEFAULT_CLUSTER = 'default';

/** The system that belongs to the bot itself and to no cluster: its words keep their `--on`. */
const CLUSTERLESS = 'ops';

/** One named installation, with what the bot can do there. */
export interface Cluster {
  readonly name: string;
  /** Looks different from the others wherever it is named. */
  readonly production: boolean;
  readonly catalogue: Catalogue;
}

export interface Clusters {
  /** The default one first. */
  readonly all: readonly Cluster[];
  find(name: string): Cluster | null;
  /** The cluster that commands mean in this channel when they name none. */
  ofChannel(channel: string): string;
  operation(name: string, cluster: string): Operation | null;
}

/** `channels`: the cluster of a channel, where it is not the default one. */
export function createClusters(all: readonly Cluster[], channels: ReadonlyMap<string, string> = new Map()): Clusters {
  const byName = new Map(all.map((cluster) => [cluster.name, cluster]));
  const find = (name: string) => byName.get(name) ?? null;
  return {
    all,
    find,
    ofChannel: (channel) => channels.get(channel) ?? DEFAULT_CLUSTER,
    operation: (name, cluster) => find(cluster)?.catalogue.byName(name) ?? null,
  };
}

interface Selected {
  /** As it was typed; null: none was named. */
  readonly cluster: string | null;
  readonly words: Words;
}

/** Takes `--on NAME` out of a command, wherever it stands. */
export function selectCluster(words: Words): Parsed<Selected> {
  if (words[0] === CLUSTERLESS) return { ok: true, args: { cluster: DEFAULT_CLUSTER, words } };
  const rest: string[] = [];
  let cluster: string | null = null;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word !== '--on' && !word.startsWith('--on=')) {
      rest.push(word);
      continue;
    }
    const name = word === '--on' ? (words[++at] ?? '') : word.slice('--on='.length);
    if (name === '' || name.startsWith('-')) return { ok: false, problem: '--on needs the name of a cluster' };
    if (cluster !== null) return { ok: false, problem: '--on stands twice; one command runs on one cluster' };
    cluster = name;
  }
  return { ok: true, args: { cluster, words: rest } };
}

/** `palm show e5cd88f7 --on prod-eu`: the same command for whoever types it somewhere else. */
export function onCluster(command: string, cluster: string): string {
  const named = command.startsWith(`${CLUSTERLESS} `) || /(^|\s)--on(=|\s)/.test(command);
  return named ? command : `${command} --on ${cluster}`;
}

/** How a request's cluster is named in its message. */
export type ShownCluster = Pick<Cluster, 'name' | 'production'>;

/** Null: there is nothing to tell apart. */
export function shownCluster(
  { all, find }: Clusters,
  { operation, cluster }: { readonly operation: string; readonly cluster: string },
): ShownCluster | null {
  if (all.length < 2 || operation.startsWith(`${CLUSTERLESS} `)) return null;
  return find(cluster) ?? { name: cluster, production: false };
}

/** The lock of a target. Two clusters have the same names for different things. */
export function lockKey(cluster: string, key: string): string {
  return cluster === DEFAULT_CLUSTER ? key : `${cluster}:${key}`;
}

/** Why there is no such cluster, with those that there are. */
export function unknownCluster(clusters: Clusters, name: string): string {
  const names = clusters.all.map((cluster) => cluster.name);
  const known = names.length === 1 ? 'No cluster has a name here; leave --on out.' : `There are ${listed(names)}.`;
  return `There is no cluster ${shorten(name)}. ${known}`;
}

/** The clusters on which this system is configured. */
export function clustersWith(clusters: Clusters, system: string): readonly string[] {
  return clusters.all.filter(({ catalogue }) => catalogue.systems.includes(system)).map(({ name }) => name);
}

export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
