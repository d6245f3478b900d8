/**
 * `npm run test:interop`: the tests that need the real servers of other people's systems. Fetches what they need into
 * `.cache/`. Without network there is nothing to test against: one line says so, and only CI takes that for a failure.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { prepareDistkv } = require('../test/interop/python.cjs');
const { StepFailed } = require('./step.cjs');

const ROOT = join(__dirname, '..');
const JEST = [
  join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
  ...['--testMatch', '<rootDir>/test/interop/**/*.interop.ts', '--testTimeout', '60000', '--runInBand'],
];

async function main(args) {
  process.chdir(ROOT);
  const distkv = await prepareDistkv(join(ROOT, '.cache'));
  const env = { ...process.env, INTEROP_PYTHON: distkv.python, INTEROP_PYTHONPATH: distkv.path };
  const jest = spawn(process.execPath, [...JEST, ...args], { stdio: 'inherit', env });
  const [code] = await once(jest, 'close');
  process.exitCode = code ?? 1;
}

main(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof StepFailed)) throw error;
  const lines = error.message.split('\n').filter(Boolean);
  // pip says what is wrong in a line of its own.
  const reason = lines.findLast((line) => line.startsWith('ERROR: ')) ?? lines.at(-1);
  console.error(`interop is skipped: no DistKV to test against (${reason})`);
  if (process.env.CI === 'true') process.exitCode = 1;
});
