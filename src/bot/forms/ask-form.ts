import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextOption, SectionBlock } from '@slack/types';
import type { Clusters } from '../../handlers/clusters';
import type { Field, Filled, Form } from '../../handlers/form';
import type { Operation } from '../../handlers/operation';
import { cut } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { type Asked, chosen, offered, writeAsked } from './asked';
import { modal, paragraph, textField } from './modals';

/** The form that asks for an operation: which one, then its words as inputs. Pure. */

export const ASK = 'ask';
export const PICK_OPERATION = 'pick_operation';
export const PICK_CLUSTER = 'pick_cluster';
/** The input that holds every flag of an operation. */
const FLAGS = 'flags';
const MOST_TEXT = 1_024;

export function askForm(clusters: Clusters, asked: Asked, filled: Filled = {}): ModalView {
  const operation = chosen(clusters, asked);
  const title = asked.system === null ? 'Run a diagnostic here' : `/${asked.system}`;
  const blocks = [...clusterBlocks(clusters, asked), ...operationBlocks(clusters, asked, operation)];
  if (!operation) return modal({ callback: ASK, about: writeAsked(asked), title, blocks });
  return modal({
    callback: ASK,
    about: writeAsked(asked),
    title,
    submit: operation.kind === 'query' ? 'Run' : 'Preview',
    blocks: [...blocks, ...about(operation), ...inputs(operation, filled)],
  });
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

function inputs(operation: Operation, filled: Filled): readonly KnownBlock[] {
  const flags = operation.form.filter(({ input }) => input.kind === 'flag');
  const others = operation.form.filter(({ input }) => input.kind !== 'flag');
  const blocks = others.map((field) => inputOf(operation, field, filled[field.id] ?? []));
  return flags.length === 0 ? blocks : [...blocks, flagsOf(operation, flags, filled)];
}

/** Another operation's input of the same name is another one: Slack would keep what it held. */
export function blockOf(operation: Operation, field: string): string {
  return `${field} ${operation.name}`;
}

function inputOf(operation: Operation, field: Field, held: readonly string[]): InputBlock {
  const { id, label, hint, optional = false, input } = field;
  const named = {
    type: 'input' as const,
    block_id: blockOf(operation, id),
    label: words(label),
    optional,
    ...(hint !== undefined && { hint: words(hint) }),
  };
  if (input.kind === 'select') {
    const options = input.options.slice(0, LIMITS.select.options).map((value) => option(value));
    const first = options.find(({ value }) => value === held[0]);
    return {
      ...named,
      element: { type: 'static_select', action_id: id, options, ...(first && { initial_option: first }) },
    };
  }
  if (input.kind === 'known') return { ...named, element: menuOf(id, input.many ?? false, held) };
  const text = textField({ field: id, label, most: MOST_TEXT, initial: (held[0] ?? '').slice(0, MOST_TEXT) });
  return { ...named, element: text.element };
}

function menuOf(id: string, many: boolean, held: readonly string[]): InputBlock['element'] {
  const common = { action_id: id, min_query_length: 0, placeholder: words('Type a name') };
  const known = held
    .filter((value) => value !== '' && value.length <= LIMITS.option.value)
    .map((value) => option(value));
  if (many) return { type: 'multi_external_select', ...common, ...(known.length > 0 && { initial_options: known }) };
  const [first] = known;
  return { type: 'external_select', ...common, ...(first && { initial_option: first }) };
}

function flagsOf(operation: Operation, flags: Form, filled: Filled): InputBlock {
  const options = flags.slice(0, LIMITS.choices.options).map(({ id, label }) => option(id, label));
  const set = options.filter(({ value }) => filled[value ?? ''] !== undefined);
  return {
    type: 'input',
    block_id: blockOf(operation, FLAGS),
    label: words('Options'),
    optional: true,
    element: { type: 'checkboxes', action_id: FLAGS, options, ...(set.length > 0 && { initial_options: set }) },
  };
}

/** What the form holds, by field. `values`: by block, as Slack gives them. */
export function filledIn(operation: Operation, values: Readonly<Record<string, readonly string[]>>): Filled {
  const held = operation.form.flatMap(({ id, input }): readonly (readonly [string, readonly string[]])[] => {
    if (input.kind === 'flag') {
      const isSet = values[blockOf(operation, FLAGS)]?.includes(id) ?? false;
      return isSet ? [[id, [id]]] : [];
    }
    const own = values[blockOf(operation, id)];
    return own ? [[id, own]] : [];
  });
  return Object.fromEntries(held);
}

export function option(value: string, text = value, description?: string): PlainTextOption {
  return {
    text: words(cut(text, LIMITS.option.text)),
    value,
    ...(description !== undefined && { description: words(cut(description, LIMITS.option.text)) }),
  };
}

function words(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
