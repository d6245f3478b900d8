import fc from 'fast-check';
import { filledFrom, wordsOf } from '../../src/handlers/filling';
import type { Form } from '../../src/handlers/form';
import { catalogueOf } from '../../src/handlers/index';
import type { Words } from '../../src/handlers/operation';
import { splitWords } from '../../src/handlers/words';
import { everySystem } from '../support/systems';

const systems = everySystem();
const catalogue = catalogueOf(systems);
afterAll(() => systems.close());

const examples = catalogue.operations.flatMap((operation) =>
  operation.examples.map((example) => [example, operation] as const),
);

/** `-nd` is `-n -d`; the order of flags among the words means nothing. */
function unordered(words: Words): readonly string[] {
  return words
    .flatMap((word) => (/^-[a-z]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word]))
    .toSorted();
}

test.each(examples)('%s can be filled into its form, and the form says the same words', (example, operation) => {
  const split = splitWords(example);
  const words = split.ok ? split.args.slice(operation.name.split(' ').length) : [];
  const filled = filledFrom(operation.form, words);
  const again = wordsOf(operation.form, filled);
  expect(again.ok && unordered(again.args)).toEqual(unordered(words));
  expect(again.ok && operation.check(again.args)).toBeNull();
});

test.each(catalogue.operations.map((operation) => [operation.name, operation] as const))(
  '%s has an input for whatever may follow its name, each with an id of its own',
  (_name, operation) => {
    const ids = operation.form.map((field) => field.id);
    expect(new Set(ids).size).toBe(ids.length);
    // An operation that takes words needs a `form` in its definition, see handlers/form.ts.
    expect(operation.form.length > 0).toBe(operation.usage !== '');
    const flags = operation.usage.match(/--[a-z-]+/g) ?? [];
    const inputs = operation.form.flatMap(({ as }) => ('flag' in as ? [`--${as.flag}`] : []));
    expect(inputs).toEqual(expect.arrayContaining([...flags]));
  },
);

const form: Form = [
  { id: 'type', label: 'Type', input: { kind: 'select', options: ['a', 'b'] }, as: { kind: 'word' } },
  { id: 'rest', label: 'Rest', optional: true, input: { kind: 'text' }, as: { kind: 'words' } },
  {
    id: 'only',
    label: 'Only',
    optional: true,
    input: { kind: 'text' },
    as: { kind: 'option', flag: 'only', many: true },
  },
  {
    id: 'hard',
    label: 'Hard',
    optional: true,
    input: { kind: 'flag' },
    as: { kind: 'flag', flag: 'hard', short: 'h' },
  },
];

test('whatever is filled in comes back as it was, also what looks like a flag', () => {
  const value = fc.string({ minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(value, fc.array(value, { minLength: 1, maxLength: 3 }), fc.boolean(), (type, only, hard) => {
      const filled = { type: [type], only, ...(hard && { hard: ['hard'] }) };
      const words = wordsOf(form, filled);
      expect(words.ok && filledFrom(form, words.args)).toEqual(filled);
    }),
  );
});

test('text for several words is split like a command, and a quote that is left open is said', () => {
  expect(wordsOf(form, { type: ['a'], rest: ['1 "2 3"'] })).toEqual({ ok: true, args: ['a', '1', '2 3'] });
  expect(wordsOf(form, { type: ['a'], rest: ['"2'] })).toMatchObject({ ok: false });
});

test('words that are no good are filled in as far as they go', () => {
  expect(filledFrom(form, ['a', '--nope', '--only', 'x'])).toEqual({ type: ['a'], only: ['x'] });
  expect(filledFrom(form, ['--only'])).toEqual({});
});
