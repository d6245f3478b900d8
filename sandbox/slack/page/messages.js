/** The messages of a channel: drawn once each, drawn again only when they change. */
import { act, avatar, byId, clock, el } from './dom.js';
import { drawOne } from './draw.js';

/** Pixels from the end within which new messages are followed. */
const NEAR_END = 120;

function csvRows(text) {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  return lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
    ),
  );
}

const SHOWN_ROWS = 12;

function drawPreview(file) {
  if (!file.table) return el('pre', { tabindex: '0' }, file.preview);
  const [head, ...rows] = csvRows(file.preview);
  const row = (cells, tag) => el('tr', {}, ...cells.map((cell) => el(tag, { class: 'left' }, cell)));
  return el(
    'div',
    { class: 'table' },
    el(
      'table',
      {},
      el('thead', {}, row(head ?? [], 'th')),
      el('tbody', {}, ...rows.slice(0, SHOWN_ROWS).map((one) => row(one, 'td'))),
    ),
  );
}

function drawFile(file) {
  const href = `/_/files/${encodeURIComponent(file.id)}`;
  if (file.picture) {
    return el(
      'figure',
      { class: 'picture' },
      el('figcaption', {}, file.title),
      el('a', { href, target: '_blank' }, el('img', { src: href, alt: file.title })),
    );
  }
  const size = file.size < 1024 ? `${file.size} B` : `${(file.size / 1024).toFixed(1)} kB`;
  return el(
    'div',
    { class: 'file' },
    el(
      'div',
      { class: 'file-head' },
      el('span', { class: 'file-icon', 'aria-hidden': 'true' }, file.name.split('.').at(-1).slice(0, 4).toUpperCase()),
      el('div', {}, el('strong', {}, file.title), el('small', {}, `${file.name} · ${size}`)),
      el('a', { class: 'button', href, download: file.name }, 'Download'),
    ),
    file.preview !== undefined && el('details', {}, el('summary', {}, 'Preview'), drawPreview(file)),
  );
}

function drawBody(message, page) {
  const place = {
    form: false,
    people: page.state.people,
    channels: page.state.channels,
    use: (actionId, chosen) =>
      act('press', {
        who: page.me(),
        channel: message.channel,
        ts: message.ts,
        actionId,
        ...(chosen === undefined ? {} : { chosen }),
      }),
  };
  return [...message.drawings.map((one) => drawOne(one, place)), ...message.files.map(drawFile)];
}

/** The app's shortcuts for messages, in threads too. */
function drawShortcuts(message, page) {
  const offered = page.state.shortcuts.filter((one) => one.type === 'message');
  if (offered.length === 0) return false;
  const use = (callbackId) => act('shortcut', { who: page.me(), callbackId, channel: message.channel, ts: message.ts });
  const choose = (one) => (event) => {
    event.target.closest('details').open = false;
    void use(one.callback_id);
  };
  return el(
    'details',
    { class: 'shortcuts' },
    el('summary', { 'aria-label': 'Shortcuts' }, '⋯'),
    ...offered.map((one) =>
      el('button', { type: 'button', class: 'quiet small', on: { click: choose(one) } }, one.name),
    ),
  );
}

function drawMessage(message, page) {
  const { author, ts, onlyYou, failure, edited } = message;
  const reply =
    !message.onlyYou &&
    el(
      'button',
      {
        type: 'button',
        class: 'quiet small reply',
        on: { click: () => page.replyTo(message.threadTs ?? ts, author.name) },
      },
      'Reply in thread',
    );
  const shortcuts = !message.onlyYou && drawShortcuts(message, page);
  return el(
    'li',
    {
      class: `message${onlyYou ? ' only-you' : ''}${failure ? ' failure' : ''}${message.threadTs ? ' in-thread' : ''}`,
      'data-ts': ts,
    },
    avatar(author.id, author.name, page.state.people, author.kind),
    el(
      'div',
      { class: 'content' },
      onlyYou && el('div', { class: 'only-you-note' }, 'Only visible to you'),
      el(
        'div',
        { class: 'byline' },
        el('strong', {}, author.name),
        author.kind !== 'person' && el('span', { class: 'badge' }, 'APP'),
        el('time', { datetime: new Date(Number(ts) * 1000).toISOString() }, clock(ts)),
        reply,
        shortcuts,
      ),
      el('div', { class: 'body' }, ...drawBody(message, page), edited && el('span', { class: 'edited' }, '(edited)')),
    ),
  );
}

/** Replies follow their message; the rest is in order of time. */
function inOrder(messages) {
  const roots = messages.filter((one) => !one.threadTs);
  const replies = (ts) => messages.filter((one) => one.threadTs === ts);
  const orphans = messages.filter((one) => one.threadTs && !roots.some((root) => root.ts === one.threadTs));
  return [...roots.flatMap((root) => [root, ...replies(root.ts)]), ...orphans];
}

const drawn = new Map();

function welcome(page) {
  const [first] = page.state.commands;
  return el(
    'li',
    { class: 'welcome' },
    el('h2', {}, `This is the start of #${page.channel().name}`),
    el('p', {}, first ? 'Type / to see what the bot can do, or open a scenario on the right.' : 'Type a message.'),
  );
}

/** Puts the nodes in order without touching those that already stand right: a focused button keeps its focus. */
function arrange(list, nodes) {
  for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

export function showMessages(page) {
  const list = byId('messages');
  const follow =
    list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END || list.dataset.channel !== page.channel().id;
  list.dataset.channel = page.channel().id;
  const here = page.state.messages.filter((one) => one.channel === page.channel().id);
  const nodes = inOrder(here).map((message) => {
    const now = JSON.stringify(message);
    const old = drawn.get(message.ts);
    if (old?.now === now) return old.node;
    const node = drawMessage(message, page);
    drawn.set(message.ts, { now, node });
    return node;
  });
  arrange(list, nodes.length > 0 ? nodes : [welcome(page)]);
  if (follow) list.scrollTop = list.scrollHeight;
}

/** Brings the newest button with this text into view and focuses it. */
export function findButton(text) {
  const found = [...byId('messages').querySelectorAll('button[data-action]')]
    .filter((one) => one.textContent === text)
    .at(-1);
  found?.scrollIntoView({ block: 'center' });
  found?.focus();
  return found !== undefined;
}
