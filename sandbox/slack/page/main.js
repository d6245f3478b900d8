/** The page: fetches what one person sees whenever something has changed, and shows it. */
import { replyTo, showComposer, startComposer } from './composer.js';
import { avatar, byId, el, keep } from './dom.js';
import { HOME, openHome, showHome } from './home.js';
import { showMessages } from './messages.js';
import { showModal } from './modal.js';
import { showWorld } from './world.js';

const seen = new Map();

const page = {
  state: undefined,
  me: () => page.state.me,
  channel: () => page.state.channels.find((one) => one.id === linked().channel) ?? page.state.channels[0],
  colour: (id) => avatar(id, '', page.state.people).style.getPropertyValue('background'),
  become: async (id) => {
    sessionStorage.setItem('me', id);
    await refresh();
    if (isHome()) openHome(page);
  },
  replyTo,
  toEnd: () => {
    byId('messages').scrollTop = byId('messages').scrollHeight;
  },
};

/** `#C0INC42`, or `#C0INC42/1700000000.000100` for one message: what a permalink says. */
function linked() {
  const [channel = '', ts] = location.hash.slice(1).split('/');
  return { channel, ts };
}

function showLinked() {
  const { ts } = linked();
  if (ts) document.querySelector(`li[data-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: 'center' });
}

function newest(channel) {
  return page.state.messages.findLast((one) => one.channel === channel.id)?.ts ?? '';
}

function drawChannel(channel) {
  const current = !isHome() && channel.id === page.channel().id;
  if (current) seen.set(channel.id, newest(channel));
  const unread = newest(channel) > (seen.get(channel.id) ?? '');
  return el(
    'li',
    {},
    el(
      'a',
      { href: `#${channel.id}`, class: unread ? 'unread' : '', 'aria-current': current ? 'page' : undefined },
      el('span', { class: 'hash', 'aria-hidden': 'true' }, channel.kind === 'dm' ? '◆' : '#'),
      channel.kind === 'dm' ? page.state.app.name : channel.name,
      unread && el('span', { class: 'dot', role: 'status', 'aria-label': 'unread' }),
    ),
  );
}

/** The app itself: its Home tab. */
function drawApp() {
  return el(
    'li',
    {},
    el(
      'a',
      {
        href: `#${HOME}`,
        'aria-current': isHome() ? 'page' : undefined,
        on: { click: () => openHome(page) },
      },
      el('span', { class: 'hash', 'aria-hidden': 'true' }, '⌂'),
      `${page.state.app.name}: Home`,
    ),
  );
}

function isHome() {
  return location.hash === `#${HOME}`;
}

function drawPerson(person) {
  const current = person.id === page.me();
  return el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        'aria-pressed': String(current),
        'data-person': person.name,
        on: { click: () => page.become(person.id) },
      },
      avatar(person.id, person.name, page.state.people),
      el('span', {}, el('strong', {}, person.name), el('small', {}, person.role)),
    ),
  );
}

function showRail() {
  const { app } = page.state;
  keep(
    byId('channels'),
    [isHome(), page.state.channels, page.channel().id, page.state.channels.map(newest), page.me()],
    () => [...(page.state.homeTab ? [drawApp()] : []), ...page.state.channels.map(drawChannel)],
  );
  keep(byId('people'), [page.state.people, page.me()], () => page.state.people.map(drawPerson));
  const linked = app.mode === 'http' ? 'signed HTTP' : app.connections > 0 ? 'Socket Mode' : 'not connected';
  byId('link').textContent = `${app.name}: ${linked}`;
  byId('link').classList.toggle('off', linked === 'not connected');
  const { name, kind } = page.channel();
  byId('channel-name').textContent = isHome() ? `${app.name}: Home` : kind === 'dm' ? app.name : `# ${name}`;
  byId('channel-about').textContent = app.description;
  document.title = `${kind === 'dm' ? app.name : `#${name}`} (sandbox)`;
}

function show() {
  showRail();
  showHome(page, isHome());
  showMessages(page);
  showComposer(page);
  showModal(page);
  showWorld(page);
}

let running = false;
let again = false;

/** One fetch at a time; changes meanwhile cause one more. */
async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  do {
    again = false;
    const me = sessionStorage.getItem('me') ?? '';
    const response = await fetch(`/_/state?who=${encodeURIComponent(me)}`).catch(() => undefined);
    byId('lost').hidden = response?.ok === true;
    if (response?.ok) {
      page.state = await response.json();
      show();
    }
  } while (again);
  running = false;
}

function startWorldToggle() {
  byId('world-toggle').addEventListener('click', () => {
    const closed = document.body.classList.toggle('world-closed');
    byId('world-toggle').setAttribute('aria-expanded', String(!closed));
  });
  if (window.matchMedia('(max-width: 900px)').matches) byId('world-toggle').click();
}

async function start() {
  await refresh();
  startComposer(page);
  startWorldToggle();
  window.addEventListener('hashchange', () => {
    show();
    showLinked();
  });
  showLinked();
  const events = new EventSource('/_/events');
  events.addEventListener('message', refresh);
  events.addEventListener('error', () => {
    byId('lost').hidden = false;
  });
  byId('typing').focus();
}

await start();
