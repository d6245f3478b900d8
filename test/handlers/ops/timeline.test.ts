import fc from 'fast-check';
import type { Chapter, Timeline, TimelineEvent } from '../../../src/handlers/ledger';
import { code, escapeMarkdown } from '../../../src/handlers/markdown';
import { opsTimeline } from '../../../src/handlers/ops/timeline';
import { outcomeOf, sentence } from '../../../src/handlers/ops/timeline-events';
import { timelineMarkdown } from '../../../src/handlers/ops/timeline-markdown';
import type { View } from '../../../src/handlers/view';
import { everySystem } from '../../support/systems';

const at = (minute: number) => Date.UTC(2026, 10, 25, 14, minute, 5);
let seq = 0;
const event = (
  minute: number,
  name: string,
  by: string | null,
  detail: TimelineEvent['detail'] = {},
): TimelineEvent => {
  seq += 1;
  return { seq, at: at(minute), event: name, by, detail };
};
const link = 'https://example.slack.com/archives/C0INC42/p1764079325000100';
const fingerprint = 'ab12cd34ef56ab12cd34ef56';
const purge: Chapter = {
  request: 'R7K2M9QF4',
  command: 'palm purge 3f0d9a55',
  channel: 'C0INC42',
  link,
  events: [
    event(0, 'asked', 'U0ANA', { words: '3f0d9a55', channel: 'C0INC42' }),
    event(0, 'planned', null, { fingerprint, danger: 'reversible', needs: 1, targets: 'palm/servers/3f0d9a55' }),
    event(3, 'approved', 'U0BEN', { fingerprint }),
    event(3, 'started', null, { fingerprint, fence: 4 }),
    event(3, 'step', null, { target: 'palm/servers/3f0d9a55', status: 'done', text: 'deleted' }),
    event(4, 'finished', null, { outcome: 'succeeded', title: 'Purged 1 of 1', verdicts: 'confirmed' }),
  ],
};
const reset: Chapter = {
  ...{ request: 'R0000TEST', command: 'palm reset', channel: 'C0INC42', link: null },
  events: [event(6, 'asked', 'U0ANA'), event(7, 'denied', 'U0CHO', { fingerprint, reason: 'not | now `' })],
};
const timeline: Timeline = { from: at(0), to: at(60), more: 0, chapters: [purge, reset] };

async function shown(about: Timeline, ...words: string[]): Promise<View> {
  const systems = everySystem();
  const query = opsTimeline({ ...systems.ledger, timeline: async () => about });
  expect(query.check(words)).toBeNull();
  const context = { request: 'R1', signal: new AbortController().signal, report: () => undefined };
  const view = await query.answer(words, context);
  await systems.close();
  return view;
}

test('the view tells every move in order, with who, when, and a link to the message', async () => {
  const view = await shown(timeline);
  const table = view.parts.find((part) => part.kind === 'table');
  expect(view.title).toBe('Timeline: 2 requests, 8 moves');
  expect(table?.rows[0]).toEqual([
    [{ at: at(0) }],
    [{ user: 'U0ANA' }],
    'asked for /palm purge 3f0d9a55',
    [{ message: link, text: 'R7K2M9QF4' }],
  ]);
  expect(table?.rows.map(([, , what]) => what)).toEqual([
    expect.anything(),
    'the preview was shown: reversible, needs 1, fingerprint ab12cd34ef56; targets palm/servers/3f0d9a55',
    'approved, the last that was needed (fingerprint ab12cd34ef56)',
    'started (fingerprint ab12cd34ef56, fence 4)',
    'palm/servers/3f0d9a55: done, deleted',
    'succeeded: Purged 1 of 1; verdicts confirmed',
    'asked for /palm reset',
    'denied: not | now `',
  ]);
  expect(view.parts.at(-1)).toMatchObject({ kind: 'next', words: 'ops timeline --export' });
});

test('the facts say how long it took, who was there and how it ended', async () => {
  const facts = (await shown(timeline, '--since', '2h')).parts.find((part) => part.kind === 'facts');
  expect(facts?.facts).toEqual([
    ['From', [{ at: at(0) }, ' to ', { at: at(7) }, ', 7 min']],
    ['People', [{ user: 'U0ANA' }, ', ', { user: 'U0BEN' }, ', ', { user: 'U0CHO' }]],
    ['Outcomes', '1 succeeded, 1 denied'],
  ]);
});

