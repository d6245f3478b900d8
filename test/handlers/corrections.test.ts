import { createClusters } from '../../src/handlers/clusters';
import { corrections } from '../../src/handlers/corrections';
import { catalogueOf } from '../../src/handlers/index';
import { nearest } from '../../src/handlers/near';
import { understand } from '../../src/handlers/understand';
import { splitWords } from '../../src/handlers/words';
import { everySystem } from '../support/systems';

const systems = everySystem();
const catalogue = catalogueOf(systems);
const clusters = createClusters([
  { name: 'default', production: false, catalogue },
  { name: 'prod-eu', production: true, catalogue },
]);
afterAll(() => systems.close());

/** The commands that are offered as buttons for what was typed. */
function meant(command: string): readonly string[] {
  const split = splitWords(command);
  const understood = understand(clusters, { words: split.ok ? split.args : [], channel: 'C1' });
  if (understood.kind !== 'said') throw new Error(`${command} is a command`);
  return understood.view.parts.flatMap((part) => (part.kind === 'next' && !part.fill ? [part.words] : []));
}

test.each([
  ['palm purg e5cd88f7', 'palm purge e5cd88f7'],
  ['palm purg', 'palm help purge'],
  ['palm servers --hots 10.0.0.1', 'palm servers --host 10.0.0.1'],
  ['palm servers --hots=10.0.0.1', 'palm servers --host=10.0.0.1'],
  ['openio election status meta3 FVE0', 'openio election status meta0 FVE0'],
  ['palm restart registri', 'palm restart registry'],
  ['openio cache flush hihg', 'openio cache flush high'],
  ['openio election statsu meta2 FVE0', 'openio election status meta2 FVE0'],
  ['palm servers --on prod-ue', 'palm servers --on prod-eu'],
  ['palm purg e5cd88f7 --on prod-eu', 'palm purge e5cd88f7 --on prod-eu'],
])('%s: perhaps %s was meant', (typed, wanted) => {
  expect(meant(typed)).toContain(wanted);
});

test.each(['palm xyzzy', 'palm purge', 'palm servers --nothingnearit', 'openio election status rawx FVE0'])(
  '%s: nothing is near, and nothing is offered',
  (typed) => {
    expect(meant(typed)).toEqual([]);
  },
);

test('only what the operation accepts is offered', () => {
  const purge = catalogue.byName('palm purge');
  const servers = catalogue.byName('palm servers');
  expect(purge && corrections(purge, ['--forc'])).toEqual([]);
  expect(servers && corrections(servers, ['--hots', 'a', '--servr', 'b'])).toEqual([]);
});

test('names are near when little differs, the nearest first, and at most three', () => {
  expect(nearest('FVEO', ['FVE0', 'FVE1', 'cnt2'])).toEqual(['FVE0', 'FVE1']);
  expect(nearest('test', ['test1', 'test2', 'test3', 'test4'])).toHaveLength(3);
  expect(nearest('abc', ['xyz', 'abc'])).toEqual([]);
  expect(nearest('x'.repeat(5_000), ['y'])).toEqual([]);
});
