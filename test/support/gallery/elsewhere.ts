import { cardText } from '../../../src/bot/console/card';
import { TYPED } from '../../../src/bot/console/text';
import { drawHome } from '../../../src/bot/home/home-view';
import type { View } from '../../../src/handlers/view';
import type { Request, Waiting } from '../../../src/jobs/request/request';
import { parseWindow } from '../../../src/jobs/rules/calendar';
import { freezesInSight } from '../../../src/jobs/rules/freeze';
import { DEFAULT_RULES, type Rule, type Rules, rulingOf } from '../../../src/jobs/rules/rules';
import { ASKED, BEN, CHO, decided, type Entries, ended, HERE, PURGE, request, type Shown } from './records';
import type { Stage } from './stage';

/** What is not in a channel: the Home tab of Ben, and Ben's terminal. */
export async function elsewhere(stage: Stage): Promise<Entries> {
  return [
    ['home', home(stage)],
    ['console', await terminal(stage)],
  ];
}

function frozen(name: string, rule: Omit<Rule, 'name' | 'frozen'>, ...texts: readonly string[]): Rule {
  const windows = texts.flatMap((text) => parseWindow(text) ?? []);
  return { name, ...rule, frozen: { zone: 'UTC', windows } };
}

const RULES: Rules = {
  ...DEFAULT_RULES,
  approvers: [BEN, CHO],
  rules: [
    frozen('inventory', { match: { system: ['palm'] }, breakGlass: [CHO] }, '2026-11-25 08:00 – 2026-11-26 08:00'),
    frozen('weekends', { match: { kind: 'change' } }, 'fri 16:00 – mon 08:00'),
  ],
};

function ruled({ operation, cluster }: Request) {
  return rulingOf(RULES, { kind: 'change', operation, cluster, channel: HERE, danger: 'reversible' });
}

function home({ purge, servers, election }: Stage): Shown {
  const open: Waiting = { kind: 'planned', expiresAt: ASKED + 15 * 60_000, ...decided(purge, []) };
  const asked = (command: string, view: View, more: Partial<Request>) =>
    request({ command, kind: 'query', state: ended({ kind: 'answered', view }) }, more);
  const look = asked('palm servers', servers, { id: 'R5T1CW3A', requester: BEN });
  const diagnosis = asked('openio election debug meta2 FVE0', election, { id: 'RB8D0ZQ4', requester: BEN });
  const waits = request({ ...PURGE, state: open });
  const cluster = { name: 'prod-eu', production: true };
  const listed = (one: Request) => ({ request: one, cluster, link: null });
  const view = drawHome({
    waiting: [{ ...listed(waits), ruling: ruled(waits) }],
    mine: [listed(look), listed(diagnosis)],
    systems: [
      { cluster, system: 'openio', command: 'openio election diagnose --on prod-eu', isWhole: false, last: diagnosis },
      { cluster, system: 'palm', command: 'palm servers --on prod-eu', isWhole: true, last: look },
      { cluster, system: 'distkv', command: 'distkv diagnose --on prod-eu', isWhole: true, last: null },
    ],
    freezes: freezesInSight(RULES, ASKED),
  });
  return { kind: 'home', view };
}

async function terminal({ clusters, purge }: Stage): Promise<Shown> {
  const waits = request({ ...PURGE, state: { kind: 'planned', expiresAt: ASKED + 900_000, ...decided(purge, []) } });
  const attachments = { whole: async (_id: string, view: View) => view };
  const card = await cardText({ clusters, attachments, rulingOf: ruled }, waits);
  return { kind: 'terminal', text: `$ ${TYPED} show ${waits.id}\n\n${card}` };
}
