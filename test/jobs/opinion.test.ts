import { ask, decide, expire, type Move, plan } from '../../src/jobs/request/lifecycle';
import { hold, release, remind } from '../../src/jobs/request/opinion';
import type { Request, Waiting } from '../../src/jobs/request/request';
import type { VoteOf } from '../../src/jobs/rules/policy';
import { ASKED, approval, standing } from '../support/jobs';

const EXPIRES = 900;
/** Sam is nobody here; the others may approve. */
const us = standing({ approvers: ['UANA', 'UBEN', 'UCHO', 'UDAN'], expiresAfterMs: EXPIRES });
const view = { title: 'v', tone: 'neutral', parts: [] } as const;
const targets = [{ key: 'palm/servers/x', label: 'x' }];

function planned(needs = 1): Request {
  const asked = ask(
    {
      id: 'R0000',
      kind: 'change',
      operation: 'palm purge',
      words: ['x'],
      ...ASKED,
    },
    us,
    { at: 0, seq: 1 },
  );
  const proposed = {
    plan: { a: 1 },
    danger: 'reversible',
    targets,
    slots: [],
    procedure: [],
    preview: view,
    needs,
    recheckAfterMs: null,
  } as const;
  return go(ok(asked), plan(proposed, us), 0);
}

function ok(moved: ReturnType<Move>): Request {
  if (!moved.ok) throw new Error(JSON.stringify(moved.refusal));
  return moved.request;
}

const go = (request: Request, move: Move, at = 10) => ok(move(request, { at, seq: 7 }));
const refused = (request: Request, move: Move, at = 10) => {
  const moved = move(request, { at, seq: 7 });
  return moved.ok ? null : moved.refusal.rule;
};
const doubts = (by = 'UCHO', reason = 'that server is alive'): VoteOf<'hold'> => ({
  decision: 'hold',
  by,
  road: 'form',
  reason,
});
const releases = (by: string): VoteOf<'release'> => ({ decision: 'release', by, road: 'button' });
const approves = (by: string) => decide(approval(by), us);
const waiting = ({ state }: Request): Waiting => {
  if (state.kind !== 'planned') throw new Error(`it is ${state.kind}`);
  return state;
};

test('a second opinion holds the request without deciding it: nobody can approve, whoever it is', () => {
  const held = go(planned(), hold(doubts(), us));
  expect(held.state).toMatchObject({ kind: 'planned', held: { by: 'UCHO', at: 10, why: 'that server is alive' } });
  expect(refused(held, approves('UBEN'))).toBe('held');
  expect(refused(held, approves('UCHO'))).toBe('held');
});

test('the hold and its reason are in the audit trail', () => {
  expect(hold(doubts(), us)(planned(), { at: 1, seq: 1 })).toMatchObject({
    note: { event: 'held', by: 'UCHO', detail: { reason: 'that server is alive' } },
  });
});

test('whoever holds it releases it alone, and then it can be approved', () => {
  const free = go(go(planned(), hold(doubts(), us)), release(releases('UCHO'), us));
  expect(waiting(free).held).toBeUndefined();
  expect(go(free, approves('UBEN')).state.kind).toBe('approved');
});

test('of the others two overrule whoever holds it: one is counted, the same one twice is one', () => {
  const once = go(go(planned(), hold(doubts(), us)), release(releases('UBEN'), us));
  expect(waiting(once).held).toMatchObject({ releases: [{ by: 'UBEN' }] });
  expect(refused(once, approves('UBEN'))).toBe('held');
  expect(refused(once, release(releases('UBEN'), us))).toBe('already counted');
  expect(waiting(go(once, release(releases('UDAN'), us))).held).toBeUndefined();
});

test('approvals that were given before the hold still count after it', () => {
  const doubted = go(go(planned(2), approves('UBEN')), hold(doubts(), us));
  expect(go(go(doubted, release(releases('UCHO'), us)), approves('UCHO')).state.kind).toBe('approved');
});

test.each<[string, Move, string]>([
  ['who asked, holding', hold(doubts('UANA'), us), 'own request'],
  ['a stranger, holding', hold(doubts('USAM'), us), 'not an approver'],
  ['somebody without a reason', hold(doubts('UCHO', ' '), us), 'no reason'],
  ['somebody who releases what nobody holds', release(releases('UBEN'), us), 'not held'],
])('refused: %s', (_who, move, rule) => {
  expect(refused(planned(), move)).toBe(rule);
});

test.each<[string, Move, string]>([
  ['a second hold', hold(doubts('UBEN'), us), 'held'],
  ['who asked, releasing', release(releases('UANA'), us), 'own request'],
  ['a stranger, releasing', release(releases('USAM'), us), 'not an approver'],
])('refused while it is held: %s', (_who, move, rule) => {
  expect(refused(go(planned(), hold(doubts(), us)), move)).toBe(rule);
});

test('a held request can be denied and withdrawn, and expires like any other', () => {
  const held = go(planned(), hold(doubts(), us));
  const deny = decide({ decision: 'deny', by: 'UBEN', road: 'form', reason: 'no' }, us);
  expect(go(held, deny).state.kind).toBe('denied');
  expect(go(held, decide({ decision: 'withdraw', by: 'UANA', road: 'button' }, us)).state.kind).toBe('withdrawn');
  expect(go(held, expire, EXPIRES + 1).state.kind).toBe('expired');
  expect(refused(held, release(releases('UCHO'), us), EXPIRES + 1)).toBe('expired');
});

test('what is decided already cannot be held', () => {
  expect(refused(go(planned(), approves('UBEN')), hold(doubts(), us))).toBe('not waiting');
});

test('a reminder is due after two thirds of the time, once, and not when it is too late', () => {
  expect(refused(planned(), remind, 599)).toBe('changed meanwhile');
  expect(refused(planned(), remind, EXPIRES + 1)).toBe('changed meanwhile');
  const reminded = go(planned(), remind, 600);
  expect(reminded.state).toMatchObject({ kind: 'planned', remindedAt: 600, expiresAt: EXPIRES });
  expect(refused(reminded, remind, 700)).toBe('changed meanwhile');
});
