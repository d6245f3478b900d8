import { cardText } from '../../../src/bot/console/card';
import { createClusters } from '../../../src/handlers/clusters';
import { catalogueOf } from '../../../src/handlers/index';
import type { View } from '../../../src/handlers/view';
import type { Request, State } from '../../../src/jobs/request/request';
import type { Ruling } from '../../../src/jobs/rules/rules';
import { standing } from '../../support/jobs';
import { decided, requestIn } from '../../support/records';
import { everySystem } from '../../support/systems';

/** What waits, in the terminal: the same as its card in Slack says. */
const systems = everySystem();
const clusters = createClusters([{ name: 'default', production: false, catalogue: catalogueOf(systems) }]);
afterAll(() => systems.close());

const view: View = { title: 'Delete 1 server', tone: 'warning', parts: [] };
const planned: State = { kind: 'planned', expiresAt: 900_000, ...decided(view) };
const card = (request: Request, ruling: Ruling = standing().ruling) =>
  cardText({ clusters, attachments: { whole: async (_id, whole) => whole }, rulingOf: () => ruling }, request);

test('what waits can be approved and held', async () => {
  const text = await card(requestIn(planned));
  expect(text).toContain('Needs 1 approval');
  expect(text).toContain('May approve: @UANA, @UBEN, @UCHO.');
  expect(text).toMatch(/Approve: .* approve R7K2M9QF/);
  expect(text).toMatch(/Hold: .* hold R7K2M9QF/);
  expect(text).not.toContain('Release:');
});

test('what is held can be released, and not approved', async () => {
  const held = { by: 'U0BEN', at: 1, why: 'the wrong one', releases: [] };
  const text = await card(requestIn({ ...planned, held }));
  expect(text).toContain('the wrong one');
  expect(text).toMatch(/Release: .* release R7K2M9QF/);
  expect(text).not.toMatch(/Approve: |Hold: |May approve/);
});

test('rules that ask for more by now are told, and from which groups', async () => {
  const { ruling } = standing({ needs: { reversible: 3, irreversible: 3 } });
  const text = await card(requestIn(planned), { ...ruling, fromGroups: [{ groups: ['SDBA', 'SOPS'], least: 2 }] });
  expect(text).toContain('Needs 2 approvals');
  expect(text).toContain('From at least 2 of these groups somebody must approve');
});
