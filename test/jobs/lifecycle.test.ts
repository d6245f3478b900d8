import type { Finding, Step } from '../../src/handlers/operation';
import {
  ask,
  clear,
  decide,
  expire,
  finish,
  type Move,
  outcomeKind,
  plan,
  recheck,
  start,
  step,
} from '../../src/jobs/lifecycle';
import { approvalsNeeded, DEFAULT_RULES, mayAsk, type VoteOf } from '../../src/jobs/policy';
import type { Decision, Request } from '../../src/jobs/request';

const EXPIRES = 1_000;
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
    requester: 'UANA',
    place: { channel: 'C1' },
  } as const;
  return ok(ask(asked, { at: 0, seq: 1 }));
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
const approve = (by: string): VoteOf<Decision> => ({ decision: 'approve', by, membership: 'approver' });
const deny = (reason?: string): VoteOf<Decision> => ({
  decision: 'deny',
  by: 'UCHO',
  membership: 'approver',
  ...(reason !== undefined && { reason }),
});
const planned = (more: Partial<typeof proposed> | { needs: number } = {}) =>
  go(queued(), plan({ ...proposed, ...more }, EXPIRES), 0);
const approved = () => go(planned(), decide(approve('UBEN'), EXPIRES), 100);

test('a plan waits with its fingerprint, and a second plan of the same request is refused', () => {
  const request = planned();
  expect(request.state).toMatchObject({
    kind: 'planned',
    expiresAt: EXPIRES,
    proposed: { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(refused(request, plan(proposed, EXPIRES))).toBe('changed meanwhile');
});

test.each<[string, VoteOf<Decision>, string]>([
  ['the requester', { decision: 'approve', by: 'UANA', membership: 'approver' }, 'own request'],
  ['a stranger', { decision: 'approve', by: 'USAM', membership: 'other' }, 'not an approver'],
  [
    'somebody whose groups Slack does not tell',
    { decision: 'approve', by: 'UBEN', membership: 'unknown' },
    'approvers unknown',
  ],
  ['a stranger who denies', { decision: 'deny', by: 'USAM', membership: 'other' }, 'not an approver'],
  [
    'somebody who withdraws what another asked',
    { decision: 'withdraw', by: 'UBEN', membership: 'approver' },
    'not the requester',
  ],
])('the vote of %s does not count', (_who, vote, rule) => {
  expect(refused(planned(), decide(vote, EXPIRES))).toBe(rule);
});

test('an approval after the time has no effect, whoever gives it', () => {
  expect(refused(planned(), decide(approve('UBEN'), EXPIRES), EXPIRES + 1)).toBe('expired');
  expect(go(planned(), decide(approve('UBEN'), EXPIRES), EXPIRES).state.kind).toBe('approved');
});

test('two are needed: the same person twice is one', () => {
  const once = go(planned({ needs: 2 }), decide(approve('UBEN'), EXPIRES));
  expect(once.state.kind).toBe('planned');
  expect(refused(once, decide(approve('UBEN'), EXPIRES))).toBe('already counted');
  expect(go(once, decide(approve('UCHO'), EXPIRES)).state.kind).toBe('approved');
});

test('one denial ends it, and a later approval is told so', () => {
  const denied = go(planned({ needs: 2 }), decide(deny('wrong server'), EXPIRES));
  expect(denied.state).toMatchObject({ kind: 'denied', by: 'UCHO', reason: 'wrong server' });
  expect(refused(denied, decide(approve('UBEN'), EXPIRES))).toBe('not waiting');
});

test.each([undefined, '', '   '])('a denial that does not say why is refused: %p', (reason) => {
  expect(refused(planned(), decide(deny(reason), EXPIRES))).toBe('no reason');
});

test('the reason of a denial is in the audit trail', () => {
  expect(decide(deny('wrong server'), EXPIRES)(planned(), { at: 1, seq: 1 })).toMatchObject({
    note: { event: 'denied', by: 'UCHO', detail: { reason: 'wrong server' } },
  });
});

test('starting claims every target, and the fence is the number of the audit entry', () => {
  const moved = start(approved(), { at: 200, seq: 42 });
  expect(moved).toMatchObject({ ok: true, claim: targets, request: { state: { kind: 'running', fence: 42 } } });
});

test('an approval that was not used in time starts nothing', () => {
  expect(refused(approved(), start, 100 + EXPIRES + 1)).toBe('expired');
  expect(go(approved(), expire, 100 + EXPIRES + 1).state.kind).toBe('expired');
});

test('what nobody has approved cannot start', () => {
  expect(refused(planned(), start)).toBe('changed meanwhile');
});

test('nothing starts twice, and nothing expires while it runs', () => {
  const running = go(approved(), start);
  expect(refused(running, start)).toBe('changed meanwhile');
  expect(refused(running, expire, 1e9)).toBe('changed meanwhile');
});

test('the end frees the targets, doubt does not, and a person clears it once', () => {
  const running = go(approved(), start);
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
  const ended = go(go(approved(), start), finish({ kind: 'failed', steps: [], findings: [], view }, 'running'));
  expect(refused(ended, step(done))).toBe('changed meanwhile');
});

test('a late reader cannot end what has been approved and runs by now', () => {
  const running = go(approved(), start);
  expect(refused(running, finish({ kind: 'refused', why: 'late' }, 'queued'))).toBe('changed meanwhile');
  expect(refused(running, finish({ kind: 'refused', why: 'busy' }, 'approved'))).toBe('changed meanwhile');
});

test('a second look is due after success only, and is added once', () => {
  const running = go(
    go(go(queued(), plan({ ...proposed, recheckAfterMs: 25 } as never, EXPIRES)), decide(approve('UBEN'), EXPIRES)),
    start,
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

test('configuration can only be stricter', () => {
  const rules = { ...DEFAULT_RULES, stricter: { 'palm purge': 3, 'palm reset': 1 } };
  expect(approvalsNeeded(rules, 'palm purge', 'reversible')).toBe(3);
  expect(approvalsNeeded(rules, 'palm reset', 'irreversible')).toBe(2);
});

test('changes are refused outside the configured channels, queries are not', () => {
  const rules = { ...DEFAULT_RULES, channels: ['C1'] };
  expect(mayAsk(rules, 'change', 'C2')).toMatchObject({ rule: 'channel' });
  expect(mayAsk(rules, 'change', 'C1')).toBeNull();
  expect(mayAsk(rules, 'query', 'C2')).toBeNull();
});