test.each([
  ['held', { fingerprint, reason: 'the wrong node' }, 'held: the wrong node'],
  ['released', { fingerprint, holder: 'U0CHO' }, 'released'],
  [
    'approved',
    { fingerprint, road: 'console' },
    'approved, the last that was needed (fingerprint ab12cd34ef56); road console',
  ],
  ['approved', { fingerprint, road: 'button' }, 'approved, the last that was needed (fingerprint ab12cd34ef56)'],
  ['shared', { channel: 'C0STO' }, 'shared its result in channel C0STO'],
  [
    'share refused',
    { channel: '#ops', why: 'not_in_channel' },
    'its result could not be shared in channel #ops: Slack said not_in_channel',
  ],
  ['reminded', { missing: 2 }, 'those who can still approve were reminded, 2 missing'],
  ['cleared', { 'with request': 'R0CLEAR' }, 'freed what it had locked with request R0CLEAR'],
  ['cleared', {}, 'freed what it had locked'],
  ['enrolled', { channel: 'C1' }, 'enrolled a second factor'],
  [
    'started',
    { fingerprint, fence: 3, brokenFreeze: 'Nights', breakGlass: 'it burns' },
    'started (fingerprint ab12cd34ef56, fence 3) although frozen by Nights, because: it burns',
  ],
  [
    'step',
    { target: `openio/bases/NS/${'0A1B'.repeat(16)}.1/meta2`, status: 'done', text: 'copied' },
    'openio/bases/NS/0A1B0A1B0A1B….1/meta2: done, copied',
  ],
  ['unheard of', { some: 'thing' }, 'unheard of; some thing'],
])('the move %s %j is told in words', (name, detail, told) => {
  expect(sentence(event(1, name, 'U0CHO', detail), purge)).toBe(told);
});

test('a doubt and its reason stand among the decisions of the file', () => {
  const events = [...reset.events, event(8, 'held', 'U0CHO', { fingerprint, reason: 'the wrong node' })];
  expect(timelineMarkdown({ ...timeline, chapters: [{ ...reset, events }] }).split('\n')).toContain(
    '- held by \\@U0CHO at 2026-11-25 14:08:05 UTC: the wrong node',
  );
});

test.each([
  ['R0CLEAR', 'request R0CLEAR'],
  ['webhook servers-missing', 'webhook servers-missing'],
  ['U0ANA', [{ user: 'U0ANA' }]],
] as const)('what was done by %s is said so, and no mention is made of what is no person', async (by, who) => {
  const events = [event(1, 'asked', by)];
  const one = { ...timeline, chapters: [{ ...reset, events }] };
  const table = (await shown(one)).parts.find((part) => part.kind === 'table');
  expect(table?.rows[0]?.[1]).toEqual(who);
  if (typeof who === 'string') expect(timelineMarkdown(one)).not.toContain('@');
});

test('--export adds one Markdown file', async () => {
  const view = await shown(timeline, '--since', '2h', '--export');
  expect(view.parts.at(-1)).toMatchObject({ kind: 'raw', name: 'timeline.md', asFile: true });
});

