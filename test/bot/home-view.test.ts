import type { Button } from '@slack/types';
import fc from 'fast-check';
import { checkView } from '../../sandbox/slack/check';
import { approveForm } from '../../src/bot/forms/approve-form';
import { drawHome, type HomeModel, type Listed, type WaitingNow } from '../../src/bot/home/home-view';
import type { Part, View } from '../../src/handlers/view';
import type { State } from '../../src/jobs/request/request';
import type { FreezeInSight } from '../../src/jobs/rules/freeze';
import { hostile } from '../support/hostile';
import { standing } from '../support/jobs';
import { live } from '../support/live';
import { decided, finished, requestIn } from '../support/records';

const view: View = { title: 'Delete 1 server', tone: 'warning', parts: [] };
const cluster = { name: 'prod-eu', production: true };
const link = 'https://team.slack.com/archives/C1/p1700000000000100';
const nothing: HomeModel = { waiting: [], mine: [], systems: [], freezes: [] };
const planned: State = { kind: 'planned', expiresAt: 900_000, ...decided(view) };
const { ruling } = standing();
const { ruling: stricter } = standing({ needs: { reversible: 3, irreversible: 3 } });
const listed = (state: State, more: Partial<Listed['request']> = {}): WaitingNow => ({
  request: { ...requestIn(state), ...more },
  cluster,
  link,
  ruling,
});
const textOf = (model: Partial<HomeModel>) => JSON.stringify(drawHome({ ...nothing, ...model }).blocks);
const buttonsOf = (model: Partial<HomeModel>) =>
  drawHome({ ...nothing, ...model }).blocks.flatMap((block): readonly Button[] =>
    block.type === 'actions' && 'elements' in block && block.block_id !== 'rules'
      ? block.elements.flatMap((one) => (one.type === 'button' ? [one] : []))
      : [],
  );
const labels = (model: Partial<HomeModel>) => buttonsOf(model).map(({ text }) => text.text);

describe('what waits', () => {
  test('says its cluster and that it is production first, the danger in words, and where its card is', () => {
    const text = textOf({ waiting: [listed(planned)] });
    expect(text).toContain('"◆ PRODUCTION prod-eu · Delete 1 server"');
    expect(text).toContain('Cannot be undone.');
    expect(text).toContain(`<${link}|Its message>`);
  });

  test('is looked at before it can be approved', () => {
    expect(labels({ waiting: [listed(planned)] })).toEqual(['Look at it', 'Deny', 'Looks wrong to me']);
  });

  test('needs as many as its groups ask for, not only as many as approvals are missing', () => {
    const base = decided(view);
    // Three groups must be covered, and two people are asked for.
    const fromGroups = [{ groups: ['SDBA', 'SOPS', 'SNET'], least: 3 }];
    const state: State = { ...planned, ...base, proposed: { ...base.proposed, needs: 2, fromGroups } };
    expect(textOf({ waiting: [listed(state)] })).toContain('Needs 3 approvals');
  });

  test('needs what the rules ask for by now, where that is more than when it was shown', () => {
    expect(textOf({ waiting: [listed(planned)] })).toContain('Needs 1 approval');
    expect(textOf({ waiting: [{ ...listed(planned), ruling: stricter }] })).toContain('Needs 2 approvals');
  });

  test('is held in the title, behind the cluster', () => {
    const held = { by: 'U0BEN', at: 1, why: 'the wrong one', releases: [] };
    expect(textOf({ waiting: [listed({ ...planned, held })] })).toContain('◆ PRODUCTION prod-eu · HELD · Delete');
  });
});

describe('what one has asked', () => {
  const answered: State = finished({ kind: 'answered', view });

  test('leads to its message, and a query can be run again', () => {
    const mine = [listed(answered, { kind: 'query', operation: 'palm servers', words: [] })];
    expect(textOf({ mine })).toContain(`<${link}|Its message>`);
    expect(labels({ mine })).toEqual(['Run again']);
  });

  test('a change that has ended is only led to: it is asked where others see it', () => {
    const mine = [listed(finished({ kind: 'unchanged', why: 'gone' }))];
    expect(textOf({ mine })).toContain(`<${link}|Its message>`);
    expect(labels({ mine })).toEqual([]);
  });
});

