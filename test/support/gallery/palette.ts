import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/**
 * A screenshot in at most 256 colours: a third of its size. What it loses are shades at the edges of letters; the commonest
 * colours stay, the others become the nearest of them.
 */
export function withPalette(screenshot: Buffer): Buffer {
  const { width, height, data } = PNG.sync.read(screenshot);
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 256)
    .map(([colour]) => colour);
  const indices = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    // Each row begins with the number of its filter: none.
    const at = pixel + Math.floor(pixel / width) + 1;
    rows[at] = indices.get(data.readUIntBE(pixel * 4, 3)) ?? 0;
  }
  return encode({ width, height, palette, rows });
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Infinity;
  for (const [index, candidate] of palette.entries()) {
    const away = [16, 8, 0].reduce(
      (sum, shift) => sum + (((candidate >> shift) & 255) - ((colour >> shift) & 255)) ** 2,
      0,
    );
    if (away >= least) continue;
    best = index;
    least = away;
  }
  return best;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly palette: readonly number[];
  readonly rows: Buffer;
}

/** As the PNG specification has it: eight bits per pixel, each an index into the palette. */
function encode({ width, height, palette, rows }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const CRC = Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest >>> 0;
});

function crc32(data: Buffer): number {
  let rest = 0xffffffff;
  for (const byte of data) rest = (CRC[(rest ^ byte) & 255] ?? 0) ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
