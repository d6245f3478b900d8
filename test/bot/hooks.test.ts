import fc from 'fast-check';
import { hooksOf, hooksSchema } from '../../src/bot/config/hook-config';
import { commandFor } from '../../src/bot/hooks/command';
import { hookProblems } from '../../src/bot/hooks/hooks';
import { isSigned, sign } from '../../src/bot/hooks/signature';
import { createClusters } from '../../src/handlers/clusters';
import { catalogueOf } from '../../src/handlers/index';
import { everySystem } from '../support/systems';

const SECRET = 's'.repeat(40);
const NOW = 1_764_079_325_000;
const body = Buffer.from('{"parameters":{}}');
const stamp = String(NOW / 1_000);
const signed = { timestamp: stamp, signature: sign(SECRET, stamp, body), body };

test('what the sender signed is taken, for five minutes either way', () => {
  expect(isSigned(SECRET, signed, NOW)).toBe(true);
  expect(isSigned(SECRET, signed, NOW + 299_000)).toBe(true);
  expect(isSigned(SECRET, signed, NOW - 299_000)).toBe(true);
  expect(isSigned(SECRET, signed, NOW + 301_000)).toBe(false);
  expect(isSigned(SECRET, signed, NOW - 301_000)).toBe(false);
});

test.each([
  ['another secret', { ...signed, signature: sign('t'.repeat(40), stamp, body) }],
  ['another body', { ...signed, body: Buffer.from('{"parameters":{"a":"b"}}') }],
  ['another time', { ...signed, timestamp: String(NOW / 1_000 + 1) }],
  ['no time', { ...signed, timestamp: undefined }],
  ['no signature', { ...signed, signature: undefined }],
  ['an empty signature', { ...signed, signature: '' }],
  ['a time that is none', { ...signed, timestamp: '1e9', signature: sign(SECRET, '1e9', body) }],
])('with %s it is not', (_name, other) => {
  expect(isSigned(SECRET, other, NOW)).toBe(false);
});

test('any bit that is changed on the way makes it worthless', () => {
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.nat(7), (at, bit) => {
      const other = Buffer.from(body);
      other[at] = (other[at] ?? 0) ^ (1 << bit);
      expect(isSigned(SECRET, { ...signed, body: other }, NOW)).toBe(false);
    }),
  );
});

const hook = {
  template: ['openio', 'election', 'diagnose', 'meta2', 'base-{name}', '--account={account}'],
  parameters: { name: '[A-Za-z0-9_.-]+', account: '.*' },
};

test('parameters fill their places', () => {
  expect(commandFor(hook, { name: 'FVE0', account: 'a b' })).toEqual({
    ok: true,
    args: ['openio', 'election', 'diagnose', 'meta2', 'base-FVE0', '--account=a b'],
  });
});

test.each([
  [{ name: 'FVE0' }, 'account is missing'],
  [{ name: 'a b', account: 'x' }, 'name is not what its pattern allows'],
  [{ name: 'FVE0\n', account: 'x' }, 'name is not what its pattern allows'],
  [{ name: '-n', account: 'x' }, 'name is not what its pattern allows'],
  [{ name: 'FVE0', account: 'x', other: 'y' }, 'not one of this hook'],
  [{ name: 'FVE0', account: 'x', constructor: 'y' }, 'not one of this hook'],
])('%j is refused', (given, problem) => {
  expect(commandFor(hook, given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

test('whatever a parameter holds, the words stay as many, and the operation the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, account) => {
      const command = commandFor({ ...hook, parameters: { name: '[^]*', account: '[^]*' } }, { name, account });
      if (!command.ok) return;
      expect(command.args).toHaveLength(hook.template.length);
      expect(command.args.slice(0, 4)).toEqual(hook.template.slice(0, 4));
      expect(command.args.slice(4).every((word, at) => word.startsWith(at === 0 ? 'base-' : '--account='))).toBe(true);
    }),
  );
});

const sectionOf = (command: string, parameters: Record<string, string> = {}) => ({
  'disk-full': { secret: { env: 'HOOK_SECRET' }, channel: 'C0INC42', command, parameters },
});
const problemsIn = (section: unknown, environment: Record<string, string> = { HOOK_SECRET: SECRET }) => {
  const parsed = hooksSchema.safeParse(section);
  return parsed.success
    ? hooksOf(parsed.data, environment).problems
    : parsed.error.issues.map(({ message }) => message);
};

test('a section that fits is taken, its secret from the environment', () => {
  const parsed = hooksSchema.parse(sectionOf('palm show {uuid}', { uuid: '[0-9a-f-]{6,36}' }));
  expect(hooksOf(parsed, { HOOK_SECRET: SECRET })).toEqual({
    problems: [],
    hooks: [
      {
        ...{ name: 'disk-full', secret: SECRET, channel: 'C0INC42', template: ['palm', 'show', '{uuid}'] },
        parameters: { uuid: '[0-9a-f-]{6,36}' },
      },
    ],
  });
});

test.each([
  ['no secret', sectionOf('palm servers'), {}, 'HOOK_SECRET must be set'],
  ['a short secret', sectionOf('palm servers'), { HOOK_SECRET: 'short' }, 'at least 32 characters'],
  ['a parameter without a pattern', sectionOf('palm show {uuid}'), undefined, '{uuid} has no pattern'],
  ['a parameter as its system', sectionOf('{a} show', { a: 'x' }), undefined, 'first word cannot be a parameter'],
  ['a pattern that is none', sectionOf('palm show {a}', { a: '(' }), undefined, 'must be a regular expression'],
  ['an open quote', sectionOf('palm show "x'), undefined, 'a quote is opened'],
])('a section with %s is refused at start', (_name, section, environment, problem) => {
  expect(problemsIn(section, environment).join('\n')).toContain(problem);
});

test.each([
  ['palm servers', true],
  ['openio election diagnose meta2 {a}', true],
  ['palm purge {a}', false],
  ['palm {a} x', false],
  ['ops audit', false],
  ['ops every 1m palm servers', false],
  ['palm servers --on nowhere', false],
  ['nothing', false],
])('a hook for %s may be there: %s', async (command, may) => {
  const systems = everySystem();
  const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
  const parsed = hooksSchema.parse(sectionOf(command, { a: 'x' }));
  const { hooks } = hooksOf(parsed, { HOOK_SECRET: SECRET });
  expect(hookProblems({ hooks, clusters }).length === 0).toBe(may);
  await systems.close();
});
