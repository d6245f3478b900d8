import type { Checkboxes, InputBlock, KnownBlock } from '@slack/types';
import { channelOf as channelIn } from '../../handlers/audience';
import type { Field, Filled, Form } from '../../handlers/form';
import type { Operation } from '../../handlers/operation';
import { personIn } from '../../handlers/ops/person';
import { switchesOf } from '../../handlers/switches';
import { LIMITS } from '../view/limits';
import { nameOption, option, words } from './long-names';
import { textField } from './modals';

/** The inputs of an operation, and what they hold. Pure. */

/** The inputs that hold every flag of an operation, and of what every command takes. */
const FLAGS = { operation: 'flags', every: 'switches' } as const;
export const MOST_TEXT = 1_024;

/** `switches`: those of what every command takes that are offered. */
export function inputs(operation: Operation, switches: Form, filled: Filled): readonly KnownBlock[] {
  const own = grouped(operation, operation.form, filled, { id: FLAGS.operation, label: 'Options' });
  const every = grouped(operation, switches, filled, { id: FLAGS.every, label: 'Who sees it' });
  return every.length === 0 ? own : [...own, { type: 'divider' }, ...every];
}

function grouped(
  operation: Operation,
  form: Form,
  filled: Filled,
  group: { readonly id: string; readonly label: string },
): readonly InputBlock[] {
  const flags = form.filter(({ input }) => input.kind === 'flag');
  const others = form.filter(({ input }) => input.kind !== 'flag');
  const blocks = others.map((field) => inputOf(operation, field, filled[field.id] ?? []));
  if (flags.length === 0) return blocks;
  const label = words(group.label);
  const element = flagsOf(group.id, flags, filled);
  return [...blocks, { type: 'input', block_id: blockOf(operation, group.id), label, optional: true, element }];
}

/** Another operation's input of the same name is another one: Slack would keep what it held. */
function blockOf(operation: Operation, field: string): string {
  return `${field} ${operation.name}`;
}

function inputOf(operation: Operation, field: Field, held: readonly string[]): InputBlock {
  const { id, label, hint, optional = false } = field;
  return {
    type: 'input',
    block_id: blockOf(operation, id),
    label: words(label),
    optional,
    ...(hint !== undefined && { hint: words(hint) }),
    element: elementOf(field, held),
  };
}

function elementOf({ id, label, input }: Field, held: readonly string[]): InputBlock['element'] {
  if (input.kind === 'select') {
    const options = input.options.slice(0, LIMITS.select.options).map((value) => option(value));
    const first = options.find(({ value }) => value === held[0]);
    return { type: 'static_select', action_id: id, options, ...(first && { initial_option: first }) };
  }
  if (input.kind === 'known') return menuOf(id, input.many ?? false, held);
  // Slack's own menu knows channels by their id alone.
  if (input.kind === 'channel' && !held[0]?.startsWith('#')) return channelOf(id, held[0]);
  if (input.kind === 'person') return personOf(id, held[0] === input.example ? undefined : held[0]);
  const most = (input.kind === 'text' && input.most) || MOST_TEXT;
  return textField({ field: id, label, most, initial: (held[0] ?? '').slice(0, most) }).element;
}

function menuOf(id: string, many: boolean, held: readonly string[]): InputBlock['element'] {
  const common = { action_id: id, min_query_length: 0, placeholder: words('Type a name') };
  const known = held.filter((value) => value !== '' && value.length <= MOST_TEXT).map((value) => nameOption(value));
  if (many) return { type: 'multi_external_select', ...common, ...(known.length > 0 && { initial_options: known }) };
  const [first] = known;
  return { type: 'external_select', ...common, ...(first && { initial_option: first }) };
}

function channelOf(id: string, held: string | undefined): InputBlock['element'] {
  const conversation = held === undefined ? null : channelIn(held);
  return {
    type: 'conversations_select',
    action_id: id,
    placeholder: words('Choose a channel'),
    filter: { include: ['public', 'private'], exclude_bot_users: true },
    ...(conversation !== null && { initial_conversation: conversation }),
  };
}

/** What is no person's id cannot be preset; whoever fills it in chooses again. */
function personOf(id: string, held: string | undefined): InputBlock['element'] {
  const person = held === undefined ? null : personIn(held);
  return {
    type: 'users_select',
    action_id: id,
    placeholder: words('Choose a person'),
    ...(person !== null && { initial_user: person }),
  };
}

function flagsOf(id: string, flags: Form, filled: Filled): Checkboxes {
  const options = flags.slice(0, LIMITS.choices.options).map((field) => option(field.id, field.label));
  const set = options.filter(({ value }) => filled[value ?? ''] !== undefined);
  return { type: 'checkboxes', action_id: id, options, ...(set.length > 0 && { initial_options: set }) };
}

/** The input that a field's value is in. */
export function blockOfField(operation: Operation, { id, input }: Field): string {
  if (input.kind !== 'flag') return blockOf(operation, id);
  const isOwn = operation.form.some((field) => field.id === id);
  return blockOf(operation, isOwn ? FLAGS.operation : FLAGS.every);
}

/** What the form holds, by field. `values`: by block, as Slack gives them. */
export function filledIn(operation: Operation, values: Readonly<Record<string, readonly string[]>>): Filled {
  const fields = [...operation.form, ...switchesOf(operation)];
  const held = fields.flatMap((field): readonly (readonly [string, readonly string[]])[] => {
    const own = values[blockOfField(operation, field)];
    if (field.input.kind !== 'flag') return own ? [[field.id, own]] : [];
    return own?.includes(field.id) ? [[field.id, [field.id]]] : [];
  });
  return Object.fromEntries(held);
}
