import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { encodeReply, FullPath } from '../../../sandbox/distkv/codec';
import { createDistkvSandbox, type DistkvSandbox } from '../../../sandbox/distkv/sandbox';
import { createDistkv, type Distkv } from '../../../src/backends/distkv/distkv';
import { keyOf } from '../../../src/backends/distkv/login';
import { tick } from '../../../src/backends/distkv/ticks';
import type { Message } from '../../../src/backends/distkv/wire';
import { BackendFailure } from '../../../src/backends/failure';
import { type ScriptedServer, scriptedServer } from '../../contracts/distkv-scripted';

const GREETING = encodeReply({ seq: 0, version: [0, 57, 4], node: 'test1', tick: 1, tock: 4, qlen: 10 });
const signal = () => AbortSignal.timeout(15_000);
const mark = { node: 'test2', ticks: tick(2n), deleted: false };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function scripted(script: Parameters<typeof scriptedServer>[0]): Promise<ScriptedServer> {
  const server = await scriptedServer(script);
  open.push(server);
  return server;
}

/** A server that greets and then answers as told. */
function greeting(answer: (message: Message, socket: Socket) => void): Promise<ScriptedServer> {
  return scripted({ greet: (socket) => void socket.write(GREETING), answer });
}

function clientOf(
  server: Pick<ScriptedServer, 'address'>,
  options: Partial<Parameters<typeof createDistkv>[0]> = {},
): Distkv {
  return createDistkv({ ...options, servers: [server.address] });
}

async function failureOf(promise: Promise<unknown>): Promise<BackendFailure> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof BackendFailure) return error;
  throw error;
}

const missing = (ticks: unknown) => ({ missing: { test2: ticks }, node: 'test1' });

