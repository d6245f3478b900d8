import fc from 'fast-check';
import { checkMessage } from '../../sandbox/slack/check';
import { drawRequest } from '../../src/bot/message/message';
import { drawView } from '../../src/bot/view/blocks';
import { cut } from '../../src/bot/view/canvas';
import type { Part, Text, View } from '../../src/handlers/view';
import type { State } from '../../src/jobs/request/request';
import { spillView, wholeText } from '../../src/jobs/store/attachments';
import { live } from '../support/live';
import { decided, requestIn } from '../support/records';

const HOSTILE = [
  '<!channel>',
  '<@U0ANA>',
  '<https://evil.example|Approve>',
  '*_~`',
  '&amp;<',
  '',
  ' ',
  '\u0000\u202e',
  '💥'.repeat(40),
  'x'.repeat(5_000),
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);
const rich: fc.Arbitrary<Text> = fc.oneof(
  text,
  fc.array(
    fc.oneof(
      text,
      fc.record({ user: text }),
      fc.record({ channel: text }),
      fc.record({ at: fc.integer({ min: 0, max: 4e12 }) }),
      fc.record({ message: text, text }),
    ),
    { maxLength: 4 },
  ),
);
const table = fc.integer({ min: 1, max: 22 }).chain((columns) =>
  fc.record({
    kind: fc.constant('table' as const),
    name: fc.constant('t.csv'),
    head: fc.array(text, { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(rich, { minLength: columns, maxLength: columns }), { maxLength: 130 }),
  }),
);
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: rich }),
  fc.record({ kind: fc.constant('facts' as const), facts: fc.array(fc.tuple(text, rich), { maxLength: 60 }) }),
  table,
  fc.record({ kind: fc.constant('raw' as const), name: fc.constant('r.txt'), text }),
  fc.record({ kind: fc.constant('next' as const), label: text, words: text, why: text }),
);
const view: fc.Arbitrary<View> = fc.record({
  title: fc.oneof(fc.constantFrom(...HOSTILE.filter(Boolean)), fc.string({ minLength: 1, maxLength: 300 })),
  tone: fc.constantFrom('good', 'neutral', 'warning', 'bad'),
  parts: fc.array(part, { maxLength: 12 }),
});

/** As many steps as the view has parts, with the view's own words. */
const stepsOf = (view: View) =>
  view.parts.map((part) => ({ target: part.kind, status: 'done' as const, text: view.title }));
const extra = { partial: null, approvers: ['May approve: ', { user: 'U0BEN' }], cluster: null };

