import { generate } from './generate';

/** The runs themselves are played by `npm run faults`, and in CI: a connection that was cut may outlive a test file. */
test('a seed is a schedule, always the same', () => {
  expect(generate(7, 10)).toEqual(generate(7, 10));
  expect(generate(7, 10)).not.toEqual(generate(8, 10));
  const kinds = Array.from({ length: 200 }, (_, seed) => generate(seed, 1).troubles.map(({ kind }) => kind)).flat();
  const all = ['kill at', 'freeze at', 'lose at', 'kill', 'freeze', 'redis', 'etcd', 'lose answers', 'slack', 'clock'];
  expect(new Set(kinds)).toEqual(new Set(all));
});
