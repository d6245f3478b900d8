import { BackendFailure } from '../../../src/backends/failure';
import { createOpenio } from '../../../src/backends/openio/create';
import type { Base, Call, Openio, Write } from '../../../src/backends/openio/openio';
import { captured } from '../../contracts/openio-match';
import { type Asked, type Said, type Scripted, scripted } from './scripted';

const A = '127.0.0.1:6020';
const B = '127.0.0.1:6023';
const BASE: Base = {
  type: 'meta2',
  container: { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'a/b&c d' },
};

let proxy: Scripted;
let openio: Openio;

afterEach(async () => {
  await openio.close();
  await proxy.close();
});

async function against(answer: (asked: Asked) => Said): Promise<void> {
  proxy = await scripted(answer);
  openio = createOpenio({ proxyUrl: proxy.url, namespace: 'OPENIO', account: 'myaccount' });
}

function call(): Call {
  return { request: 'R42', signal: new AbortController().signal };
}

async function failureOf(asked: Promise<unknown>): Promise<BackendFailure> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

function fromCapture(name: string): () => Said {
  const { status, body } = captured(name).exchanges[0]?.response ?? { status: 0, body: '' };
  return () => ({ status, text: body });
}

const EVERY_WRITE: readonly [string, (openio: Openio) => Write<unknown>][] = [
  ['freeze', ({ writes }) => writes.freeze(BASE)],
  ['enable', ({ writes }) => writes.enable(BASE)],
  ['setPeers', ({ writes }) => writes.setPeers(BASE, [B, A])],
  ['copy', ({ writes }) => writes.copy(BASE, { from: A, to: B })],
  ['replaceReference', ({ writes }) => writes.replaceReference(BASE.container, [B, A])],
  ['leave of all', ({ writes }) => writes.leave(BASE, null)],
  ['leave of one', ({ writes }) => writes.leave(BASE, A)],
  ['remove', ({ writes }) => writes.remove(BASE, A)],
  ['setProperties', ({ writes }) => writes.setProperties(BASE.container, { a: '1' })],
  ['flush', ({ writes, proxies }) => writes.flush(proxies[0] ?? '', 'low')],
];

/** Answers every write well. */
function willing({ path, query }: Asked): Said {
  const peers = query.get('service_id')?.split(',') ?? [A, B];
  const ok = { status: { status: 200, message: 'OK' }, body: '' };
  const perPeer = path.endsWith('/leave') || path.endsWith('/remove');
  return perPeer ? { json: Object.fromEntries(peers.map((peer) => [peer, ok])) } : { status: 204 };
}

describe('a write', () => {
  test.each(EVERY_WRITE)('%s is described as it is sent, and describing sends nothing', async (_name, write) => {
    await against(willing);
    const described = write(openio);
    expect(proxy.asked).toEqual([]);
    await described.send(call());
    const sent = proxy.asked.map((asked) => [asked.method, asked.path, asked.query.toString(), asked.body]);
    const url = new URL(described.wire.url);
    expect(url.origin).toBe(proxy.url);
    const { method, body } = described.wire;
    expect(sent).toEqual([[method, url.pathname, url.searchParams.toString(), body ?? '']]);
    expect(proxy.asked[0]?.headers['x-oio-admin']).toBeUndefined();
  });

  test.each(EVERY_WRITE)('%s that loses its answer may have acted, and is sent once', async (_name, write) => {
    await against(() => 'hang up');
    expect(await failureOf(write(openio).send(call()))).toMatchObject({ kind: 'timeout', effect: 'possible' });
    expect(proxy.asked).toHaveLength(1);
  });

  test.each(EVERY_WRITE)('%s that cannot reach the proxy has no effect', async (_name, write) => {
    await against(willing);
    const described = write(openio);
    await proxy.close();
    expect(await failureOf(described.send(call()))).toMatchObject({ kind: 'unreachable', effect: 'none' });
  });

  test('shows no credentials of the address', async () => {
    await against(willing);
    const secret = createOpenio({ proxyUrl: 'http://user:secret@127.0.0.1:6000', namespace: 'N', account: 'a' });
    expect(secret.writes.freeze(BASE).wire.url).toBe(
      'http://127.0.0.1:6000/v3.0/OPENIO/admin/freeze?acct=myaccount&ref=a%2Fb%26c+d&type=meta2',
    );
    await secret.close();
  });
});

describe('freeze and enable', () => {
  test.each(['admin-disable_healthy_2026.14.2'])('say that they changed something: %s', async (capture) => {
    await against(fromCapture(capture));
    expect(await openio.writes.freeze(BASE).send(call())).toBe('changed');
    expect(await openio.writes.enable(BASE).send(call())).toBe('changed');
  });

  test('say that it was so already', async () => {
    await against(({ path }) => {
      const again = path.endsWith('freeze') ? 'admin-freeze_again_2026.14.2' : 'admin-enable_again_2026.14.2';
      return fromCapture(again)();
    });
    expect(await openio.writes.freeze(BASE).send(call())).toBe('already');
    expect(await openio.writes.enable(BASE).send(call())).toBe('already');
  });

  test('a base that is frozen is not enabled already, and the other way round', async () => {
    await against(({ path }) => {
      const other = path.endsWith('enable') ? 'admin-freeze_again_2026.14.2' : 'admin-enable_again_2026.14.2';
      return fromCapture(other)();
    });
    expect(await failureOf(openio.writes.freeze(BASE).send(call()))).toMatchObject({ effect: 'none' });
    expect(await failureOf(openio.writes.enable(BASE).send(call()))).toMatchObject({ effect: 'none' });
  });

  test('a base without reference is refused before anything happens', async () => {
    await against(fromCapture('admin-freeze_unlinked_2026.14.2'));
    const failure = await failureOf(openio.writes.freeze(BASE).send(call()));
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none' });
    expect(failure.message).toContain('the directory names no service for it');
  });
});

