import {
  type Cluster,
  type Clusters,
  clustersWith,
  listed,
  onCluster,
  selectCluster,
  unknownCluster,
} from './clusters';
import { selectGlass } from './glass';
import { capital, help, notConfigured, unknownCommand, usage, type WhyNot } from './help';
import { nearest } from './near';
import type { Operation, Words } from './operation';
import type { Part, View } from './view';
import { joinWords } from './words';

/** Words as they came, from whatever road. */
export interface Said {
  /** The whole command, its system first. */
  readonly words: Words;
  readonly channel: string;
  /** The cluster that is meant when the words name none; left out: the channel's. */
  readonly cluster?: string;
}

export type Understood =
  | {
      readonly kind: 'operation';
      readonly cluster: Cluster;
      readonly operation: Operation;
      readonly words: Words;
      /** Why a freeze shall not hold for it. */
      readonly breakGlass?: string;
    }
  /** Help, or why the words are no command. Nothing is asked of anybody. */
  | { readonly kind: 'said'; readonly view: View; readonly help?: Help };

/** Help can say more to somebody whose rights are known. */
export interface Help {
  readonly cluster: Cluster;
  viewFor(whyNot: WhyNot): View;
}

/** From words to an operation on a cluster, the same for every road. Pure, so it is answered even when nothing else works. */
export function understand(clusters: Clusters, said: Said): Understood {
  const found = named(clusters, said);
  if (found.kind !== 'operation') return found;
  const { operation, words, cluster } = found;
  const problem = operation.check(words);
  if (problem === null) return found;
  return sayIn(usage(operation, { problem, words }), cluster.name, clusters.ofChannel(said.channel));
}

/** The operation that words name, whether or not what follows its name makes sense. */
export function named(clusters: Clusters, said: Said): Understood {
  const glass = selectGlass(said.words);
  if (!glass.ok) return refused(`${capital(glass.problem)}.`);
  const { breakGlass } = glass.args;
  const selected = selectCluster(glass.args.words);
  if (!selected.ok) return refused(`${capital(selected.problem)}.`);
  const { words } = selected.args;
  const usual = clusters.ofChannel(said.channel);
  const name = selected.args.cluster ?? said.cluster ?? usual;
  const cluster = clusters.find(name);
  if (!cluster) return refused(unknownCluster(clusters, name), elsewhereMeant(clusters, name, words));
  const { catalogue } = cluster;
  const system = words[0] ?? '';
  if (!catalogue.systems.includes(system)) return notHere(clusters, cluster, words);
  const inIts = (view: View) => (name === usual ? view : namedIn(view, name));
  const helped = help(catalogue, words);
  if (helped) {
    const viewFor = (whyNot: WhyNot) => inIts(help(catalogue, words, whyNot) ?? helped);
    return { kind: 'said', view: inIts(helped), help: { cluster, viewFor } };
  }
  const matched = catalogue.match(words);
  if (!matched) return sayIn(unknownCommand(catalogue, words), name, usual);
  return { kind: 'operation', cluster, ...matched, ...(breakGlass !== null && { breakGlass }) };
}

function sayIn(view: View, cluster: string, usual: string): Understood {
  return { kind: 'said', view: cluster === usual ? view : namedIn(view, cluster) };
}

/** What is suggested means the same cluster, which the channel alone would not say. */
function namedIn(view: View, cluster: string): View {
  const named = (part: Part): Part =>
    part.kind === 'next' ? { ...part, words: onCluster(part.words, cluster) } : part;
  return { ...view, parts: view.parts.map(named) };
}

function notHere(clusters: Clusters, cluster: Cluster, words: Words): Understood {
  const [system = ''] = words;
  const elsewhere = clustersWith(clusters, system);
  if (elsewhere.length === 0) return { kind: 'said', view: notConfigured(system) };
  return refused(
    `/${system} is not configured on ${cluster.name}, but on ${listed(elsewhere)}: add --on ${elsewhere[0]}.`,
    elsewhere.map((name) => meant(words, name)),
  );
}

function elsewhereMeant(clusters: Clusters, name: string, words: Words): readonly Part[] {
  const names = clusters.all.map((cluster) => cluster.name);
  return nearest(name, names).map((near) => meant(words, near));
}

function meant(words: Words, cluster: string): Part {
  const command = onCluster(joinWords(words), cluster);
  return { kind: 'next', label: `On ${cluster}`, words: command, why: 'may be what you meant' };
}

function refused(text: string, meant: readonly Part[] = []): Understood {
  const parts: readonly Part[] = [{ kind: 'text', text }, ...meant];
  return { kind: 'said', view: { title: 'Nothing was run', tone: 'warning', parts } };
}
