import { ExtensionCodec, encode } from '@msgpack/msgpack';

/** A whole path, which servers send as extension type 3. */
export class FullPath {
  readonly elements: readonly unknown[];

  constructor(elements: readonly unknown[]) {
    this.elements = elements;
  }
}

const PATH = 3;
const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: PATH,
  encode: (value) =>
    value instanceof FullPath ? Buffer.concat(value.elements.map((element) => encode(element))) : null,
  decode: () => null,
});

/** Ticks are bigints here; small ones go out in the short form, as the real servers write them. */
export function encodeReply(message: Readonly<Record<string, unknown>>): Uint8Array {
  return encode(shortened(message), { extensionCodec, useBigInt64: true });
}

function shortened(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null || value instanceof FullPath || ArrayBuffer.isView(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
}
