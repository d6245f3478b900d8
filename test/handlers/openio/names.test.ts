import fc from 'fast-check';
import type { Base } from '../../../src/backends/openio/openio';
import { baseWords, parseBaseAndPeers, parseContainer } from '../../../src/handlers/openio/names';
import { splitWords } from '../../../src/handlers/words';

const DEFAULTS = { namespace: 'OPENIO', account: 'myaccount' };
const CID = '697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605';

function parse(text: string) {
  const words = splitWords(text);
  if (!words.ok) throw new Error(words.problem);
  return parseBaseAndPeers(DEFAULTS, words.args);
}

test.each<[string, Base]>([
  ['meta2 FVE0', { type: 'meta2', container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'FVE0' } }],
  [
    'meta1 "a/b & c=%é" --account other --ns NS2',
    { type: 'meta1', container: { by: 'name', namespace: 'NS2', account: 'other', name: 'a/b & c=%é' } },
  ],
  [`meta2 --cid ${CID}.1`, { type: 'meta2', container: { by: 'cid', namespace: 'OPENIO', cid: `${CID}.1` } }],
  [`meta2 ${CID} --cid`, { type: 'meta2', container: { by: 'cid', namespace: 'OPENIO', cid: CID } }],
  ['meta0 0000 --cid', { type: 'meta0', container: { by: 'cid', namespace: 'OPENIO', cid: '0000' } }],
])('"%s" names a base', (text, base) => {
  expect(parse(text)).toEqual({ ok: true, args: { base, only: null } });
});

test('peers may be named one by one or in a list, each once', () => {
  const parsed = parse('meta2 FVE0 --service-id 127.0.0.1:6020,meta2-7 --service-id 127.0.0.1:6020');
  expect(parsed).toMatchObject({ args: { only: ['127.0.0.1:6020', 'meta2-7'] } });
});

test.each([
  ['', 'the type is missing: meta0, meta1 or meta2'],
  ['rawx FVE0', 'only meta0, meta1 and meta2 have elections; "rawx" has none'],
  ['meta2', 'the name of the container is missing'],
  ['meta2 ""', 'the name of the container is missing'],
  ['meta2 FVE0 FVE1', 'one container at a time; "FVE1" is too much (quote a name with spaces)'],
  ['meta2 --cid XYZ', '"XYZ" is not a cid: 64 hexadecimal digits, with or without .1 behind them'],
  [`meta2 --cid ${CID} --account a`, 'a cid needs no account: give --cid or --account, not both'],
  ['meta2 FVE0 --ns a/b', '"a/b" cannot be a namespace'],
  ['meta2 FVE0 --service-id ""', '"" is not a service id'],
  ['meta2 FVE0 --frobnicate', 'there is no flag --frobnicate; known: --cid, --account, --ns, --service-id'],
])('"%s" is refused with words', (text, problem) => {
  expect(parse(text)).toEqual({ ok: false, problem });
});

test('words that name a base are read back as the same base', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => !/["'“”„‘’\s]/.test(text));
  fc.assert(
    fc.property(
      name,
      fc.constantFrom('myaccount', 'other'),
      fc.constantFrom('OPENIO', 'NS2'),
      (text, account, namespace) => {
        const base: Base = { type: 'meta2', container: { by: 'name', namespace, account, name: text } };
        expect(parse(baseWords(DEFAULTS, base))).toEqual({ ok: true, args: { base, only: null } });
      },
    ),
  );
});

test('a container is named without a type', () => {
  expect(parseContainer(DEFAULTS, ['my files'])).toMatchObject({ ok: true, args: { name: 'my files' } });
});
