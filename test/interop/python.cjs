const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { runQuietly } = require('../../tools/step.cjs');

const REQUIREMENTS = join(__dirname, 'python', 'requirements.txt');
/** Short, so that a computer without network says so soon. */
const PIP = [
  '-m',
  'pip',
  'install',
  '--quiet',
  '--disable-pip-version-check',
  '--timeout',
  '15',
  '--retries',
  '1',
  '-r',
  REQUIREMENTS,
];

/**
 * A Python with the pinned DistKV in it, kept in `.cache/` from one run to the next. Throws one line when this computer
 * has no fitting Python or no network.
 */
async function prepareDistkv(cache) {
  const home = join(cache, 'distkv');
  const stamp = join(home, 'installed');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return programOf(home);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  await install(home);
  writeFileSync(stamp, wanted);
  return programOf(home);
}

/** A virtual environment; where Debian's python3-venv is not installed, a plain directory of packages. */
async function install(home) {
  const venv = join(home, 'venv');
  try {
    await runQuietly('making a virtual environment for Python', 'python3', ['-m', 'venv', venv]);
  } catch {
    rmSync(venv, { recursive: true, force: true });
    await runQuietly('installing DistKV beside Python', 'python3', [...PIP, '--target', join(home, 'packages')]);
    return;
  }
  await runQuietly('installing DistKV', join(venv, 'bin', 'python'), PIP);
}

function programOf(home) {
  const python = join(home, 'venv', 'bin', 'python');
  const own = existsSync(python);
  const path = [join(__dirname, 'python'), ...(own ? [] : [join(home, 'packages')])];
  return { python: own ? python : 'python3', path: path.join(':') };
}

module.exports = { prepareDistkv };