describe('a system at which nobody has looked', () => {
  const palm = { cluster, system: 'palm', command: 'palm servers --on prod-eu', isWhole: true, last: null };
  const openio = { ...palm, system: 'openio', command: 'openio election diagnose --on prod-eu', isWhole: false };

  test('says the command that means this cluster, and a button asks it privately', () => {
    const text = textOf({ systems: [palm] });
    expect(text).toContain('◆ PRODUCTION prod-eu · palm: Nobody has looked yet: /palm servers --on prod-eu');
    expect(buttonsOf({ systems: [palm] }).map(({ action_id, value }) => [action_id, value])).toEqual([
      ['next_said_0~look', 'palm servers --on prod-eu --private'],
    ]);
  });

  test('offers a form, and no command that is none, where the command wants more', () => {
    expect(textOf({ systems: [openio] })).not.toContain('yet: /openio');
    expect(buttonsOf({ systems: [openio] }).map(({ action_id, value }) => [action_id, value])).toEqual([
      ['fill_said_0~look', 'openio election diagnose --on prod-eu --private'],
    ]);
  });
});

test('a big incident is still a tab that Slack takes, and what is left out is counted', () => {
  const held = { by: 'U0BEN', at: 1, why: 'w'.repeat(500), releases: [] };
  const waiting = Array.from({ length: 20 }, (_, at) => listed({ ...planned, held }, { id: `RAAAAA${10 + at}` }));
  const mine = Array.from({ length: 20 }, (_, at) => listed(planned, { id: `RBBBBB${10 + at}` }));
  const last = { ...requestIn(finished({ kind: 'answered', view })), id: 'RCCCCC10' };
  const systems = Array.from({ length: 20 }, (_, at) => ({
    ...{ cluster, system: 'palm', command: 'palm servers', isWhole: true },
    last: { ...last, id: `RCCCCC${10 + at}` },
  }));
  const rule = { name: 'inventory', match: { kind: 'change' } } as const;
  const freezes: FreezeInSight[] = Array.from({ length: 20 }, () => ({ rule, from: null, until: null }));
  const home = drawHome({ waiting, mine, systems, freezes });
  expect(home.blocks.length).toBeLessThanOrEqual(100);
  expect(checkView(home, 'home')).toEqual([]);
  const text = JSON.stringify(home.blocks);
  const shown = text.match(/RAAAAA\d\d","text":\{"type":"plain_text","text":"Look at it/g) ?? [];
  expect(shown.length).toBeGreaterThan(4);
  expect(text).toContain(`And ${20 - shown.length} more: type /ops requests.`);
});

describe('looking at what waits', () => {
  const state = { kind: 'planned', expiresAt: 900_000, ...decided(view) } as const;
  const table: Part = { kind: 'table', name: 'servers.csv', head: ['Server'], rows: [['u'.repeat(4_000)]] };
  const looked = { request: requestIn(state), state, ruling, cluster, link };

  test('shows the preview with its cluster above the button that approves, and says where the rest is', () => {
    const proposed = { ...state.proposed, preview: { ...view, parts: [table] } };
    const form = approveForm({ ...looked, state: { ...state, proposed } });
    expect(checkView(form)).toEqual([]);
    expect(form.submit?.text).toBe('Approve');
    const text = JSON.stringify(form.blocks);
    expect(text).toContain('◆ PRODUCTION prod-eu · Delete 1 server');
    expect(text).toContain('The rest of it is in its card.');
    expect(text).toContain('Cannot be undone.');
    expect(text).toContain(link);
  });

  test('needs what the rules ask for by now, from the groups that they name', () => {
    const fromGroups = [{ groups: ['SDBA', 'SOPS'], least: 2 }];
    const text = JSON.stringify(approveForm({ ...looked, ruling: { ...stricter, fromGroups } }).blocks);
    expect(text).toContain('Needs 2 approvals');
    expect(text).toContain('From at least 2 of these groups');
  });

  test('what is held cannot be approved there', () => {
    const held = { by: 'U0BEN', at: 1, why: 'the wrong one', releases: [] };
    const form = approveForm({ ...looked, state: { ...state, held } });
    expect(form.submit).toBeUndefined();
    expect(JSON.stringify(form.blocks)).toContain('the wrong one');
  });
});

test('nothing in it is live that came from outside', () => {
  const ours = ['U0ANA', '#U0ANA', 'C1', '#C1', `${link}|Its message`];
  for (const text of fc.sample(hostile, { numRuns: 2_000, seed: 7 })) {
    const state: State = { ...planned, ...decided({ ...view, title: text }) };
    const home = drawHome({ ...nothing, waiting: [{ request: requestIn(state, [text]), cluster, link, ruling }] });
    expect(checkView(home, 'home')).toEqual([]);
    expect(live(home.blocks).filter((one) => !ours.includes(one.replace(/^[@#]+/, '')))).toEqual([]);
  }
});
