import type { Finding, Step } from '../../src/handlers/operation';
import { inDoubt } from '../../src/jobs/request/outcome-doubt';

/** Two steps for each of three targets, and nothing is where it should be. */
const order = ['a', 'a', 'b', 'b', 'c', 'c'];
const procedure = order.map((target, at) => `${target}${at}`);
const findings: readonly Finding[] = ['a', 'b', 'c'].map((target) => ({
  target,
  verdict: 'contradicted',
  text: 'old',
}));

function steps(...all: readonly (readonly [string, Step['status']])[]): readonly Step[] {
  return all.map(([target, status]) => ({ target, status, text: '' }));
}

function doubtful(known: readonly Step[], more: { order?: readonly string[] | null; isCutOff?: boolean }): string {
  const interrupted = { steps: known, procedure, order, isCutOff: false, ...more };
  const judged = inDoubt(findings, interrupted).filter(({ verdict }) => verdict === 'unverifiable');
  return judged.map(({ target }) => target).join('');
}

test('in a strict order a step of unknown end leaves what was not begun as it was read', () => {
  expect(doubtful(steps(['a', 'done'], ['a', 'unknown']), {})).toBe('a');
});

test('after a crash the next step may have left, whose ever it is', () => {
  expect(doubtful([], { isCutOff: true })).toBe('a');
  expect(doubtful(steps(['a', 'done']), { isCutOff: true })).toBe('a');
  expect(doubtful(steps(['a', 'done'], ['a', 'done']), { isCutOff: true })).toBe('b');
  expect(doubtful(steps(['a', 'done'], ['a', 'unknown']), { isCutOff: true })).toBe('ab');
});

test('without a strict order, or with steps that do not keep it, all that did not end is in doubt', () => {
  expect(doubtful(steps(['a', 'done'], ['a', 'unknown']), { order: null })).toBe('abc');
  expect(doubtful(steps(['b', 'unknown']), {})).toBe('abc');
  expect(doubtful(steps(['a', 'unknown']), { order: ['a'] })).toBe('abc');
});
