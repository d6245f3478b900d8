import { ExtData, encode } from '@msgpack/msgpack';
import { readState } from '../../../src/backends/distkv/state';
import { encodeMessage, messagesOf, nameOf } from '../../../src/backends/distkv/wire';

async function* pieces(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

async function decoded(...chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of messagesOf(pieces(...chunks))) messages.push(message);
  return messages;
}

const hex = (text: string) => Buffer.from(text, 'hex');

describe("DistKV's MessagePack", () => {
  it('reads several maps in one piece, and one map in many pieces', async () => {
    const both = Buffer.concat([encodeMessage({ seq: 1 }), encodeMessage({ seq: 2, tock: 9 })]);
    expect(await decoded(both)).toEqual([{ seq: 1 }, { seq: 2, tock: 9 }]);
    const bytes = [...both].map((byte) => Uint8Array.of(byte));
    expect(await decoded(...bytes)).toEqual([{ seq: 1 }, { seq: 2, tock: 9 }]);
  });

  it('keeps all digits of 63-bit integers and of those beyond 64 bits', async () => {
    const high = 9223372036854775807n;
    expect(await decoded(encodeMessage({ a: high }))).toEqual([{ a: high }]);
    const big = new ExtData(2, hex('010000000000000001'));
    expect(await decoded(encode({ a: big }))).toEqual([{ a: 2n ** 64n + 1n }]);
  });

  it('reads a path of any elements', async () => {
    expect(await decoded(hex('81a470617468c70f03a72e646973746b76a6636f6e666967'))).toEqual([
      { path: { path: ['.distkv', 'config'] } },
    ]);
    expect(await decoded(encode({ path: new ExtData(3, hex('c0a161')) }))).toEqual([{ path: { path: [null, 'a'] } }]);
  });

  it('fails on a path that ends too early, and does not wait for the rest', async () => {
    await expect(decoded(encode({ path: new ExtData(3, hex('a361')) }), encodeMessage({ seq: 1 }))).rejects.toThrow(
      'a path',
    );
  });

  it('reads a node named __proto__ like any other', async () => {
    const [message] = await decoded(hex('83a46e6f6465a161a4746f636b01a76d697373696e6781a95f5f70726f746f5f5f9102'));
    const state = readState({
      server: 's',
      asked: ['missing'],
      earlier: null,
      reply: { ...(message as object), seq: 1 },
    });
    expect([...state.ticks.missing]).toEqual([['__proto__', [[2n, 3n]]]]);
    expect(({} as Record<string, unknown>).seq).toBeUndefined();
  });

  it('keeps the integer key 5 and the text key "5" apart', async () => {
    const [message] = await decoded(hex('820501a13502'));
    const names = Object.entries(message as object).map(([key, value]) => [nameOf(key), value]);
    expect(names).toEqual(
      expect.arrayContaining([
        [{ name: '5', text: false }, 1],
        [{ name: '5', text: true }, 2],
      ]),
    );
  });

  it.each([
    ['an integer of 65 bytes', encode({ a: new ExtData(2, new Uint8Array(65)) })],
    ['a list of four thousand million items', hex('81a161ddffffffff')],
    ['a map of four thousand million items', hex('dfffffffff')],
    ['a text of 2 GB', hex('81a161db7fffffff')],
    ['a byte that is no MessagePack', hex('c1')],
  ])('refuses %s at once', async (_name, bytes) => {
    await expect(decoded(bytes)).rejects.toThrow();
  });
});
