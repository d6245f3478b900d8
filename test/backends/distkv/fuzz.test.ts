import { readRecord } from '../../../src/backends/distkv/record';
import { readState, SECTIONS } from '../../../src/backends/distkv/state';
import { messagesOf } from '../../../src/backends/distkv/wire';
import { BackendFailure } from '../../../src/backends/failure';
import { CAPTURES, sentByServer } from '../../contracts/distkv-captures';

/** A small generator with a seed, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Bytes that change what follows them. */
const HEADS = [
  0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xc0, 0xc1, 0xc4, 0xc7, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd8, 0xd9, 0xdc, 0xdd, 0xde,
  0xdf, 0xff,
];

function mutate(frame: Buffer, any: (below: number) => number): Buffer {
  const bytes = Buffer.from(frame);
  for (let n = any(3); n >= 0; n -= 1)
    bytes[any(bytes.length)] = any(2) === 0 ? any(256) : (HEADS[any(HEADS.length)] ?? 0);
  const cut = any(4);
  if (cut === 0) return bytes.subarray(0, any(bytes.length));
  return cut === 1 ? Buffer.concat([bytes, frame]) : bytes;
}

async function* inOne(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** What became of a frame. Throws what is no failure of ours. */
async function read(bytes: Buffer): Promise<'state' | 'refused' | 'no MessagePack' | 'unfinished'> {
  const messages: unknown[] = [];
  try {
    for await (const message of messagesOf(inOne(bytes))) messages.push(message);
  } catch (error) {
    if (error instanceof Error) return 'no MessagePack';
    throw error;
  }
  const [first] = messages;
  if (typeof first !== 'object' || first === null) return messages.length === 0 ? 'unfinished' : 'refused';
  try {
    const reply = first as Record<string, unknown>;
    if ('path' in reply) readRecord(reply, { node: 'n', tick: 1n, server: 's' });
    readState({ server: 's', asked: SECTIONS, earlier: null, reply });
    return 'state';
  } catch (error) {
    if (error instanceof BackendFailure && error.kind === 'malformed') return 'refused';
    throw error;
  }
}

it('survives 100 000 mutated frames: each is read, refused or unfinished, and nothing else', async () => {
  const any = numbers(20261120);
  const frames = CAPTURES.flatMap(sentByServer).map(({ hex }) => Buffer.from(hex ?? '', 'hex'));
  const seen = new Map<string, number>();
  for (let n = 0; n < 100_000; n += 1) {
    const frame = frames[any(frames.length)];
    if (!frame) throw new Error('no frames');
    const outcome = await read(mutate(frame, any));
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['no MessagePack', 'refused', 'state', 'unfinished']);
}, 60_000);
