import { decodeMulti, decodeMultiStream, ExtensionCodec, encode } from '@msgpack/msgpack';

/**
 * DistKV's MessagePack: maps one after the other with nothing between them. Two extension types, integers of 64 bits
 * and more, and map keys that may be anything at all, since servers keep whatever somebody once stored.
 */

/** A path of an entry. Its elements are mostly text; `null` as the first one means the servers' internal tree. */
export interface WirePath {
  readonly path: readonly unknown[];
}

const BIG_INTEGER = 2;
const PATH = 3;

/** Bytes. A reply with a larger single value is refused; a whole reply may be larger. */
const LARGEST_VALUE = 16 * 1024 * 1024;
/** Entries of one list or map. The decoder makes room for as many as a header announces, so this bounds the memory. */
const LONGEST_LIST = 1_048_576;
/** Bytes of an integer beyond 64 bits; nothing sensible is longer. */
const LONGEST_INTEGER = 64;

export type Message = Readonly<Record<string, unknown>>;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: BIG_INTEGER,
  encode: () => null,
  decode: (data) => {
    if (data.length > LONGEST_INTEGER) throw new Error(`an integer of ${data.length} bytes`);
    return BigInt(`0x0${Buffer.from(data).toString('hex')}`);
  },
});
extensionCodec.register({ type: PATH, encode: () => null, decode: (data): WirePath => ({ path: elements(data) }) });

/**
 * Keys stay apart from JavaScript's own names: the library refuses `__proto__`, where one node of that name would make a
 * whole state unreadable, and would let the integer 5 and the text "5" fall together.
 */
const ESCAPED = '\0';
const NOT_TEXT = '\0#';

const options = {
  extensionCodec,
  useBigInt64: true,
  maxStrLength: LARGEST_VALUE,
  maxBinLength: LARGEST_VALUE,
  maxExtLength: LARGEST_VALUE,
  maxArrayLength: LONGEST_LIST,
  maxMapLength: LONGEST_LIST,
  keyDecoder: { canBeCached: () => true, decode: textKey },
  mapKeyConverter: (key: unknown) => (typeof key === 'string' ? key : `${NOT_TEXT}${String(key)}`),
} as const;

/** Every object of the stream, in order. Throws at the first byte that cannot be MessagePack. */
export function messagesOf(bytes: AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  return decodeMultiStream(bytes, options);
}

export function encodeMessage(message: Message): Uint8Array {
  return encode(message, { useBigInt64: true });
}

/** The key as it was sent; `text` is false when it was no text, and then it is only good for showing. */
export function nameOf(key: string): { readonly name: string; readonly text: boolean } {
  if (key.startsWith(NOT_TEXT)) return { name: key.slice(NOT_TEXT.length), text: false };
  return { name: key.startsWith(ESCAPED) ? key.slice(ESCAPED.length) : key, text: true };
}

function textKey(bytes: Uint8Array, offset: number, length: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
  return text === '__proto__' || text.startsWith(ESCAPED) ? `${ESCAPED}${text}` : text;
}

/**
 * A path's payload is its elements, encoded one after the other. The library takes a `RangeError` for "more bytes will
 * come", so a payload that ends too early must not throw one.
 */
function elements(data: Uint8Array): readonly unknown[] {
  try {
    return [...decodeMulti(data, options)];
  } catch (cause) {
    throw new Error('a path that cannot be read', { cause });
  }
}
