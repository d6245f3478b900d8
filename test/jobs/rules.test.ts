import { ask, decide, type Move, plan, start } from '../../src/jobs/request/lifecycle';
import type { Request } from '../../src/jobs/request/request';
import { parseWindow } from '../../src/jobs/rules/calendar';
import { belowFloor } from '../../src/jobs/rules/floors';
import type { Refusal, Standing } from '../../src/jobs/rules/policy';
import { missingApprovals } from '../../src/jobs/rules/quorum';
import { type About, DEFAULT_RULES, type Rule, type Rules, rulingOf } from '../../src/jobs/rules/rules';
import { ASKED, approval } from '../support/jobs';

const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['S0STO', ['UBEN', 'UCHO']],
  ['S0PLA', ['UCHO', 'UDAN']],
]);
const about: About = {
  kind: 'change',
  operation: 'palm purge',
  cluster: 'default',
  channel: 'C1',
  danger: 'reversible',
};

function standing(
  rules: readonly Partial<Rule>[],
  more: Partial<Rules> = {},
  danger: About['danger'] = null,
): Standing {
  const named = rules.map((rule, at) => ({ name: `r${at}`, match: {}, ...rule }));
  const all = {
    ...DEFAULT_RULES,
    approvers: ['UANA', 'UBEN', 'UCHO', 'UDAN', 'S0STO', 'S0PLA'],
    rules: named,
    ...more,
  };
  return { ruling: rulingOf(all, { ...about, danger }), members: GROUPS, secondFactor: 'off' };
}

const view = { title: 'v', tone: 'neutral', parts: [] } as const;
const ofPalm = { id: 'R1', kind: 'change', operation: 'palm purge', words: ['x'], ...ASKED } as const;

function opened(us: Standing, more: { requester?: string; breakGlass?: string; at?: number } = {}): Request | Refusal {
  const { at = 0, ...asked } = more;
  const moved = ask({ ...ofPalm, ...asked }, us, { at, seq: 1 });
  return moved.ok ? moved.request : moved.refusal;
}
const ok = (request: Request | Refusal): Request => {
  if ('rule' in request) throw new Error(JSON.stringify(request));
  return request;
};
const go = (request: Request, move: Move, at = 0): Request | Refusal => {
  const moved = move(request, { at, seq: 7 });
  return moved.ok ? moved.request : moved.refusal;
};
function planned(us: Standing, more: Parameters<typeof opened>[1] = {}): Request {
  const { ruling } = us;
  const proposed = {
    ...({ plan: {}, danger: 'reversible', targets: [], slots: [], procedure: [], preview: view } as const),
    recheckAfterMs: null,
    ...{ needs: ruling.needs, fromGroups: ruling.fromGroups, pool: 'palm/servers' },
  } as const;
  return ok(go(ok(opened(us, more)), plan(proposed, us), more.at));
}
const approved = (us: Standing, by: readonly string[], more: Parameters<typeof opened>[1] = {}) =>
  by.reduce((request, who) => ok(go(request, decide(approval(who), us), more.at)), planned(us, more));

describe('every rule that matches holds', () => {
  const both = [
    {
      match: { system: ['palm'] },
      needs: 3,
      approve: ['UBEN', 'UCHO'],
      expiresAfterMs: 600_000,
      channels: ['C1', 'C2'],
    },
    { match: { cluster: ['default'] }, needs: 2, approve: ['UCHO', 'UDAN'], expiresAfterMs: 300_000, channels: ['C2'] },
    { match: { cluster: ['prod'] }, needs: 9 },
    { match: { operation: ['palm reset'] }, needs: 9 },
    { match: { channel: ['C9'] }, needs: 9 },
    { match: { kind: 'query' as const }, ask: ['UZOE'] },
    { match: { danger: 'irreversible' as const }, needs: 5 },
  ];
  test('the greatest number, the shortest time, the people and channels of all lists', () => {
    const { ruling } = standing(both, {}, 'reversible');
    expect(ruling).toMatchObject({ needs: 3, expiresAfterMs: 300_000, channels: ['C2'], ask: [] });
    expect(ruling.approve).toHaveLength(3);
    expect(standing(both, {}, 'irreversible').ruling.needs).toBe(5);
  });

  test('only who is on every list of approvers may approve', () => {
    const us = standing([{ approve: ['UBEN', 'UCHO'] }, { approve: ['UCHO', 'UDAN'] }]);
    expect(go(planned(us), decide(approval('UBEN'), us))).toMatchObject({ rule: 'not an approver' });
    expect(go(planned(us), decide(approval('UCHO'), us))).toMatchObject({ state: { kind: 'approved' } });
  });

  test('a list of a rule makes nobody an approver who is not one without it', () => {
    const us = standing([{ approve: ['UEVE'] }]);
    expect(go(planned(us), decide(approval('UEVE'), us))).toMatchObject({ rule: 'not an approver' });
  });
});

