import fc from 'fast-check';
import { drawSaid, drawView } from '../../src/bot/view/blocks';
import { type Drawing, UNSHOWN } from '../../src/bot/view/canvas';
import { literal } from '../../src/bot/view/rich';
import { help } from '../../src/handlers/help';
import { catalogueOf } from '../../src/handlers/index';
import type { Part, plain, View } from '../../src/handlers/view';
import { spillView, wholeText } from '../../src/jobs/store/attachments';
import { dispenser, hostile, hostileView } from '../support/hostile';
import { everySystem } from '../support/systems';

/** Nothing is ever cut silently: every word of a view is in its message, or in a file below it. */
const content = (part: Part): readonly string[] => {
  switch (part.kind) {
    case 'text':
      return strings(part.text);
    case 'facts':
      return part.facts.flatMap(([label, value]) => [label, ...strings(value)]);
    case 'table':
      return [...part.head, ...part.rows.flat().flatMap(strings)];
    case 'raw':
      return [part.text];
    case 'picture':
      return [part.alt, part.svg];
    case 'next':
      return [part.label, part.words, part.why];
  }
};
const strings = (text: Parameters<typeof plain>[0]) =>
  typeof text === 'string' ? [text] : text.filter((piece) => typeof piece === 'string');

function visible(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(visible);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (key === 'text' ? [inner] : []) : visible(inner),
  );
}

function inFiles({ files }: Drawing, stored: ReturnType<typeof spillView>['attachments']): string {
  const texts = files.map(({ content }) => {
    if (content.kind === 'text') return content.text;
    if (content.kind === 'svg') return content.svg;
    const found = content.kind === 'attachment' && stored.find((one) => one.stored === content.stored);
    return found ? wholeText(found.part) : '';
  });
  return texts.join('\n');
}

function missing(view: View, shown: string, filed: string): readonly string[] {
  const lines = shown.split('\n').map((line) => line.trimEnd());
  const all = lines.join('\n');
  const unquoted = filed.replaceAll('""', '"');
  const isThere = (text: string) => {
    const trimmed = literal(text)
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trim();
    return all.includes(trimmed) || filed.includes(text) || unquoted.includes(text);
  };
  return [view.title, ...view.parts.flatMap(content)].filter((text) => !isThere(text));
}

test('every word of a view is in its message or in a file below it', () => {
  const given = dispenser(fc.sample(hostile, { numRuns: 20_000, seed: 11 }));
  for (let round = 0; given.used() < 20_000; round++) {
    const view = hostileView(given, round % 90);
    const { view: kept, attachments } = spillView(view);
    const drawing = drawView(kept, 'result', 'R1');
    expect(missing(view, visible(drawing.blocks).map(literal).join('\n'), inFiles(drawing, attachments))).toEqual([]);
  }
}, 300_000);

test('what is told to one person has no files: it is whole, or says that it is not', () => {
  const given = dispenser(fc.sample(hostile, { numRuns: 5_000, seed: 13 }));
  for (let round = 0; given.used() < 5_000; round++) {
    const view = hostileView(given, round % 40);
    const { blocks, files } = drawSaid(view);
    const shown = visible(blocks).join('\n');
    expect(files).toEqual([]);
    const isWhole =
      missing({ ...view, parts: view.parts.filter(({ kind }) => kind !== 'next') }, shown, '').length === 0;
    expect(isWhole || shown.includes(UNSHOWN)).toBe(true);
  }
});

describe('of the help', () => {
  const systems = everySystem();
  const catalogue = catalogueOf(systems);
  afterAll(() => systems.close());

  test('nothing is left out', () => {
    const asked = [['ops', 'help'], ...catalogue.systems.map((system) => [system, 'help'])];
    const each = catalogue.operations.map(({ name }) => ['ops', 'help', ...name.split(' ')]);
    for (const words of [...asked, ...each]) {
      const view = help(catalogue, words);
      expect(view && JSON.stringify(drawSaid(view).blocks)).not.toContain(UNSHOWN);
    }
  });
});
