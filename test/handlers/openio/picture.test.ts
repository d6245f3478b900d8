import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { debugOf, peerAnswers } from '../../../src/backends/openio/answers';
import type { Transition } from '../../../src/backends/openio/openio';
import { duration, electionPicture } from '../../../src/handlers/openio/picture';
import { type Lane, layTime } from '../../../src/handlers/openio/picture-time';
import { STATES } from '../../../src/handlers/openio/states';
import { captured } from '../../contracts/openio-match';

function lane(peer: string, log: readonly Transition[], state = log.at(-1)?.to ?? 'NONE'): Lane {
  return { peer, state, note: null, log };
}

function steps(names: readonly string[], start = 1_795_187_096_285, every = 7): readonly Transition[] {
  return names
    .slice(1)
    .map((to, index) => ({ at: start + index * every, from: names[index] ?? '', event: 'LIST_OK', to }));
}

/** Pixels of the PNG that this SVG becomes; throws when it is not valid. */
function rendered(svg: string) {
  const folder = join(__dirname, '../../../node_modules/dejavu-fonts-ttf/ttf');
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(folder, file));
  return new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' } }).render();
}

test.each(Object.keys(STATES))('the state %s is drawn with its name and explained in the legend', (state) => {
  const svg = electionPicture('Election', [lane('127.0.0.1:6020', steps(['NONE', state]), state)]);
  expect(svg).toContain(`>${state}</text>`);
  expect(svg).toContain(`>${STATES[state]?.code} ${state}</text>`);
  expect(rendered(svg).width).toBe(1200);
});

test.each([
  'admin-debug_healthy_4.2.10',
  'admin-debug_healthy_2026.14.2',
  'admin-debug_checking-slaves_4.2.10',
  'admin-debug_zookeeper-frozen_2026.14.2',
  'admin-debug_master-bad_2026.14.2',
])('%s becomes a picture with one lane per peer', (capture) => {
  const peers = peerAnswers.parse(JSON.parse(captured(capture).exchanges[0]?.response.body ?? '')).map((answer) => {
    const { debug } = debugOf({ ...answer, ms: null });
    return { peer: answer.id, state: debug?.state ?? null, note: debug ? null : answer.message, log: debug?.log ?? [] };
  });
  const svg = electionPicture('Election', peers);
  for (const { peer } of peers) expect(svg).toContain(`>${peer}</text>`);
  const picture = rendered(svg);
  expect(picture.height).toBeGreaterThan(400);
  expect(new Set(picture.pixels).size).toBeGreaterThan(10);
});

test('a state that nobody knows is drawn too, and short spans of it get a question mark', () => {
  const names = ['NONE', 'DREAMING', ...Array.from({ length: 30 }, (_, index) => (index % 2 ? 'DREAMING' : 'SLAVE'))];
  const svg = electionPicture('Election', [lane('a', steps(names))]);
  expect(svg).toContain('>?</text>');
  rendered(svg);
});

test('text from outside cannot become markup, and control characters do not spoil the picture', () => {
  const evil = '</text><script>"&\'\u0000\u001b';
  const svg = electionPicture(evil, [
    { peer: evil, state: evil, note: evil, log: [{ at: 1, from: evil, event: evil, to: evil }] },
  ]);
  expect(svg).not.toContain('<script');
  rendered(svg);
});

test('times that are no times do not throw', () => {
  const log = [
    { at: 0, from: 'NONE', event: 'NONE', to: 'PEERING' },
    { at: 999_999_999_999_999, from: 'PEERING', event: 'X', to: 'FAILED' },
  ];
  expect(() => electionPicture('Election', [lane('a', log)])).not.toThrow();
});

test('no peers, no log: still a picture', () => {
  rendered(electionPicture('Election', []));
  const svg = electionPicture('Election', [{ peer: 'a', state: null, note: '7: hangs', log: [] }]);
  expect(svg).toContain('7: hangs');
});

test('three peers with 32 changes each are drawn in less than 100 ms', () => {
  const names = Object.keys(STATES);
  const log = steps(Array.from({ length: 33 }, (_, index) => names[index % names.length] ?? ''));
  const lanes = ['a', 'b', 'c'].map((peer, index) =>
    lane(
      peer,
      log.map((each) => ({ ...each, at: each.at + index })),
    ),
  );
  electionPicture('warm', lanes);
  const started = performance.now();
  const svg = electionPicture('Election', lanes);
  expect(performance.now() - started).toBeLessThan(100);
  expect(svg).toContain('older changes are in the text');
});

test('changes of one peer in the same millisecond keep their order, and an hour does not swallow the rest', () => {
  const log = [
    ...steps(['NONE', 'CREATING', 'WATCHING'], 1_000, 0),
    { at: 3_601_000, from: 'WATCHING', event: 'X', to: 'LISTING' },
  ];
  const { columns } = layTime([lane('a', log)], { left: 0, right: 1_000, most: 26 });
  const xs = columns.map(({ x }) => x);
  expect(xs).toEqual(xs.toSorted((a, b) => a - b));
  expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeGreaterThan(100);
  expect(xs.at(-1)).toBeLessThanOrEqual(1_000);
});

test.each([
  [5, '5 ms'],
  [1_500, '1.5 s'],
  [600_000, '10 min'],
  [90_000_000, '25 h'],
])('%i ms is written %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
