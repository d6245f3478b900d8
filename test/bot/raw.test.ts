import { rawText } from '../../src/bot/outbox/raw';
import type { View } from '../../src/handlers/view';
import type { State } from '../../src/jobs/request/request';
import { decided, requestIn } from '../support/records';

const preview: View = { title: 'Delete 1 server', tone: 'warning', parts: [] };
const dataOf = async (state: State) =>
  JSON.parse(await rawText(requestIn(state), { whole: (_id, view) => Promise.resolve(view) }));

test('the data of a change that never began says who ended it, when and why', async () => {
  const denied = await dataOf({ kind: 'denied', by: 'U0BEN', at: 5, reason: 'it is alive', ...decided(preview) });
  expect(denied).toMatchObject({
    ...{ state: 'denied', by: 'U0BEN', reason: 'it is alive', endedAt: '1970-01-01T00:00:00.005Z' },
    preview: { title: 'Delete 1 server' },
  });
  const expired = await dataOf({ kind: 'expired', at: 5, ...decided(preview) });
  expect(expired).toMatchObject({ state: 'expired', endedAt: '1970-01-01T00:00:00.005Z' });
});
