/** Typing: commands with completion, ordinary messages, what was typed before. */
import { act, byId, el } from './dom.js';

const box = () => byId('typing');
let matches = [];
let chosen = 0;
let threadTs;
const past = [];
let back = 0;

function grow() {
  const node = box();
  node.style.setProperty('height', 'auto');
  node.style.setProperty('height', `${Math.min(node.scrollHeight, 160)}px`);
}

function setText(text) {
  box().value = text;
  box().setSelectionRange(text.length, text.length);
  grow();
}

function drawMatch(command, at) {
  return el(
    'div',
    {
      role: 'option',
      id: `completion-${at}`,
      'aria-selected': String(at === chosen),
      on: { mousedown: (event) => pick(at, event) },
    },
    el('span', { class: 'completion-name' }, command.command),
    el('span', { class: 'completion-usage' }, command.usage_hint ?? ''),
    el('span', { class: 'completion-about' }, command.description),
  );
}

function show() {
  const list = byId('completions');
  list.replaceChildren(...matches.map(drawMatch));
  list.hidden = matches.length === 0;
  box().setAttribute('aria-expanded', String(matches.length > 0));
  if (matches.length > 0) box().setAttribute('aria-activedescendant', `completion-${chosen}`);
  else box().removeAttribute('aria-activedescendant');
}

function pick(at, event) {
  event?.preventDefault();
  setText(`${matches[at].command} `);
  matches = [];
  show();
  hint();
}

let commands = [];

function hint() {
  const typed = /^(\/\S+)\s/.exec(box().value)?.[1];
  const command = commands.find((one) => one.command === typed);
  const usage = command && `${command.command} ${command.usage_hint ?? ''}`;
  byId('hint').textContent = usage ?? 'Enter sends. / lists commands. Arrow up brings back what was typed.';
}

function complete() {
  const text = box().value;
  matches = /^\/\S*$/.test(text) ? commands.filter((one) => one.command.startsWith(text)) : [];
  chosen = 0;
  show();
  hint();
}

function move(by) {
  chosen = (chosen + by + matches.length) % matches.length;
  show();
}

function recall(by) {
  back = Math.max(0, Math.min(past.length, back + by));
  setText(back === 0 ? '' : (past.at(-back) ?? ''));
  hint();
}

function inList(event) {
  if (event.key === 'ArrowDown') move(1);
  else if (event.key === 'ArrowUp') move(-1);
  else if (event.key === 'Tab') pick(chosen);
  else if (event.key === 'Enter' && matches[chosen].command !== box().value) pick(chosen);
  else if (event.key === 'Escape') matches = [];
  else return false;
  if (event.key === 'Escape') show();
  return true;
}

function inText(event, send) {
  const recalling = back > 0 || box().value === '';
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send();
  else if (event.key === 'ArrowUp' && recalling) recall(1);
  else if (event.key === 'ArrowDown' && back > 0) recall(-1);
  else return false;
  return true;
}

function endThread() {
  threadTs = undefined;
  byId('replying').hidden = true;
}

export function replyTo(ts, name) {
  threadTs = ts;
  const stop = el('button', { type: 'button', class: 'quiet small', on: { click: endThread } }, 'Cancel');
  byId('replying').replaceChildren(`Replying in the thread of ${name} `, stop);
  byId('replying').hidden = false;
  box().focus();
}

/** Puts a line into the box for the person to send. */
export function fill(text) {
  setText(text);
  complete();
  box().focus();
}

export function showComposer(page) {
  commands = page.state.commands;
  const me = page.state.people.find((one) => one.id === page.me());
  byId('me').textContent = me.name;
  byId('me').style.setProperty('color', page.colour(me.id));
  box().placeholder = `Message #${page.channel().name} as ${me.name}`;
}

export function startComposer(page) {
  const send = () => {
    const text = box().value.trim();
    if (text === '') return;
    past.push(text);
    back = 0;
    setText('');
    complete();
    page.toEnd();
    void act('type', { who: page.me(), channel: page.channel().id, text, ...(threadTs ? { threadTs } : {}) });
    endThread();
  };
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  box().addEventListener('input', () => {
    back = 0;
    grow();
    complete();
  });
  box().addEventListener('blur', () => {
    matches = [];
    show();
  });
  box().addEventListener('keydown', (event) => {
    if ((matches.length > 0 && inList(event)) || inText(event, send)) event.preventDefault();
  });
  hint();
}
