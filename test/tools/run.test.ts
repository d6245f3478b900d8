import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { scripts } from '../../package.json';
import { type Running, run } from '../../sandbox/services/process';

const TOOLS = join(__dirname, '../../tools');

/** An npm that installs by writing down that it did, and brings a compiler that copies. */
const NPM = `#!/bin/sh
echo "npm $1" >> calls
if [ -e refuse-install ]; then echo "npm error: no route to the registry" >&2; exit 1; fi
mkdir -p node_modules/typescript/bin
cp compiler.js node_modules/typescript/bin/tsc
cp package-lock.json node_modules/.package-lock.json
`;
const COMPILER = `
const fs = require('node:fs');
fs.appendFileSync('calls', 'tsc\\n');
if (fs.existsSync('src/bot/broken')) { console.log('start.ts(1,1): error TS1005'); process.exit(2); }
fs.cpSync('src', 'dist/src', { recursive: true });
`;
const MAIN = `
process.on('SIGTERM', () => { console.log('ended well'); process.exit(0); });
console.log('started with', process.argv.slice(2).join(' '));
if (!process.argv.includes('--stay')) process.exit(0);
setInterval(() => {}, 1000);
`;
const LOCK = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '1.0.0', dev: true },
  },
};

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'quorumbot-tools-'));
  cpSync(TOOLS, join(project, 'tools'), { recursive: true });
  write('package.json', JSON.stringify({ name: 'tried', scripts: { start: scripts.start } }));
  write('package-lock.json', JSON.stringify(LOCK));
  write('compiler.js', COMPILER);
  write('src/bot/start.js', MAIN);
  write('bin/npm', NPM);
  chmodSync(join(project, 'bin/npm'), 0o755);
});

afterEach(() => rmSync(project, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

function start(...args: readonly string[]): Running {
  const env = { PATH: [join(project, 'bin'), process.env.PATH].join(delimiter) };
  return run({ file: 'env', args: ['-C', project, process.execPath, 'tools/run.cjs', 'start', ...args], env });
}

async function finish(running: Running) {
  const exit = await running.exited;
  return { code: exit.code, output: running.output() };
}

/** What was called since the last time this was asked. */
function calls(): readonly string[] {
  const file = join(project, 'calls');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  rmSync(file);
  return lines;
}

function touchLater(path: string): void {
  const later = new Date(Date.now() + 2_000);
  utimesSync(join(project, path), later, later);
}

test('the first run installs and builds and says so, one line each; the second only runs', async () => {
  const first = await finish(start('one', 'two'));
  expect(first).toEqual({ code: 0, output: expect.stringContaining('started with one two') });
  expect(first.output).toMatch(/^installing npm packages … \d+\.\d s$/m);
  expect(first.output).toMatch(/^building … \d+\.\d s$/m);
  expect(calls()).toEqual(['npm install', 'tsc']);

  expect(await finish(start())).toEqual({ code: 0, output: 'started with ' });
  expect(calls()).toEqual([]);
});

test('a changed source is built again, and nothing is installed', async () => {
  await finish(start());
  calls();
  touchLater('src/bot/start.js');
  await finish(start());
  expect(calls()).toEqual(['tsc']);
});

test('a changed lock file is installed again; one that was only touched is not', async () => {
  await finish(start());
  calls();
  touchLater('package-lock.json');
  await finish(start());
  expect(calls()).toEqual([]);

  write(
    'package-lock.json',
    JSON.stringify({ packages: { ...LOCK.packages, 'node_modules/a': { version: '1.0.1' } } }),
  );
  await finish(start());
  expect(calls()).toEqual(['npm install']);
});

test('several at once install and build once', async () => {
  const runs = [start(), start(), start()];
  for (const running of runs) expect((await finish(running)).code).toBe(0);
  expect(calls()).toEqual(['npm install', 'tsc']);
});

test('the lock of one that was killed is taken over, and nothing of it is left', async () => {
  const dead = run({ file: 'true' });
  await dead.exited;
  write('.cache/lock/owner', String(dead.pid));
  expect((await finish(start())).code).toBe(0);
  expect(calls()).toEqual(['npm install', 'tsc']);
  expect(existsSync(join(project, '.cache/lock'))).toBe(false);
  expect(existsSync(join(project, `.cache/lock-dead-${dead.pid}`))).toBe(false);
});

test('one that still works is waited for', async () => {
  write('.cache/lock/owner', String(process.pid));
  const running = start();
  const lock = join(project, '.cache/lock');
  await untilExists(join(project, `.cache/lock-wanted-${running.pid}`));
  expect(calls()).toEqual([]);
  rmSync(lock, { recursive: true });
  expect((await finish(running)).code).toBe(0);
  expect(calls()).toEqual(['npm install', 'tsc']);
});

async function untilExists(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
}

test('when installing fails its words are shown, and nothing is run', async () => {
  write('refuse-install', '');
  const { code, output } = await finish(start());
  expect(code).toBe(1);
  expect(output).toContain('no route to the registry');
  expect(output).toMatch(/installing npm packages: code 1$/);
  expect(output).not.toContain('started');
});

test('when building fails its words are shown, and nothing is run until it is mended', async () => {
  write('src/bot/broken', '');
  const { code, output } = await finish(start());
  expect(code).toBe(1);
  expect(output).toContain('error TS1005');
  expect(output).not.toContain('started');
  rmSync(join(project, 'src/bot/broken'));
  expect((await finish(start())).code).toBe(0);
});

test('in production a built copy starts with neither sources nor development packages', async () => {
  await finish(start());
  calls();
  rmSync(join(project, 'src'), { recursive: true });
  rmSync(join(project, 'node_modules/typescript'), { recursive: true });
  const [root, kept] = Object.entries(LOCK.packages);
  write(
    'node_modules/.package-lock.json',
    JSON.stringify({ packages: Object.fromEntries([root, kept].flatMap((entry) => (entry ? [entry] : []))) }),
  );
  expect(await finish(start())).toEqual({ code: 0, output: 'started with ' });
  expect(calls()).toEqual([]);
});

test('an unknown command names the known ones', async () => {
  const running = run({ file: process.execPath, args: [join(project, 'tools/run.cjs'), 'strat'] });
  expect(await finish(running)).toEqual({
    code: 1,
    output: 'there is no command strat; known: demo, start, ops, doctor, bench, faults, mutants, test',
  });
});

test('a Node that is too old is told so in one line', async () => {
  write('old.cjs', "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } });");
  const args = ['--require', join(project, 'old.cjs'), join(project, 'tools/run.cjs'), 'start'];
  const { code, output } = await finish(run({ file: process.execPath, args }));
  expect({ code, output }).toEqual({ code: 1, output: `Node 20.19 or newer is needed; this is ${process.version}` });
});

const stayArgs = () => ['--prefix', project, 'start', '--', '--stay'];

test('SIGTERM to npm start reaches the bot, which ends in its own way', async () => {
  await finish(start());
  const npm = run({ file: 'npm', args: stayArgs() });
  await npm.said(/started with --stay/);
  await npm.stop();
  expect(npm.output()).toContain('ended well');
});

test('the bot ends in its own way when npm is killed with SIGKILL', async () => {
  await finish(start());
  const shell = run({ file: 'sh', args: ['-c', '"$@" & echo "npm is $!"; sleep 60', 'sh', 'npm', ...stayArgs()] });
  const [, npm] = /npm is (\d+)/.exec(await shell.said(/npm is/)) ?? [];
  await shell.said(/started with --stay/);
  process.kill(Number(npm), 'SIGKILL');
  await shell.said(/ended well/);
  await shell.stop();
});