describe('who may ask', () => {
  const us = standing([{ ask: ['UBEN', 'S0PLA'] }]);
  test.each([
    ['somebody on the list', 'UBEN', undefined],
    ['somebody in a group of it', 'UDAN', undefined],
    ['somebody else', 'UANA', 'not an asker'],
  ])('%s', (_who, requester, rule) => {
    const found = opened(us, { requester });
    expect('rule' in found ? found.rule : undefined).toBe(rule);
  });

  test('nobody, while Slack does not say who is in the group', () => {
    expect(opened({ ...us, members: new Map([['S0PLA', null]]) }, { requester: 'UDAN' })).toMatchObject({
      rule: 'askers unknown',
    });
  });

  test('a rule about a danger holds as soon as the danger is known', () => {
    const rules = [{ match: { danger: 'reversible' as const }, ask: ['UBEN'] }];
    const request = ok(opened(standing(rules)));
    const proposed = { plan: {}, danger: 'reversible', targets: [], slots: [], procedure: [], preview: view } as const;
    const late = plan({ ...proposed, needs: 1, recheckAfterMs: null }, standing(rules, {}, 'reversible'));
    expect(go(request, late)).toMatchObject({ rule: 'not an asker' });
  });
});

describe('from several groups', () => {
  const us = standing([{ approve: ['UBEN', 'UCHO', 'UDAN', 'S0STO', 'S0PLA'], fromGroups: 2 }]);
  test('somebody of each must approve, and that many people are needed', () => {
    expect(us.ruling.needs).toBe(2);
    const once = ok(go(planned(us), decide(approval('UBEN'), us)));
    expect(once.state).toMatchObject({ kind: 'planned', approvals: [{ by: 'UBEN', groups: ['S0STO'] }] });
    expect(go(once, decide(approval('UDAN'), us))).toMatchObject({ state: { kind: 'approved' } });
  });

  test('two of the same group are not enough, a third of the other is', () => {
    const all = standing([{ approve: ['S0STO', 'S0PLA'], fromGroups: 2 }]);
    const members = new Map([
      ['S0STO', ['UBEN', 'UCHO']],
      ['S0PLA', ['UDAN']],
    ]);
    const two = approved({ ...all, members }, ['UBEN', 'UCHO']);
    expect(two.state).toMatchObject({ kind: 'planned', approvals: [{}, {}] });
    expect(go(two, decide(approval('UDAN'), { ...all, members }))).toMatchObject({ state: { kind: 'approved' } });
  });

  test('somebody who is in both groups is one person, and counts for the one that is missing', () => {
    const quota = { needs: 1, fromGroups: [{ groups: ['S0STO', 'S0PLA'], least: 2 }] };
    const cho = { by: 'UCHO', at: 1, groups: ['S0STO', 'S0PLA'] };
    expect(missingApprovals(quota, [cho])).toBe(1);
    expect(missingApprovals(quota, [cho, { by: 'UBEN', at: 1, groups: ['S0STO'] }])).toBe(0);
    expect(missingApprovals(quota, [{ by: 'UBEN', at: 1, groups: ['S0STO'] }, cho])).toBe(0);
  });

  test('whoever has left a group counts for it no more when it shall start', () => {
    const request = approved(us, ['UBEN', 'UDAN']);
    const left = { ...us, members: new Map([...GROUPS, ['S0PLA', ['UCHO']]]) };
    expect(go(request, start(us))).toMatchObject({ state: { kind: 'running' } });
    expect(go(request, start(left))).toMatchObject({ rule: 'no quorum' });
    const untold = { ...us, members: new Map([...GROUPS, ['S0PLA', null]]) };
    expect(go(request, start(untold))).toMatchObject({ rule: 'approvers unknown' });
  });
});

describe('rules that are stricter by now', () => {
  const then = standing([]);
  const three = standing([{ needs: 3 }]);
  const groups = standing([{ approve: ['S0STO', 'S0PLA'], fromGroups: 2 }]);

  test('the next approval is judged by them, and people are shown how many are missing', () => {
    const once = ok(go(planned(then), decide(approval('UBEN'), three)));
    expect(once.state).toMatchObject({ kind: 'planned', proposed: { needs: 3 }, approvals: [{ by: 'UBEN' }] });
    const twice = ok(go(once, decide(approval('UCHO'), three)));
    expect(twice.state.kind).toBe('planned');
    expect(go(twice, decide(approval('UDAN'), three))).toMatchObject({ state: { kind: 'approved' } });
  });

  test('the vote that meets them says so in the audit trail', () => {
    expect(decide(approval('UBEN'), three)(planned(then), { at: 0, seq: 7 })).toMatchObject({
      note: { event: 'approval', detail: { needs: 3 } },
    });
  });

  test('what was approved before starts only if that is still enough', () => {
    const request = approved(then, ['UBEN']);
    expect(go(request, start(then))).toMatchObject({ state: { kind: 'running' } });
    expect(go(request, start(three))).toMatchObject({ rule: 'no quorum', why: expect.stringContaining('2 more') });
    expect(go(request, start(groups))).toMatchObject({ rule: 'no quorum' });
  });

  test('groups that are asked for by now count too, with the groups that were shown', () => {
    const once = ok(go(planned(then), decide(approval('UBEN'), groups)));
    expect(once.state).toMatchObject({ kind: 'planned', approvals: [{ groups: ['S0STO'] }] });
    expect(go(once, decide(approval('UDAN'), groups))).toMatchObject({ state: { kind: 'approved' } });
    const shown = planned(groups);
    const both = standing([{ approve: ['UBEN', 'UDAN', 'S0STO', 'S0PLA'], needs: 2 }]);
    const ben = ok(go(shown, decide(approval('UBEN'), both)));
    expect(ben.state).toMatchObject({ kind: 'planned', approvals: [{ groups: ['S0STO'] }] });
  });

  test('laxer rules change nothing for what was shown', () => {
    const request = ok(go(planned(three), decide(approval('UBEN'), then)));
    expect(request.state).toMatchObject({ kind: 'planned', proposed: { needs: 3 } });
  });
});

