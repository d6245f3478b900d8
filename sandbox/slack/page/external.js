/** Menus whose options come from the app while somebody types. */
import { el } from './dom.js';

const PAUSE_MS = 150;

/** Several can be chosen where the element says so. What is chosen is in `node.chosen`, as options. */
export function drawExternal(element, place) {
  const many = element.type === 'multi_external_select';
  const typed = el('input', {
    type: 'text',
    class: 'field',
    placeholder: element.placeholder?.text ?? 'Type to search',
    role: 'combobox',
  });
  const list = el('div', { class: 'offered', role: 'listbox', hidden: true });
  const chips = el('div', { class: 'chosen' });
  const node = el(
    'div',
    { class: 'external', 'data-action': element.action_id, 'data-kind': 'external' },
    chips,
    typed,
    list,
  );
  node.many = many;
  const keep = (options) => {
    node.chosen = options;
    chips.replaceChildren(
      ...options.map((option) => chip(option, () => keep(node.chosen.filter((one) => one !== option)))),
    );
    typed.hidden = !many && options.length > 0;
  };
  const choose = (option) => {
    keep(many ? [...node.chosen.filter((one) => one.value !== option.value), option] : [option]);
    typed.value = '';
    list.hidden = true;
  };
  node.keep = keep;
  node.fill = (values) => keep([values].flat().map((value) => ({ value, text: { text: value } })));
  let timer;
  const ask = async () => {
    const options =
      typed.value.length < (element.min_query_length ?? 3)
        ? []
        : ((await place.suggest(element.action_id, typed.value)) ?? []);
    list.replaceChildren(...options.map((option) => offered(option, choose)));
    list.hidden = options.length === 0;
  };
  typed.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  typed.addEventListener('focus', ask);
  typed.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    list.querySelector('button')?.click();
  });
  keep([element.initial_options ?? element.initial_option ?? []].flat());
  return node;
}

function offered(option, choose) {
  return el(
    'button',
    {
      type: 'button',
      class: 'quiet offer',
      role: 'option',
      'data-value': option.value,
      on: { click: () => choose(option) },
    },
    option.text.text,
    option.description && el('small', {}, ` ${option.description.text}`),
  );
}

function chip(option, remove) {
  return el(
    'span',
    { class: 'chosen-one' },
    option.text.text,
    el(
      'button',
      { type: 'button', class: 'quiet small', 'aria-label': `Remove ${option.text.text}`, on: { click: remove } },
      '✕',
    ),
  );
}
