/** Every refusal of the checker, in tables: what is just within a limit is accepted, one more is refused at its place. */
import { checkMessage, checkView } from '../../../sandbox/slack/check';
import { LIMITS } from '../../../src/bot/view/limits';

const long = (length: number) => 'x'.repeat(length);
const plain = (text = 'words') => ({ type: 'plain_text', text });
const mrkdwn = (text = 'words') => ({ type: 'mrkdwn', text });
const raw = (text = 'cell') => ({ type: 'raw_text', text });
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const button = (more: object = {}) => ({ type: 'button', text: plain(), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const section = (more: object = { text: mrkdwn() }) => ({ type: 'section', ...more });
const table = (rows: object[][], more: object = {}) => ({ type: 'table', rows, ...more });
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const line = (...elements: object[]) => rich({ type: 'rich_text_section', elements });
const option = (text = 'one', value = 'one') => ({ text: plain(text), value });
const select = (options: object[]) => ({ type: 'static_select', options });
const dataTable = (rows: object[][], more: object = {}) => ({ type: 'data_table', caption: 'c', rows, ...more });

const divider = { type: 'divider' };
const image = { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a' };

const ACCEPTED: readonly (readonly [string, readonly object[]])[] = [
  ['50 blocks', many(50, () => divider)],
  ['a header of 150', [{ type: 'header', text: plain(long(150)) }]],
  ['a section of 3000', [section({ text: mrkdwn(long(3000)) })]],
  ['10 fields', [section({ fields: many(10, () => mrkdwn(long(10))) })]],
  ['a context of 10', [{ type: 'context', elements: many(10, () => mrkdwn()) }]],
  ['25 buttons', [actions(...many(25, () => button()))]],
  [
    'a button with everything',
    [actions(button({ action_id: 'a', value: long(2000), style: 'danger', accessibility_label: long(75) }))],
  ],
  [
    'a confirm dialog',
    [
      actions(
        button({
          confirm: {
            title: plain(long(100)),
            text: mrkdwn(long(300)),
            confirm: plain(long(30)),
            deny: plain(),
            style: 'danger',
          },
        }),
      ),
    ],
  ],
  ['100 rows of 20 cells', [table(many(100, () => many(20, () => raw('x'))))]],
  ['a cell that holds a space', [table([[raw(' ')]])]],
  [
    'rich and number cells',
    [
      table([
        [line({ type: 'text', text: 'a', style: { bold: true } })],
        [{ type: 'raw_number', value: 1, text: '1' }],
      ]),
    ],
  ],
  ['201 data rows', [dataTable(many(201, () => [raw('x')]))]],
  [
    'every kind of rich text',
    [
      rich(
        {
          type: 'rich_text_list',
          style: 'ordered',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U0ANA' }] }],
        },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'a' }] },
        {
          type: 'rich_text_quote',
          elements: [
            { type: 'date', timestamp: 1, format: '{date}' },
            { type: 'emoji', name: 'x' },
            { type: 'link', url: 'https://example.com' },
          ],
        },
      ),
    ],
  ],
  ['an input', [{ type: 'input', label: plain(), element: { type: 'plain_text_input', action_id: 'a' } }]],
  ['an image of this workspace', [{ type: 'image', slack_file: { id: 'F1' }, alt_text: 'a' }]],
  ['12000 characters of markdown', [{ type: 'markdown', text: long(12_000) }]],
];

test.each(ACCEPTED)('accepts %s', (_name, blocks) => {
  expect(checkMessage(blocks, 'text')).toEqual([]);
});