describe('a server in trouble', () => {
  it('is unreachable when nobody listens, and nothing was sent', async () => {
    const server = await scripted({ greet: () => {} });
    await server.close();
    const distkv = clientOf(server);
    const failure = await failureOf(distkv.mark(distkv.servers[0], mark, signal()));
    expect(failure).toMatchObject({
      kind: 'unreachable',
      effect: 'none',
      message: `connect to ${distkv.servers[0]}: connection refused`,
    });
    open.length = 0;
  });

  it('that never greets is given up after the time for connecting', async () => {
    const distkv = clientOf(await scripted({ greet: () => {} }), { connectMs: 100 });
    const failure = await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()));
    expect(failure).toMatchObject({ kind: 'timeout', effect: 'none' });
    expect(failure.message).toContain('no complete answer within 0.1 s');
  });

  it('that hangs up before it greets was not asked anything', async () => {
    const distkv = clientOf(await scripted({ greet: (socket) => socket.end() }));
    expect(await failureOf(distkv.mark(distkv.servers[0], mark, signal()))).toMatchObject({
      kind: 'unreachable',
      effect: 'none',
    });
  });

  it('that never answers a mark may have made it', async () => {
    const server = await greeting((message, socket) => {
      if (message.action === 'get_state') socket.write(encodeReply({ ...missing([2]), tock: 5, seq: message.seq }));
    });
    const distkv = clientOf(server, { requestMs: 100 });
    const failure = await failureOf(distkv.mark(distkv.servers[0], mark, signal()));
    expect(failure).toMatchObject({ kind: 'timeout', effect: 'possible' });
    expect(server.received.map(({ action }) => action)).toEqual(['get_state', 'fake_info']);
  });

  it('that never answers a question has done nothing', async () => {
    const distkv = clientOf(await greeting(() => {}), { requestMs: 100 });
    expect(await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()))).toMatchObject({
      kind: 'timeout',
      effect: 'none',
    });
  });

  it('that cuts the connection in the middle of an answer leaves a mark in doubt', async () => {
    const server = await greeting((message, socket) => {
      if (message.action === 'get_state') socket.write(encodeReply({ ...missing([2]), tock: 5, seq: message.seq }));
      else socket.end(encodeReply({ seq: message.seq, tock: 6 }).subarray(0, 5));
    });
    const distkv = clientOf(server);
    const failure = await failureOf(distkv.mark(distkv.servers[0], mark, signal()));
    expect(failure).toMatchObject({ kind: 'timeout', effect: 'possible' });
    expect(failure.message).toContain('closed the connection before it answered');
  });

  it('is understood when it sends one byte every 10 ms', async () => {
    const server = await greeting((message, socket) => {
      const bytes = [...encodeReply({ ...missing([2, [7, 9]]), tock: 5, seq: message.seq })];
      const timer = setInterval(() => {
        const byte = bytes.shift();
        if (byte === undefined) clearInterval(timer);
        else socket.write(Uint8Array.of(byte));
      }, 10);
    });
    const distkv = clientOf(server);
    const state = await distkv.state(distkv.servers[0], ['missing'], signal());
    expect(state.ticks.missing.get('test2')).toEqual([
      [2n, 3n],
      [7n, 9n],
    ]);
  });

  it('that sends no MessagePack is called so', async () => {
    const distkv = clientOf(await scripted({ greet: (socket) => void socket.write(Uint8Array.of(0xc1)) }));
    expect(await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()))).toMatchObject({
      kind: 'malformed',
      effect: 'none',
    });
  });

  it('that answers a state of another shape is called malformed', async () => {
    const distkv = clientOf(
      await greeting((message, socket) => void socket.write(encodeReply({ seq: message.seq, tock: 5, missing: 3 }))),
    );
    expect(await failureOf(distkv.state(distkv.servers[0], ['missing'], signal()))).toMatchObject({
      kind: 'malformed',
    });
  });

  it('that gives up the connection fails every question under way with its reason', async () => {
    const server = await greeting((message, socket) => {
      if (message.tick === 3) socket.end(encodeReply({ error: 'None', tock: 9 }));
    });
    const distkv = clientOf(server);
    const failure = await failureOf(
      distkv.records(distkv.servers[0], { node: 'test2', ticks: [1n, 2n, 3n] }, signal()),
    );
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none' });
    expect(failure.message).toContain('read tick 1 of test2');
    expect(failure.message).toContain('the server gave up the connection: None');
  });

  it('is left alone as soon as nobody waits for it', async () => {
    const distkv = clientOf(await greeting(() => {}));
    const gone = new AbortController();
    const waiting = failureOf(distkv.state(distkv.servers[0], ['nodes'], gone.signal));
    gone.abort();
    expect((await waiting).message).toContain('nobody waits');
  });

  it('says an error with an empty text, and it is still an error', async () => {
    const distkv = clientOf(
      await greeting((message, socket) => void socket.write(encodeReply({ error: '', seq: message.seq, tock: 5 }))),
    );
    expect(await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()))).toMatchObject({
      kind: 'rejected',
      effect: 'none',
    });
  });
});

