import { BackendFailure } from '../../../src/backends/failure';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Base, Call, Openio } from '../../../src/backends/openio/openio';
import { captured } from '../../contracts/openio-match';
import { type Asked, healthy, type Said, type Scripted, scripted } from './scripted';

const PEERS = ['127.0.0.1:6020', '127.0.0.2:6024', '127.0.0.3:6025'];

let proxy: Scripted;
let openio: Openio;

afterEach(async () => {
  await openio.close();
  await proxy.close();
});

async function against(
  answer: (asked: Asked) => Said,
  more: { hungPeerMs?: number; readMs?: number } = {},
): Promise<void> {
  proxy = await scripted(answer);
  openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount', ...more });
}

function call(request = 'R42'): Call {
  return { request, signal: new AbortController().signal };
}

function base(name: string): Base {
  return { type: 'meta2', container: { by: 'name', namespace: 'OPENIO', account: 'my account', name } };
}

async function failureOf(asked: Promise<unknown>): Promise<BackendFailure> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

test.each(['a/b&c=d%20é', 'x y+z', '../../etc', '?#;', '日本', 'quote\'"'])(
  'the name "%s" arrives as it was typed',
  async (name) => {
    await against(healthy(PEERS));
    await openio.election('status', { base: base(name) }, call());
    for (const { query, path } of proxy.asked) {
      expect([query.get('acct'), query.get('ref')]).toEqual(['my account', name]);
      expect(path).toMatch(/^\/v3\.0\/OPENIO\/(reference\/show|admin\/status)$/);
    }
  },
);

test('a namespace with a slash stays one piece of the path', async () => {
  await against(() => ({ json: [] }));
  await openio.services('A/B', 'meta2', call());
  expect(proxy.asked[0]?.path).toBe('/v3.0/A%2FB/conscience/list');
});

test('each call has its own request id of at most 63 characters, and the deadline in microseconds', async () => {
  await against(healthy(PEERS), { hungPeerMs: 30_000, readMs: 10_000 });
  await openio.election('status', { base: base('FVE0') }, call(`R-${'é long id '.repeat(20)}`));
  await openio.election('has', { base: base('FVE0') }, call('R43'));
  const ids = proxy.asked.map(({ headers }) => String(headers['x-oio-req-id']));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\w.-]{1,63}$/);
  expect(ids.at(-1)).toMatch(/^R43-\d+$/);
  const timeouts = proxy.asked.map(({ path, headers }) => [path.split('/').at(-1), headers['x-oio-timeout']]);
  expect(timeouts).toContainEqual(['status', '40000000']);
  expect(timeouts).toContainEqual(['has', '10000000']);
  expect(proxy.asked.every(({ headers }) => headers['x-oio-admin'] === undefined)).toBe(true);
});

test('every admin call is a POST with an empty body', async () => {
  await against(healthy(PEERS));
  await openio.election('status', { base: base('FVE0') }, call());
  const admin = proxy.asked.filter(({ path }) => path.includes('/admin/'));
  expect(admin).toHaveLength(3);
  for (const { method, body, headers } of admin)
    expect([method, body, headers['content-length']]).toEqual(['POST', '', '0']);
});

describe('an answer that is none', () => {
  const cases: readonly [string, Said, RegExp, string][] = [
    ['HTML', { text: '<html>login</html>' }, /look up FVE0 of my account: the answer is not JSON/, 'malformed'],
    [
      'an HTML error',
      { status: 502, text: '<html>Bad gateway</html>' },
      /HTTP 502: the answer is not JSON/,
      'malformed',
    ],
    [
      'another shape',
      { json: { dir: [], srv: [{ host: 1 }] } },
      /has another shape than expected at srv\.0\./,
      'malformed',
    ],
    ['half a body', { half: '{"dir":[' }, /dropped the connection before the answer/, 'timeout'],
    ['a hung up call', 'hang up', /dropped the connection before the answer/, 'timeout'],
    ['10 MB', { text: `{"dir":[],"srv":[],"x":"${'a'.repeat(10 << 20)}"}` }, /answered too much/, 'malformed'],
  ];
  test.each(cases)('%s', async (_what, said, text, kind) => {
    await against(() => said);
    const failure = await failureOf(openio.reference(base('FVE0').container, call()));
    expect(failure).toMatchObject({ backend: 'openio', kind, effect: 'none' });
    expect(failure.message).toMatch(text);
    expect(failure.message.length).toBeLessThan(300);
  });

  test('no proxy at all', async () => {
    await against(() => 'never');
    await proxy.close();
    const failure = await failureOf(openio.reference(base('FVE0').container, call()));
    expect(failure).toMatchObject({ kind: 'unreachable', effect: 'none' });
  });
});

test('a write that loses its answer may have acted, and is sent once', async () => {
  await against((asked) => (asked.path.endsWith('leave') ? 'hang up' : healthy(PEERS)(asked)));
  const failure = await failureOf(openio.election('leave', { base: base('FVE0') }, call()));
  expect(failure).toMatchObject({ kind: 'timeout', effect: 'possible' });
  expect(proxy.asked.filter(({ path }) => path.endsWith('leave'))).toHaveLength(1);
});

test('a call that is given up says so', async () => {
  await against(() => 'never');
  const stop = new AbortController();
  const asked = failureOf(openio.reference(base('FVE0').container, { request: 'R1', signal: stop.signal }));
  stop.abort();
  expect(await asked).toMatchObject({ kind: 'timeout', effect: 'none' });
});

