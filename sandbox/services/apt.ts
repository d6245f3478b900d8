import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);
const CALL_WITHIN_MS = 5 * 60_000;

/** Packages that are unpacked together. */
type Group = readonly string[];

/**
 * Unpacks the first of these groups of Debian packages that exists, and those they depend on that this computer lacks,
 * into `directory`. Installs nothing, starts nothing, needs no root. Resolves to the problem in one line, or to null.
 */
export async function unpackWithApt(groups: readonly Group[], directory: string): Promise<string | null> {
  const home = dirname(directory);
  await mkdir(home, { recursive: true });
  const staging = await mkdtemp(`${directory}-`);
  try {
    await firstThatWorks(listSources(home), groups, staging);
    await takePlace(staging, directory);
    return null;
  } catch (error) {
    return lastLine(error);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

type Options = readonly string[];
type Source = () => Promise<Options>;

/** Where apt may read what exists: what the computer knows already, else lists of our own, which take a download. */
function listSources(home: string): readonly Source[] {
  const base = ['-o', 'APT::Sandbox::User=root'];
  const lists = join(home, 'apt', 'lists');
  const cache = join(home, 'apt', 'cache');
  const own = [...base, '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
  return [
    async () => base,
    async () => {
      await mkdir(join(lists, 'partial'), { recursive: true });
      await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
      await call('apt-get', [...own, 'update'], { timeout: CALL_WITHIN_MS });
      return own;
    },
  ];
}

/** Throws what the first group met where apt knew most. */
async function firstThatWorks(sources: readonly Source[], groups: readonly Group[], directory: string): Promise<void> {
  let problems: unknown[] = [];
  for (const source of sources) {
    const options = await source();
    problems = [];
    for (const group of groups) {
      try {
        return await unpack(group, options, directory);
      } catch (error) {
        problems.push(error);
      }
    }
  }
  throw problems[0];
}

async function unpack(group: Group, options: Options, directory: string): Promise<void> {
  const simulate = ['--simulate', '--no-install-recommends', 'install', ...group];
  const { stdout } = await call('apt-get', [...options, ...simulate], { timeout: CALL_WITHIN_MS });
  const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, found]) => found ?? []);
  const archives = await mkdtemp(`${directory}-deb-`);
  try {
    const download = [...options, 'download', ...new Set([...group, ...missing])];
    await call('apt-get', download, { cwd: archives, timeout: CALL_WITHIN_MS });
    for (const archive of await readdir(archives)) await call('dpkg', ['-x', join(archives, archive), directory]);
    await rm(join(directory, 'usr', 'share'), { recursive: true, force: true }); // manuals
  } finally {
    await rm(archives, { recursive: true, force: true });
  }
}

/** Somebody else may have done the same at the same time; theirs is as good. */
async function takePlace(staging: string, directory: string): Promise<void> {
  try {
    await rename(staging, directory);
  } catch (error) {
    const theirs = error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
    if (!theirs) throw error;
  }
}

/** apt says the reason last, as `E: …`. */
function lastLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return text.trim().split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
}
