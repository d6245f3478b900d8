import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded exchange with a real server. */
export interface Capture {
  readonly file: string;
  readonly kind: string;
  readonly stdout?: string;
  readonly frames: readonly Frame[];
}

export interface Frame {
  readonly dir?: 'client->server' | 'server->client';
  readonly hex?: string;
  readonly decoded?: unknown;
  readonly event?: string;
}

const FOLDER = join(__dirname, '../fixtures/distkv');

export const CAPTURES: readonly Capture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) }));

export function capture(name: string): Capture {
  const found = CAPTURES.find(({ file }) => file === `${name}.json`);
  if (!found) throw new Error(`no capture ${name}`);
  return found;
}

export function sentByServer({ frames }: Capture): readonly Frame[] {
  return frames.filter((frame) => frame.dir === 'server->client' && frame.hex !== undefined);
}

export function sentByClient({ frames }: Capture): readonly Frame[] {
  return frames.filter((frame) => frame.dir === 'client->server' && frame.hex !== undefined);
}
