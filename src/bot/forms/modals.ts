import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { Text } from '../../handlers/view';
import { cut, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { literalBlocks, richElements } from '../view/rich';

/**
 * Forms that ask for more than a click can say. A form names who takes its answer and what it is about (a request's id);
 * everything else is read again from the record when the answer comes. Pure.
 */
export interface Form {
  /** Names who takes the answer. */
  readonly callback: string;
  /** Comes back with the answer. */
  readonly about: string;
  readonly title: string;
  /** The label of the button; without one there is nothing to submit. */
  readonly submit?: string;
  readonly blocks: readonly KnownBlock[];
}

export function modal({ callback, about, title, submit, blocks }: Form): ModalView {
  return {
    type: 'modal',
    callback_id: callback,
    private_metadata: about,
    title: { type: 'plain_text', text: cut(title, LIMITS.view.title) },
    close: { type: 'plain_text', text: 'Back' },
    ...(submit !== undefined && { submit: { type: 'plain_text', text: cut(submit, LIMITS.view.title) } }),
    blocks: [...literalBlocks(blocks)].slice(0, LIMITS.view.blocks),
  };
}

export interface TextField {
  /** Names the field in the answer, and where a problem with it is shown. */
  readonly field: string;
  readonly label: string;
  readonly hint?: string;
  readonly most: number;
  readonly lines?: 'one' | 'several';
  readonly optional?: boolean;
  readonly initial?: string;
}

export function textField({
  field,
  label,
  hint,
  most,
  lines = 'one',
  optional = false,
  initial,
}: TextField): InputBlock {
  return {
    type: 'input',
    block_id: field,
    label: { type: 'plain_text', text: cut(label, LIMITS.input.label) },
    ...(hint !== undefined && { hint: { type: 'plain_text', text: cut(hint, LIMITS.input.label) } }),
    optional,
    element: {
      type: 'plain_text_input',
      action_id: field,
      max_length: most,
      multiline: lines === 'several',
      ...(initial !== undefined && initial !== '' && { initial_value: initial }),
    },
  };
}

export function paragraph(text: Text): KnownBlock {
  return section(richElements(text));
}

/** What was filled in, by field: a text, the value of an option, or several of them. What was left empty is not there. */
export type Values = Readonly<Record<string, readonly string[]>>;

interface Held {
  readonly value?: string | null;
  readonly selected_option?: { readonly value: string } | null;
  readonly selected_options?: readonly { readonly value: string }[];
  readonly selected_conversation?: string | null;
  readonly selected_user?: string | null;
}

/** Slack's `state.values`, which has an element's id below each field. */
export function valuesOf(state: Readonly<Record<string, Readonly<Record<string, Held>>>>): Values {
  const fields = Object.entries(state).map(
    ([field, elements]) => [field, Object.values(elements).flatMap(heldBy)] as const,
  );
  return Object.fromEntries(fields.filter(([, held]) => held.length > 0));
}

function heldBy({
  value,
  selected_option,
  selected_options = [],
  selected_conversation,
  selected_user,
}: Held): readonly string[] {
  const chosen = selected_option ? [selected_option, ...selected_options] : selected_options;
  const typed = value || selected_conversation || selected_user;
  return [...(typed ? [typed] : []), ...chosen.map((option) => option.value)];
}

/** What somebody filled in and sent. */
export interface Submission {
  readonly callback: string;
  readonly about: string;
  readonly values: Values;
  readonly user: string;
  /** Names this answer and its repetitions. */
  readonly delivery: string;
}

export type Submitted =
  /** The form closes. */
  | { readonly kind: 'done' }
  /** The form stays, with a problem under each of these fields. */
  | { readonly kind: 'wrong'; readonly problems: Readonly<Record<string, string>> }
  /** Another form takes its place; `later`: and yet another, when that is there. */
  | { readonly kind: 'next'; readonly form: ModalView; readonly later?: Promise<ModalView> };

export const DONE: Submitted = { kind: 'done' };

/** Words in place of the form: it is over, and nothing can be sent again. */
export function notice(title: string, text: Text): Submitted {
  return { kind: 'next', form: modal({ callback: 'notice', about: '', title, blocks: [paragraph(text)] }) };
}

/** The body of the acknowledgement. */
export function answerTo(submitted: Submitted) {
  if (submitted.kind === 'done') return undefined;
  if (submitted.kind === 'next') return { response_action: 'update', view: submitted.form } as const;
  const errors = Object.entries(submitted.problems).map(([field, problem]) => [
    field,
    cut(problem, LIMITS.input.label),
  ]);
  return { response_action: 'errors', errors: Object.fromEntries(errors) as Record<string, string> } as const;
}