describe('in a freeze', () => {
  const weekend = { zone: 'UTC', windows: [parseWindow('sat 00:00 – mon 00:00')].flatMap((one) => one ?? []) };
  const friday = Date.UTC(2026, 10, 27, 23, 59);
  const saturday = Date.UTC(2026, 10, 28, 0, 1);
  const us = standing([{ frozen: weekend, breakGlass: ['UANA'] }]);

  test('nothing can be asked, and it is said until when and who could', () => {
    const refused = opened(us, { at: saturday });
    expect(refused).toMatchObject({ rule: 'frozen' });
    expect(JSON.stringify(refused)).toContain(`{"at":${Date.UTC(2026, 10, 30)}}`);
    expect(JSON.stringify(refused)).toContain('{"user":"UANA"}');
  });

  test('what was asked before cannot be approved, nor start, but can be denied', () => {
    const waiting = planned(us, { at: friday });
    expect(go(waiting, decide(approval('UBEN'), us), saturday)).toMatchObject({ rule: 'frozen' });
    const deny = decide({ decision: 'deny', by: 'UBEN', road: 'form', reason: 'weekend' }, us);
    expect(go(waiting, deny, saturday)).toMatchObject({ state: { kind: 'denied' } });
    expect(go(approved(us, ['UBEN'], { at: friday }), start(us), saturday)).toMatchObject({ rule: 'frozen' });
  });

  test('somebody who is named breaks it with a reason; the start says so in the audit trail', () => {
    const request = approved(us, ['UBEN'], { breakGlass: 'the registry is down', at: saturday });
    expect(start(us)(request, { at: saturday, seq: 9 })).toMatchObject({
      ok: true,
      note: { detail: { brokenFreeze: 'r0', breakGlass: 'the registry is down' } },
    });
  });

  test('it does not help somebody who is not named, nor make anybody an approver', () => {
    expect(opened(us, { requester: 'UBEN', breakGlass: 'x', at: saturday })).toMatchObject({ rule: 'break-glass' });
    const waiting = planned(us, { breakGlass: 'x', at: saturday });
    expect(go(waiting, decide(approval('UANA'), us), saturday)).toMatchObject({ rule: 'own request' });
    expect(go(waiting, decide(approval('UEVE'), us), saturday)).toMatchObject({ rule: 'not an approver' });
  });

  test('of two freezes both must name the one who breaks them', () => {
    const both = standing([
      { frozen: weekend, breakGlass: ['UANA', 'UBEN'] },
      { frozen: weekend, breakGlass: ['UBEN'] },
    ]);
    expect(opened(both, { breakGlass: 'x', at: saturday })).toMatchObject({ rule: 'break-glass' });
    expect(opened(both, { requester: 'UBEN', breakGlass: 'x', at: saturday })).toMatchObject({ id: 'R1' });
  });
});

describe('floors', () => {
  const { ruling } = standing([{ floors: { left: 3 } }, { floors: { atOnce: 2 } }]);
  const pool = (removes: number, leaves: number) => ({ key: 'palm/servers', name: 'servers', removes, leaves });
  test.each([
    [1, 3, null],
    [2, 3, null],
    [3, 9, /at most 2 may go at once/],
    [1, 2, /at least 3 must be left/],
  ])('%d taken away, %d left: %s', (removes, leaves, said) => {
    const refusal = belowFloor(ruling, pool(removes, leaves));
    if (said === null) expect(refusal).toBeNull();
    else expect(String(refusal?.why)).toMatch(said);
  });

  test('while one holds, a change locks all that is counted, so that two cannot take too much together', () => {
    const floored = standing([{ floors: { left: 1 } }]);
    const claims = (us: Standing) => start(us)(approved(us, ['UBEN']), { at: 0, seq: 1 });
    expect(claims(floored)).toMatchObject({ claim: [{ key: 'palm/servers' }] });
    expect(claims(standing([]))).toMatchObject({ claim: [] });
  });
});