describe('a refusal is told in words, with the code kept', () => {
  const cases: readonly [string, RegExp][] = [
    ['error_no-type_2026.14.2', /the proxy does not understand the request \(HTTP 400, code 400: No service type\)/],
    ['error_unknown-type_2026.14.2', /names no service for it \(HTTP 404, code 431: No service located\)/],
    ['error_incomplete-url_2026.14.2', /code 400: Directory error: Incomplete URL \[OPENIO\/myaccount\]/],
    ['error_unknown-container_2026.14.2', /there is no such container \(HTTP 404, code 406/],
    ['error_wrong-method_2026.14.2', /knows no such request \(HTTP 404, code 404: No handler found\)/],
    ['error_wrong-namespace_2026.14.2', /does not serve this namespace \(HTTP 400, code 400/],
    ['error_tiny-deadline_4.2.10', /cannot do this now \(HTTP 503, code 503: Directory error: Open\/Lock error/],
    ['error_tiny-deadline_2026.14.2', /the time given to the servers ran out \(HTTP 503/],
    ['admin-status_meta1-frozen_2026.14.2', /the directory \(meta1\) does not answer/],
    ['admin-status_hung-peer-5s-deadline_2026.14.2', /ran out \(HTTP 503, code 503: Deadline reached: Timeout/],
    ['admin-sync_election-failed_4.2.10', /the election does not end \(HTTP 503/],
  ];
  test.each(cases)('%s', async (capture, words) => {
    const { status, body } = captured(capture).exchanges[0]?.response ?? { status: 0, body: '' };
    await against(() => ({ status, text: body }));
    const failure = await failureOf(openio.reference(base('FVE0').container, call()));
    const absent = capture.startsWith('error_unknown-container');
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none', absent });
    expect(failure.message).toMatch(words);
  });

  test('a refused write may have acted when the servers were in the middle of it, and not when they checked first', async () => {
    const refuse = (status: number, code: number) => () => ({ status, json: { status: code, message: 'no' } });
    await against(refuse(503, 503));
    const container = base('FVE0').container;
    expect(await failureOf(openio.setProperties(container, { a: '1' }, call()))).toMatchObject({ effect: 'possible' });
    await proxy.close();
    await openio.close();
    await against(refuse(503, 436));
    expect(await failureOf(openio.setProperties(container, { a: '1' }, call()))).toMatchObject({ effect: 'none' });
  });
});

test('only configured proxies are flushed', async () => {
  await against(() => ({ status: 204 }));
  const host = new URL(proxy.url).host;
  await openio.flush(host, 'high', call());
  expect(proxy.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v3.0/cache/flush/high']);
  expect((await failureOf(openio.flush('10.0.0.1:80', 'low', call()))).message).toContain(
    'not one of the configured proxies',
  );
  expect(proxy.asked).toHaveLength(1);
});

describe('which servers can ask a peer alone', () => {
  test('new ones are asked for each peer, and each answer is shown as it comes', async () => {
    await against(healthy(PEERS));
    const rows: string[] = [];
    const answers = await openio.election('status', { base: base('FVE0'), each: ({ id }) => rows.push(id) }, call());
    expect(answers.map(({ id }) => id)).toEqual(PEERS);
    expect(rows.toSorted()).toEqual(PEERS);
    const asked = proxy.asked.filter(({ path }) => path.endsWith('status'));
    expect(asked.map(({ query }) => query.get('service_id')).toSorted()).toEqual(PEERS);
  });

  test('ones that look new but answer for everybody are asked once for all, and remembered', async () => {
    const all = (asked: Asked): Said | null => {
      if (asked.path.endsWith('show')) return null;
      const entry = { status: { status: 200, message: 'OK' }, body: '' };
      return { json: Object.fromEntries(PEERS.map((id) => [id, entry])) };
    };
    await against(healthy(PEERS, all));
    const answers = await openio.election('has', { base: base('FVE0') }, call());
    expect(answers.map(({ id, ms }) => [id, ms])).toEqual(PEERS.map((id) => [id, null]));
    const before = proxy.asked.length;
    await openio.election('has', { base: base('FVE0') }, call());
    const later = proxy.asked.slice(before).filter(({ path }) => path.endsWith('has'));
    expect(later.map(({ query }) => query.get('service_id'))).toEqual([null]);
    expect(await openio.provesPeerAlone(base('FVE0'), call())).toBe(false);
    expect(
      (await failureOf(openio.election('sync', { base: base('FVE0'), only: [PEERS[1] ?? ''] }, call()))).message,
    ).toContain('cannot sync one peer alone; nothing was sent');
    expect(proxy.asked.some(({ path }) => path.endsWith('sync'))).toBe(false);
  });

  test('what was proven is not asked again', async () => {
    await against(healthy(PEERS));
    expect(await openio.provesPeerAlone(base('FVE0'), call())).toBe(true);
    const before = proxy.asked.length;
    expect(await openio.provesPeerAlone(base('FVE0'), call())).toBe(true);
    expect(proxy.asked).toHaveLength(before);
  });

  test('one peer whose call is lost does not hide the others', async () => {
    const cut = (asked: Asked): Said | null => (asked.query.get('service_id') === PEERS[1] ? 'hang up' : null);
    await against(healthy(PEERS, cut));
    const answers = await openio.election('status', { base: base('FVE0') }, call());
    expect(answers.map(({ status }) => status)).toEqual([200, -1, 303]);
    expect(answers[1]?.message).toContain('dropped the connection');
  });

  test('when every call is lost, that is a failure', async () => {
    await against(healthy(PEERS, (asked) => (asked.path.endsWith('status') ? 'hang up' : null)));
    expect(await failureOf(openio.election('status', { base: base('FVE0') }, call()))).toMatchObject({
      kind: 'timeout',
    });
  });
});
