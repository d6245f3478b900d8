import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { z } from 'zod';
import { freePorts } from '../../sandbox/services/ports';
import { decodeJson } from '../../src/backends/decode';
import { createHttp, type HttpCall } from '../../src/backends/http';

describe('a call by HTTP', () => {
  const http = createHttp({ backend: 'openio', maxBytes: 1_000 });
  let answer: RequestListener;
  let requests = 0;
  let server: Server;
  let origin: string;

  const call = (changes: Partial<HttpCall> = {}) =>
    http.call({
      url: new URL('/x?y=1', origin),
      method: 'GET',
      doing: 'look at x',
      writes: false,
      timeoutMs: 5_000,
      signal: new AbortController().signal,
      ...changes,
    });
  const failure = (kind: string, effect: string) => ({ name: 'BackendFailure', backend: 'openio', kind, effect });

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    requests = 0;
  });
  afterAll(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  test('any status is an answer, and redirects are not followed', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/elsewhere', 'x-a': 'b' }).end('body');
    const { status, headers, body } = await call();
    expect([status, headers['x-a'], body.toString(), requests]).toEqual([302, 'b', 'body', 1]);
  });

  test('method, headers and body arrive, and the connection is kept', async () => {
    const sockets = new Set();
    answer = (request, response) => {
      sockets.add(request.socket);
      request.pipe(response.writeHead(200, { 'x-method': request.method, 'x-type': request.headers['content-type'] }));
    };
    // The connections of other tests would be used in turn, and one more is opened while the first is not quite free.
    const alone = createHttp({ backend: 'openio', connections: 1 });
    const put = { method: 'PUT', body: 'text', headers: { 'content-type': 'text/x' }, writes: true } as const;
    const send = () =>
      alone.call({
        url: new URL(origin),
        doing: 'put x',
        timeoutMs: 5_000,
        signal: new AbortController().signal,
        ...put,
      });
    const { headers, body } = await send();
    for (let more = 0; more < 5; more++) await send();
    await alone.close();
    expect(sockets.size).toBe(1);
    expect([headers['x-method'], headers['x-type'], body.toString()]).toEqual(['PUT', 'text/x', 'text']);
  });

  test.each([
    [true, 'possible'],
    [false, 'none'],
  ])('no answer in time (writes: %s) has the effect %s', async (writes, effect) => {
    answer = () => undefined;
    const begun = performance.now();
    await expect(call({ writes, timeoutMs: 100 })).rejects.toMatchObject(failure('timeout', effect));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test('an answer whose body never ends is no answer', async () => {
    answer = (_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('half');
    await expect(call({ timeoutMs: 100 })).rejects.toMatchObject(failure('timeout', 'none'));
  });

  test.each([
    [true, 'possible'],
    [false, 'none'],
  ])(
    'a connection cut before the answer (writes: %s) has the effect %s, and is not tried again',
    async (writes, effect) => {
      answer = (request) => request.socket.destroy();
      await expect(call({ writes })).rejects.toMatchObject(failure('timeout', effect));
      expect(requests).toBe(1);
    },
  );

  test('a port where nobody listens is unreachable: nothing was sent', async () => {
    const [port] = await freePorts(1);
    const away = call({ url: new URL(`http://127.0.0.1:${port}/x`), writes: true });
    await expect(away).rejects.toMatchObject({
      ...failure('unreachable', 'none'),
      message: `look at x: 127.0.0.1:${port} cannot be reached (ECONNREFUSED)`,
    });
  });

  test('a name that nobody knows is unreachable', async () => {
    const unknown = call({ url: new URL('http://no-such-host.invalid/'), writes: true });
    await expect(unknown).rejects.toMatchObject(failure('unreachable', 'none'));
  });

  test('an answer that is too long is malformed', async () => {
    answer = (_request, response) => response.end('x'.repeat(2_000));
    await expect(call({ writes: true })).rejects.toMatchObject(failure('malformed', 'possible'));
  });

  test('what is not HTTP is malformed', async () => {
    const mute = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const url = new URL(`http://127.0.0.1:${(mute.address() as AddressInfo).port}/`);
    const answered = call({ url });
    await expect(answered.finally(() => mute.close())).rejects.toMatchObject(failure('malformed', 'none'));
  });

  test('a call that was given up before is not sent', async () => {
    await expect(call({ writes: true, signal: AbortSignal.abort() })).rejects.toMatchObject(failure('timeout', 'none'));
    expect(requests).toBe(0);
  });

  test('a call that is given up meanwhile may have had an effect', async () => {
    const giveUp = new AbortController();
    answer = () => giveUp.abort();
    await expect(call({ writes: true, signal: giveUp.signal })).rejects.toMatchObject(failure('timeout', 'possible'));
  });
});

describe('an answer in JSON', () => {
  const schema = z.object({ a: z.object({ b: z.int() }) });
  const decode = (answer: Buffer | string) =>
    decodeJson(answer, schema, { backend: 'palm', doing: 'look', effect: 'none' });

  test('is the value when it has the shape', () => {
    expect(decode(Buffer.from('{"a":{"b":1,"c":2}}'))).toEqual({ a: { b: 1 } });
  });

  test.each([
    ['secret', 'look: the answer is not JSON'],
    ['', 'look: the answer is not JSON'],
    [Buffer.from([0x22, 0xff, 0x22]), 'look: the answer is not JSON'],
    ['{"a":{"b":"secret"}}', 'look: the answer has another shape than expected at a.b'],
    ['null', 'look: the answer has another shape than expected'],
  ])('is malformed otherwise, and is not quoted', (answer, message) => {
    expect(() => decode(answer)).toThrow(
      expect.objectContaining({ name: 'BackendFailure', kind: 'malformed', message }),
    );
  });
});
