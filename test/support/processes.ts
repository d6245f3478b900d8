import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Program } from '../../sandbox/services/process';

const TYPESCRIPT = join(__dirname, 'typescript.cjs');

/** A TypeScript file as a program of its own, for tests that kill or freeze one. */
export function script(file: string, args: readonly string[] = []): Program {
  return { file: process.execPath, args: ['--require', TYPESCRIPT, file, ...args] };
}

/** The processes of a group that still run. One that is only waiting to be collected by its parent runs no more. */
export function aliveInGroup(group: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const [state, , itsGroup] = status(pid);
      return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
    })
    .map(Number);
}

/** Waits until all of a group have ended; the last steps of a process come after its connections and outputs are closed. */
export async function groupEnded(group: number): Promise<void> {
  while (aliveInGroup(group).length > 0) await setImmediate();
}

/** State, parent and group, from behind the name, which may hold anything. */
function status(pid: string): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // gone meanwhile
  }
}
