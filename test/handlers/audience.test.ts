import { selectAudience } from '../../src/handlers/audience';
import { splitWords } from '../../src/handlers/words';

const select = (text: string) => {
  const split = splitWords(text);
  if (!split.ok) throw new Error(split.problem);
  return selectAudience(split.args);
};

test.each([
  ['palm servers', null],
  ['palm servers --share #storage-ops --host h', '#storage-ops'],
  ['--share=#lager_süd palm servers --host h', '#lager_süd'],
  ['palm servers --share <#C0123ABC|storage-ops>', 'C0123ABC'],
  ['palm servers --share C0123ABC', 'C0123ABC'],
  ['palm servers — share', null],
])('%s is shared with %s', (text, share) => {
  expect(select(text)).toMatchObject({ ok: true, args: { share, isPrivate: false } });
});

test('what is left are the words of the operation', () => {
  expect(select('palm servers --share #a --host h')).toMatchObject({
    args: { words: ['palm', 'servers', '--host', 'h'] },
  });
  expect(select('palm servers --private --host h')).toMatchObject({
    args: { words: ['palm', 'servers', '--host', 'h'], isPrivate: true, share: null },
  });
});

test.each([
  ['palm servers --share', '--share needs a channel, such as --share #storage-ops'],
  ['palm servers --share --host h', '--share needs a channel'],
  ['palm servers --share @ana', '@ana is none'],
  ['palm servers --share <!channel>', '<!channel> is none'],
  ['palm servers --share #a --share #b', 'stands twice'],
  ['palm servers --share #a --private', 'exclude each other'],
])('%s is refused', (text, problem) => {
  expect(select(text)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});
