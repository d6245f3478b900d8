import type { PeerAnswer } from '../../../src/backends/openio/openio';
import { explain, masterOf, took } from '../../../src/handlers/openio/codes';
import { captured } from '../../contracts/openio-match';

function answer(status: number, message = '', ms: number | null = 5): PeerAnswer {
  return { id: '127.0.0.1:6020', status, message, body: '', ms };
}

test.each([
  [200, 'OK', 'MASTER', 'well', 'is the master'],
  [303, '127.0.0.2:6024', 'SLAVE', 'well', 'follows 127.0.0.2:6024'],
  [303, '', 'SLAVE', 'well', 'follows a master it does not name'],
  [301, 'not SLAVE', 'MASTER', 'well', 'the master: nothing was copied to it'],
  [500, 'Election failed for X.1.meta2', '-', 'election fails', 'its election did not end in time'],
  [503, 'Election failed [X.1][meta2]', '-', 'election fails', 'its election did not end in time'],
  [
    503,
    'Deadline reached: Timeout (9.9s) to A',
    '-',
    'hung',
    'connected but silent within the time given: its process hangs',
  ],
  [503, 'overload', '-', 'troubled', 'cannot do this now'],
  [2, 'A: [errno=111] Connection refused', '-', 'dead', 'refuses connections: its process is not running'],
  [3, '', '-', 'troubled', 'cut the connection'],
  [4, '', '-', 'troubled', 'closed the connection before answering'],
  [5, '', '-', 'dead', 'no connection in time: host or network is away'],
  [6, '', '-', 'dead', 'no route to its host'],
  [7, 'Timeout', '-', 'hung', 'connected but silent: its process hangs'],
  [8, 'Request avoided', '-', 'avoided', 'not asked: the proxy remembers it as down for some seconds'],
  [10, '', '-', 'troubled', 'network error'],
  [305, '', '-', 'troubled', 'is overloaded or moving and sends callers elsewhere'],
  [400, '', '-', 'troubled', 'does not understand the request'],
  [403, '', '-', 'troubled', 'does not allow this'],
  [404, '', '-', 'troubled', 'does not know this request'],
  [406, '', '-', 'troubled', 'knows no such container'],
  [431, 'Container not found : (2)', '-', 'no file', 'has no file for this base'],
  [436, 'Container frozen', '-', 'troubled', 'the base is frozen'],
  [437, '', '-', 'troubled', 'the base is disabled'],
  [439, 'Already enabled', '-', 'troubled', 'the base is enabled already'],
  [440, '', '-', 'troubled', 'the container is being drained'],
  [441, '', '-', 'troubled', 'the container is being emptied'],
  [450, '', '-', 'troubled', 'does not manage this part of the directory'],
  [472, '', '-', 'troubled', 'copies only from the master'],
  [473, '', '-', 'troubled', 'is the master: nothing may be copied over it'],
  [481, '', '-', 'troubled', 'no service can be chosen'],
  [502, '', '-', 'troubled', 'the other service did not do its part'],
  [504, '', '-', 'troubled', 'ran out of time'],
  [509, '', '-', 'troubled', 'is overloaded'],
  [511, '', '-', 'troubled', 'its file is damaged'],
  [-1, 'lost', '-', 'unknown', 'the proxy did not answer for this peer'],
  [999, 'new in the next release', '-', 'unknown', 'code 999 is not known to this bot'],
])('status %i "%s" is told as %s, %s, "%s"', (...[status, message, role, health, words]) => {
  expect(explain('status', answer(status, message))).toEqual({ role, health, words });
});

test('what 200 means depends on the question', () => {
  const words = (['ping', 'debug', 'has', 'sync', 'leave'] as const).map((verb) => explain(verb, answer(200)).words);
  expect(words).toEqual([
    'is reached',
    'answered',
    'has a file',
    'sync triggered; the copying itself goes on in the background',
    'left the election; the next access elects again',
  ]);
});

/** Every recorded answer with one entry per peer. */
const RECORDED = ['4.2.10', '2026.14.2'].flatMap((version) =>
  ['healthy', 'hung-peer', 'two-hung', 'two-dead'].map((state) => `admin-status_${state}_${version}`),
);

test.each(RECORDED)('every code of %s is known', (capture) => {
  const peers: Record<string, { status: { status: number; message: string } }> = JSON.parse(
    captured(capture).exchanges[0]?.response.body ?? '',
  );
  const healths = Object.entries(peers).map(
    ([id, each]) => explain('status', { id, ...each.status, body: '', ms: null }).health,
  );
  expect(healths).toHaveLength(3);
  expect(healths).not.toContain('unknown');
  expect(healths).not.toContain('troubled');
});

test('the master is the one that all roles agree on', () => {
  const slave = { ...answer(303, '127.0.0.1:6020'), id: '127.0.0.2:6024' };
  expect(masterOf([answer(200), slave, answer(7)])).toBe('127.0.0.1:6020');
  expect(masterOf([slave])).toBe('127.0.0.1:6020');
  expect(masterOf([answer(200), { ...slave, message: '127.0.0.9:1' }])).toBeNull();
  expect(masterOf([answer(7)])).toBeNull();
});

test.each([
  [null, '-'],
  [999, '999 ms'],
  [30_040, '30.0 s'],
])('%p ms is written %s', (ms, text) => {
  expect(took(answer(200, '', ms))).toBe(text);
});
