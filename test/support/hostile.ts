import fc from 'fast-check';
import type { Part, Piece, Text, View } from '../../src/handlers/view';

/** What has broken other bots, or could break this one. */
const NASTIES: readonly string[] = [
  ...['<!channel>', '<!here>', '<!everyone>', '<@U0ANA>', '<@U0ANA|ana>', '<#C0INC42>', '<#C0INC42|inc-42>'],
  ...[
    '<!subteam^S0OPS>',
    '<!date^0^{date}|x>',
    '<https://evil.example|Approve>',
    '<mailto:a@b.example|a>',
    '<tel:1|1>',
  ],
  ...[
    '&lt;!channel&gt;',
    '&amp;lt;!channel&amp;gt;',
    '&#60;!channel&#62;',
    '\\u003c!channel>',
    '<<!channel>>',
    '<!channel',
  ],
  ...['@channel', '@here', '@everyone', '#inc-42', '@U0ANA', 'https://evil.example/?a=1&b=2', 'HTTP://EVIL.EXAMPLE'],
  ...['www.evil.example', 'mailto:a@b.example', 'slack://channel?id=C1', 'javascript:alert(1)', 'evil.example'],
  ...['ceo@evil.example', 'a.b+c@mail.evil.example', 'x@y.z', 'README.md', 'a@b@c.example'],
  ...['*bold*', '_it_', '~no~', '`code`', '```\npre\n```', '> quote', '>>> all', ':boom:', '* a\n* b', '[a](http://b)'],
  ...['', ' ', '\n', '\t', '\r\n', '\0', '\u0007', '\u001b[31mred\u001b[0m', '\u0085', '\u2028', '\u2029', '\ufeff'],
  ...['\u202egnp.exe', '\u2066a\u2069', '\u200f', '\u061c', '\u200b', '\u2060', '\u00ad', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L', 'ﷺ'.repeat(20)],
  ...['\ud800', '\udfff', 'a\ud83d', '\ude00b', '😀'.repeat(50), '👩‍👩‍👧‍👦', 'é', 'ß', 'İ', '𝕏', '＜!channel＞'],
  ...[
    '=1+1',
    '+1',
    '-1+2',
    '@SUM(A1)',
    '\t=1',
    '=cmd|" /C calc"!A0',
    '＝1',
    '-5',
    '+3.5%',
    '"=1"',
    'a,b',
    'a"b',
    'a\nb',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    '{}',
    '[]',
    '{{x}}',
    '$' + '{x}',
    '$(x)',
    '`x`',
  ],
  ...[
    '../../etc/passwd',
    "'; DROP TABLE x; --",
    '<script>alert(1)</script>',
    '%s%n',
    '%00',
    '-----',
    '--force',
    '—force',
  ],
  ...['x'.repeat(76), 'x'.repeat(151), 'x'.repeat(301), 'x'.repeat(2_001), 'x'.repeat(3_001), 'y'.repeat(12_000)],
  ...['word '.repeat(900), 'line\n'.repeat(900), '💥'.repeat(1_600), '&'.repeat(3_000), '<'.repeat(3_000)],
];

const MARKUP = [
  '<',
  '>',
  '&',
  '|',
  '!',
  '@',
  '#',
  '^',
  '*',
  '_',
  '~',
  '`',
  ':',
  '/',
  'http://',
  '\u202e',
  '\n',
  '=',
  'C1',
];

/** Strings as the far side of anything could send them. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTIES) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...MARKUP, ...NASTIES.slice(0, 40)), { maxLength: 12 })
      .map((all) => all.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  // Lone surrogates and everything else that a JavaScript string may hold.
  { weight: 1, arbitrary: fc.array(fc.nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes)) },
);

/** Hands out strings one after the other, and begins again at the end. */
export function dispenser(strings: readonly string[]) {
  let at = 0;
  const next = () => strings[at++ % strings.length] ?? '';
  return { next, many: (count: number) => Array.from({ length: count }, next), used: () => at };
}
export type Dispenser = ReturnType<typeof dispenser>;

/** A view with every kind of part, each string of it from the dispenser. `size` is how much there is of everything. */
export function hostileView({ next }: Dispenser, size: number): View {
  const of = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
  const text = (at: number): Text => (at % 3 === 0 ? next() : [next(), pieceOf(at, next), next()]);
  const columns = 1 + (size % 5);
  const parts: Part[] = [
    { kind: 'text', text: text(size) },
    { kind: 'facts', facts: of(size, (at) => [next(), text(at)]) },
    { kind: 'table', name: `${next()}.csv`, head: of(columns, next), rows: of(size, () => of(columns, text)) },
    { kind: 'raw', name: next() || 'r', text: next() },
    { kind: 'raw', name: next() || 'r', text: next(), asFile: true },
    { kind: 'picture', name: 'p.png', alt: next(), svg: `<svg>${next()}</svg>` },
    { kind: 'table', name: 'second.csv', head: of(columns, next), rows: of(size, () => of(columns, text)) },
    ...of(size % 8, (): Part => ({ kind: 'next', label: next(), words: next(), why: next() })),
  ];
  const turned = parts.map((_, at) => parts[(at + size) % parts.length] ?? parts[0]);
  return { title: next() || 't', tone: 'warning', parts: turned.flatMap((part) => part ?? []) };
}

/** Ids that are none must not become live either. */
function pieceOf(at: number, next: () => string): Piece {
  if (at % 4 === 0) return { user: 'U0ANA' };
  return at % 4 === 1 ? { user: next() } : at % 4 === 2 ? { channel: next() } : { at: 1_700_000_000_000 };
}
