import type { Finding, Step } from '../../src/handlers/operation';
import {
  ask,
  clear,
  decide,
  expire,
  finish,
  type Move,
  plan,
  recheck,
  start,
  step,
} from '../../src/jobs/request/lifecycle';
import { outcomeKind } from '../../src/jobs/request/outcome';
import { guessed } from '../../src/jobs/request/refused';
import type { Decision, Request, Road } from '../../src/jobs/request/request';
import { mayAsk, type VoteOf } from '../../src/jobs/rules/policy';
import { DEFAULT_RULES, rulingOf } from '../../src/jobs/rules/rules';
import { ASKED, approval as approve, standing } from '../support/jobs';

const EXPIRES = 1_000;
const us = standing({ expiresAfterMs: EXPIRES });
const view = { title: 'v', tone: 'neutral', parts: [] } as const;
const targets = [{ key: 'palm/servers/x', label: 'x' }];
const proposed = {
  plan: { a: 1 },
  danger: 'reversible',
  targets,
  preview: view,
  needs: 1,
  recheckAfterMs: null,
  slots: [],
  procedure: [],
} as const;

function queued(): Request {
  const asked = {
    id: 'R0000',
    kind: 'change',
    operation: 'palm purge',
    words: ['x'],
    ...ASKED,
  } as const;
  return ok(ask(asked, us, { at: 0, seq: 1 }));
}

function ok(moved: ReturnType<Move>): Request {
  if (!moved.ok) throw new Error(String(moved.refusal.why));
  return moved.request;
}

const go = (request: Request, move: Move, at = 10, seq = 7) => ok(move(request, { at, seq }));
const refused = (request: Request, move: Move, at = 10) => {
  const moved = move(request, { at, seq: 7 });
  return moved.ok ? null : moved.refusal.rule;
};
const deny = (reason?: string): VoteOf<Decision> => ({
  decision: 'deny',
  by: 'UCHO',
  road: 'form',
  ...(reason !== undefined && { reason }),
});
const planned = (more: Partial<typeof proposed> | { needs: number } = {}) =>
  go(queued(), plan({ ...proposed, ...more }, us), 0);
const approved = () => go(planned(), decide(approve('UBEN'), us), 100);

