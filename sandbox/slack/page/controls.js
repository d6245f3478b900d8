/** Buttons, menus and inputs, and the dialogs that ask before they act. */
import { el, showDialog } from './dom.js';
import { drawExternal } from './external.js';

/** Asks what the app wants asked. Resolves true when the person agrees. */
function ask(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => () => {
      dialog.close();
      resolve(yes);
    };
    const yes = confirm.confirm?.text ?? 'Yes';
    const style = confirm.style === 'danger' ? 'danger' : 'primary';
    const dialog = el(
      'dialog',
      { class: 'confirm', 'aria-label': confirm.title?.text ?? 'Are you sure?', on: { cancel: answer(false) } },
      el('h2', {}, confirm.title?.text ?? 'Are you sure?'),
      el('p', {}, confirm.text.text),
      el(
        'div',
        { class: 'dialog-buttons' },
        el('button', { type: 'button', class: 'button', on: { click: answer(false) } }, confirm.deny?.text ?? 'Cancel'),
        el('button', { type: 'button', class: `button ${style}`, on: { click: answer(true) } }, yes),
      ),
    );
    showDialog(dialog);
  });
}

/** Runs an act of an element: asks first where the app wants that, and shows that it is under way. */
async function run(node, element, place, chosen) {
  if (element.confirm && !(await ask(element.confirm))) return;
  node.classList.add('busy');
  node.setAttribute('aria-busy', 'true');
  await place.use(element.action_id, chosen);
  node.classList.remove('busy');
  node.removeAttribute('aria-busy');
}

function drawButton(element, place) {
  const node = el('button', {
    type: 'button',
    class: `button ${element.style ?? ''}`,
    'aria-label': element.accessibility_label,
    'data-action': element.action_id,
  });
  node.append(element.text.text);
  node.addEventListener('click', () => {
    if (element.url) window.open(element.url, '_blank', 'noopener');
    return run(node, element, place);
  });
  return node;
}

function optionNode(option) {
  return el('option', { value: option.value }, option.text.text);
}

/** A menu whose choice acts at once in a message, and is only remembered in a form. */
function drawMenu(element, place, options) {
  const first = element.type === 'overflow' ? '…' : (element.placeholder?.text ?? 'Choose');
  const node = el(
    'select',
    { class: 'menu', 'data-action': element.action_id, 'aria-label': first === '…' ? 'More' : first },
    el('option', { value: '' }, first),
    ...options,
  );
  node.value = element.initial_option?.value ?? element.initial_user ?? element.initial_conversation ?? '';
  node.addEventListener('change', async () => {
    if (place.form && element.type !== 'overflow') return;
    const chosen = node.value;
    if (element.type === 'overflow') node.value = '';
    if (chosen) await run(node, element, place, chosen);
  });
  return node;
}

function staticOptions(element) {
  if (element.options) return element.options.map(optionNode);
  return element.option_groups.map((group) =>
    el('optgroup', { label: group.label.text }, ...group.options.map(optionNode)),
  );
}

function drawChoices(element, place, type) {
  const chosen = [element.initial_options ?? element.initial_option ?? []].flat().map((one) => one.value);
  const boxes = element.options.map((option) => {
    const box = el('input', {
      type,
      name: element.action_id,
      value: option.value,
      checked: chosen.includes(option.value),
    });
    return el(
      'label',
      { class: 'choice' },
      box,
      el('span', {}, option.text.text),
      option.description && el('small', {}, option.description.text),
    );
  });
  const node = el('div', { class: 'choices', 'data-action': element.action_id, 'data-kind': 'choices' }, ...boxes);
  node.addEventListener('change', () => {
    if (!place.form) void run(node, element, place, heldBy(node));
  });
  return node;
}

function drawTyped(element, type) {
  const many = element.multiline === true;
  const node = el(many ? 'textarea' : 'input', {
    type: many ? undefined : type,
    rows: many ? 4 : undefined,
    class: 'field',
    'data-action': element.action_id,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autofocus: element.focus_on_load,
  });
  node.value = element.initial_value ?? element.initial_date ?? '';
  return node;
}

/** What a control drawn here holds now. */
export function heldBy(node) {
  if (node.dataset.kind === 'external') {
    const values = node.chosen.map((option) => option.value);
    return node.many ? values : (values[0] ?? '');
  }
  if (node.dataset.kind !== 'choices') return node.value;
  return [...node.querySelectorAll('input:checked')].map((box) => box.value);
}

/**
 * @param {{ element: Record<string, any> }} control
 * @param {{ use: (actionId: string, chosen?: unknown) => Promise<unknown>, form: boolean, people: { id: string, name: string }[], channels: { id: string, name: string, kind: string }[] }} place
 */
export function drawControl({ element }, place) {
  switch (element.type) {
    case 'button':
      return drawButton(element, place);
    case 'overflow':
    case 'static_select':
      return drawMenu(element, place, staticOptions(element));
    case 'users_select':
      return drawMenu(
        element,
        place,
        place.people.map((one) => el('option', { value: one.id }, one.name)),
      );
    case 'conversations_select':
      return drawMenu(
        element,
        place,
        place.channels.map((one) => el('option', { value: one.id }, one.kind === 'dm' ? one.name : `#${one.name}`)),
      );
    case 'external_select':
    case 'multi_external_select':
      return drawExternal(element, place);
    case 'multi_static_select':
    case 'checkboxes':
      return drawChoices(element, place, 'checkbox');
    case 'radio_buttons':
      return drawChoices(element, place, 'radio');
    case 'datepicker': {
      const node = drawTyped(element, 'date');
      node.addEventListener('change', () => {
        if (!place.form) void run(node, element, place, node.value);
      });
      return node;
    }
    case 'number_input':
      return drawTyped(element, 'number');
    default:
      return drawTyped(element, 'text');
  }
}
