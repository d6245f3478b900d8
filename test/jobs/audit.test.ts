import { GENESIS, type Head, hashOf, type Note, seal, verifyChain } from '../../src/jobs/audit';

const note = (n: number): Note => ({
  event: 'step',
  request: `R${n}`,
  operation: 'palm purge',
  detail: { target: `t${n}` },
});

function chain(length: number): { texts: string[]; head: Head } {
  const texts: string[] = [];
  let head = GENESIS;
  for (let n = 1; n <= length; n++) {
    const sealed = seal(note(n), head, 1_000 + n);
    texts.push(sealed.text);
    head = sealed.head;
  }
  return { texts, head };
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

test('100 000 entries are verified in under two seconds', async () => {
  const { texts, head } = chain(100_000);
  const begun = performance.now();
  expect(await verifyChain(each(texts), head)).toMatchObject({ kind: 'whole' });
  expect(performance.now() - begun).toBeLessThan(2_000);
});