test('a plan waits with its fingerprint, and a second plan of the same request is refused', () => {
  const request = planned();
  expect(request.state).toMatchObject({
    kind: 'planned',
    expiresAt: EXPIRES,
    proposed: { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(refused(request, plan(proposed, us))).toBe('changed meanwhile');
});

test.each<[string, VoteOf<Decision>, string]>([
  ['the requester', { decision: 'approve', by: 'UANA', road: 'button' }, 'own request'],
  ['a stranger', { decision: 'approve', by: 'USAM', road: 'button' }, 'not an approver'],
  ['a stranger who denies', { decision: 'deny', by: 'USAM', road: 'button' }, 'not an approver'],
  [
    'somebody who withdraws what another asked',
    { decision: 'withdraw', by: 'UBEN', road: 'button' },
    'not the requester',
  ],
])('the vote of %s does not count', (_who, vote, rule) => {
  expect(refused(planned(), decide(vote, us))).toBe(rule);
});

test('the vote of somebody whose groups Slack does not tell does not count, also to deny', () => {
  const untold = standing({ approvers: ['S0OPS'] });
  expect(refused(planned(), decide(approve('UBEN'), untold))).toBe('approvers unknown');
  expect(refused(planned(), decide({ decision: 'deny', by: 'UBEN', road: 'button' }, untold))).toBe(
    'approvers unknown',
  );
  const told = { ...untold, members: new Map([['S0OPS', ['UBEN']]]) };
  expect(go(planned(), decide(approve('UBEN'), told)).state.kind).toBe('approved');
  expect(refused(planned(), decide(approve('UCHO'), told))).toBe('not an approver');
});

test('whoever stops to be an approver after approving counts no more: for the next vote, and for the start', () => {
  const without = standing({ approvers: ['UCHO'], expiresAfterMs: EXPIRES });
  const once = go(planned({ needs: 2 }), decide(approve('UBEN'), us));
  expect(go(once, decide(approve('UCHO'), without)).state).toMatchObject({
    kind: 'planned',
    approvals: [{ by: 'UCHO' }],
  });
  expect(refused(approved(), start(without))).toBe('no quorum');
});

test('an approval of somebody whose groups Slack does not tell any more starts nothing', () => {
  expect(refused(approved(), start(standing({ approvers: ['S0OPS'] })))).toBe('approvers unknown');
});

test.each<Road>(['schedule', 'webhook'])(
  'a %s can neither ask for a change nor decide on one, and may look',
  (road) => {
    expect(mayAsk({ kind: 'change', road, requester: 'UANA', channel: 'C1' }, { standing: us, at: 0 })).toMatchObject({
      rule: 'road',
    });
    expect(mayAsk({ kind: 'query', road, requester: 'UANA', channel: 'C1' }, { standing: us, at: 0 })).toBeNull();
    expect(refused(planned(), decide({ ...approve('UBEN'), road }, us))).toBe('road');
  },
);

test('the fingerprint is another on another cluster, and so are its locks', () => {
  const here = approved();
  const there = go(go({ ...queued(), cluster: 'prod-eu' }, plan(proposed, us)), decide(approve('UBEN'), us));
  const print = ({ state }: Request) => (state.kind === 'approved' ? state.proposed.fingerprint : '');
  expect(print(here)).not.toBe(print(there));
  expect(start(us)(there, { at: 200, seq: 42 })).toMatchObject({
    ok: true,
    claim: [{ key: 'prod-eu:palm/servers/x' }],
  });
});

test('an approval after the time has no effect, whoever gives it', () => {
  expect(refused(planned(), decide(approve('UBEN'), us), EXPIRES + 1)).toBe('expired');
  expect(go(planned(), decide(approve('UBEN'), us), EXPIRES).state.kind).toBe('approved');
});

test('two are needed: the same person twice is one', () => {
  const once = go(planned({ needs: 2 }), decide(approve('UBEN'), us));
  expect(once.state.kind).toBe('planned');
  expect(refused(once, decide(approve('UBEN'), us))).toBe('already counted');
  expect(go(once, decide(approve('UCHO'), us)).state.kind).toBe('approved');
});

test('one denial ends it, and a later approval is told so', () => {
  const denied = go(planned({ needs: 2 }), decide(deny('wrong server'), us));
  expect(denied.state).toMatchObject({ kind: 'denied', by: 'UCHO', reason: 'wrong server' });
  expect(refused(denied, decide(approve('UBEN'), us))).toBe('not waiting');
});

test.each([undefined, '', '   '])('a denial that does not say why is refused: %p', (reason) => {
  expect(refused(planned(), decide(deny(reason), us))).toBe('no reason');
});

test('the reason of a denial is in the audit trail', () => {
  expect(decide(deny('wrong server'), us)(planned(), { at: 1, seq: 1 })).toMatchObject({
    note: { event: 'denied', by: 'UCHO', detail: { reason: 'wrong server' } },
  });
});

test('starting claims every target, and the fence is the number of the audit entry', () => {
  const moved = start(us)(approved(), { at: 200, seq: 42 });
  expect(moved).toMatchObject({ ok: true, claim: targets, request: { state: { kind: 'running', fence: 42 } } });
});

test('an approval that was not used in time starts nothing', () => {
  expect(refused(approved(), start(us), 100 + EXPIRES + 1)).toBe('expired');
  expect(go(approved(), expire, 100 + EXPIRES + 1).state.kind).toBe('expired');
});

test('what nobody has approved cannot start', () => {
  expect(refused(planned(), start(us))).toBe('changed meanwhile');
});

test('nothing starts twice, and nothing expires while it runs', () => {
  const running = go(approved(), start(us));
  expect(refused(running, start(us))).toBe('changed meanwhile');
  expect(refused(running, expire, 1e9)).toBe('changed meanwhile');
});

test('the end frees the targets, doubt does not, and a person clears it once', () => {
  const running = go(approved(), start(us));
  const end = (kind: 'succeeded' | 'uncertain') =>
    finish({ kind, steps: [], findings: [], view }, 'running')(running, { at: 1, seq: 1 });
  expect(end('succeeded')).toMatchObject({ ok: true, release: true });
  const doubt = end('uncertain');
  expect(doubt).toMatchObject({ ok: true, release: false });
  const cleared = clear('R1')(ok(doubt), { at: 2, seq: 2 });
  expect(cleared).toMatchObject({ ok: true, release: true, request: { state: { outcome: { clearedBy: 'R1' } } } });
  expect(refused(ok(cleared), clear('R2'))).toBe('changed meanwhile');
});

test('a step of a request that somebody else has ended is refused', () => {
  const done: Step = { target: 'x', status: 'done', text: '' };
  const ended = go(go(approved(), start(us)), finish({ kind: 'failed', steps: [], findings: [], view }, 'running'));
  expect(refused(ended, step(done))).toBe('changed meanwhile');
});

test('a wrong code changes nothing of a request, and is not told while its record must stay as its performer left it', () => {
  const waiting = planned({ needs: 2 });
  expect(go(waiting, guessed('UBEN', 'wrong code'))).toEqual({ ...waiting, revision: waiting.revision + 1 });
  expect(refused(go(approved(), start(us)), guessed('UBEN', 'locked out'))).toBe('changed meanwhile');
});

test('a late reader cannot end what has been approved and runs by now', () => {
  const running = go(approved(), start(us));
  expect(refused(running, finish({ kind: 'refused', why: 'late' }, 'queued'))).toBe('changed meanwhile');
  expect(refused(running, finish({ kind: 'refused', why: 'busy' }, 'approved'))).toBe('changed meanwhile');
});

test('a second look is due after success only, and is added once', () => {
  const running = go(
    go(go(queued(), plan({ ...proposed, recheckAfterMs: 25 } as never, us)), decide(approve('UBEN'), us)),
    start(us),
  );
  const end = (kind: 'succeeded' | 'failed') =>
    go(running, finish({ kind, steps: [], findings: [], view }, 'running'), 100);
  expect(end('failed').state).toMatchObject({ recheck: { kind: 'none' } });
  const due = end('succeeded');
  expect(due.state).toMatchObject({ recheck: { kind: 'due', at: 125 } });
  expect(refused(go(due, recheck(view)), recheck(view))).toBe('changed meanwhile');
});

const steps = (...statuses: Step['status'][]) =>
  statuses.map((status, n): Step => ({ target: `t${n}`, status, text: '' }));
const sameTarget = (...statuses: Step['status'][]) =>
  statuses.map((status): Step => ({ target: 't0', status, text: '' }));
const findings = (...verdicts: Finding['verdict'][]) =>
  verdicts.map((verdict, n): Finding => ({ target: `t${n}`, verdict, text: '' }));

test.each<[string, Step[], Finding[], string]>([
  ['all done and confirmed', steps('done', 'done'), findings('confirmed', 'confirmed'), 'succeeded'],
  ['a lost answer that reads back as done', steps('unknown'), findings('confirmed'), 'succeeded'],
  ['a lost answer that reads back as not done', steps('unknown'), findings('contradicted'), 'failed'],
  ['a lost answer that cannot be read back', steps('unknown'), findings('unverifiable'), 'uncertain'],
  ['done but not readable', steps('done'), findings('unverifiable'), 'uncertain'],
  ['done but read back otherwise', steps('done'), findings('contradicted'), 'partial'],
  ['one done, one skipped', steps('done', 'skipped'), findings('confirmed', 'contradicted'), 'partial'],
  ['all skipped', steps('skipped'), findings('contradicted'), 'failed'],
  ['skipped and not readable', steps('done', 'skipped'), findings('confirmed', 'unverifiable'), 'partial'],
  ['a crash before the first step, read back as not done', [], findings('contradicted'), 'failed'],
  ['a crash after the write, read back as done', [], findings('confirmed'), 'succeeded'],
  [
    'a crash after the write, undone by somebody else meanwhile',
    [],
    [{ target: 't0', verdict: 'contradicted', text: '', acted: true }],
    'partial',
  ],
  ['a step that nothing was read back of', steps('done'), [], 'uncertain'],
  ['nothing known at all', [], [], 'uncertain'],
  [
    'several steps at one target, one of them unknown',
    sameTarget('unknown', 'failed'),
    findings('unverifiable'),
    'uncertain',
  ],
  [
    'several steps at one target, the other way round',
    sameTarget('failed', 'unknown'),
    findings('unverifiable'),
    'uncertain',
  ],
])('outcome: %s', (_name, done, found, kind) => {
  expect(outcomeKind(done, found)).toBe(kind);
});

const about = { kind: 'change', operation: 'palm purge', cluster: 'default', channel: 'C1' } as const;

test('configuration can only be stricter', () => {
  const rules = { ...DEFAULT_RULES, stricter: { 'palm purge': 3, 'palm reset': 1 } };
  expect(rulingOf(rules, { ...about, danger: 'reversible' }).needs).toBe(3);
  expect(rulingOf(rules, { ...about, operation: 'palm reset', danger: 'irreversible' }).needs).toBe(2);
});

test('changes are refused outside the configured channels, queries are not', () => {
  const there = standing({ channels: ['C1'] });
  expect(
    mayAsk({ kind: 'change', road: 'slash', requester: 'UANA', channel: 'C2' }, { standing: there, at: 0 }),
  ).toMatchObject({ rule: 'channel' });
  expect(
    mayAsk({ kind: 'change', road: 'slash', requester: 'UANA', channel: 'C1' }, { standing: there, at: 0 }),
  ).toBeNull();
  expect(
    mayAsk({ kind: 'query', road: 'slash', requester: 'UANA', channel: 'C2' }, { standing: there, at: 0 }),
  ).toBeNull();
});
