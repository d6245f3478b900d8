import { type Cluster, type Clusters, clustersWith, listed, selectCluster, unknownCluster } from './clusters';
import { capital, help, notConfigured, unknownCommand, usage } from './help';
import type { Operation, Words } from './operation';
import type { View } from './view';

/** Words as they came, from whatever road. */
export interface Said {
  /** The whole command, its system first. */
  readonly words: Words;
  readonly channel: string;
  /** The cluster that is meant when the words name none; left out: the channel's. */
  readonly cluster?: string;
}

export type Understood =
  | { readonly kind: 'operation'; readonly cluster: Cluster; readonly operation: Operation; readonly words: Words }
  /** Help, or why the words are no command. Nothing is asked of anybody. */
  | { readonly kind: 'said'; readonly view: View };

/** From words to an operation on a cluster, the same for every road. Pure, so it is answered even when nothing else works. */
export function understand(clusters: Clusters, said: Said): Understood {
  const selected = selectCluster(said.words);
  if (!selected.ok) return refused(`${capital(selected.problem)}.`);
  const { words } = selected.args;
  const name = selected.args.cluster ?? said.cluster ?? clusters.ofChannel(said.channel);
  const cluster = clusters.find(name);
  if (!cluster) return refused(unknownCluster(clusters, name));
  const { catalogue } = cluster;
  const system = words[0] ?? '';
  if (!catalogue.systems.includes(system)) return notHere(clusters, cluster, system);
  const helped = help(catalogue, words);
  if (helped) return { kind: 'said', view: helped };
  const matched = catalogue.match(words);
  if (!matched) return { kind: 'said', view: unknownCommand(catalogue, words) };
  const problem = matched.operation.check(matched.words);
  if (problem !== null) return { kind: 'said', view: usage(matched.operation, problem) };
  return { kind: 'operation', cluster, ...matched };
}

function notHere(clusters: Clusters, cluster: Cluster, system: string): Understood {
  const elsewhere = clustersWith(clusters, system);
  if (elsewhere.length === 0) return { kind: 'said', view: notConfigured(system) };
  return refused(
    `/${system} is not configured on ${cluster.name}, but on ${listed(elsewhere)}: add --on ${elsewhere[0]}.`,
  );
}

function refused(text: string): Understood {
  return { kind: 'said', view: { title: 'Nothing was run', tone: 'warning', parts: [{ kind: 'text', text }] } };
}