test('whatever a view holds, Slack accepts its message in every state', () => {
  fc.assert(
    fc.property(view, fc.array(text, { maxLength: 3 }), (drawn, words) => {
      const spilled = spillView(drawn).view;
      const states: State[] = [
        { kind: 'planned', expiresAt: 5, ...decided(spilled) },
        { kind: 'running', ...{ startedAt: 1, steppedAt: 2, fence: 1 }, steps: stepsOf(spilled), ...decided(spilled) },
        {
          kind: 'finished',
          at: 1,
          startedAt: null,
          outcome: { kind: 'answered', view: spilled },
          decided: null,
          recheck: { kind: 'made', view: spilled },
        },
        {
          kind: 'finished',
          at: 1,
          startedAt: null,
          outcome: { kind: 'stale', why: 'w', view: spilled },
          decided: decided(spilled),
          recheck: { kind: 'none' },
        },
      ];
      for (const state of states) {
        const { blocks, text } = drawRequest(requestIn(state, words), extra);
        expect(checkMessage(blocks, text)).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

test('no text from outside becomes a mention, a channel or a link', () => {
  const strings = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 100 }));
  const textual = fc.record({ kind: fc.constant('text' as const), text: strings });
  const views = fc.record({
    title: fc.constantFrom('<!here>', 'a'),
    tone: fc.constant('good' as const),
    parts: fc.array(textual, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(views, fc.array(strings, { maxLength: 3 }), (view, words) => {
      const state: State = {
        kind: 'finished',
        at: 1,
        startedAt: null,
        outcome: { kind: 'answered', view },
        decided: null,
        recheck: { kind: 'none' },
      };
      const drawn = drawRequest(requestIn(state, words), extra);
      expect(live(drawn.blocks)).toEqual(['@U0ANA']);
      expect(drawn.text).not.toMatch(/[<>]/);
    }),
    { numRuns: 500 },
  );
});

test('a person in a text is live, and an id that is none is not', () => {
  const parts = [
    { kind: 'text', text: ['by ', { user: 'U0ANA' }, ' and ', { user: '<!channel>' }, { channel: 'C1' }] },
  ] as const;
  expect(live(drawView({ title: 't', tone: 'good', parts }, 'result').blocks)).toEqual(['U0ANA', 'C1']);
});

test.each([
  ['https://acme.slack.com/archives/C0INC42/p1764079325000100', true],
  ['https://acme.enterprise.slack.com/archives/C0INC42/p1764079325000100', true],
  ['https://acme.slack.com/archives/C0INC42/p1764079325000100?thread_ts=1764079300.000100&cid=C0INC42', true],
  ['http://127.0.0.1:8080/archives/C0INC42/p1764079325000100', true],
  ['https://evil.example/archives/C0INC42/p1764079325000100', false],
  ['https://evilslack.com/archives/C0INC42/p1764079325000100', false],
  ['https://acme.slack.com.evil.example/archives/C0INC42/p1764079325000100', false],
  ['https://acme.slack.com/archives/C0INC42/p1764079325000100|x', false],
  ['javascript:alert(1)', false],
])('the link of a message is live, and nothing else is: %s', (message, isLive) => {
  const parts = [{ kind: 'text', text: [{ message, text: 'R7' }] }] as const;
  const { blocks } = drawView({ title: 't', tone: 'good', parts }, 'result');
  expect(live(blocks)).toEqual(isLive ? ['link', message] : []);
  expect(JSON.stringify(blocks)).toContain('"text":"R7"');
});

test('every ended message shows the place of its end in the audit trail, and a waiting one shows none', () => {
  const view: View = { title: 'p', tone: 'warning', parts: [] };
  const audit = { seq: 1234, hash: `ab12cd34ef56${'0'.repeat(52)}` };
  const foot = (state: State) => JSON.stringify(drawRequest({ ...requestIn(state), audit }, extra).blocks);
  const recheck = { kind: 'none' } as const;
  const outcome = { kind: 'answered', view } as const;
  expect(foot({ kind: 'finished', at: 1, startedAt: null, outcome, decided: null, recheck })).toContain(
    'audit 1234 · ab12cd34ef56"',
  );
  expect(foot({ kind: 'expired', at: 5, ...decided(view) })).toContain('audit 1234 · ab12cd34ef56"');
  expect(foot({ kind: 'planned', expiresAt: 5, ...decided(view) })).not.toContain('audit');
});

test('a table that is too long shows its first rows, says how many are missing, and comes whole as a file', () => {
  const rows = Array.from({ length: 1_000 }, (_, n) => [`server-${n}`, 'x'.repeat(36)]);
  const { view, attachments } = spillView({
    title: 't',
    tone: 'good',
    parts: [{ kind: 'table', name: 'servers.csv', head: ['a', 'b'], rows }],
  });
  const drawn = drawView(view, 'result');
  expect(JSON.stringify(drawn.blocks)).toContain('940 more rows. All of it: servers.csv, in the thread.');
  expect(drawn.files).toEqual([
    { name: 'servers.csv', alt: 'servers.csv', content: { kind: 'attachment', stored: attachments[0]?.stored } },
  ]);
  expect(attachments[0] && wholeText(attachments[0].part).split('\r\n')).toHaveLength(1_002);
});

test('a second table is seen in the message, however wide it is: people approve what it says', () => {
  const rows = [['1', 'freeze', 'x'.repeat(200)]];
  const table = { kind: 'table', name: 'steps.csv', head: ['Step', 'Does', 'How'], rows } as const;
  const drawn = drawView(
    { title: 't', tone: 'warning', parts: [table, { ...table, rows: [['2', 'copy', 'y'.repeat(200)]] }] },
    'preview',
  );
  expect(JSON.stringify(drawn.blocks)).toContain('y'.repeat(200));
  expect(drawn.files).toEqual([]);
});

test('CSV keeps commas, quotes and line ends in their cells', () => {
  const rows = Array.from({ length: 61 }, () => ['a,b', 'say "x"\nnow']);
  const { attachments } = spillView({
    title: 't',
    tone: 'good',
    parts: [{ kind: 'table', name: 't.csv', head: ['1', '2'], rows }],
  });
  expect(attachments[0] && wholeText(attachments[0].part)).toMatch(/^1,2\r\n"a,b","say ""x""\nnow"\r\n/);
});

test('buttons that decide are there only while a decision is waited for', () => {
  const view: View = { title: 'p', tone: 'warning', parts: [] };
  const buttons = (state: State) =>
    JSON.stringify(drawRequest(requestIn(state), extra).blocks).match(/"action_id":"\w+"/g) ?? [];
  const waits = { kind: 'planned', expiresAt: 5, ...decided(view) } as const;
  const held = { by: 'U0CHO', at: 1, why: '<!channel> *no*', releases: [] };
  expect(buttons(waits).join()).toMatch(/approve.*deny.*hold.*withdraw/);
  expect(buttons({ ...waits, held }).join()).not.toMatch(/approve|hold/);
  expect(buttons({ ...waits, held }).join()).toMatch(/release.*deny.*withdraw/);
  expect(buttons({ kind: 'approved', expiresAt: 5, ...decided(view) })).toHaveLength(0);
  for (const kind of ['denied', 'withdrawn'] as const)
    expect(buttons({ kind, by: 'U0BEN', at: 5, ...decided(view) }).join()).not.toMatch(/approve|deny|hold|withdraw/);
});

test('a button carries the request id and nothing else', () => {
  const state: State = { kind: 'planned', expiresAt: 5, ...decided({ title: 'p', tone: 'warning', parts: [] }) };
  const values = JSON.stringify(drawRequest(requestIn(state), extra).blocks).match(/"value":"[^"]*"/g);
  expect(new Set(values)).toEqual(new Set(['"value":"R7K2M9QF"']));
});

test('cutting never leaves half a character', () => {
  expect(cut('a💥b', 3)).toBe('a…');
  expect(cut('abc', 3)).toBe('abc');
});

test('the cluster comes first in every title and in the notification, and production is a word of it', () => {
  const next = { kind: 'next', label: 'Show', words: 'palm show x', why: 'looks' } as const;
  const shown: View = { title: 'PALM servers', tone: 'warning', parts: [next] };
  const finished: State = {
    ...{ kind: 'finished', at: 1, startedAt: null, decided: null, outcome: { kind: 'answered', view: shown } },
    recheck: { kind: 'made', view: shown },
  };
  const drawn = (production: boolean) =>
    drawRequest(requestIn(finished), { ...extra, cluster: { name: 'eu-1', production } });
  const titles = drawn(true).blocks.flatMap((block) => (block.type === 'header' ? [block.text.text] : []));
  expect(titles).toEqual(['◆ PRODUCTION eu-1 · ⚠ PALM servers', '◆ PRODUCTION eu-1 · ⚠ PALM servers']);
  expect(drawn(false).text).toMatch(/^◇ eu-1 · ⚠ PALM servers/);
  expect(JSON.stringify(drawn(true).blocks)).toContain('/palm show x --on eu-1');
});
