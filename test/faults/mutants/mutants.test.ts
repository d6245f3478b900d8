import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../sandbox/pretend';
import { applied, type Patch } from '../patch';
import { TUNING } from '../subject/tuning';
import { readCaught, withTable } from './main';
import { MUTANTS } from './mutants';

/** Where the code has moved on, its planted mistakes must move with it. */
const files = new Map<string, string>();
const read = (file: string) => files.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
const tried = (patch: Patch) => () => applied(read(patch.file), patch);

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s can still be planted', (_name, { patches }) => {
  for (const patch of patches) expect(tried(patch)).not.toThrow();
});

test('each was caught by a promise that it breaks', () => {
  const caught = readCaught();
  const others = MUTANTS.filter(({ name, breaks }) => caught[name] && !breaks.includes(caught[name].invariant));
  expect(others.map(({ name }) => name)).toEqual([]);
});

test('the times of the program under test can still be shortened', () => {
  for (const patch of TUNING) expect(tried(patch)).not.toThrow();
});

test('the document says where each planted mistake was caught (npm run mutants -- --write)', () => {
  const document = readFileSync(join(ROOT, 'docs', 'faults.md'), 'utf8');
  const caught = readCaught();
  expect(MUTANTS.filter(({ name }) => caught[name]).length).toBeGreaterThanOrEqual(20);
  expect(document).toBe(withTable(document));
});

test('a patch that fits nowhere, or in two places, is refused', () => {
  const patch = { file: 'x', replace: '' };
  expect(() => applied('a b', { ...patch, find: 'c' })).toThrow('found 0 times');
  expect(() => applied('a a', { ...patch, find: 'a' })).toThrow('found 2 times');
});