test('the file holds what a post-mortem needs', () => {
  const text = timelineMarkdown(timeline);
  for (const line of [
    '# Timeline from 2026-11-25 14:00:05 UTC to 2026-11-25 14:07:05 UTC',
    '- Duration: 7 min',
    '- People: \\@U0ANA, \\@U0BEN, \\@U0CHO',
    '- Requests: 2 (1 succeeded, 1 denied)',
    `| 2026-11-25 14:00:05 | \\@U0ANA | asked for /palm purge 3f0d9a55 | [R7K2M9QF4](<${link}>) |`,
    '### R7K2M9QF4: succeeded',
    '- Command: ` /palm purge 3f0d9a55 `',
    `- Where: channel C0INC42, [message](<${link}>)`,
    '- approved by \\@U0BEN at 2026-11-25 14:03:05 UTC',
    '- denied by \\@U0CHO at 2026-11-25 14:07:05 UTC: not \\| now \\`',
    '  - 2026-11-25 14:03:05 UTC palm/servers/3f0d9a55\\: done, deleted',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('the file is read outside Slack: it has names, and says once whose id is whose', () => {
  const names = { U0ANA: 'ana|x', C0INC42: 'incident-42', C0STO: 'storage' };
  const shared = event(8, 'shared', 'U0ANA', { channel: 'C0STO' });
  const chapters = [{ ...purge, events: [...purge.events, shared] }, reset];
  const text = timelineMarkdown({ ...timeline, chapters, names }).split('\n');
  for (const line of [
    '- People: \\@ana\\|x (U0ANA), \\@U0BEN, \\@U0CHO',
    `| 2026-11-25 14:00:05 | \\@ana\\|x | asked for /palm purge 3f0d9a55 | [R7K2M9QF4](<${link}>) |`,
    `| 2026-11-25 14:08:05 | \\@ana\\|x | shared its result in channel storage | [R7K2M9QF4](<${link}>) |`,
    `- Where: channel \\#incident-42 (C0INC42), [message](<${link}>)`,
  ])
    expect(text).toContain(line);
});

test('a time in which nothing happened says so', async () => {
  expect(await shown({ ...timeline, chapters: [] })).toMatchObject({ title: 'Nothing happened in this time' });
});

test('the question itself is not part of it', async () => {
  const own = { ...purge, request: 'R1' };
  expect((await shown({ ...timeline, chapters: [own, reset] })).title).toBe('Timeline: 1 request, 2 moves');
});

test('what is left out is said', async () => {
  const view = await shown({ ...timeline, more: 12 });
  expect(view.parts).toContainEqual({ kind: 'text', text: expect.stringContaining('12 later moves are left out') });
  expect(timelineMarkdown({ ...timeline, more: 12 })).toContain('12 later moves');
});

test.each([
  [['--since', '2h', '--request', 'R7K2M9QF4'], 'do not go together'],
  [['--request', 'x'], 'is not a request id'],
  [['--since', 'x'], '--since takes'],
  [['now'], 'now is not understood'],
  [['--here', '--request', 'R7K2M9QF4'], 'do not go together'],
])('%j is not understood', async (words, problem) => {
  const systems = everySystem();
  expect(opsTimeline(systems.ledger).check(words)).toContain(problem);
  await systems.close();
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '<script>',
    '[x](http://evil)',
    '```',
    '` `` `',
    '# x\n# y',
    '\r\n|x|',
    '&lt;',
    'http://evil.example',
    'www.evil.example',
    'a@b.example',
  ),
);

/** A backslash before each of these makes it literal. Without them there is no markup, no HTML, no table cell, no link. */
const LITERAL = /^(?:\\[\\`*_[\]<>#|~&:@$^=!.]|[^\\`*_[\]<>#|~&:@$^=!\r\n\p{Cc}\p{Zl}\p{Zp}])*$/u;

test('whatever people or systems said is one line of literal Markdown', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(escapeMarkdown(text)).toMatch(LITERAL);
      expect(escapeMarkdown(text)).not.toMatch(/www\./i);
    }),
  );
});

test('code keeps its text inside, whatever backticks it has', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const [, fence = '', inside = ''] = /^(`+) (.*) \1$/su.exec(code(text)) ?? [];
      expect(fence.length).toBeGreaterThan(0);
      expect([...inside.matchAll(/`+/g)].every(([run]) => run.length < fence.length)).toBe(true);
      expect(inside).not.toMatch(/[\r\n]/);
    }),
  );
});

test('a file about hostile texts has the lines it would have about harmless ones', () => {
  const lines = (text: string) => {
    const events = purge.events.map((one) => ({ ...one, by: text, detail: { ...one.detail, text, title: text } }));
    const chapter = { ...purge, command: text, channel: text, request: text, link: text, events };
    return timelineMarkdown({ ...timeline, chapters: [chapter] }).split('\n').length;
  };
  fc.assert(fc.property(hostile, (text) => expect(lines(text)).toBe(lines('harmless'))));
});

test('sharing a result, doubts and reminders leave the outcome of a request as it is', async () => {
  const shared = event(5, 'shared', 'U0ANA', { channel: 'C0STORAGE' });
  expect(outcomeOf({ ...purge, events: [...purge.events, shared] })).toBe('succeeded');
  expect(outcomeOf({ ...purge, events: [shared] })).toBe('ended before');
  for (const beside of ['held', 'release', 'released', 'reminded']) {
    const events = [...purge.events.slice(0, 2), event(2, beside, 'U0BEN')];
    expect([beside, outcomeOf({ ...purge, events })]).toEqual([beside, 'waiting for approval']);
  }
});
