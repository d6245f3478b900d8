import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A source file and what it imports. Paths are relative to the project, without extension: `src/jobs/store`. */
export interface Module {
  readonly path: string;
  readonly text: string;
  /** Modules of the project. */
  readonly imports: readonly string[];
  /** Packages by their name, and Node's own as `node:…`. */
  readonly packages: readonly string[];
}

const ROOT = join(__dirname, '../..');
const IMPORTED = /(?:^|[\s}])(?:from|import)\s*\(?\s*'([^']+)'|\brequire\('([^']+)'\)/gm;

export function modulesIn(folder: string): readonly Module[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => moduleOf(join(folder, name), readFileSync(join(ROOT, folder, name), 'utf8')));
}

export function moduleOf(file: string, text: string): Module {
  const names = [...text.matchAll(IMPORTED)].flatMap(([, one, other]) => one ?? other ?? []);
  const isOurs = (name: string) => name.startsWith('.');
  return {
    path: file.replace(/\.ts$/, ''),
    text,
    imports: names.filter(isOurs).map((name) => relative(ROOT, join(ROOT, dirname(file), name))),
    packages: names.filter((name) => !isOurs(name)).map(packageOf),
  };
}

function packageOf(name: string): string {
  const [first = '', second = ''] = name.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