const REFUSED: readonly (readonly [name: string, pointer: string, text: RegExp, blocks: readonly object[]])[] = [
  ['51 blocks', '/blocks', /no more than 50 items/, many(51, () => divider)],
  ['an alert', '/blocks/0/type', /unsupported type/, [{ type: 'alert', text: plain() }]],
  ['an unknown block', '/blocks/1/type', /unsupported type/, [divider, { type: 'nonsense' }]],
  ['an unknown field of a block', '/blocks/0', /invalid additional property: colour/, [{ ...divider, colour: 'red' }]],
  ['a long block_id', '/blocks/0/block_id', /less than 256/, [{ ...divider, block_id: long(256) }]],
  [
    'a repeated block_id',
    '/blocks/1/block_id',
    /already exists/,
    [
      { ...divider, block_id: 'b' },
      { ...divider, block_id: 'b' },
    ],
  ],
  ['a long header', '/blocks/0/text/text', /less than 151/, [{ type: 'header', text: plain(long(151)) }]],
  ['a header in mrkdwn', '/blocks/0/text/type', /must be one of plain_text/, [{ type: 'header', text: mrkdwn() }]],
  ['an empty text', '/blocks/0/text/text', /more than 0 characters/, [section({ text: mrkdwn('') })]],
  ['a long section', '/blocks/0/text/text', /less than 3001/, [section({ text: mrkdwn(long(3001)) })]],
  ['a section without text', '/blocks/0', /either `text` or `fields`/, [section({})]],
  ['11 fields', '/blocks/0/fields', /no more than 10/, [section({ fields: many(11, () => mrkdwn()) })]],
  ['a long field', '/blocks/0/fields/0/text', /less than 2001/, [section({ fields: [mrkdwn(long(2001))] })]],
  [
    'a context of 11',
    '/blocks/0/elements',
    /no more than 10/,
    [{ type: 'context', elements: many(11, () => mrkdwn()) }],
  ],
  [
    'a button in a context',
    '/blocks/0/elements/0/type',
    /unsupported type/,
    [{ type: 'context', elements: [button()] }],
  ],
  ['26 buttons', '/blocks/0/elements', /no more than 25/, [actions(...many(26, () => button()))]],
  ['no buttons', '/blocks/0/elements', /at least 1/, [actions()]],
  ['a long button', '/blocks/0/elements/0/text/text', /less than 76/, [actions(button({ text: plain(long(76)) }))]],
  ['a button in mrkdwn', '/blocks/0/elements/0/text/type', /plain_text/, [actions(button({ text: mrkdwn() }))]],
  ['a long value', '/blocks/0/elements/0/value', /less than 2001/, [actions(button({ value: long(2001) }))]],
  ['a strange style', '/blocks/0/elements/0/style', /primary, danger/, [actions(button({ style: 'default' }))]],
  ['a long action_id', '/blocks/0/elements/0/action_id', /less than 256/, [actions(button({ action_id: long(256) }))]],
  [
    'an action_id used in two blocks',
    '/blocks/1/elements/0/action_id',
    /already exists/,
    [actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))],
  ],
  [
    'an action_id repeated by an accessory',
    '/blocks/1/accessory/action_id',
    /already exists/,
    [actions(button({ action_id: 'a' })), section({ text: mrkdwn(), accessory: button({ action_id: 'a' }) })],
  ],
  [
    'a long accessibility_label',
    '/blocks/0/elements/0/accessibility_label',
    /less than 76/,
    [actions(button({ accessibility_label: long(76) }))],
  ],
  [
    'a long confirm title',
    '/blocks/0/elements/0/confirm/title/text',
    /less than 101/,
    [actions(button({ confirm: { title: plain(long(101)), text: plain() } }))],
  ],
  [
    'a long confirm text',
    '/blocks/0/elements/0/confirm/text/text',
    /less than 301/,
    [actions(button({ confirm: { text: plain(long(301)) } }))],
  ],
  [
    'a long confirm button',
    '/blocks/0/elements/0/confirm/confirm/text',
    /less than 31/,
    [actions(button({ confirm: { text: plain(), confirm: plain(long(31)) } }))],
  ],
  [
    'a confirm without text',
    '/blocks/0/elements/0/confirm/text',
    /missing required field: text/,
    [actions(button({ confirm: {} }))],
  ],
  [
    'an unknown field in a confirm',
    '/blocks/0/elements/0/confirm',
    /additional property: ok/,
    [actions(button({ confirm: { text: plain(), ok: 1 } }))],
  ],
  [
    'an unknown field in an option',
    '/blocks/0/elements/0/options/0',
    /additional property: id/,
    [actions(select([{ ...option(), id: 1 }]))],
  ],
  [
    '101 options',
    '/blocks/0/elements/0/options',
    /no more than 100/,
    [actions(select(many(101, (at) => option('x', `${at}`))))],
  ],
  ['a long option', '/blocks/0/elements/0/options/0/text/text', /less than 76/, [actions(select([option(long(76))]))]],
  [
    'a long option value',
    '/blocks/0/elements/0/options/0/value',
    /less than 76/,
    [actions(select([option('x', long(76))]))],
  ],
  [
    '6 overflow options',
    '/blocks/0/elements/0/options',
    /no more than 5/,
    [actions({ type: 'overflow', options: many(6, () => option()) })],
  ],
  [
    '11 checkboxes',
    '/blocks/0/elements/0/options',
    /no more than 10/,
    [actions({ type: 'checkboxes', options: many(11, () => option()) })],
  ],
  [
    'an input element among actions',
    '/blocks/0/elements/0/type',
    /unsupported type/,
    [actions({ type: 'plain_text_input' })],
  ],
  [
    'an image without alt_text',
    '/blocks/0/alt_text',
    /missing required field: alt_text/,
    [{ type: 'image', image_url: image.image_url }],
  ],
  ['an image without a source', '/blocks/0', /either `image_url` or `slack_file`/, [{ type: 'image', alt_text: 'a' }]],
  [
    'an image from two sources',
    '/blocks/0',
    /either `image_url` or `slack_file`/,
    [{ ...image, slack_file: { id: 'F1' } }],
  ],
  ['101 rows', '/blocks/0/rows', /no more than 100/, [table(many(101, () => [raw()]))]],
  ['21 columns', '/blocks/0/rows/0', /no more than 20/, [table([many(21, () => raw())])]],
  [
    '21 column settings',
    '/blocks/0/column_settings',
    /no more than 20/,
    [table([[raw()]], { column_settings: many(21, () => ({})) })],
  ],
  ['an empty cell', '/blocks/0/rows/0/0/text', /more than 0 characters/, [table([[raw('')]])]],
  [
    'an empty rich cell',
    '/blocks/0/rows/0/0/elements/0/elements/0/text',
    /more than 0/,
    [table([[line({ type: 'text', text: '' })]])],
  ],
  ['a mrkdwn cell', '/blocks/0/rows/0/0/type', /unsupported type/, [table([[mrkdwn()]])]],
  ['unequal rows', '/blocks/0/rows', /same number of cells/, [table([[raw()], [raw(), raw()]])]],
  ['10001 characters of cells', '/blocks/0/rows', /less than 10001/, [table([[raw(long(5000)), raw(long(5001))]])]],
  ['two tables', '/blocks', /only one table/, [table([[raw()]]), table([[raw()]])]],
  ['a data table of its head alone', '/blocks/0/rows', /at least 2/, [dataTable([[raw()]])]],
  ['202 data rows', '/blocks/0/rows', /no more than 201/, [dataTable(many(202, () => [raw('x')]))]],
  ['a rich data header', '/blocks/0/rows', /header row/, [dataTable([[line({ type: 'text', text: 'a' })], [raw()]])]],
  [
    'a data table without caption',
    '/blocks/0/caption',
    /missing required field/,
    [{ type: 'data_table', rows: [[raw()], [raw()]] }],
  ],
  ['a page of 101', '/blocks/0/page_size', /at most 100/, [dataTable([[raw()], [raw()]], { page_size: 101 })]],
  ['20001 characters of data', '/blocks/0/rows', /less than 20001/, [dataTable([[raw('a')], [raw(long(20_000))]])]],
  [
    'an unknown rich part',
    '/blocks/0/elements/0/type',
    /unsupported type/,
    [rich({ type: 'rich_text_table', elements: [] })],
  ],
  [
    'an unknown rich element',
    '/blocks/0/elements/0/elements/0/type',
    /unsupported type/,
    [line({ type: 'blink', text: 'a' })],
  ],
  ['an empty rich text', '/blocks/0/elements', /at least 1/, [rich()]],
  ['an empty rich section', '/blocks/0/elements/0/elements', /at least 1/, [line()]],
  [
    'an unknown rich style',
    '/blocks/0/elements/0/elements/0/style',
    /additional property: big/,
    [line({ type: 'text', text: 'a', style: { big: true } })],
  ],
  [
    'a list that holds text',
    '/blocks/0/elements/0/elements/0/type',
    /rich_text_section/,
    [rich({ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'a' }] })],
  ],
  [
    'a mention in preformatted text',
    '/blocks/0/elements/0/elements/0/type',
    /unsupported type/,
    [rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] })],
  ],
  [
    'markdown over 12000 together',
    '/blocks',
    /less than 12001/,
    [
      { type: 'markdown', text: long(6_000) },
      { type: 'markdown', text: long(6_001) },
    ],
  ],
  [
    'an input without label',
    '/blocks/0/label',
    /missing required field/,
    [{ type: 'input', element: { type: 'plain_text_input' } }],
  ],
];

