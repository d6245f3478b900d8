/** What people chose or typed, in Slack's fields. */

import type { Block, BlockElement, Modal } from './check/blocks';
import { elementsOf } from './check/totals';
import type { Payload } from './types';

/** Values by action id: typed text, or an option's value or visible text; several for checkboxes. */
export type Given = Readonly<Record<string, string | readonly string[]>>;

/** What the app offered, by action id, for menus whose options come from it. */
export type Offered = Readonly<Record<string, readonly Choice[]>>;

export type Choice = { readonly value: string; readonly text: { readonly text: string } };

function pick<T extends Choice>(options: readonly T[], wanted: string | undefined): T | null {
  return options.find((one) => one.value === wanted || one.text.text === wanted) ?? null;
}

type Select = Extract<BlockElement, { type: 'static_select' }>;
function optionsOf(select: Select) {
  return select.options ?? select.option_groups?.flatMap((group) => group.options) ?? [];
}

/** `given` undefined: nobody touched it, and what the app preset counts. */
export function chosenOf(
  element: BlockElement,
  given: string | readonly string[] | undefined,
  offered: readonly Choice[] = [],
): Payload {
  const first = typeof given === 'string' ? given : given?.[0];
  switch (element.type) {
    case 'button':
      return element.value === undefined ? {} : { value: element.value };
    case 'overflow':
      return { selected_option: pick(element.options, first) };
    case 'static_select':
      return { selected_option: pick(optionsOf(element), first ?? element.initial_option?.value) };
    case 'radio_buttons':
      return { selected_option: pick(element.options, first ?? element.initial_option?.value) };
    case 'external_select':
      return {
        selected_option:
          given === undefined
            ? (element.initial_option ?? null)
            : pick(withFirst(element.initial_option, offered), first),
      };
    case 'multi_static_select':
      return { selected_options: several(element.options, given, element.initial_options) };
    case 'multi_external_select':
      return {
        selected_options: several([...(element.initial_options ?? []), ...offered], given, element.initial_options),
      };
    case 'checkboxes': {
      const wanted = given === undefined ? (element.initial_options ?? []).map((one) => one.value) : [given].flat();
      return { selected_options: wanted.flatMap((one) => pick(element.options, one) ?? []) };
    }
    case 'users_select':
      return { selected_user: first || element.initial_user || null };
    case 'conversations_select':
      return { selected_conversation: first || element.initial_conversation || null };
    case 'datepicker':
      return { selected_date: first || element.initial_date || null };
    case 'plain_text_input':
    case 'number_input':
      return { value: (first ?? element.initial_value) || null };
    case 'image':
      return {};
  }
}

function withFirst(first: Choice | undefined, offered: readonly Choice[]): readonly Choice[] {
  return first ? [first, ...offered] : offered;
}

function several(
  options: readonly Choice[],
  given: string | readonly string[] | undefined,
  initial: readonly Choice[] = [],
): readonly Choice[] {
  if (given === undefined) return initial;
  return [given].flat().flatMap((one) => pick(options, one) ?? []);
}

function isEmpty(chosen: Payload): boolean {
  return Object.values(chosen).every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

function inputsOf(view: Modal): readonly Extract<Block, { type: 'input' }>[] {
  return view.blocks.flatMap((block) => (block.type === 'input' ? [block] : []));
}

function actionIdOf(element: BlockElement): string {
  return ('action_id' in element ? element.action_id : undefined) ?? '';
}

/** Messages by block id, as the client shows them before anything is sent. */
export function missingInputs(view: Modal, given: Given, offered: Offered = {}): Readonly<Record<string, string>> {
  const missing: Record<string, string> = {};
  for (const block of inputsOf(view)) {
    const id = actionIdOf(block.element);
    const chosen = chosenOf(block.element, given[id], offered[id]);
    const complaint = isEmpty(chosen)
      ? 'Please complete this required field.'
      : lengthProblem(block.element, chosen.value);
    const needed = block.optional !== true || !isEmpty(chosen);
    if (complaint && needed && block.block_id) missing[block.block_id] = complaint;
  }
  return missing;
}

function lengthProblem(element: BlockElement, value: unknown): string | undefined {
  if (element.type !== 'plain_text_input' || typeof value !== 'string') return undefined;
  if (value.length < (element.min_length ?? 0)) return `Enter at least ${element.min_length} characters.`;
  return value.length > (element.max_length ?? Infinity)
    ? `Enter at most ${element.max_length} characters.`
    : undefined;
}

/** `state.values` of a submission: block id, then action id. */
export function stateOf(view: Pick<Modal, 'blocks'>, given: Given, offered: Offered = {}): Payload {
  const values: Record<string, Record<string, Payload>> = {};
  for (const block of view.blocks) {
    for (const element of elementsOf(block)) {
      if (element.type === 'button' || element.type === 'image' || element.type === 'overflow' || !block.block_id)
        continue;
      const id = actionIdOf(element);
      values[block.block_id] = {
        ...values[block.block_id],
        [id]: { type: element.type, ...chosenOf(element, given[id], offered[id]) },
      };
    }
  }
  return { values };
}
