import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from '@swc/core';
import { ROOT } from '../../../sandbox/pretend';
import { applied, type Patch } from '../patch';
import { TUNING } from './tuning';

const OPTIONS = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } } as const;

/** Where the programs are that ours is compared with. */
export const PEERS = join('test', 'faults', 'peers');

/** Compiles a copy of src/ and the peers, with these patches and the harness' times. Returns the folder that holds it. */
export async function build(name: string, patches: readonly Patch[] = []): Promise<string> {
  const home = join(ROOT, '.cache', 'faults', name);
  await rm(home, { recursive: true, force: true });
  const files = [...(await sourcesIn('src')), ...(await sourcesIn(PEERS))];
  await Promise.all(files.map((file) => compile(home, file, [...TUNING, ...patches])));
  return home;
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return names.filter((one) => one.endsWith('.ts')).map((one) => join(folder, one));
}

async function compile(home: string, file: string, patches: readonly Patch[]): Promise<void> {
  const text = await readFile(join(ROOT, file), 'utf8');
  const changed = patches.filter((patch) => patch.file === file).reduce(applied, text);
  const { code } = await transform(changed, { ...OPTIONS, filename: file, sourceMaps: 'inline' });
  const to = join(home, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, code);
}