test.each(REFUSED)('refuses %s', (_name, pointer, text, blocks) => {
  const problems = checkMessage(blocks, 'text');
  expect(problems).toContainEqual(expect.objectContaining({ pointer, text: expect.stringMatching(text) }));
});

describe('the whole message', () => {
  test('is refused without text and blocks', () => {
    expect(checkMessage(undefined, undefined)).toMatchObject([{ error: 'no_text' }]);
    expect(checkMessage([], ' ')).toMatchObject([{ error: 'no_text' }]);
    expect(checkMessage([divider], undefined)).toEqual([]);
  });

  test('is refused with a text over 40000', () => {
    expect(checkMessage(undefined, long(40_000))).toEqual([]);
    expect(checkMessage(undefined, long(40_001))).toMatchObject([{ error: 'msg_too_long' }]);
  });

  test('is refused when all blocks together are over 13000', () => {
    const blocks = (last: number) => [
      ...many(4, () => section({ text: mrkdwn(long(3000)) })),
      section({ text: mrkdwn(long(last)) }),
    ];
    expect(checkMessage(blocks(1000), 'text')).toEqual([]);
    expect(checkMessage(blocks(1001), 'text')).toMatchObject([{ error: 'msg_blocks_too_long' }]);
  });

  test('names every problem, not only the first', () => {
    expect(checkMessage([actions(), table([[raw('')]])], 'text')).toHaveLength(2);
  });
});

