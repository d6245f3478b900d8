const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { runQuietly } = require('./step.cjs');

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier'];

/**
 * Whether node_modules holds what package-lock.json asks for, by the note that npm leaves there when it has finished.
 * Without a lock file somebody has packed this, and knows.
 */
function isInstalled(root, development) {
  const wanted = join(root, 'package-lock.json');
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(wanted)) return true;
  if (!existsSync(noted)) return false;
  const installed = packagesOf(noted);
  return Object.entries(packagesOf(wanted)).every(([path, { version, dev, devOptional, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found) return found.version === version;
    return optional || (!development && (dev || devOptional));
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * What the lock file says, also what only development needs, whatever NODE_ENV says. `npm ci` would refuse a lock file that
 * was written where the registry has packages for one platform only; this finds the rest, and writes nothing back.
 */
async function install(root) {
  await runQuietly('installing npm packages', 'npm', [
    'install',
    '--no-save',
    '--prefix',
    root,
    '--include=dev',
    ...QUIET,
  ]);
}

module.exports = { install, isInstalled };
