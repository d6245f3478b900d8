import fc from 'fast-check';
import { GENESIS, type Head, hashOf, type Note, seal, verifyChain } from '../../src/jobs/trail/audit';
import { exportHeader, verifyExport, walk } from '../../src/jobs/trail/export';

const note = (n: number, word = 't'): Note => ({
  event: 'step',
  request: `R${n}`,
  operation: 'palm purge',
  detail: { target: `${word}${n}` },
});

interface Chain {
  readonly texts: string[];
  readonly places: readonly Head[];
  readonly head: Head;
}

/** A trail; from entry `other` on, what somebody else would have written instead. */
function chain(length: number, other = Number.POSITIVE_INFINITY): Chain {
  const texts: string[] = [];
  const places: Head[] = [];
  let head = GENESIS;
  for (let n = 1; n <= length; n++) {
    const sealed = seal(note(n, n >= other ? 'forged' : 't'), head, 1_000 + n);
    texts.push(sealed.text);
    head = sealed.head;
    places.push(head);
  }
  return { texts, places, head };
}

async function* each(texts: readonly string[]) {
  yield* texts;
}

test('an untouched trail is whole', async () => {
  const { texts, head } = chain(5);
  expect(await verifyChain(each(texts), head)).toEqual({ kind: 'whole', entries: 5, head });
});

test('an empty trail is whole', async () => {
  expect(await verifyChain(each([]), GENESIS)).toMatchObject({ kind: 'whole', entries: 0 });
});

test.each<[string, (texts: string[]) => void, number]>([
  [
    'an edited entry breaks it at the next one',
    (texts) => void texts.splice(2, 1, (texts[2] ?? '').replace('t3', 't9')),
    4,
  ],
  [
    'an edited newest entry breaks it there',
    (texts) => void texts.splice(4, 1, (texts[4] ?? '').replace('t5', 't9')),
    5,
  ],
  ['a removed entry breaks it at its place', (texts) => void texts.splice(1, 1), 2],
  ['two swapped entries break it at the first', (texts) => void texts.splice(1, 2, texts[2] ?? '', texts[1] ?? ''), 2],
  ['a cut end breaks it where it stops', (texts) => void texts.splice(3), 4],
  [
    'an entry too many breaks it at the end',
    (texts) => void texts.push(seal(note(6), { seq: 5, hash: hashOf(texts[4] ?? '') }, 9).text),
    6,
  ],
  ['what is no entry any more is named', (texts) => void texts.splice(0, 1, '{"seq":1}'), 1],
])('%s', async (_name, spoil, at) => {
  const { texts, head } = chain(5);
  spoil(texts);
  expect(await verifyChain(each(texts), head)).toMatchObject({ kind: 'broken', at });
});

/** A trail and one of its entries, counted from 1. */
const somewhere = fc
  .integer({ min: 1, max: 30 })
  .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length })));

/** Verifies a trail in Redis' place, and the same trail as a file, from the beginning and from before the entry. */
async function verifiedEverywhere(texts: readonly string[], { head, places }: Chain, from = 1) {
  const after = places[from - 2] ?? GENESIS;
  const whole = await verifyExport([exportHeader('t', GENESIS, head), ...texts]);
  const part = await verifyExport([exportHeader('t', after, head), ...texts.slice(from - 1)]);
  if (whole.kind !== 'read' || part.kind !== 'read') throw new Error('not read');
  expect(whole.verdict).toEqual(await verifyChain(each(texts), head));
  expect(part.verdict).toEqual(
    whole.verdict.kind === 'broken' ? whole.verdict : { ...whole.verdict, entries: texts.length - from + 1 },
  );
  return whole.verdict;
}

test('any edit of any entry, down to one bit, is found at it or at the next one', async () => {
  await fc.assert(
    fc.asyncProperty(somewhere, fc.nat(), fc.integer({ min: 0, max: 6 }), async ([length, at], where, bit) => {
      const trail = chain(length);
      const texts = [...trail.texts];
      const edited = Buffer.from(texts[at - 1] ?? '');
      const place = where % edited.length;
      edited[place] = (edited[place] ?? 0) ^ (1 << bit);
      texts[at - 1] = edited.toString('latin1');
      const verdict = await verifiedEverywhere(texts, trail, at);
      expect(verdict.kind === 'broken' && [at, at + 1].includes(verdict.at)).toBe(true);
    }),
  );
});

test('entries that were cut out are found at the first of them, wherever and however many', async () => {
  await fc.assert(
    fc.asyncProperty(somewhere, fc.integer({ min: 1, max: 30 }), async ([length, at], count) => {
      const trail = chain(length);
      const texts = trail.texts.toSpliced(at - 1, count);
      expect(await verifiedEverywhere(texts, trail, at)).toMatchObject({ kind: 'broken', at });
    }),
  );
});

test('any two swapped entries are found at the first of them', async () => {
  await fc.assert(
    fc.asyncProperty(somewhere, fc.nat(), async ([length, at], more) => {
      fc.pre(length > at);
      const other = at + 1 + (more % (length - at));
      const trail = chain(length);
      const texts = trail.texts.with(at - 1, trail.texts[other - 1] ?? '').with(other - 1, trail.texts[at - 1] ?? '');
      expect(await verifiedEverywhere(texts, trail, at)).toMatchObject({ kind: 'broken', at });
    }),
  );
});

test('an entry smuggled in is found where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(somewhere, fc.nat(), async ([length, at], copied) => {
      const trail = chain(length);
      const texts = trail.texts.toSpliced(at, 0, trail.texts[copied % length] ?? '');
      // A copy of the very next entry fits where it stands; the one that was written is then the one too many.
      const place = copied % length === at ? at + 2 : at + 1;
      expect(await verifiedEverywhere(texts, trail, at)).toMatchObject({ kind: 'broken', at: place });
    }),
  );
});

test('a trail rewritten from some entry on, with its head, fits together: only a place kept elsewhere tells', async () => {
  await fc.assert(
    fc.asyncProperty(somewhere, async ([length, from]) => {
      const written = chain(length);
      const forged = chain(length, from);
      const { verdict, compared } = await walk(forged.texts, forged.head, { after: GENESIS, places: written.places });
      expect(verdict).toMatchObject({ kind: 'whole', entries: length });
      expect(compared.map(({ says }) => says)).toEqual(
        written.places.map(({ seq }) => (seq < from ? 'agrees' : 'differs')),
      );
    }),
  );
});

test('a trail cut at its end together with its head fits together: only a place kept elsewhere tells', async () => {
  const { texts, places } = chain(9);
  const head = places[4] ?? GENESIS;
  const { verdict, compared } = await walk(texts.slice(0, 5), head, { after: GENESIS, places: [...places.slice(7)] });
  expect(verdict).toMatchObject({ kind: 'whole', entries: 5 });
  expect(compared.map(({ says }) => says)).toEqual(['not reached', 'not reached']);
});

test('a place may be named by the first digits of its hash, as messages show it', async () => {
  const { texts, head } = chain(3);
  const short = { seq: 3, hash: head.hash.slice(0, 12) };
  const { compared } = await walk(texts, head, { after: GENESIS, places: [short, { seq: 2, hash: short.hash }] });
  expect(compared.map(({ says }) => says)).toEqual(['agrees', 'differs']);
});

test.each([
  ['nothing', []],
  ['another file', ['{"a":1}', '{}']],
  ['no JSON', ['hello']],
])('%s is no export', async (_name, lines) => {
  expect(await verifyExport(lines)).toMatchObject({ kind: 'no export' });
});
