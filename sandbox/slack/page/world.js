/** The side panel: scenarios to play, troubles to switch, and the traffic. */
import { fill } from './composer.js';
import { act, byId, clock, el, keep, toast } from './dom.js';
import { findButton } from './messages.js';
import { fillForm } from './modal.js';

function chip(page, who, label, use) {
  const person = page.state.people.find((one) => one.name === who);
  const name = person && el('span', { class: 'chip-who', style: { color: page.colour(person.id) } }, who);
  return el('button', { type: 'button', class: 'chip', on: { click: () => use(person) } }, name, el('span', {}, label));
}

function typeChip(page, line) {
  const text = line.command.startsWith('/') ? line.command : `/${line.command}`;
  return chip(page, line.who, text, (person) => {
    page.become(person.id);
    fill(text);
  });
}

function pressChip(page, line) {
  return chip(page, line.who, `presses “${line.button}”`, async (person) => {
    await page.become(person.id);
    if (!findButton(line.button)) toast(`There is no button “${line.button}” yet.`);
  });
}

function fillChip(page, line) {
  return chip(page, line.who, `fills in “${Object.values(line.values).join(', ')}”`, async (person) => {
    await page.become(person.id);
    if (!fillForm(line.values)) toast(`${line.who} has no form open.`);
  });
}

function troubleChip(line) {
  const label = `${line.on ? 'Break' : 'Mend'} ${line.system}: ${line.id}`;
  const use = () => act(`world/${encodeURIComponent(line.system)}/${encodeURIComponent(line.id)}`, { on: line.on });
  return el('button', { type: 'button', class: 'chip chip-trouble', on: { click: use } }, label);
}

function drawLine(page, line) {
  if (line.kind === 'type') return el('li', {}, typeChip(page, line));
  if (line.kind === 'press') return el('li', {}, pressChip(page, line));
  if (line.kind === 'fill') return el('li', {}, fillChip(page, line));
  if (line.kind === 'trouble') return el('li', {}, troubleChip(line));
  if (line.kind === 'wait') return el('li', { class: 'said' }, `Wait ${line.seconds} seconds.`);
  if (line.kind === 'say') return el('li', { class: 'said' }, line.text);
  return el('li', { class: 'expected' }, `You should see: ${line.text}`);
}

function drawScenario(page, scenario) {
  return el(
    'details',
    { class: 'scenario', name: 'scenario' },
    el('summary', {}, scenario.title),
    el('p', {}, scenario.about),
    el('ol', {}, ...scenario.lines.map((line) => drawLine(page, line))),
  );
}

function drawTrouble(system, trouble) {
  const box = el('input', { type: 'checkbox', role: 'switch', checked: trouble.on, id: `${system}/${trouble.id}` });
  box.addEventListener('change', () =>
    act(`world/${encodeURIComponent(system)}/${encodeURIComponent(trouble.id)}`, { on: box.checked }),
  );
  return el(
    'label',
    { class: `trouble${trouble.on ? ' on' : ''}` },
    box,
    el('span', { class: 'slider' }),
    el('span', {}, trouble.label),
  );
}

function drawSystems({ systems }) {
  if (systems.length === 0) return [];
  const parts = systems.map((one) =>
    el('fieldset', {}, el('legend', {}, one.name), ...one.troubles.map((trouble) => drawTrouble(one.name, trouble))),
  );
  return [el('h2', {}, 'Break something'), ...parts];
}

function drawCall(call) {
  const status = call.ok ? `${Math.round(call.ms)} ms` : (call.error ?? String(call.status));
  return el(
    'li',
    { class: call.ok ? '' : 'refused' },
    el('time', {}, clock(call.at / 1000)),
    el('span', { class: 'call' }, call.kind === 'to app' ? `→ ${call.method}` : call.method),
    el('span', { class: 'call-status' }, status),
    el('span', { class: 'call-about' }, call.about),
  );
}

export function showWorld(page) {
  const { scenarios, world, calls } = page.state;
  keep(byId('scenarios'), scenarios, () =>
    scenarios.length === 0 ? [] : [el('h2', {}, 'Scenarios'), ...scenarios.map((one) => drawScenario(page, one))],
  );
  keep(byId('systems'), world, drawSystems);
  keep(byId('traffic'), calls, () => [...calls].reverse().map(drawCall));
  const refused = calls.filter((call) => !call.ok).length;
  byId('traffic-count').textContent =
    refused > 0 ? `${calls.length} calls, ${refused} refused` : `${calls.length} calls`;
}
