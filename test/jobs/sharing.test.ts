import { type Asked, ask, finish, type Move, plan } from '../../src/jobs/request/lifecycle';
import type { Request } from '../../src/jobs/request/request';
import { refuseShare, share } from '../../src/jobs/request/sharing';
import { mayBePrivate } from '../../src/jobs/rules/policy';
import { ASKED, standing } from '../support/jobs';

const view = { title: 'v', tone: 'neutral', parts: [] } as const;
const asked: Asked = {
  ...ASKED,
  id: 'R1',
  kind: 'query',
  operation: 'palm servers',
  words: [],
};
const go = (request: Request, move: Move) => {
  const moved = move(request, { at: 7, seq: 1 });
  if (!moved.ok) throw new Error(JSON.stringify(moved.refusal));
  return moved;
};
const refused = (request: Request, move: Move) => {
  const moved = move(request, { at: 7, seq: 1 });
  return moved.ok ? null : moved.refusal.rule;
};
const opened = (more: Partial<Asked> = {}): Request => {
  const moved = ask({ ...asked, ...more }, standing(), { at: 0, seq: 1 });
  if (!moved.ok) throw new Error('not asked');
  return moved.request;
};
const ended = (more: Partial<Asked> = {}) => go(opened(more), finish({ kind: 'answered', view }, 'queued')).request;
const proposed = {
  ...{ plan: {}, targets: [], slots: [], procedure: [], preview: view, needs: 1, recheckAfterMs: null },
  danger: 'reversible',
} as const;

test('sharing is a move of its own, with who and where in the audit trail', () => {
  const moved = go(ended(), share({ by: 'UBEN', place: { channel: 'C2' } }));
  expect(moved.request.shares).toEqual([{ channel: 'C2', by: 'UBEN', at: 7 }]);
  expect(moved.request.revision).toBe(3);
  expect(moved.note).toMatchObject({ event: 'shared', by: 'UBEN', detail: { channel: 'C2' } });
});

test('a wish that came with the command is in the record and in its first audit entry', () => {
  const moved = ask({ ...asked, share: { channel: '#ops' } }, standing(), { at: 3, seq: 1 });
  expect(moved).toMatchObject({
    request: { shares: [{ channel: '#ops', by: 'UANA', at: 3 }] },
    note: { detail: { share: '#ops' } },
  });
});

test('a result goes to each place once, and again where Slack did not take it', () => {
  const shared = go(ended(), share({ by: 'UBEN', place: { channel: 'C2' } })).request;
  expect(refused(shared, share({ by: 'UCHO', place: { channel: 'C2' } }))).toBe('sharing');
  expect(refused(shared, share({ by: 'UCHO', place: { channel: 'C1' } }))).toBe('sharing');
  const failed = go(shared, refuseShare(0, 'not_in_channel'));
  expect(failed.note).toMatchObject({ event: 'share refused', detail: { channel: 'C2', why: 'not_in_channel' } });
  expect(refused(failed.request, refuseShare(0, 'again'))).toBe('sharing');
  expect(go(failed.request, share({ by: 'UCHO', place: { channel: 'C2' } })).request.shares).toHaveLength(2);
});

test('a channel that was given by its name is the same place as its id, once Slack has told', () => {
  const named = go(ended(), share({ by: 'UBEN', place: { channel: '#ops' } })).request;
  const seen = [{ channel: 'C1' }, { channel: 'C2' }];
  expect(refused(named, share({ by: 'UCHO', place: { channel: 'C2' }, seen }))).toBe('sharing');
  expect(refused(named, share({ by: 'UCHO', place: { channel: 'C3' }, seen }))).toBeNull();
  expect(refused(named, share({ by: 'UCHO', place: { channel: 'C2', thread: '1.1' }, seen }))).toBeNull();
});

test('a command that shares with the channel it was typed in shares with nobody else', () => {
  const moved = ask({ ...asked, share: { channel: 'C1' } }, standing(), { at: 3, seq: 1 });
  expect(moved.ok && moved.request.shares).toBeUndefined();
  const fromThread = { ...asked, place: { channel: 'C1', thread: '1.1' }, share: { channel: 'C1' } };
  expect(ask(fromThread, standing(), { at: 3, seq: 1 })).toMatchObject({ request: { shares: [{ channel: 'C1' }] } });
});

test('a change that has not ended is not touched by sharing: its performer must find the record as it was left', () => {
  const waiting = go(opened({ kind: 'change' }), plan(proposed, standing())).request;
  expect(refused(waiting, share({ by: 'UBEN', place: { channel: 'C2' } }))).toBe('sharing');
});

test('a private answer is posted by the one who asked and by nobody else, into its own channel too', () => {
  const hidden = ended({ isPrivate: true });
  expect(refused(hidden, share({ by: 'UBEN', place: { channel: 'C2' } }))).toBe('sharing');
  expect(go(hidden, share({ by: 'UANA', place: { channel: 'C1' } })).request.shares).toHaveLength(1);
});

test('at most ten places', () => {
  let request = ended();
  for (let n = 0; n < 10; n++) request = go(request, share({ by: 'UBEN', place: { channel: `C9${n}` } })).request;
  expect(refused(request, share({ by: 'UBEN', place: { channel: 'C8' } }))).toBe('sharing');
});

test('a change cannot be private', () => {
  expect(mayBePrivate('change', true)?.rule).toBe('private');
  expect(mayBePrivate('query', true)).toBeNull();
  expect(mayBePrivate('change', false)).toBeNull();
});
