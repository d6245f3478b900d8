/** The form that the current person has open. */
import { heldBy } from './controls.js';
import { act, el, showDialog } from './dom.js';
import { drawInput, drawOne } from './draw.js';

let dialog;
let shown;

function values() {
  const nodes = [...dialog.querySelectorAll('[data-action]')].filter((node) => node.tagName !== 'BUTTON');
  return Object.fromEntries(nodes.map((node) => [node.dataset.action, heldBy(node)]));
}

function drawBody(view, page) {
  const place = {
    form: true,
    people: page.state.people,
    channels: page.state.channels,
    suggest: (actionId, value) => act('suggest', { who: page.me(), actionId, value, values: values() }),
    use: (actionId, chosen) =>
      act('press-in-view', { who: page.me(), actionId, values: values(), ...(chosen === undefined ? {} : { chosen }) }),
  };
  // Outside of inputs a menu acts at once, as in a message.
  const atOnce = { ...place, form: false };
  return view.drawings.map((one) => (one.kind === 'input' ? drawInput(one, place, undefined) : drawOne(one, atOnce)));
}

function open(view, page) {
  const close = () => act('close', { who: page.me() });
  const leave = (event) => {
    event.preventDefault();
    return close();
  };
  const submit = async (event) => {
    event.preventDefault();
    const send = dialog.querySelector('[type=submit]');
    send.disabled = true;
    await act('submit', { who: page.me(), values: values() });
    send.disabled = false;
  };
  dialog = el(
    'dialog',
    { class: 'modal', 'aria-label': view.title, on: { cancel: leave } },
    el(
      'form',
      { on: { submit }, novalidate: true },
      el(
        'header',
        {},
        el('h2', {}, view.title),
        el('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', on: { click: close } }, '✕'),
      ),
      el('div', { class: 'modal-body' }, ...drawBody(view, page), el('div', { class: 'error general', role: 'alert' })),
      el(
        'div',
        { class: 'dialog-buttons' },
        el('button', { type: 'button', class: 'button', on: { click: close } }, view.close),
        view.submit && el('button', { type: 'submit', class: 'button primary' }, view.submit),
      ),
    ),
  );
  showDialog(dialog);
}

/** Errors change in place: what was typed stays. */
function showErrors(errors) {
  for (const input of dialog.querySelectorAll('.input')) {
    const error = errors[input.dataset.block] ?? '';
    input.classList.toggle('wrong', error !== '');
    input.querySelector('.error').textContent = error;
  }
  dialog.querySelector('.general').textContent = errors[''] ?? '';
}

export function showModal(page) {
  const { view } = page.state;
  const now = view ? `${page.me()} ${view.id} ${view.hash}` : undefined;
  if (now !== shown) {
    const held = dialog && view && shown?.startsWith(`${page.me()} ${view.id} `) ? heldNow() : [];
    dialog?.close();
    dialog = undefined;
    shown = now;
    if (view) open(view, page);
    if (view) putBack(held);
  }
  if (view) showErrors(view.errors);
}

/** What the inputs hold, so that a form that the app changed keeps what was typed, where the input is still there. */
function heldNow() {
  return [...dialog.querySelectorAll('.input')].map((input) => {
    const node = input.querySelector('[data-action]');
    return {
      block: input.dataset.block,
      action: node.dataset.action,
      kind: node.dataset.kind,
      chosen: node.chosen,
      value: node.value,
    };
  });
}

function putBack(held) {
  for (const one of held) {
    const input = dialog.querySelector(`.input[data-block="${CSS.escape(one.block)}"]`);
    const node = input?.querySelector(`[data-action="${CSS.escape(one.action)}"]`);
    if (!node || node.dataset.kind !== one.kind) continue;
    if (one.kind === 'external') node.keep(one.chosen);
    else if (one.kind !== 'choices' && one.value !== '') node.value = one.value;
  }
}

/** Types into the open form for the person to look at and send. False: there is none. */
export function fillForm(values) {
  if (!dialog) return false;
  for (const [id, value] of Object.entries(values)) {
    const input = dialog.querySelector(`[data-action="${CSS.escape(id)}"]`);
    if (input?.fill) input.fill(value);
    else if (input) input.value = value;
  }
  return true;
}