describe('questions and answers', () => {
  it('are matched by number, whatever the order', async () => {
    const held: Message[] = [];
    const server = await greeting((message, socket) => {
      held.push(message);
      if (held.length < 3) return;
      for (const { seq, tick: n } of held.toReversed()) {
        const chain = { node: 'test2', tick: n, prev: null };
        const found = { value: `value ${String(n)}`, path: new FullPath(['a', `${String(n)}`]), chain, tock: 1, seq };
        socket.write(encodeReply(n === 2 ? { error: '2', seq, tock: 1 } : found));
      }
    });
    const distkv = clientOf(server);
    const records = await distkv.records(distkv.servers[0], { node: 'test2', ticks: [1n, 2n, 3n] }, signal());
    expect(records).toEqual([
      { tick: 1n, path: 'a.1', value: 'value 1', current: true },
      { tick: 3n, path: 'a.3', value: 'value 3', current: true },
    ]);
  });

  it('about a record give the tock of the record, which is not the one of the server', async () => {
    const server = await greeting((message, socket) => {
      const chain = { node: 'test2', tick: 1, prev: null };
      const found = { value: 1, path: new FullPath(['a']), chain, tock: 3_000, seq: message.seq };
      socket.write(
        encodeReply(message.action === 'get_value' ? found : { ...missing([2]), tock: 6, seq: message.seq }),
      );
    });
    const distkv = clientOf(server);
    await distkv.records(distkv.servers[0], { node: 'test2', ticks: [1n] }, signal());
    const state = await distkv.state(distkv.servers[0], ['missing'], signal());
    expect(state.earlier).toEqual({ node: 'test1', tock: 4n });
  });

  it('never show what an internal record holds, since logins are among them', async () => {
    const server = await greeting(({ seq }, socket) => {
      const found = {
        value: 'the hash of a password',
        path: new FullPath([null, 'auth', 'password']),
        chain: null,
        tock: 1,
      };
      socket.write(encodeReply({ ...found, seq }));
    });
    const distkv = clientOf(server);
    const [record] = await distkv.records(distkv.servers[0], { node: 'test2', ticks: [1n] }, signal());
    expect(record).toMatchObject({
      path: 'null.auth.password',
      value: 'an internal record, not shown',
      current: false,
    });
  });

  it('carry a million separate missing ticks', async () => {
    const odd = Array.from({ length: 1_000_000 }, (_, i) => 2 * i + 1);
    const reply = encodeReply({ ...missing(odd), tock: 5 });
    const server = await greeting((message, socket) => {
      // The map's head counts one entry more, and the number of the answer comes last.
      const head = Uint8Array.of((reply[0] ?? 0) + 1);
      socket.write(Buffer.concat([head, reply.subarray(1), encodeReply({ seq: message.seq }).subarray(1)]));
    });
    const distkv = clientOf(server, { requestMs: 15_000 });
    const state = await distkv.state(distkv.servers[0], ['missing'], signal());
    expect(state.ticks.missing.get('test2')?.length).toBe(1_000_000);
  });

  it('never ask for a debugger, a log or a file on the server', async () => {
    const server = await greeting(
      (message, socket) => void socket.write(encodeReply({ ...missing([2]), tock: 5, seq: message.seq })),
    );
    const distkv = clientOf(server);
    await distkv.state(
      distkv.servers[0],
      ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded', 'present'],
      signal(),
    );
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).not.toHaveProperty('debugger');
    expect(server.received[0]).not.toHaveProperty('debug');
  });
});

describe('a mark', () => {
  it('is not sent when its ticks are not missing any more', async () => {
    const server = await greeting(
      (message, socket) => void socket.write(encodeReply({ ...missing([7]), tock: 5, seq: message.seq })),
    );
    const distkv = clientOf(server);
    const wanted = {
      ...mark,
      ticks: [
        [2n, 3n],
        [7n, 8n],
      ] as const,
    };
    expect(await distkv.mark(distkv.servers[0], wanted, signal())).toEqual({ kind: 'changed', gone: [[2n, 3n]] });
    expect(server.received.map(({ action }) => action)).toEqual(['get_state']);
  });

  it('tells the tock before and after', async () => {
    let tock = 10;
    const server = await greeting((message, socket) => {
      tock += 1;
      socket.write(
        encodeReply(
          message.action === 'get_state' ? { ...missing([2]), tock, seq: message.seq } : { tock, seq: message.seq },
        ),
      );
    });
    const distkv = clientOf(server);
    expect(await distkv.mark(distkv.servers[0], mark, signal())).toEqual({
      kind: 'marked',
      tock: { before: 11n, after: 12n },
    });
    const state = await distkv.state(distkv.servers[0], ['missing'], signal());
    expect(state).toMatchObject({ tock: 13n, earlier: { node: 'test1', tock: 12n } });
  });

  it('shows a tock that fell since', async () => {
    let tock = 50;
    const server = await greeting(
      (message, socket) => void socket.write(encodeReply({ ...missing([2]), tock, seq: message.seq })),
    );
    const distkv = clientOf(server);
    await distkv.state(distkv.servers[0], ['missing'], signal());
    tock = 20;
    expect(await distkv.state(distkv.servers[0], ['missing'], signal())).toMatchObject({
      tock: 20n,
      earlier: { tock: 50n },
    });
    tock = 21;
    expect(await distkv.state(distkv.servers[0], ['missing'], signal())).toMatchObject({
      tock: 21n,
      earlier: { tock: 20n },
    });
  });
});

