/** A drawing as text: everything that a person would see, one block after the other. */
import type { Control, Drawing, Inline, Picture } from './drawing';

function inlineText(inline: Inline): string {
  return inline.kind === 'color' ? inline.value : inline.text;
}

function line(inlines: readonly Inline[]): string {
  return inlines.map(inlineText).join('');
}

function controlText({ element }: Control): string {
  switch (element.type) {
    case 'button':
      return `[${element.text.text}]`;
    case 'checkboxes':
    case 'radio_buttons':
      return element.options.map((option) => `( ) ${option.text.text}`).join(' ');
    case 'overflow':
      return `[… ${element.options.map((option) => option.text.text).join(', ')}]`;
    case 'static_select':
    case 'external_select':
    case 'multi_static_select':
    case 'multi_external_select':
    case 'users_select':
    case 'conversations_select':
    case 'datepicker':
    case 'plain_text_input':
    case 'number_input':
      return `[${element.placeholder?.text ?? element.type}]`;
  }
}

function pictureText(picture: Picture): string {
  return `[picture: ${picture.alt}]`;
}

function one(drawing: Drawing): string {
  switch (drawing.kind) {
    case 'header':
    case 'text':
    case 'code':
    case 'alert':
      return line(drawing.inlines);
    case 'quote':
      return line(drawing.inlines).replace(/^/gm, '> ');
    case 'list':
      return drawing.items
        .map((item, at) => `${drawing.ordered ? `${drawing.start + at}.` : '•'} ${line(item)}`)
        .join('\n');
    case 'section': {
      const { body, fields, accessory } = drawing;
      const beside = accessory ? ['element' in accessory ? controlText(accessory) : pictureText(accessory)] : [];
      return [...body.map(one), ...fields.map((field) => field.map(one).join('\n')), ...beside].join('\n');
    }
    case 'context':
      return drawing.items.map((item) => ('kind' in item ? pictureText(item) : item.map(one).join('\n'))).join(' ');
    case 'divider':
      return '———';
    case 'image':
      return pictureText(drawing);
    case 'table': {
      const rows = drawing.rows.map((row) => row.map((cell) => cell.map(one).join(' ')).join(' | '));
      return [...(drawing.caption ? [drawing.caption] : []), ...rows].join('\n');
    }
    case 'controls':
      return drawing.controls.map(controlText).join(' ');
    case 'input':
      return `${drawing.label}: ${controlText(drawing.control)}`;
  }
}

export function plain(drawings: readonly Drawing[]): string {
  return drawings.map(one).join('\n');
}
