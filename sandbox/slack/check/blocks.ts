/** The blocks, and which of them a surface takes. */
import { z } from 'zod';
import { LIMITS } from '../../../src/bot/view/limits';
import { accessory, actionElement, imageElement, inputElement } from './elements';
import { anyText, hasOneSource, id, imageFields, ONE_SOURCE, plain, words } from './pieces';
import { richText } from './rich-text';
import { dataTable, table } from './tables';

const block_id = id.optional();

const actions = z.strictObject({
  type: z.literal('actions'),
  block_id,
  elements: z.array(actionElement).min(1).max(LIMITS.actions.elements),
});

const alert = z.strictObject({
  type: z.literal('alert'),
  block_id,
  text: anyText(LIMITS.alert),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

const contextElement = z.discriminatedUnion('type', [imageElement, anyText()]);
const context = z.strictObject({
  type: z.literal('context'),
  block_id,
  elements: z.array(contextElement).min(1).max(LIMITS.context.elements),
});

const divider = z.strictObject({ type: z.literal('divider'), block_id });
const header = z.strictObject({ type: z.literal('header'), block_id, text: plain(LIMITS.header) });

const image = z
  .strictObject({ ...imageFields, block_id, title: plain(LIMITS.image.title).optional() })
  .refine(hasOneSource, { message: ONE_SOURCE });

const input = z.strictObject({
  type: z.literal('input'),
  block_id,
  label: plain(LIMITS.input.label),
  hint: plain(LIMITS.input.label).optional(),
  optional: z.boolean().optional(),
  element: inputElement,
  dispatch_action: z.boolean().optional(),
});

const markdown = z.strictObject({ type: z.literal('markdown'), block_id, text: words(LIMITS.markdown.text) });

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id,
    text: anyText(LIMITS.section.text).optional(),
    fields: z.array(anyText(LIMITS.section.field)).min(1).max(LIMITS.section.fields).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    message: 'must define either `text` or `fields`',
  });

const messageBlock = z.discriminatedUnion('type', [
  actions,
  context,
  dataTable,
  divider,
  header,
  image,
  input,
  markdown,
  richText,
  section,
  table,
]);

const viewBlock = z.discriminatedUnion('type', [
  actions,
  alert,
  context,
  divider,
  header,
  image,
  input,
  richText,
  section,
]);

export const messageBlocks = z.array(messageBlock).max(LIMITS.message.blocks);

export const modal = z
  .strictObject({
    type: z.literal('modal'),
    title: plain(LIMITS.view.title),
    blocks: z.array(viewBlock).max(LIMITS.view.blocks),
    submit: plain(LIMITS.view.title).optional(),
    close: plain(LIMITS.view.title).optional(),
    private_metadata: z.string().max(LIMITS.view.privateMetadata).optional(),
    callback_id: z.string().max(LIMITS.view.callbackId).optional(),
    external_id: z.string().max(LIMITS.view.externalId).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  })
  .refine((view) => view.submit !== undefined || !view.blocks.some((block) => block.type === 'input'), {
    message: 'missing required field: submit',
    path: ['submit'],
  });

/** A person's Home tab. It has no inputs that are sent together, and no title. */
export const home = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(viewBlock).max(LIMITS.view.blocks),
  private_metadata: z.string().max(LIMITS.view.privateMetadata).optional(),
  callback_id: z.string().max(LIMITS.view.callbackId).optional(),
  external_id: z.string().max(LIMITS.view.externalId).optional(),
});

export type Block = z.infer<typeof messageBlock> | z.infer<typeof viewBlock>;
export type BlockElement = z.infer<typeof accessory> | z.infer<typeof inputElement>;
export type Modal = z.infer<typeof modal>;
export type Home = z.infer<typeof home>;
export type RichText = z.infer<typeof richText>;
export type Table = z.infer<typeof table> | z.infer<typeof dataTable>;
