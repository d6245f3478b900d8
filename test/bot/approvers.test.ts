import { drawRequest } from '../../src/bot/message/message';
import { noticeText } from '../../src/bot/message/waiting';
import { approversText, callableOf, ruledNow } from '../../src/bot/outbox/approvers';
import type { Text } from '../../src/handlers/view';
import { plain } from '../../src/handlers/view';
import type { Request, State, Waiting } from '../../src/jobs/request/request';
import type { Standing } from '../../src/jobs/rules/policy';
import type { Rule } from '../../src/jobs/rules/rules';
import { standing } from '../support/jobs';
import { decided, requestIn } from '../support/records';

/** Who is called to a card, and by what words. */
const view = { title: 'Purge server e5cd', tone: 'warning', parts: [{ kind: 'text', text: 'details' }] } as const;
const waiting: Waiting = { kind: 'planned', expiresAt: 5, ...decided(view) };
const ANA = { ...requestIn(waiting), requester: 'UANA' };
const held = { by: 'UCHO', at: 1, why: 'why?', releases: [] };
const second: Rule = { name: 'Second list', match: {}, approve: ['S0DBA'] };
const told = (text: Text) => plain(text);
const voted = (...people: readonly string[]): Request => ({
  ...ANA,
  state: { ...waiting, approvals: people.map((by) => ({ by, at: 1 })) },
});
const notice = (request: Request, callable: ReturnType<typeof callableOf>, mark = '') => {
  if (request.state.kind !== 'planned') throw new Error('not planned');
  return told(noticeText(request, request.state, { kind: 'reminder', callable, mark }));
};
const ofTwoLists = (members: Standing['members']): Standing => ({
  ...standing({ approvers: ['S0OPS', 'UBEN'], rules: [second] }),
  members,
});

test('a card lists those who can still approve: neither the one who asked nor those who have voted', () => {
  expect(told(approversText(voted(), standing()))).toBe('May approve: @UBEN, @UCHO. The requester never counts.');
  expect(told(approversText(voted('UBEN'), standing()))).toBe('May approve: @UCHO. The requester never counts.');
  expect(told(approversText(voted('UBEN', 'UCHO'), standing()))).toMatch(/^Nobody else may approve/);
});

test('a card that is held lists nobody: its first lines say that nobody can approve it', () => {
  expect(approversText({ ...ANA, state: { ...waiting, held } }, standing())).toBe('');
});

test('a reminder says what it is about, where, and whether it can be undone', () => {
  const said = notice(voted('UBEN'), callableOf(standing()), '◆ PRODUCTION prod-eu · ');
  expect(said).toMatch(
    /^Still waiting for approval: ◆ PRODUCTION prod-eu · Purge server e5cd \(\/palm purge x\)\. It cannot be undone\. Request R7K2M9QF needs 1 more, until .* May approve: @UCHO$/,
  );
});

test('several lists whose groups Slack does not tell give no empty list of people, but the groups', () => {
  const callable = callableOf(ofTwoLists(new Map([['S0OPS', null]])));
  expect(callable).toEqual({ kind: 'untold', groups: ['S0OPS', 'S0DBA'] });
  expect(notice(voted(), callable)).toContain('Slack did not say who is in @S0OPS @S0DBA: whoever is on every list');
  expect(told(approversText(voted(), ofTwoLists(new Map())))).toContain('@S0OPS, @UBEN, and of these only: @S0DBA');
});

test('of several lists the people who are on all of them are called', () => {
  const members = new Map([
    ['S0OPS', ['UDAN']],
    ['S0DBA', ['UBEN', 'UDAN']],
  ]);
  expect(callableOf(ofTwoLists(members))).toEqual({ kind: 'people', people: ['UDAN', 'UBEN'] });
});

test('where everybody has voted nobody is named', () => {
  expect(notice(voted('UBEN', 'UCHO'), callableOf(standing()))).toMatch(/Nobody else may approve it/);
});

test('the notification of a card says that approval is needed, and not while it is held', () => {
  const textOf = (state: State) =>
    drawRequest(requestIn(state), { partial: null, approvers: '', cluster: { name: 'eu', production: true } }).text;
  expect(textOf(waiting)).toMatch(/^◆ PRODUCTION eu · APPROVAL NEEDED · ⚠ Purge server e5cd/);
  expect(textOf({ ...waiting, held })).not.toContain('APPROVAL NEEDED');
});

test('a rule that asks for more by now is shown before anybody votes, and one that asks for less is not', () => {
  const needs = (count: number) => {
    const { state } = ruledNow(ANA, standing({ needs: { reversible: count, irreversible: count } }));
    return state.kind === 'planned' && state.proposed.needs;
  };
  expect([needs(3), needs(1)]).toEqual([3, 2]);
});
