import { compareIds, debugOf, peerAnswers, services } from '../../../src/backends/openio/answers';
import type { PeerDebug } from '../../../src/backends/openio/openio';
import { captured } from '../../contracts/openio-match';

function debugged(capture: string): readonly PeerDebug[] {
  const body: unknown = JSON.parse(captured(capture).exchanges[0]?.response.body ?? '');
  return peerAnswers.parse(body).map((answer) => debugOf({ ...answer, ms: null }));
}

test('peers in random order are sorted by number, and ids that are not addresses by their text', () => {
  const entry = { status: { status: 200, message: 'OK' }, body: '' };
  const answers = peerAnswers.parse({
    '127.0.0.10:6024': entry,
    'meta2-Zoé': entry,
    '127.0.0.2:6024': entry,
    'meta2-a': entry,
  });
  expect(answers.map(({ id }) => id)).toEqual(['127.0.0.2:6024', '127.0.0.10:6024', 'meta2-a', 'meta2-Zoé']);
  expect(compareIds('a', 'a')).toBe(0);
});

test.each(['4.2.10', '2026.14.2'])('the debug body of %s is understood, oldest line first', (version) => {
  const peers = debugged(`admin-debug_healthy_${version}`);
  expect(peers.map(({ debug }) => debug?.state).toSorted()).toEqual(['MASTER', 'SLAVE', 'SLAVE']);
  for (const { debug, strange } of peers) {
    expect(strange).toBe(false);
    expect(debug?.log[0]?.from).toBe('NONE');
    expect(debug?.log.at(-1)?.to).toBe(debug?.state);
    expect(debug?.unread).toEqual([]);
    expect(debug?.peers).toHaveLength(2);
  }
});

test('a peer that hangs and a peer without election have no debug, and are not strange', () => {
  const stuck = debugged('admin-debug_checking-slaves_4.2.10');
  expect(stuck.map(({ answer, debug }) => [answer.status, debug?.state ?? null])).toEqual([
    [200, 'CHECKING_SLAVES'],
    [7, null],
    [7, null],
  ]);
  const kept = debugged('admin-debug_old-peer-kept_2026.14.2');
  expect(kept.find(({ answer }) => answer.id === '127.0.0.1:6020')).toMatchObject({ debug: null, strange: false });
});

test('unknown states and events are kept, and log lines of another kind are kept as they came', () => {
  const body = {
    local: { id: 1, url: 'a', state: 'DREAMING' },
    master: { url: null },
    peers: null,
    log: ['2:NONE:WOKEN:DREAMING', 'what', '1:A:B'],
  };
  const { debug } = debugOf({ id: 'a', status: 200, message: 'OK', body, ms: 1 });
  expect(debug).toEqual({
    state: 'DREAMING',
    place: 1,
    master: null,
    peers: null,
    log: [{ at: 2, from: 'NONE', event: 'WOKEN', to: 'DREAMING' }],
    unread: ['1:A:B', 'what'],
  });
});

test('a debug body of another shape is marked', () => {
  expect(debugOf({ id: 'a', status: 200, message: 'OK', body: { local: 'x' }, ms: 1 })).toMatchObject({
    debug: null,
    strange: true,
  });
});

test('a service without tags is a service of which little is known', () => {
  expect(services.parse([{ addr: 'a', score: 0 }])).toEqual([
    { address: 'a', score: 0, up: null, location: '', volume: '', locks: [] },
  ]);
});
