/** Interactive elements. Slack has more kinds; those that the page cannot draw are refused, never half supported. */
import { z } from 'zod';
import { LIMITS } from '../../../src/bot/view/limits';
import {
  buttonStyle,
  confirm,
  hasOneSource,
  id,
  imageFields,
  ONE_SOURCE,
  overflowOption,
  plain,
  plainOption,
  richOption,
  words,
} from './pieces';

const actionable = { action_id: id.optional(), confirm: confirm.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeholder = plain(LIMITS.select.placeholder).optional();
const dispatch = z
  .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
  .optional();

const button = z.strictObject({
  type: z.literal('button'),
  ...actionable,
  text: plain(LIMITS.button.text),
  value: words(LIMITS.button.value).optional(),
  url: words(LIMITS.button.url).optional(),
  style: buttonStyle,
  accessibility_label: words(LIMITS.button.accessibilityLabel).optional(),
});

const optionGroup = z.strictObject({
  label: plain(LIMITS.select.groupLabel),
  options: z.array(plainOption).min(1).max(LIMITS.select.options),
});

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...actionable,
    ...focusable,
    placeholder,
    initial_option: plainOption.optional(),
    options: z.array(plainOption).min(1).max(LIMITS.select.options).optional(),
    option_groups: z.array(optionGroup).min(1).max(LIMITS.select.groups).optional(),
  })
  .refine((select) => (select.options === undefined) !== (select.option_groups === undefined), {
    message: 'must define either `options` or `option_groups`',
  });

const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...actionable,
  ...focusable,
  placeholder,
  initial_user: id.optional(),
});

/** Its options come from the app, while somebody types. */
const suggested = { ...actionable, ...focusable, placeholder, min_query_length: z.int().min(0).optional() };

const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...suggested,
  initial_option: plainOption.optional(),
});

const several = { max_selected_items: z.int().min(1).optional() };
const initial_options = z.array(plainOption).min(1).max(LIMITS.select.options).optional();

const multiExternalSelect = z.strictObject({
  type: z.literal('multi_external_select'),
  ...suggested,
  ...several,
  initial_options,
});

const multiStaticSelect = z.strictObject({
  type: z.literal('multi_static_select'),
  ...actionable,
  ...focusable,
  placeholder,
  ...several,
  initial_options,
  options: z.array(plainOption).min(1).max(LIMITS.select.options),
});

const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...actionable,
  ...focusable,
  placeholder,
  initial_conversation: id.optional(),
  default_to_current_conversation: z.boolean().optional(),
  filter: z
    .strictObject({
      include: z
        .array(z.enum(['im', 'mpim', 'private', 'public']))
        .min(1)
        .optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...actionable,
  options: z.array(overflowOption).min(1).max(LIMITS.overflow.options),
});

const choices = z.array(richOption).min(1).max(LIMITS.choices.options);

const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...actionable,
  ...focusable,
  options: choices,
  initial_options: choices.optional(),
});

const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...actionable,
  ...focusable,
  options: choices,
  initial_option: richOption.optional(),
});

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...actionable,
  ...focusable,
  placeholder,
  initial_date: z.iso.date().optional(),
});

const typed = { action_id: id.optional(), ...focusable, placeholder, dispatch_action_config: dispatch };

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  initial_value: z.string().max(LIMITS.input.plainText).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(LIMITS.input.plainText).optional(),
  max_length: z.int().min(1).max(LIMITS.input.plainText).optional(),
});

const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});

export const imageElement = z.strictObject(imageFields).refine(hasOneSource, { message: ONE_SOURCE });

export const actionElement = z.discriminatedUnion('type', [
  button,
  staticSelect,
  externalSelect,
  multiStaticSelect,
  multiExternalSelect,
  usersSelect,
  conversationsSelect,
  overflow,
  checkboxes,
  radioButtons,
  datepicker,
]);

export const accessory = z.discriminatedUnion('type', [
  button,
  staticSelect,
  externalSelect,
  multiStaticSelect,
  multiExternalSelect,
  usersSelect,
  conversationsSelect,
  overflow,
  checkboxes,
  radioButtons,
  datepicker,
  imageElement,
]);

export const inputElement = z.discriminatedUnion('type', [
  plainTextInput,
  numberInput,
  staticSelect,
  externalSelect,
  multiStaticSelect,
  multiExternalSelect,
  usersSelect,
  conversationsSelect,
  checkboxes,
  radioButtons,
  datepicker,
]);
