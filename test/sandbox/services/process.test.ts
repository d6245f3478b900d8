import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../sandbox/services/process';
import { aliveInGroup, groupEnded, script } from '../../support/processes';

const stubborn = { file: 'sh', args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 60; done'] };

test('a program ends when the one who started it is killed with SIGKILL', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'quorumbot-test-'));
  const holder = run({ ...script(join(__dirname, '../../support/redis-program.ts')), env: { TMPDIR: directory } });
  const [, pid, port] = /holding (\d+) (\d+)/.exec(await holder.said(/holding/)) ?? [];
  const wire = connect(Number(port), '127.0.0.1').on('error', () => {});
  await once(wire, 'connect');
  expect(aliveInGroup(Number(pid))).toContain(Number(pid));

  const cut = new Promise((resolve) => wire.once('close', resolve));
  await holder.kill();
  await cut;
  rmSync(directory, { recursive: true });
});

test('stopping ends the program and its watcher, and tells by what it ended', async () => {
  const program = run({ file: 'sleep', args: ['60'] });
  expect(await program.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  await groupEnded(program.pid);
});

test('a program that ignores SIGTERM is killed after the grace, with its children', async () => {
  const program = run(stubborn);
  await program.said(/ready/);
  expect(await program.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  await groupEnded(program.pid);
});

test('a paused program can be stopped', async () => {
  const program = run({ file: 'sleep', args: ['60'] });
  program.pause();
  expect(await program.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('stopping what has ended already says how it ended', async () => {
  const program = run({ file: 'sh', args: ['-c', 'exit 3'] });
  expect(await program.exited).toEqual({ code: 3, signal: null });
  expect(await program.stop()).toEqual({ code: 3, signal: null });
});

test('the last lines of both outputs are kept', async () => {
  const program = run({ file: 'sh', args: ['-c', 'seq 100; echo broken pipe valve >&2'] });
  await program.exited;
  const lines = program.output().split('\n');
  expect(lines).toContain('broken pipe valve');
  expect(lines).toContain('100');
  expect(lines).not.toContain('1');
});

test('waiting for a line is refused when the program ends without saying it', async () => {
  const program = run({ file: 'sh', args: ['-c', 'echo sorry; exit 4'] });
  await expect(program.said(/welcome/)).rejects.toThrow(/sh ended with code 4 before it said \/welcome\/: sorry/);
});

test('arguments reach the program as they are, whatever they hold', async () => {
  const args = ['a b', '$(touch x)', '"', "'", ';', '', '-n', '*'];
  const program = run({
    file: process.execPath,
    args: ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args],
  });
  await program.exited;
  expect(JSON.parse(program.output())).toEqual(args);
});

test('a program that does not exist ends with code 127 and its name', async () => {
  const program = run({ file: '/no/such/program' });
  expect(await program.exited).toEqual({ code: 127, signal: null });
  expect(program.output()).toContain('/no/such/program');
});
