import { takeAsk } from '../../../src/bot/forms/ask';
import { notConfirmedIn } from '../../../src/bot/forms/submissions';
import { createClusters } from '../../../src/handlers/clusters';
import { catalogueOf } from '../../../src/handlers/index';
import { everySystem } from '../../support/systems';

/** What happens when a filled-in form is sent. */
const systems = everySystem();
const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
afterAll(() => systems.close());

const asked = { road: 'form', channel: 'C1', cluster: 'default', system: 'palm', operation: 'palm show' } as const;
const about = JSON.stringify(asked);
const submission = { callback: 'ask', about, user: 'U0ANA', delivery: 'form V1 h1' };

/** The deliveries that were opened, of a Redis that never confirms. */
async function deliveriesOf(...uuids: readonly string[]): Promise<readonly string[]> {
  const deliveries: string[] = [];
  const requests = {
    open: ({ delivery }: { readonly delivery: string }) => {
      deliveries.push(delivery);
      return Promise.reject(new Error('not confirmed'));
    },
    frozen: () => false,
  };
  const longNames = { keep: () => undefined, resolve: (filled: object) => Promise.resolve({ filled, lost: [] }) };
  const deps = { clusters, requests, longNames, store: {}, onError: () => undefined };
  for (const uuid of uuids) {
    await takeAsk(deps as unknown as Parameters<typeof takeAsk>[0], {
      ...submission,
      values: { 'uuid palm show': [uuid] },
    });
  }
  return deliveries;
}

test('the same form sent again is the same request, and with other words another one', async () => {
  const [first, again, changed] = await deliveriesOf('e5cd88f7', 'e5cd88f7', '3f0d9a55');
  expect(first).toBe(again);
  expect(changed).not.toBe(first);
});

test('what Redis did not confirm is said below an input, where Slack shows it', () => {
  const values = { pick_cluster: ['default'], pick_operation: ['palm show'], 'uuid palm show': ['e5cd88f7'] };
  expect(notConfirmedIn(values)).toMatchObject({ kind: 'wrong', problems: { 'uuid palm show': expect.any(String) } });
  expect(notConfirmedIn({ pick_operation: ['palm servers'] }).kind).toBe('next');
});