describe('a view', () => {
  const modal = (more: object = {}) => ({ type: 'modal', title: plain('Why'), blocks: [], ...more });
  const input = { type: 'input', label: plain(), element: { type: 'plain_text_input', action_id: 'a' } };

  test('takes 100 blocks, alerts and inputs', () => {
    const blocks = [...many(98, () => divider), { type: 'alert', text: plain() }, input];
    expect(checkView(modal({ blocks, submit: plain('Send') }))).toEqual([]);
  });

  test.each([
    ['101 blocks', '/view/blocks', { blocks: many(101, () => divider) }],
    ['a long title', '/view/title/text', { title: plain(long(25)) }],
    ['a long submit', '/view/submit/text', { submit: plain(long(25)) }],
    ['long private_metadata', '/view/private_metadata', { private_metadata: long(3001) }],
    ['a long callback_id', '/view/callback_id', { callback_id: long(256) }],
    ['a table', '/view/blocks/0/type', { blocks: [table([[raw()]])] }],
    ['a markdown block', '/view/blocks/0/type', { blocks: [{ type: 'markdown', text: 'a' }] }],
    ['a long alert', '/view/blocks/0/text/text', { blocks: [{ type: 'alert', text: plain(long(201)) }] }],
    ['an input without submit', '/view/submit', { blocks: [input] }],
    ['a repeated action_id', '/view/blocks/1/element/action_id', { blocks: [input, input], submit: plain() }],
    ['an unknown field', '/view', { colour: 'red' }],
  ])('refuses %s', (_name, pointer, more) => {
    expect(checkView(modal(more))).toContainEqual(expect.objectContaining({ error: 'invalid_arguments', pointer }));
  });
});

test('the limits cannot be changed', () => {
  expect(Object.isFrozen(LIMITS)).toBe(true);
});
