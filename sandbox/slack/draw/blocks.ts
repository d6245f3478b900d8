/** Blocks become drawings. */
import type { Block, BlockElement, RichText, Table } from '../check/blocks';
import { formatDate } from './dates';
import { type Control, type Drawing, type Inline, type Names, type Picture, type TableDrawing, text } from './drawing';
import { emoji, withEmoji } from './emoji';
import { drawMarkdown } from './markdown';
import { drawMrkdwn } from './mrkdwn';

type AnyText =
  | { readonly type: 'plain_text'; readonly text: string; readonly emoji?: boolean | undefined }
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim?: boolean | undefined };
type ImageElement = Extract<BlockElement, { type: 'image' }>;
type RichPart = RichText['elements'][number];
type RichInline = Extract<RichPart, { type: 'rich_text_section' }>['elements'][number];

function drawText(given: AnyText, names: Names): readonly Drawing[] {
  if (given.type === 'mrkdwn') return drawMrkdwn(given.text, names, given);
  return [{ kind: 'text', inlines: [text(given.emoji === false ? given.text : withEmoji(given.text))] }];
}

function drawImage(image: ImageElement, title?: string): Picture {
  const file = image.slack_file;
  const src = file && 'id' in file ? `/_/files/${encodeURIComponent(file.id)}` : undefined;
  return { kind: 'image', alt: image.alt_text, src, title };
}

function drawRichInline(inline: RichInline, names: Names): Inline {
  switch (inline.type) {
    case 'text':
      return text(inline.text, inline.style);
    case 'link':
      return { kind: 'link', url: inline.url, text: inline.text ?? inline.url, look: inline.style };
    case 'date':
      return text(formatDate(inline.timestamp, inline.format, names.now), inline.style);
    case 'emoji':
      return text(emoji(inline.name));
    case 'color':
      return { kind: 'color', value: inline.value };
    case 'broadcast':
      return { kind: 'mention', of: 'everyone', text: `@${inline.range}` };
    case 'user':
      return { kind: 'mention', of: 'person', text: `@${names.person(inline.user_id)}` };
    case 'channel':
      return { kind: 'mention', of: 'channel', text: `#${names.channel(inline.channel_id)}` };
    case 'usergroup':
      return { kind: 'mention', of: 'group', text: `@${names.group(inline.usergroup_id)}` };
    case 'team':
      return { kind: 'mention', of: 'group', text: inline.team_id };
  }
}

function drawRichPart(part: RichPart, names: Names): Drawing {
  const inlines = (elements: readonly RichInline[]) => elements.map((one) => drawRichInline(one, names));
  if (part.type === 'rich_text_section') return { kind: 'text', inlines: inlines(part.elements) };
  if (part.type === 'rich_text_quote') return { kind: 'quote', inlines: inlines(part.elements) };
  if (part.type === 'rich_text_preformatted') return { kind: 'code', inlines: inlines(part.elements) };
  const items = part.elements.map((section) => inlines(section.elements));
  return {
    kind: 'list',
    ordered: part.style === 'ordered',
    indent: part.indent ?? 0,
    start: (part.offset ?? 0) + 1,
    items,
  };
}

type Cell = Table['rows'][number][number];

/** raw_text is literal: no emoji, no mentions, no entities. */
function drawCell(cell: Cell, names: Names): readonly Drawing[] {
  if (cell.type === 'rich_text') return cell.elements.map((part) => drawRichPart(part, names));
  return [{ kind: 'text', inlines: [text(cell.text)] }];
}

function drawTable(table: Table, names: Names): TableDrawing {
  const settings = table.type === 'table' ? (table.column_settings ?? []) : [];
  const isNumber = (column: number) => table.rows[1]?.[column]?.type === 'raw_number';
  const columns = table.rows[0]?.map((_, at) => at) ?? [];
  return {
    kind: 'table',
    caption: table.type === 'data_table' ? table.caption : undefined,
    rows: table.rows.map((row) => row.map((cell) => drawCell(cell, names))),
    align: columns.map((at) => settings[at]?.align ?? (table.type === 'data_table' && isNumber(at) ? 'right' : 'left')),
    wrapped: columns.map((at) => settings[at]?.is_wrapped ?? false),
    pageSize: table.type === 'data_table' ? (table.page_size ?? 5) : undefined,
  };
}

function control(element: Control['element'], blockId: string | undefined): Control {
  return { blockId: blockId ?? '', element };
}

function drawSection(block: Extract<Block, { type: 'section' }>, names: Names): Drawing {
  const { accessory } = block;
  return {
    kind: 'section',
    body: block.text ? drawText(block.text, names) : [],
    fields: block.fields?.map((field) => drawText(field, names)) ?? [],
    accessory: accessory?.type === 'image' ? drawImage(accessory) : accessory && control(accessory, block.block_id),
  };
}

function drawInput(block: Extract<Block, { type: 'input' }>): Drawing {
  const { label, hint, optional, element } = block;
  return {
    kind: 'input',
    label: withEmoji(label.text),
    hint: hint && withEmoji(hint.text),
    optional: optional ?? false,
    control: control(element, block.block_id),
  };
}

function drawBlock(block: Block, names: Names): readonly Drawing[] {
  switch (block.type) {
    case 'actions':
      return [{ kind: 'controls', controls: block.elements.map((one) => control(one, block.block_id)) }];
    case 'alert':
      return [{ kind: 'alert', level: block.level ?? 'default', inlines: [text(withEmoji(block.text.text))] }];
    case 'context':
      return [
        {
          kind: 'context',
          items: block.elements.map((one) => (one.type === 'image' ? drawImage(one) : drawText(one, names))),
        },
      ];
    case 'divider':
      return [{ kind: 'divider' }];
    case 'header':
      return [{ kind: 'header', inlines: [text(withEmoji(block.text.text))] }];
    case 'image':
      return [drawImage(block, block.title?.text)];
    case 'input':
      return [drawInput(block)];
    case 'markdown':
      return drawMarkdown(block.text);
    case 'rich_text':
      return block.elements.map((part) => drawRichPart(part, names));
    case 'section':
      return [drawSection(block, names)];
    case 'table':
    case 'data_table':
      return [drawTable(block, names)];
  }
}

/** `text` is what shows when there are no blocks. */
export function draw(
  { text: words, blocks }: { text: string; blocks: readonly Block[] },
  names: Names,
): readonly Drawing[] {
  return blocks.length > 0 ? blocks.flatMap((block) => drawBlock(block, names)) : drawMrkdwn(words, names);
}
