const { existsSync, readdirSync, statSync, utimesSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { runQuietly } = require('./step.cjs');

const SOURCES = ['src', 'sandbox', 'bench', 'tsconfig.json', 'tsconfig.build.json'];
const STAMP = 'dist/.built';
const INCREMENTAL = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'];

/** Whether dist/ is younger than every source. Where the sources are not, as in a packed copy, it is. */
function isBuilt(root) {
  if (!existsSync(join(root, 'src'))) return true;
  const built = statSync(join(root, STAMP), { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((path) => isOlder(join(root, path), built.mtimeMs));
}

/** A folder is touched when something in it is added, removed or renamed. */
function isOlder(path, time) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return true;
  if (found.mtimeMs > time) return false;
  return !found.isDirectory() || readdirSync(path).every((name) => isOlder(join(path, name), time));
}

/** The stamp tells when building began: what is saved meanwhile is younger. */
async function build(root) {
  const began = new Date();
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runQuietly('building', process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), ...INCREMENTAL]);
  const stamp = join(root, STAMP);
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
}

module.exports = { build, isBuilt };
