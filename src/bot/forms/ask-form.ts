import type { KnownBlock, ModalView, PlainTextOption, SectionBlock } from '@slack/types';
import { type Clusters, shownCluster } from '../../handlers/clusters';
import type { Field, Filled, Form } from '../../handlers/form';
import type { Operation } from '../../handlers/operation';
import { GLASS, isAudience, switchesOf } from '../../handlers/switches';
import { clusterMark } from '../message/titles';
import { LIMITS } from '../view/limits';
import { inputs } from './ask-inputs';
import { type Asked, chosen, isAskedAlone, offered, writeAsked } from './asked';
import { heading } from './in-form';
import { option, words } from './long-names';
import { modal, paragraph } from './modals';

/** The form that asks for an operation: which one, then its words as inputs. Pure. */

export const ASK = 'ask';
export const PICK_OPERATION = 'pick_operation';
export const PICK_CLUSTER = 'pick_cluster';

export interface Shown {
  readonly filled: Filled;
  /** Whether a way around a freeze is offered. */
  readonly frozen: boolean;
  /** Why it is shown again: what was not understood, or not taken. */
  readonly said: readonly KnownBlock[];
}

const NOTHING: Shown = { filled: {}, frozen: false, said: [] };

export function askForm(clusters: Clusters, asked: Asked, { filled, frozen, said }: Shown = NOTHING): ModalView {
  const operation = chosen(clusters, asked);
  const title = asked.system === null ? 'Run a diagnostic here' : `/${asked.system}`;
  const menus = [
    ...headed(clusters, asked, title),
    ...clusterBlocks(clusters, asked),
    ...operationBlocks(clusters, asked, operation),
  ];
  const blocks = said.length === 0 ? menus : [...said, { type: 'divider' } as const, ...menus];
  if (!operation) return modal({ callback: ASK, about: writeAsked(asked), title, blocks });
  return modal({
    callback: ASK,
    about: writeAsked(asked),
    title,
    submit: operation.kind === 'query' ? 'Run' : 'Preview',
    blocks: [
      ...blocks,
      ...about(operation),
      ...inputs(operation, offeredSwitches(operation, asked, { frozen, filled }), filled),
    ],
  });
}

/** The title of a form is too short for it: the first line says the cluster, as titles of messages do. */
function headed(clusters: Clusters, { cluster, system, operation }: Asked, title: string): readonly KnownBlock[] {
  const mark = clusterMark(shownCluster(clusters, { operation: operation ?? `${system} `, cluster }));
  return mark === '' ? [] : [heading(`${mark}${operation === null ? title : `/${operation}`}`)];
}

function offeredSwitches(
  operation: Operation,
  asked: Asked,
  { frozen, filled }: Pick<Shown, 'frozen' | 'filled'>,
): Form {
  const isOffered = (field: Field) => {
    if (isAudience(field)) return !isAskedAlone(asked);
    return field.id !== GLASS.id || frozen || filled[field.id] !== undefined;
  };
  return switchesOf(operation).filter(isOffered);
}

function clusterBlocks({ all }: Clusters, { cluster }: Asked): readonly KnownBlock[] {
  if (all.length < 2) return [];
  const options = all.map(({ name, production }) => option(name, production ? `${name} (production)` : name));
  return [picker({ id: PICK_CLUSTER, text: 'Cluster', options, initial: cluster })];
}

function operationBlocks(clusters: Clusters, asked: Asked, operation: Operation | null): readonly KnownBlock[] {
  const cluster = clusters.find(asked.cluster);
  const operations = cluster ? offered(cluster, asked.system) : [];
  const options = operations.slice(0, LIMITS.select.options).map(({ name, summary }) => option(name, name, summary));
  if (options.length === 0) return [paragraph('Nothing is configured here.')];
  return [picker({ id: PICK_OPERATION, text: 'What', options, initial: operation?.name ?? null })];
}

interface Picker {
  readonly id: string;
  readonly text: string;
  readonly options: readonly PlainTextOption[];
  readonly initial: string | null;
}

/** A menu that changes the form at once. */
function picker({ id, text, options, initial }: Picker): SectionBlock {
  const first = options.find(({ value }) => value === initial);
  return {
    type: 'section',
    block_id: id,
    text: words(text),
    accessory: {
      type: 'static_select',
      action_id: id,
      placeholder: words('Choose'),
      options: [...options],
      ...(first && { initial_option: first }),
    },
  };
}

function about(operation: Operation): readonly KnownBlock[] {
  const what = operation.kind === 'query' ? '' : ' Shows what it would do first; then others are asked to approve.';
  return [paragraph(`${operation.summary}${what}`)];
}