describe('the login', () => {
  const users = { joe: 'secret123' };

  async function network(method: 'root' | '_test' | 'password'): Promise<DistkvSandbox> {
    const sandbox = await createDistkvSandbox({ cycleMs: null, names: ['test1'], login: { method, users } });
    open.push(sandbox);
    return sandbox;
  }

  function joining(sandbox: DistkvSandbox, credentials?: { user: string; password: string }): Distkv {
    const port = Number(sandbox.servers[0]?.split(':')[1]);
    return createDistkv({ servers: [{ host: '127.0.0.1', port }], login: credentials ?? null });
  }

  it.each(['root', '_test'] as const)('by %s needs no secret', async (method) => {
    const distkv = joining(await network(method));
    expect((await distkv.state(distkv.servers[0], ['nodes'], signal())).node).toBe('test1');
  });

  it('by password works twenty times in a row', async () => {
    const distkv = joining(await network('password'), { user: 'joe', password: 'secret123' });
    for (let n = 0; n < 20; n += 1) {
      expect((await distkv.state(distkv.servers[0], ['nodes'], signal())).node).toBe('test1');
    }
  });

  it('takes the key without leading zero bytes, as the servers do', () => {
    const secret = Buffer.concat([Buffer.alloc(2), Buffer.alloc(254, 7)]);
    expect(keyOf(secret)).toEqual(Buffer.alloc(32, 7));
    expect(keyOf(Buffer.alloc(256))).toBeNull();
  });

  it('with a wrong password fails and does not tell it', async () => {
    const distkv = joining(await network('password'), { user: 'joe', password: 'wrong-and-secret' });
    const failure = await failureOf(distkv.mark(distkv.servers[0], mark, signal()));
    expect(failure).toMatchObject({ kind: 'rejected', effect: 'none' });
    expect(failure.message).toContain('Password hashes do not match');
    expect(failure.message).not.toContain('wrong-and-secret');
  });

  it('without a configured user says which settings are missing', async () => {
    const distkv = joining(await network('password'));
    const failure = await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()));
    expect(failure.message).toContain('DISTKV_USER and DISTKV_PASSWORD');
  });

  it('by a method that is not known is refused by name', async () => {
    const greet = encodeReply({
      seq: 0,
      version: [0, 57, 4],
      node: 'n',
      tick: 1,
      tock: 4,
      qlen: 10,
      auth: ['kerberos'],
    });
    const distkv = clientOf(await scripted({ greet: (socket) => void socket.write(greet) }));
    const failure = await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()));
    expect(failure.message).toContain('“kerberos”, which is not supported');
  });

  it('is left out where methods are configured and none is demanded', async () => {
    const greet = encodeReply({
      seq: 0,
      version: [0, 57, 4],
      node: 'n',
      tick: 1,
      tock: 4,
      qlen: 10,
      auth: [null, 'password'],
    });
    const server = await scripted({
      greet: (socket) => void socket.write(greet),
      answer: (message, socket) => void socket.write(encodeReply({ nodes: {}, node: 'n', tock: 5, seq: message.seq })),
    });
    const distkv = clientOf(server, { login: { user: 'joe', password: 'x' } });
    await distkv.state(distkv.servers[0], ['nodes'], signal());
    expect(server.received.map(({ action }) => action)).toEqual(['get_state']);
  });
});

describe('TLS', () => {
  const folder = join(__dirname, '../../fixtures/distkv-tls');
  const cert = readFileSync(join(folder, 'cert.pem'), 'utf8');

  async function tlsServer(): Promise<number> {
    const server = createTlsServer({ cert, key: readFileSync(join(folder, 'key.pem')) }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(GREETING);
      socket.once('data', () => socket.write(encodeReply({ nodes: {}, node: 'test1', tock: 5, seq: 1 })));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: async () => void server.close() });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  it('is spoken from the first byte when asked for', async () => {
    const servers = [{ host: '127.0.0.1', port: await tlsServer() }] as const;
    const distkv = createDistkv({ servers: [...servers], tls: { ca: cert, servername: 'distkv.test' } });
    expect((await distkv.state(distkv.servers[0], ['nodes'], signal())).node).toBe('test1');
  });

  it('refuses a server that it cannot trust', async () => {
    const distkv = createDistkv({
      servers: [{ host: '127.0.0.1', port: await tlsServer() }],
      tls: { servername: 'distkv.test' },
    });
    expect(await failureOf(distkv.state(distkv.servers[0], ['nodes'], signal()))).toMatchObject({
      kind: 'unreachable',
      effect: 'none',
    });
  });
});
