import type { Copies, Copy } from '../../../src/handlers/openio/copies';
import { type Judgement, judge, type Situation, settled } from '../../../src/handlers/openio/sync-judgement';

const WHOLE = {
  'sys.name': 'X.1',
  'sys.peers': 'a,b,c',
  'sys.m2.ctime': '1',
  'sys.m2.init': '1',
  'version:main.admin': '2:0',
};

function copy(peer: string | null, system: Record<string, string> = WHOLE, seen = 1): Copy {
  const faults = ['sys.m2.ctime', 'sys.m2.init'].filter((key) => !(key in system)).map((key) => `lacks ${key}`);
  const rows = Object.entries(system).filter(([key]) => !key.startsWith('version:'));
  return { peer, table: { properties: {}, system }, why: '', faults, digest: JSON.stringify(rows), seen };
}

function lost(peer: string | null): Copy {
  return copy(peer, { 'sys.name': 'X.1', 'sys.peers': 'a,b,c', 'version:main.admin': '2:0' });
}

function other(peer: string | null, ctime = '9'): Copy {
  return copy(peer, { ...WHOLE, 'sys.m2.ctime': ctime });
}

function unread(peer: string | null): Copy {
  return { peer, table: null, why: 'Timeout', faults: [], digest: null, seen: 1 };
}

function situation(copies: readonly Copy[], more: Partial<Situation> = {}): Situation {
  const kind: Copies['kind'] = copies.some(({ peer }) => peer === null) ? 'by chance' : 'by peer';
  return {
    copies: { kind, copies },
    master: 'a',
    peers: ['a', 'b', 'c'],
    withoutFile: [],
    damaged: [],
    anyway: false,
    ...more,
  };
}

function told(judged: Judgement): string {
  if (judged.kind === 'sync') return `sync ${judged.destinations.join(',')}`;
  return judged.kind === 'refused' ? `refused, ${judged.cure}` : judged.kind;
}

describe('where each copy can be seen', () => {
  const newer = copy('b', { ...lost('b').table?.system, 'version:main.admin': '3:0' });
  test.each<[string, Situation, string]>([
    ['all agree', situation([copy('a'), copy('b'), copy('c')]), 'nothing to do'],
    ['all agree, anyway', situation([copy('a'), copy('b'), copy('c')], { anyway: true }), 'sync b,c'],
    ['all agree, anyway, one silent', situation([copy('a'), copy('b'), unread('c')], { anyway: true }), 'sync b'],
    ['one slave is damaged', situation([copy('a'), lost('b'), copy('c')]), 'sync b'],
    ['both slaves are damaged', situation([copy('a'), lost('b'), lost('c')]), 'sync b,c'],
    ['one slave says something else', situation([copy('a'), other('b'), copy('c')]), 'sync b'],
    ['one slave has no file', situation([copy('a'), copy('b'), copy('c')], { withoutFile: ['c'] }), 'sync c'],
    ['one slave is damaged, the other silent', situation([copy('a'), lost('b'), unread('c')]), 'sync b'],
    ['the master is damaged', situation([lost('a'), copy('b'), copy('c')]), 'refused, leave'],
    ['every copy is damaged', situation([lost('a'), lost('b'), lost('c')]), 'refused, leave'],
    ['the master is outvoted', situation([copy('a'), other('b'), other('c')]), 'refused, leave'],
    ['all three differ', situation([copy('a'), other('b', '7'), other('c', '8')]), 'refused, leave'],
    ['one against one', situation([copy('a'), other('b'), unread('c')]), 'refused, diagnose'],
    ['one against one, the third damaged', situation([copy('a'), other('b'), lost('c')]), 'refused, diagnose'],
    ['the master is silent', situation([unread('a'), copy('b'), copy('c')]), 'refused, diagnose'],
    ['the master is not among the copies', situation([copy('b'), copy('c')]), 'refused, diagnose'],
    ['the master has no file', situation([copy('a'), copy('b'), copy('c')], { withoutFile: ['a'] }), 'refused, leave'],
    ['the damaged one is newer', situation([copy('a'), newer, copy('c')]), 'refused, diagnose'],
    [
      'the requester names the master',
      situation([copy('a'), lost('b'), copy('c')], { damaged: ['a'] }),
      'refused, leave',
    ],
    [
      'the requester names a good one',
      situation([copy('a'), lost('b'), copy('c')], { damaged: ['c'] }),
      'refused, diagnose',
    ],
    [
      'the requester names a service that is no peer',
      situation([copy('a'), lost('b'), copy('c')], { damaged: ['b', 'd'] }),
      'refused, name the damaged peer',
    ],
    ['the requester names the damaged one', situation([copy('a'), lost('b'), copy('c')], { damaged: ['b'] }), 'sync b'],
  ])('%s', (_what, given, expected) => {
    expect(told(judge(given))).toBe(expected);
  });
});

describe('where the proxy chooses whose copy is seen', () => {
  const reads = [copy(null, WHOLE, 8), lost(null)];
  test.each<[string, Situation, string]>([
    ['all reads agree', situation([copy(null, WHOLE, 20)]), 'nothing to do'],
    ['all reads agree, anyway', situation([copy(null, WHOLE, 20)], { anyway: true }), 'sync b,c'],
    ['a slave has no file', situation([copy(null, WHOLE, 20)], { withoutFile: ['b'] }), 'sync b,c'],
    ['the master has no file', situation([copy(null, WHOLE, 20)], { withoutFile: ['a'] }), 'refused, leave'],
    ['some reads are damaged', situation(reads), 'refused, name the damaged peer'],
    ['a slave is named', situation(reads, { damaged: ['b'] }), 'sync b,c'],
    ['a service is named that is no peer', situation(reads, { damaged: ['d'] }), 'refused, name the damaged peer'],
    ['the master is named', situation(reads, { damaged: ['a'] }), 'refused, leave'],
    ['every read is damaged', situation([lost(null)]), 'refused, diagnose'],
    ['every read is damaged and a slave is named', situation([lost(null)], { damaged: ['b'] }), 'refused, diagnose'],
    ['two complete copies', situation([copy(null), other(null)], { damaged: ['b'] }), 'refused, diagnose'],
    ['nothing could be read', situation([unread(null)]), 'refused, diagnose'],
  ])('%s', (_what, given, expected) => {
    expect(told(judge(given))).toBe(expected);
  });
});

describe('after a sync', () => {
  test.each<[string, readonly Copy[], string, RegExp]>([
    ['all agree', [copy('a'), copy('b'), copy('c')], 'confirmed', /^all 3 copies agree and are complete/],
    ['one still differs', [copy('a'), lost('b'), copy('c')], 'contradicted', /b lacks sys.m2.ctime, lacks sys.m2.init/],
    ['all agree on the damage', [lost('a'), lost('b'), lost('c')], 'contradicted', /no complete copy is left/],
    ['two complete ones disagree', [copy('a'), other('b')], 'contradicted', /the complete copies disagree/],
    ['one cannot be read', [copy('a'), copy('b'), unread('c')], 'unverifiable', /not read: c \(Timeout\)/],
    ['none can be read', [unread('a')], 'unverifiable', /no copy can be read: Timeout/],
    ['no peer answered', [], 'unverifiable', /no peer answered/],
  ])('%s', (_what, copies, verdict, text) => {
    const found = settled({ kind: 'by peer', copies });
    expect(found.verdict).toBe(verdict);
    expect(found.text).toMatch(text);
  });
});
