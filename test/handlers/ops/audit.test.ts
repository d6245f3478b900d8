import type { AuditReport } from '../../../src/handlers/ledger';
import { parsePlace } from '../../../src/handlers/ops/audit-place';
import { showReport } from '../../../src/handlers/ops/audit-report';
import { opsAuditVerify } from '../../../src/handlers/ops/audit-verify';
import { parseSince } from '../../../src/handlers/ops/since';
import { plain, type View } from '../../../src/handlers/view';
import { everySystem } from '../../support/systems';

const hash = (letter: string) => letter.repeat(64);
const whole = { kind: 'whole', entries: 9, head: hash('a') } as const;
const etcd = (...places: Extract<AuditReport['anchors'], { kind: 'read' }>['places'][number][]) =>
  ({ kind: 'read', where: 'etcd at 10.0.0.1:2379', places }) as const;
const words = (view: View) =>
  view.parts
    .map((part) => {
      if (part.kind === 'text') return plain(part.text);
      return part.kind === 'facts' ? part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n') : '';
    })
    .join('\n');

test('a whole trail whose anchors agree is good, and says how far they reach', () => {
  const places = [4, 9].map((seq) => ({ seq, hash: hash('b'), says: 'agrees' }) as const);
  const view = showReport({ ...whole, anchors: etcd(...places), typed: [] });
  expect(view).toMatchObject({ title: 'The audit trail is whole', tone: 'good' });
  expect(words(view)).toContain('2 agree in etcd at 10.0.0.1:2379, the newest at entry 9');
});

test('a whole trail that differs from an anchor was rewritten, between the last that agrees and the first that does not', () => {
  const anchors = etcd({ seq: 4, hash: hash('b'), says: 'agrees' }, { seq: 8, hash: hash('c'), says: 'differs' });
  const view = showReport({ ...whole, anchors, typed: [] });
  expect(view).toMatchObject({ title: 'The audit trail was rewritten at or before entry 8', tone: 'bad' });
  expect(words(view)).toContain('an entry from 5 to 8 is not the one that was written');
});

test('a place typed from a message narrows it down, and counts like an anchor', () => {
  const anchors = etcd({ seq: 8, hash: hash('c'), says: 'differs' });
  const view = showReport({ ...whole, anchors, typed: [{ seq: 7, hash: hash('d'), says: 'agrees' }] });
  expect(words(view)).toContain('Every link fits, but entry 8 is not the one');
});

test('a trail that ends before an anchor was cut', () => {
  const view = showReport({ ...whole, anchors: etcd({ seq: 12, hash: hash('c'), says: 'not reached' }), typed: [] });
  expect(view).toMatchObject({ title: 'The audit trail was cut: entry 12 is missing', tone: 'bad' });
});

test('anchors that could not be read leave a doubt, and the view says which and why', () => {
  const anchors = { kind: 'unreadable', where: 'etcd at 10.0.0.1:2379', why: 'etcd gave no answer' } as const;
  const view = showReport({ ...whole, anchors, typed: [] });
  expect(view.tone).toBe('warning');
  expect(words(view)).toContain('not compared: etcd at 10.0.0.1:2379 did not answer (etcd gave no answer)');
});

test('without anchors it says where else the head is kept', () => {
  expect(words(showReport({ ...whole, anchors: { kind: 'none' }, typed: [] }))).toContain('feet of messages');
});

test('a broken chain is named before anything else', () => {
  const anchors = etcd({ seq: 8, hash: hash('c'), says: 'not reached' });
  const view = showReport({ kind: 'broken', at: 5, why: 'it is not an audit entry any more', anchors, typed: [] });
  expect(view).toMatchObject({ title: 'The audit trail is broken at entry 5', tone: 'bad' });
});

test.each([
  ['1234:ab12cd34ef56', { seq: 1234, hash: 'ab12cd34ef56' }],
  ['1234 · AB12CD34', { seq: 1234, hash: 'ab12cd34' }],
  ['0:ab12cd34ef56', null],
  ['1234:ab12', null],
  ['ab12cd34ef56', null],
  ['1234:ab12cd34ef5g', null],
])('--head %s', (text, place) => {
  const parsed = parsePlace(text);
  expect(parsed.ok ? parsed.args : null).toEqual(place);
});

test.each([
  ['2h', { ago: 7_200_000 }],
  ['1d2h30m', { ago: 95_400_000 }],
  ['90s', { ago: 90_000 }],
  ['2026-11-25T14:00Z', { at: Date.UTC(2026, 10, 25, 14) }],
  ['2026-11-25T15:00+01:00', { at: Date.UTC(2026, 10, 25, 14) }],
  ['2026-11-25T14:00', null],
  ['2026-13-45T14:00Z', null],
  ['0h', null],
  ['2', null],
  ['-2h', null],
  ['yesterday', null],
])('--since %s', (text, since) => {
  const parsed = parseSince(text);
  expect(parsed.ok ? parsed.args : null).toEqual(since);
});

test('the place at the foot of a message can be typed as it stands there, in quotes', async () => {
  const systems = everySystem();
  const verify = opsAuditVerify(systems.ledger);
  expect(verify.check(['--head', '1234 · ab12cd34ef56', '--head', '9:ab12cd34'])).toBeNull();
  expect(verify.check(['--head', 'nonsense'])).toContain('--head takes number and hash');
  expect(verify.check(['now'])).toContain('now is not understood');
  await systems.close();
});
