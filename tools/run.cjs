/**
 * `npm run demo`, `npm start`, `npm run doctor`, `npm test`, `npm run bench`: does what a fresh clone still lacks, then
 * runs the command in this very process, so that Ctrl-C and SIGTERM reach it and nothing is left behind.
 */
const { join } = require('node:path');
const { build, isBuilt } = require('./build.cjs');
const { install, isInstalled } = require('./packages.cjs');
const { holding } = require('./lock.cjs');
const { begin, StepFailed } = require('./step.cjs');

const ROOT = join(__dirname, '..');
const NODE_AT_LEAST = [20, 19];
const LOOK_FOR_NPM_MS = 1_000;

/** `development`: needs the packages that production does without. `servers`: starts its own Redis and etcd. */
const COMMANDS = {
  demo: { development: false, servers: true, run: (args) => load('dist/sandbox/demo.js').demo(args) },
  start: { development: false, servers: false, run: () => load('dist/src/bot/start.js') },
  ops: { development: false, servers: false, run: () => load('dist/src/bot/console/start.js') },
  doctor: { development: false, servers: false, run: () => load('dist/src/bot/doctor/start.js') },
  bench: { development: true, servers: true, run: (args) => load('dist/bench/main.js').bench(args) },
  faults: { development: true, servers: true, run: (args) => thenEnd(typescript('test/faults/main.ts').faults(args)) },
  mutants: {
    development: true,
    servers: true,
    run: (args) => thenEnd(typescript('test/faults/mutants/main.ts').mutants(args)),
  },
  test: { development: true, servers: true, run: () => load('node_modules/jest/bin/jest.js') },
};

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) return refuse(`there is no command ${name}; known: ${Object.keys(COMMANDS).join(', ')}`);
  if (isNodeTooOld()) return refuse(`Node ${NODE_AT_LEAST.join('.')} or newer is needed; this is ${process.version}`);
  process.chdir(ROOT);
  endWithNpm();
  await prepare(command.development);
  if (command.servers) await findServers();
  process.argv.splice(1, Infinity, __filename, ...args);
  await command.run(args);
}

function load(path) {
  return require(join(ROOT, path));
}

/** What is not part of dist/ is compiled as it is loaded. */
function typescript(path) {
  load('test/support/typescript.cjs');
  return load(path);
}

/** At once: Node 20 may spin for ever in its own clean-up after connections were cut under it a few hundred times. */
async function thenEnd(work) {
  await work;
  process.exit();
}

/** Building needs the compiler, so a stale build asks for all packages. */
async function prepare(development) {
  const ready = () => isInstalled(ROOT, development || !isBuilt(ROOT)) && isBuilt(ROOT);
  if (ready()) return;
  await holding(join(ROOT, '.cache'), async () => {
    if (!isInstalled(ROOT, development || !isBuilt(ROOT))) await install(ROOT);
    if (!isBuilt(ROOT)) await build(ROOT);
  });
}

/** Says nothing when they are there. */
async function findServers() {
  const { findProgram } = load('dist/sandbox/services/find.js');
  for (const name of ['redis-server', 'etcd']) {
    let end = () => {};
    const say = (line) => {
      end = begin(line);
    };
    try {
      await findProgram(name, { say });
      end();
    } catch (error) {
      end('failed after ');
      throw new StepFailed(error.message);
    }
  }
}

/** npm passes signals on, unless it is killed by one that it cannot see. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_FOR_NPM_MS);
  watch.unref();
}

function isNodeTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = NODE_AT_LEAST;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

function refuse(line) {
  console.error(line);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error) => {
  // What a step prints says enough; anything else is ours to explain.
  refuse(error instanceof StepFailed ? error.message : (error.stack ?? String(error)));
});
