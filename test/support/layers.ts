import type { Module } from './modules';

/** Downwards only: a layer may import those before it. */
const LAYERS = ['backends', 'handlers', 'jobs', 'bot'];

/** Each of these is known to one layer only. */
const OWNERS: Readonly<Record<string, string>> = {
  '@slack/': 'bot',
  bullmq: 'jobs',
  ioredis: 'jobs',
  undici: 'backends',
  etcd3: 'backends',
  cockatiel: 'backends',
  'node:child_process': 'backends',
};

/** What the backends share; it knows none of them. */
const SHARED_BY_BACKENDS = ['failure', 'http', 'decode'];
const CATALOGUE = 'src/handlers/index';
const ENVIRONMENT_READER = 'src/bot/config/config';
const MOST_LINES = 300;

/** Every way in which these modules of src/ break the shape, one line each. */
export function brokenRules(modules: readonly Module[]): readonly string[] {
  const operations = new Set(modules.filter(isOperation).map(({ path }) => path));
  return [
    ...modules.flatMap((module) => module.imports.flatMap((to) => brokenImport(module.path, to, operations))),
    ...modules.flatMap(brokenOwnership),
    ...cycles(modules),
    ...tooLong(modules),
  ];
}

/** Files that are two ideas. */
export function tooLong(modules: readonly Module[]): readonly string[] {
  return modules
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines; ${MOST_LINES} are allowed`);
}

function isOperation({ path, text }: Module): boolean {
  return path.startsWith('src/handlers/') && /\bdefine(?:Query|Change)\b/.test(text) && !/\bfunction define/.test(text);
}

function brokenImport(from: string, to: string, operations: ReadonlySet<string>): readonly string[] {
  const broken = (why: string) => [`${from} imports ${to}: ${why}`];
  if (!to.startsWith('src/')) return broken('src/ stands alone');
  if (layerOf(to) > layerOf(from)) return broken('an arrow that points up');
  if (operations.has(to) && from !== CATALOGUE) return broken('only the catalogue imports operations');
  if (folderOf(to) !== 'backends' || folderOf(from) !== 'backends') return [];
  if (partOf(from) === partOf(to) || SHARED_BY_BACKENDS.includes(partOf(to))) return [];
  return broken('backends do not know each other');
}

function brokenOwnership({ path, packages, text }: Module): readonly string[] {
  const foreign = packages.flatMap((name) => {
    const owner = Object.entries(OWNERS).find(
      ([owned]) => name === owned || (owned.endsWith('/') && name.startsWith(owned)),
    );
    return owner && owner[1] !== folderOf(path) ? [`${path} imports ${name}: only ${owner[1]} may`] : [];
  });
  const reads = /\bprocess\.env\b/.test(text) && path !== ENVIRONMENT_READER;
  return reads ? [...foreign, `${path} reads process.env: only ${ENVIRONMENT_READER} may`] : foreign;
}

/** `src/jobs/store` is in `jobs`; what lies in src/ itself or in an unknown folder is above all. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function layerOf(path: string): number {
  const layer = LAYERS.indexOf(folderOf(path));
  return layer === -1 ? LAYERS.length : layer;
}

/** The file or folder within a layer. */
function partOf(path: string): string {
  return path.split('/')[2] ?? '';
}

/** Each cycle once, as the way around it. */
function cycles(modules: readonly Module[]): readonly string[] {
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      found.push(`a cycle: ${[...trail.slice(at), path].join(' → ')}`);
      return;
    }
    if (finished.has(path)) return;
    for (const next of importsOf.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return found;
}
