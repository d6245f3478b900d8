import { comparable } from '../../../src/handlers/comparable';
import { opsEvery } from '../../../src/handlers/ops/every';
import { spanText } from '../../../src/handlers/ops/since';
import type { ScheduleAsked } from '../../../src/handlers/schedules';
import { switchesOf } from '../../../src/handlers/switches';
import type { View } from '../../../src/handlers/view';
import { noSchedules } from '../../support/systems';

const line = {
  ...{ id: 'E7K2M9QF4', command: 'palm servers', by: 'U0ANA', channel: 'C0INC42', everyMs: 600_000 },
  ...{ until: 1, runs: 0, changes: 0, skipped: 0, answeredAt: null },
};
const asked: ScheduleAsked[] = [];
const every = opsEvery({
  ...noSchedules(),
  problem: ([system]) => (system === 'palm' ? null : 'only palm here'),
  start: async (one) => {
    asked.push(one);
    return { ok: true, schedule: line };
  },
});
const context = { request: 'R7K2M9QF4', signal: new AbortController().signal, report: () => undefined };

test.each([
  ['10m palm servers', { everyMs: 600_000, lastsMs: 7_200_000, channel: null, command: ['palm', 'servers'] }],
  ['10m in <#C0INC42|inc-42> palm servers', { channel: 'C0INC42', command: ['palm', 'servers'] }],
  ['1h in C0INC42 for 1d /palm servers --host for', { lastsMs: 86_400_000, channel: 'C0INC42' }],
  ['1m for 1m palm in for', { command: ['palm', 'in', 'for'] }],
])('/ops every %s', async (words, wanted) => {
  const typed = words.split(' ');
  expect(every.check(typed)).toBeNull();
  await every.answer(typed, context);
  expect(asked.at(-1)).toMatchObject({ request: 'R7K2M9QF4', ...wanted });
});

test.each([
  ['', 'first comes how often'],
  ['palm servers', 'first comes how often'],
  ['10s palm servers', 'every 1m at most'],
  ['2d palm servers', 'every 24h at least'],
  ['10m in nowhere! palm servers', 'in takes a channel'],
  ['10m in #inc-42 palm servers', 'type this in Slack, or write the channel’s id'],
  ['10m for ever palm servers', 'for takes how long'],
  ['10m for 5m palm servers', 'one time at least'],
  ['10m for 8d palm servers', '7d at most'],
  ['10m for 2h', 'is missing'],
  ['10m openio election leave', 'only palm here'],
])('/ops every %s is not understood', (words, problem) => {
  expect(every.check(words.split(' ').filter(Boolean))).toContain(problem);
});

test('who sees the answers cannot be chosen: its form does not ask', () => {
  expect(switchesOf(every)).toEqual([]);
  expect(switchesOf({ kind: 'query', postsLater: false })).not.toEqual([]);
});

test('what is begun says when it ends and how it is stopped', async () => {
  const view = await every.answer(['10m', 'palm', 'servers'], context);
  expect(view).toMatchObject({ title: 'Asked every 10 min: /palm servers' });
  expect(view.parts.at(-1)).toMatchObject({ kind: 'next', words: 'ops every stop E7K2M9QF4' });
});

test.each([
  [60_000, '1 min'],
  [5_400_000, '1 h 30 min'],
  [86_400_000, '1 d'],
  [1_500, '1 s'],
])('%i ms are %s', (ms, text) => expect(spanText(ms)).toBe(text));

const answer = (took: string, at: number, master: string): View => ({
  title: 'Election',
  tone: 'good',
  parts: [
    {
      kind: 'table',
      name: 't.csv',
      head: ['Id', 'Role', 'Took'],
      rows: [
        ['a', master, took],
        ['a', 'slave', took],
      ],
    },
    {
      kind: 'facts',
      facts: [
        ['request ids in the logs', `${at}*`],
        ['Since', ['up since ', { at }]],
      ],
    },
    { kind: 'picture', name: 'p.png', alt: `${at}`, svg: `<svg>${at}</svg>` },
    { kind: 'next', label: 'Debug', words: `x ${at}`, why: 'y' },
  ],
});

test('two answers that differ only in what moves by itself are the same', () => {
  expect(comparable(answer('3 ms', 1, 'master'))).toEqual(comparable(answer('4 ms', 2, 'master')));
  expect(comparable(answer('3 ms', 1, 'master'))).not.toEqual(comparable(answer('3 ms', 1, 'slave')));
});
