import { answerSpotter } from '../../../sandbox/services/frames';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const TYPES = { data: 0, headers: 1, settings: 4, ping: 6, window: 8 };

function frame(type: keyof typeof TYPES, length: number): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(TYPES[type], 3);
  return Buffer.concat([head, Buffer.alloc(length, 1)]);
}

function http2() {
  const spotter = answerSpotter();
  spotter.sent(PREFACE);
  return spotter;
}

test('pings, windows and settings of HTTP/2 are no answer', () => {
  const spotter = http2();
  expect(spotter.received(frame('settings', 12))).toBe(false);
  expect(spotter.received(Buffer.concat([frame('window', 4), frame('ping', 8)]))).toBe(false);
});

test('headers and data are, also behind housekeeping in the same piece', () => {
  expect(http2().received(Buffer.concat([frame('ping', 8), frame('headers', 30)]))).toBe(true);
  expect(http2().received(frame('data', 1))).toBe(true);
});

test('frames are told apart wherever the pieces are cut', () => {
  const stream = Buffer.concat([frame('settings', 300), frame('window', 4), frame('ping', 8), frame('headers', 1)]);
  for (let at = 1; at < stream.length; at++) {
    const spotter = http2();
    const inTwo = [spotter.received(stream.subarray(0, at)), spotter.received(stream.subarray(at))];
    expect(inTwo).toEqual([at > stream.length - 2, at <= stream.length - 2]);
  }
});

test('whatever another protocol says is an answer', () => {
  const spotter = answerSpotter();
  spotter.sent(Buffer.from('PING\r\n'));
  expect(spotter.received(Buffer.from('+PONG\r\n'))).toBe(true);
});
