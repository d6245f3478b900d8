/** What a person sees of a message: which markup means something, and where it must mean nothing. */
import { messageBlocks } from '../../../sandbox/slack/check/blocks';
import { draw } from '../../../sandbox/slack/draw/blocks';
import { formatDate } from '../../../sandbox/slack/draw/dates';
import { drawMarkdown } from '../../../sandbox/slack/draw/markdown';
import { drawMrkdwn } from '../../../sandbox/slack/draw/mrkdwn';
import { plain } from '../../../sandbox/slack/draw/plain';

const names = {
  person: (id: string) => ({ U0BEN: 'ben' })[id] ?? id,
  channel: () => 'inc-42',
  group: () => 'approvers',
};
const see = (blocks: readonly object[]) => plain(draw({ text: '', blocks: messageBlocks.parse(blocks) }, names));
const mrkdwn = (text: string) => plain(drawMrkdwn(text, names));

describe('mrkdwn', () => {
  test.each([
    ['entities', '&lt;b&gt; &amp;amp;', '<b> &amp;'],
    ['mentions', '<@U0BEN> <#C0INC42|x> <!subteam^S1> <!channel>', '@ben #inc-42 @approvers @channel'],
    ['links', '<https://example.com/?a=1&amp;b=2|here> <mailto:a@b.c>', 'here mailto:a@b.c'],
    ['escaped brackets', '&lt;!channel&gt;', '<!channel>'],
    ['unknown brackets', '<script>', '<script>'],
    ['code', '`<!channel> *a*` *b*', '<!channel> *a* b'],
    ['marks inside words', 'a*b*c snake_case_name 2 * 3 * 4', 'a*b*c snake_case_name 2 * 3 * 4'],
    ['quotes', '&gt; said\nanswered', '> said\nanswered'],
    ['fences', 'before\n```\n*a* &lt;\n```\nafter', 'before\n*a* <\nafter'],
    ['emoji', ':white_check_mark: :no_such_thing:', '✅ :no_such_thing:'],
  ])('%s', (_name, written, seen) => {
    expect(mrkdwn(written)).toBe(seen);
  });

  test('marks nest', () => {
    expect(drawMrkdwn('*bold _both_*', names)).toEqual([
      {
        kind: 'text',
        inlines: [
          { kind: 'text', text: 'bold ', look: { bold: true } },
          { kind: 'text', text: 'both', look: { bold: true, italic: true } },
        ],
      },
    ]);
  });

  test('a mention of everybody is told apart from words', () => {
    expect(drawMrkdwn('<!here>', names)).toEqual([
      { kind: 'text', inlines: [{ kind: 'mention', of: 'everyone', text: '@here' }] },
    ]);
  });
});

test('raw_text and rich text are literal; plain_text knows emoji only', () => {
  const hostile = '<!channel> &lt; *a* :x:';
  const rich = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: hostile }] }],
  };
  expect(see([{ type: 'table', rows: [[{ type: 'raw_text', text: hostile }]] }])).toBe(hostile);
  expect(see([rich])).toBe(hostile);
  expect(see([{ type: 'header', text: { type: 'plain_text', text: hostile } }])).toBe('<!channel> &lt; *a* ❌');
});

test('everything visible is in the plain rendering', () => {
  const text = (words: string) => ({ type: 'mrkdwn', text: words });
  const cell = (words: string) => ({ type: 'raw_text', text: words });
  const label = { type: 'plain_text', text: 'Approve' };
  const seen = see([
    { type: 'header', text: { type: 'plain_text', text: 'Head' } },
    {
      type: 'section',
      text: text('*Body*'),
      fields: [text('*k*\nv')],
      accessory: { type: 'button', action_id: 'a', text: label },
    },
    { type: 'divider' },
    {
      type: 'table',
      rows: [
        [cell('a'), cell('b')],
        [cell('1'), cell('2')],
      ],
    },
    {
      type: 'context',
      elements: [text('small'), { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'face' }],
    },
    { type: 'actions', elements: [{ type: 'button', action_id: 'b', text: label }] },
  ]);
  expect(seen).toBe('Head\nBody\nk\nv\n[Approve]\n———\na | b\n1 | 2\nsmall [picture: face]\n[Approve]');
});

test('markdown is drawn without entities and mentions', () => {
  const seen = plain(
    drawMarkdown(
      '# Head\n\n- one **two**\n- three\n\n> &lt; <!channel>\n\n```\ncode\n```\n[here](https://example.com)',
    ),
  );
  expect(seen).toBe('Head\n• one two\n• three\n> &lt; <!channel>\ncode\nhere');
});

describe('dates', () => {
  const noon = new Date(2026, 10, 20, 12, 3, 9);
  const seconds = noon.getTime() / 1000;
  test.each([
    ['{date_num} {time}', '2026-11-20 12:03'],
    ['{date_short} {time_secs}', 'Nov 20, 2026 12:03:09'],
    ['{date_pretty}', 'today'],
    ['{ago}', 'now'],
    ['at {nonsense}', 'at {nonsense}'],
  ])('%s', (format, seen) => {
    expect(formatDate(seconds, format, noon)).toBe(seen);
  });

  test('the past is told from today', () => {
    expect(formatDate(seconds, '{date_pretty} {ago}', new Date(noon.getTime() + 86_400_000))).toBe(
      'yesterday yesterday',
    );
    expect(formatDate(seconds, '{ago}', new Date(noon.getTime() + 180_000))).toBe('3 minutes ago');
  });
});
