/** Building the page from elements and text nodes only: nothing that came from elsewhere is ever parsed as HTML. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props] attributes; `class`, `on` (listeners by event) and `style` (CSS properties)
 * @param {...(Node | string | null | undefined | false)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'style') for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Draws again only when the data has changed, so that focus, selection and open details survive. */
export function keep(container, data, drawn) {
  const now = JSON.stringify(data);
  if (container.drawnFrom === now) return;
  container.drawnFrom = now;
  container.replaceChildren(...drawn(data));
}

export const byId = (id) => document.getElementById(id);

/** Posts to the control API. A refusal is shown, and answered as undefined. */
export async function act(path, body) {
  const response = await fetch(`/_/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  toast(answer.error ?? `refused (${response.status})`);
  return undefined;
}

/**
 * Shows a dialog until it is closed. Chromium gives the focus back but not the keyboard; taking the focus away and giving
 * it again does.
 */
export function showDialog(dialog) {
  dialog.addEventListener('close', () => {
    dialog.remove();
    const back = document.activeElement;
    back?.blur();
    back?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

const TOAST_MS = 6000;

export function toast(text) {
  const shown = el('div', { class: 'toast', role: 'alert' }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), TOAST_MS);
}

const COLOURS = ['#1264a3', '#2e7d5b', '#b5541c', '#7a3e9d', '#a3284f', '#4a6572'];

/** Initials in a person's own colour. */
export function avatar(id, name, people, kind = 'person') {
  const at = people.findIndex((one) => one.id === id);
  const colour = kind === 'app' ? '#4a154b' : kind === 'slackbot' ? '#616061' : COLOURS[at % COLOURS.length];
  const face = kind === 'slackbot' ? 'S' : name.slice(0, 2).toUpperCase();
  return el('span', { class: 'avatar', style: { background: colour ?? '#616061' }, 'aria-hidden': 'true' }, face);
}

export function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}
