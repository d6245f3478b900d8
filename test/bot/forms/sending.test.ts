import { takeAsk } from '../../../src/bot/forms/ask';
import { askForm } from '../../../src/bot/forms/ask-form';
import { drawInForm } from '../../../src/bot/forms/in-form';
import type { Values } from '../../../src/bot/forms/modals';
import { previewForm } from '../../../src/bot/forms/preview-form';
import { notConfirmedIn } from '../../../src/bot/forms/submissions';
import { createClusters } from '../../../src/handlers/clusters';
import { catalogueOf } from '../../../src/handlers/index';
import type { Change } from '../../../src/handlers/operation';
import type { Part } from '../../../src/handlers/view';
import type { Asking } from '../../../src/jobs/requests';
import { everySystem } from '../../support/systems';

/** What a form shows, and what happens when it is sent. */
const systems = everySystem();
const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
afterAll(() => systems.close());

const asked = { road: 'form', channel: 'C1', cluster: 'default', system: 'palm', operation: 'palm show' } as const;
const about = JSON.stringify(asked);
const submission = { callback: 'ask', about, user: 'U0ANA', delivery: 'form V1 h1' };

type Opened = Pick<Asking, 'delivery' | 'place' | 'audience'>;

/** What was opened, of a Redis that never confirms. */
async function openedBy(form: object, ...filled: readonly Values[]): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  const requests = {
    open: (asking: Asking) => {
      opened.push(asking);
      return Promise.reject(new Error('not confirmed'));
    },
    frozen: () => false,
  };
  const longNames = { keep: () => undefined, resolve: (filled: object) => Promise.resolve({ filled, lost: [] }) };
  const deps = { clusters, requests, longNames, store: {}, onError: () => undefined };
  for (const values of filled) {
    const sent = { ...submission, about: JSON.stringify(form), values };
    await takeAsk(deps as unknown as Parameters<typeof takeAsk>[0], sent);
  }
  return opened;
}

test('the same form sent again is the same request, and with other words another one', async () => {
  const filled = ['e5cd88f7', 'e5cd88f7', '3f0d9a55'].map((uuid) => ({ 'uuid palm show': [uuid] }));
  const [first, again, changed] = (await openedBy(asked, ...filled)).map(({ delivery }) => delivery);
  expect(first).toBe(again);
  expect(changed).not.toBe(first);
});

test('what a form asks in the Home tab is private, whatever its inputs say or were when it was opened', async () => {
  const uuid = { 'uuid palm show': ['e5cd88f7'] };
  const atHome = { ...asked, channel: 'U0ANA' };
  const [alone, ticked, seen] = [
    ...(await openedBy(atHome, uuid, { ...uuid, switches: ['private'] })),
    ...(await openedBy(asked, uuid)),
  ];
  const isPrivate = { isPrivate: true, share: null };
  expect(alone).toMatchObject({ place: { channel: 'U0ANA' }, audience: isPrivate });
  expect(ticked).toMatchObject({ place: { channel: 'U0ANA' }, audience: isPrivate });
  expect(seen).toMatchObject({ place: { channel: 'C1' }, audience: { isPrivate: false } });
});

test('what Redis did not confirm is said below an input, where Slack shows it', () => {
  const values = { pick_cluster: ['default'], pick_operation: ['palm show'], 'uuid palm show': ['e5cd88f7'] };
  expect(notConfirmedIn(values)).toMatchObject({ kind: 'wrong', problems: { 'uuid palm show': expect.any(String) } });
  expect(notConfirmedIn({ pick_operation: ['palm servers'] }).kind).toBe('next');
});

describe('where a form shows more than there is room for', () => {
  const long = 'x'.repeat(4_000);
  const lines = (count: number): readonly Part[] =>
    Array.from({ length: count }, (_, at) => ({ kind: 'text', text: `line ${at}` }));

  test.each<readonly [string, readonly Part[]]>([
    ['a long text', [{ kind: 'text', text: long }]],
    ['many facts', [{ kind: 'facts', facts: [['What', long]] }]],
    ['a long table', [{ kind: 'table', name: 't.csv', head: ['What'], rows: [[long]] }]],
    ['many parts', lines(200)],
  ])('%s says so at its end', (_what, parts) => {
    const blocks = drawInForm({ title: 'Long', tone: 'neutral', parts });
    expect(blocks.length).toBeLessThanOrEqual(90);
    expect(JSON.stringify(blocks.at(-1))).toContain('The rest of it comes with the message.');
  });

  test('what fits says nothing of the kind, and a long title is said whole below', () => {
    const blocks = drawInForm({ title: 't'.repeat(200), tone: 'neutral', parts: lines(20) });
    expect(JSON.stringify(blocks)).not.toContain('The rest of it');
    expect(JSON.stringify(blocks)).toContain('t'.repeat(200));
  });
});

describe('where there are several clusters', () => {
  const catalogue = catalogueOf(systems);
  const two = createClusters([
    { name: 'default', production: false, catalogue },
    { name: 'prod-eu', production: true, catalogue },
  ]);

  test('the first line of a form says which one, and that it is production', () => {
    const form = askForm(two, { ...asked, cluster: 'prod-eu' });
    expect(form.blocks[0]).toMatchObject({ type: 'header', text: { text: '◆ PRODUCTION prod-eu · /palm show' } });
    expect(askForm(two, { ...asked, operation: null }).blocks[0]).toMatchObject({
      text: { text: '◇ default · /palm' },
    });
    expect(askForm(clusters, asked).blocks[0]?.type).toBe('section');
    expect(askForm(two, { ...asked, system: 'ops', operation: null }).blocks[0]?.type).toBe('section');
  });

  test('so does the preview of a change', async () => {
    const view = { title: 'Delete 1 server', tone: 'warning', parts: [] };
    const operation = { ...two.operation('palm purge', 'prod-eu'), propose: async () => ({ kind: 'shown', view }) };
    const form = await previewForm(operation as unknown as Change, asked, {
      cluster: { name: 'prod-eu', production: true },
      onError: () => undefined,
      again: () => Promise.reject(new Error('not asked again')),
    });
    expect(form.blocks[0]).toMatchObject({ text: { text: '◆ PRODUCTION prod-eu · Delete 1 server' } });
  });
});
