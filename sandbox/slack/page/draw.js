/** Draws what the server has already understood: see draw/drawing.ts for the shapes. */
import { drawControl } from './controls.js';
import { el } from './dom.js';

function wrapLook(node, look) {
  let drawn = node;
  if (look?.code) drawn = el('code', {}, drawn);
  if (look?.strike) drawn = el('s', {}, drawn);
  if (look?.underline) drawn = el('u', {}, drawn);
  if (look?.italic) drawn = el('em', {}, drawn);
  if (look?.bold) drawn = el('strong', {}, drawn);
  return drawn;
}

function drawInline(inline) {
  switch (inline.kind) {
    case 'link':
      return wrapLook(
        el(
          'a',
          {
            href: /^(https?:|mailto:)/.test(inline.url) ? inline.url : undefined,
            target: '_blank',
            rel: 'noreferrer noopener',
          },
          inline.text,
        ),
        inline.look,
      );
    case 'mention':
      return el('span', { class: `mention mention-${inline.of}` }, inline.text);
    case 'color':
      return el('span', { class: 'colour' }, el('i', { style: { background: inline.value } }), inline.value);
    default:
      return wrapLook(document.createTextNode(inline.text), inline.look);
  }
}

const inlines = (list) => list.map(drawInline);

function drawPicture(picture) {
  const shown = picture.src
    ? el('img', { src: picture.src, alt: picture.alt, loading: 'lazy' })
    : el('span', { class: 'no-picture' }, `Picture from elsewhere, not loaded: ${picture.alt}`);
  return el('figure', { class: 'picture' }, picture.title && el('figcaption', {}, picture.title), shown);
}

function drawRow(row, table, isHead) {
  return el(
    'tr',
    {},
    ...row.map((cell, at) =>
      el(
        isHead ? 'th' : 'td',
        { class: `${table.align[at]}${table.wrapped[at] ? ' wrapped' : ''}`, scope: isHead ? 'col' : undefined },
        ...cell.map((part) => drawOne(part)),
      ),
    ),
  );
}

function drawTable(table) {
  const [head, ...rows] = table.rows;
  const body = el('tbody', {});
  const size = table.pageSize ?? rows.length;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const label = el('span', { class: 'pages', role: 'status' });
  let page = 0;
  const turn = (by) => {
    page = Math.min(pages - 1, Math.max(0, page + by));
    body.replaceChildren(...rows.slice(page * size, (page + 1) * size).map((row) => drawRow(row, table, false)));
    label.textContent = `${page * size + 1}–${Math.min(rows.length, (page + 1) * size)} of ${rows.length}`;
  };
  turn(0);
  const button = (text, by) =>
    el('button', { type: 'button', class: 'quiet small', on: { click: () => turn(by) } }, text);
  return el(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': table.caption ?? 'Table' },
    table.caption && el('div', { class: 'caption' }, table.caption),
    el('table', {}, el('thead', {}, drawRow(head, table, true)), body),
    pages > 1 && el('div', { class: 'pager' }, button('Previous', -1), label, button('Next', 1)),
  );
}

function drawSection(section, place) {
  const { body, fields, accessory } = section;
  const beside = accessory && ('element' in accessory ? drawControl(accessory, place) : drawPicture(accessory));
  const main = el(
    'div',
    { class: 'section-main' },
    ...body.map((one) => drawOne(one, place)),
    fields.length > 0 &&
      el(
        'div',
        { class: 'fields' },
        ...fields.map((field) => el('div', {}, ...field.map((one) => drawOne(one, place)))),
      ),
  );
  return el('div', { class: 'section' }, main, beside && el('div', { class: 'accessory' }, beside));
}

function drawList(list) {
  return el(
    list.ordered ? 'ol' : 'ul',
    {
      class: `list indent-${Math.min(list.indent, 4)}`,
      start: list.ordered && list.start !== 1 ? list.start : undefined,
    },
    ...list.items.map((item) => el('li', {}, ...inlines(item))),
  );
}

function drawContext(context) {
  const items = context.items.map((item) =>
    Array.isArray(item) ? el('span', {}, ...item.map((one) => drawOne(one))) : drawPicture(item),
  );
  return el('div', { class: 'context' }, ...items);
}

export function drawInput(input, place, error) {
  const control = drawControl(input.control, place);
  return el(
    'div',
    {
      class: `input${error ? ' wrong' : ''}`,
      role: 'group',
      'aria-label': input.label,
      'data-block': input.control.blockId,
    },
    el('div', { class: 'label' }, input.label, input.optional && el('span', { class: 'optional' }, ' (optional)')),
    control,
    input.hint && el('div', { class: 'hint' }, input.hint),
    el('div', { class: 'error', role: 'alert' }, error ?? ''),
  );
}

/** `place` says where controls in it belong; without one they are not drawn alive. */
export function drawOne(drawing, place) {
  switch (drawing.kind) {
    case 'header':
      return el('h3', { class: 'header' }, ...inlines(drawing.inlines));
    case 'quote':
      return el('blockquote', {}, ...inlines(drawing.inlines));
    case 'code':
      return el('pre', { tabindex: '0' }, ...inlines(drawing.inlines));
    case 'alert':
      return el('div', { class: `alert alert-${drawing.level}`, role: 'note' }, ...inlines(drawing.inlines));
    case 'list':
      return drawList(drawing);
    case 'section':
      return drawSection(drawing, place);
    case 'context':
      return drawContext(drawing);
    case 'divider':
      return el('hr');
    case 'image':
      return drawPicture(drawing);
    case 'table':
      return drawTable(drawing);
    case 'controls':
      return el('div', { class: 'controls' }, ...drawing.controls.map((one) => drawControl(one, place)));
    case 'input':
      return drawInput(drawing, place);
    default:
      return el('div', { class: 'text' }, ...inlines(drawing.inlines));
  }
}
