import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { unpackWithApt } from './apt';

/**
 * What we start, the Debian packages that hold it (the first group that exists), and how macOS gets it. A group names
 * what must lie side by side: redis-server is a link into redis-tools, which may be installed without it.
 */
const PROGRAMS = {
  'redis-server': {
    files: ['redis-server', 'valkey-server'],
    packages: [
      ['redis-server', 'redis-tools'],
      ['valkey-server', 'valkey-tools'],
    ],
    brew: 'redis',
  },
  etcd: { files: ['etcd'], packages: [['etcd-server'], ['etcd']], brew: 'etcd' },
  mosquitto: { files: ['mosquitto'], packages: [['mosquitto']], brew: 'mosquitto' },
  sshd: { files: ['sshd'], packages: [['openssh-server']], brew: 'openssh' },
  ssh: { files: ['ssh'], packages: [['openssh-client']], brew: 'openssh' },
} as const;
export type ProgramName = keyof typeof PROGRAMS;

const OFTEN_NOT_ON_PATH = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

export interface Search {
  /** Directories to look in; the PATH and some usual ones unless given. */
  readonly directories?: readonly string[];
  /** Where fetched programs are kept: `.cache/tools` of the project unless given. */
  readonly cache?: string;
  /** Told when something slow begins. */
  readonly say?: (line: string) => void;
}

export interface Found {
  readonly file: string;
  /** To be added to the environment it runs in. */
  readonly env: Readonly<Record<string, string>>;
}

/** The program on this computer, else fetched with apt, which needs no root. Throws one line that says what to install. */
export async function findProgram(name: ProgramName, search: Search = {}): Promise<Found> {
  const { files, packages, brew } = PROGRAMS[name];
  const installed = firstExecutable(files, search.directories ?? usualDirectories());
  if (installed) return { file: installed, env: {} };
  const kept = join(search.cache ?? join(projectRoot(), '.cache', 'tools'), name);
  const before = inPackages(files, kept);
  if (before) return before;
  search.say?.(`fetching ${name} with apt`);
  const problem = await unpackWithApt(packages, kept);
  const fetched = inPackages(files, kept);
  if (fetched) return fetched;
  throw new Error(
    `${name} was not found and could not be fetched (${problem ?? 'its package does not hold it'}). ` +
      `Install it: apt install ${packages[0][0]}, or on macOS: brew install ${brew}`,
  );
}

function usualDirectories(): readonly string[] {
  return [...(process.env.PATH ?? '').split(delimiter), ...OFTEN_NOT_ON_PATH];
}

/** Unpacked packages: the libraries they brought lie beside the program. */
function inPackages(files: readonly string[], root: string): Found | null {
  const file = firstExecutable(files, [join(root, 'usr', 'bin'), join(root, 'usr', 'sbin')]);
  if (!file) return null;
  const libraries = ['usr/lib', 'lib'].flatMap((directory) => multiarch(join(root, directory)));
  return { file, env: libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(delimiter) } : {} };
}

function multiarch(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.includes('-linux-'));
  return names.map((name) => join(directory, name));
}

function firstExecutable(files: readonly string[], directories: readonly string[]): string | null {
  const candidates = files.flatMap((file) => directories.map((directory) => join(directory, file)));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same from the sources and from dist/. */
function projectRoot(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}