describe('copy', () => {
  test.each([
    ['admin-copy_to-master_2026.14.2', 'none', 'code 473'],
    ['admin-copy_from-non-master_2026.14.2', 'none', 'code 472'],
  ] as const)('%s: effect %s', async (capture, effect, text) => {
    await against(fromCapture(capture));
    const failure = await failureOf(openio.writes.copy(BASE, { from: A, to: B }).send(call()));
    expect(failure).toMatchObject({ kind: 'rejected', effect });
    expect(failure.message).toContain(text);
  });

  test.each(['admin-copy_to-dead_2026.14.2', 'admin-copy_to-dead_4.2.10'])(
    '%s: the destination was not reached, so nothing was copied',
    async (capture) => {
      const { to } = JSON.parse(captured(capture).exchanges[0]?.request.body ?? '');
      await against(fromCapture(capture));
      const failure = await failureOf(openio.writes.copy(BASE, { from: A, to }).send(call()));
      expect(failure).toMatchObject({ kind: 'unreachable', effect: 'none' });
      expect(failure.message).toContain(`${to} cannot be reached, so nothing was copied (code 2: ${to}: [errno=111]`);
    },
  );

  test.each([
    ['the source was refused', 2, `${A}: [errno=111] Connection refused`],
    ['the destination has a longer address', 2, `${B}1: [errno=111] Connection refused`],
    ['nobody is named', 8, 'Request avoided, service marked down (reqid=R1)'],
    ['the connection was lost on the way', 3, `${B}: [errno=104] Connection reset by peer`],
    ['the destination failed', 502, `${B}: cannot copy`],
  ])('may have acted where %s', async (_what, status, message) => {
    await against(() => ({ status: 503, json: { status, message } }));
    const failure = await failureOf(openio.writes.copy(BASE, { from: A, to: B }).send(call()));
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'possible' });
  });

  test('is given as long as the servers give one another', async () => {
    await against(willing);
    await openio.writes.copy(BASE, { from: A, to: B }).send(call());
    expect(proxy.asked[0]?.headers['x-oio-timeout']).toBe('241000000');
  });
});

describe('lists of peers', () => {
  test('are sorted', async () => {
    await against(willing);
    expect(openio.writes.setPeers(BASE, [B, A]).wire.body).toBe(`{"system":{"sys.peers":"${A},${B}"}}`);
    expect(openio.writes.replaceReference(BASE.container, [B, A]).wire.body).toContain(`"host":"${A},${B}"`);
  });

  test.each([[[]], [[A, A]], [[`${A},${B}`]], [['']], [['a b']]])('%j is none', async (peers: readonly string[]) => {
    await against(willing);
    expect(() => openio.writes.setPeers(BASE, peers)).toThrow('no list of different peers; nothing was sent');
    expect(() => openio.writes.replaceReference(BASE.container, peers)).toThrow(BackendFailure);
  });
});

describe('remove', () => {
  const cases: readonly [string, Said, string][] = [
    ['newer servers, a file', entry(200, 'OK', { deleted: true }), 'removed'],
    ['newer servers, no file', entry(200, 'OK', { deleted: false }), 'absent'],
    ['older servers, a file', entry(200, 'OK', ''), 'removed'],
    ['older servers, no file', entry(431, 'sqlite3_open error: (errno=2 No such file or directory)', ''), 'absent'],
  ];
  test.each(cases)('%s', async (_what, said, result) => {
    await against(() => said);
    expect(await openio.writes.remove(BASE, A).send(call())).toBe(result);
  });

  test.each([
    [2, 'unreachable', 'none'],
    [8, 'unreachable', 'none'],
    [7, 'timeout', 'possible'],
    [500, 'rejected', 'possible'],
  ])('a peer that answers %i is a failure: %s, effect %s', async (code, kind, effect) => {
    await against(() => entry(code, 'words of the server', ''));
    const failure = await failureOf(openio.writes.remove(BASE, A).send(call()));
    expect(failure).toMatchObject({ kind, effect });
    expect(failure.message).toContain('words of the server');
  });

  test('answers for other peers are no answer', async () => {
    await against(() => ({ json: { [B]: { status: { status: 200, message: 'OK' }, body: '' } } }));
    expect(await failureOf(openio.writes.remove(BASE, A).send(call()))).toMatchObject({
      kind: 'malformed',
      effect: 'possible',
    });
  });

  function entry(status: number, message: string, body: unknown): Said {
    return { json: { [A]: { status: { status, message }, body } } };
  }
});

test('one peer leaves, whether or not the directory names it', async () => {
  await against(willing);
  expect(await openio.writes.leave(BASE, '10.0.0.9:6020').send(call())).toMatchObject([
    { id: '10.0.0.9:6020', status: 200 },
  ]);
  expect(proxy.asked.map(({ query }) => query.get('service_id'))).toEqual(['10.0.0.9:6020']);
});

test('only configured proxies are told to empty their cache', async () => {
  await against(willing);
  expect(() => openio.writes.flush('10.0.0.1:80', 'low')).toThrow('not one of the configured proxies');
});
