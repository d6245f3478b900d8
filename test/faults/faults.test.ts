import { campaign, type Played } from './campaign';
import { generate } from './generate';
import { of } from './history';
import { build } from './subject/build';

/** A few seeds; `npm run faults` plays as many as are wanted. */
test('the bot keeps its promises while its processes are killed and frozen, and its servers cut, restarted and slowed', async () => {
  const home = await build('in-tests');
  const played: Played[] = [];
  await campaign({
    subject: 'quorumbot',
    home,
    firstSeed: 5,
    rounds: 4,
    worlds: 2,
    onRound: (round) => {
      played.push(round);
      return false;
    },
  });
  expect(played.flatMap(({ seed, violations }) => violations.map((one) => ({ seed, ...one })))).toEqual([]);
  expect(played.flatMap(({ history }) => of(history, 'effect')).length).toBeGreaterThan(4);
}, 120_000);

test('a seed is a schedule, always the same', () => {
  expect(generate(7, 10)).toEqual(generate(7, 10));
  expect(generate(7, 10)).not.toEqual(generate(8, 10));
  const kinds = Array.from({ length: 200 }, (_, seed) => generate(seed, 1).troubles.map(({ kind }) => kind)).flat();
  const all = ['kill at', 'freeze at', 'kill', 'freeze', 'redis', 'etcd', 'lose answers', 'slack', 'clock'];
  expect(new Set(kinds)).toEqual(new Set(all));
});
