import { differences } from '../../src/jobs/request/fingerprint';

test('a row that came or went is told by its cells, not as data', () => {
  const row = { Server: 'printf', Score: '90', Since: null };
  expect(differences({ rows: {} }, { rows: { a: row } })).toEqual([
    { path: 'rows › a', approved: 'absent', now: 'Server printf, Score 90, Since null' },
  ]);
  expect(differences({ rows: { a: row } }, { rows: {} })).toMatchObject([{ now: 'absent' }]);
});

test('what is nested deeper stays data, and a long one says how long it is', () => {
  const [nested] = differences({}, { a: { b: { c: 'x'.repeat(200) } } });
  expect(nested?.now).toMatch(/^\{"b":.*… \(\d+ characters\)$/);
});
