import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket, type Server as TcpServer } from 'node:net';
import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { startEtcd } from '../../../sandbox/services/etcd';
import { type CuttableProxy, cuttableProxy } from '../../../sandbox/services/proxy';

/** Answers every piece with the same piece in capitals. */
function shouter(heard: string[]): TcpServer {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (piece) => {
      heard.push(piece.toString());
      socket.write(piece.toString().toUpperCase());
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  });
}

const serverUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let server: TcpServer;
let proxy: CuttableProxy;
let heard: string[];
let wires: Socket[];

beforeEach(async () => {
  heard = [];
  wires = [];
  server = shouter(heard).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await cuttableProxy(serverUrl());
});

afterEach(async () => {
  for (const socket of wires) socket.destroy();
  await proxy.close();
  await once(server.close(), 'close');
});

const wire = () => wireTo(proxy.url);

async function wireTo(url: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  wires.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

/** What happens first on this wire. */
function first(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (piece: Buffer) => resolve(piece.toString()));
    socket.once('close', () => resolve('closed'));
  });
}

test('what is said passes both ways, also after one side has said everything', async () => {
  const socket = await wire();
  expect(await say(socket, 'hello')).toBe('HELLO');
  socket.end('goodbye');
  expect(await first(socket)).toBe('GOODBYE');
  await once(socket, 'close');
});

test('a cut answer is lost although the server heard the question, and the next connection works', async () => {
  const socket = await wire();
  proxy.cutNextAnswer();
  socket.write('delete it');
  expect(await first(socket)).toBe('closed');
  expect(heard).toEqual(['delete it']);
  expect(await say(await wire(), 'again')).toBe('AGAIN');
});

test('while held nothing passes, and everything passes after', async () => {
  const socket = await wire();
  proxy.hold();
  socket.write('patience');
  const answer = first(socket);
  expect(await say(await wireTo(serverUrl()), 'meanwhile')).toBe('MEANWHILE');
  expect(heard).toEqual(['meanwhile']);
  proxy.release();
  expect(await answer).toBe('PATIENCE');
});

test('a delay is added on each way', async () => {
  const socket = await wire();
  proxy.delay(30);
  const began = performance.now();
  await say(socket, 'slow');
  expect(performance.now() - began).toBeGreaterThanOrEqual(59);
});

test('a refusing proxy ends what is open and lets nobody in, until it accepts again', async () => {
  const socket = await wire();
  await say(socket, 'hello');
  const end = first(socket);
  await proxy.refuse();
  expect(await end).toBe('closed');
  await expect(wire()).rejects.toThrow(/ECONNREFUSED/);
  await proxy.accept();
  expect(await say(await wire(), 'hello')).toBe('HELLO');
});

test('a server that is not there closes the connection', async () => {
  const nowhere = await cuttableProxy('http://127.0.0.1:1');
  expect(await first(await wireTo(nowhere.url))).toBe('closed');
  await nowhere.close();
});

test('an etcd write whose answer is cut was committed, though etcd sent housekeeping before it', async () => {
  const etcd = await startEtcd();
  const cuttable = await cuttableProxy(etcd.url);
  const client = new Etcd3({ hosts: cuttable.url, faultHandling: { global: noop } });
  const straight = new Etcd3({ hosts: etcd.url });
  await client.put('colour').value('red');

  cuttable.cutNextAnswer();
  await expect(client.put('colour').value('green'.repeat(10_000)).exec()).rejects.toThrow();
  expect(await straight.get('colour').string()).toBe('green'.repeat(10_000));

  client.close();
  straight.close();
  await cuttable.close();
  await etcd.stop();
});
