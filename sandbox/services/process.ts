/**
 * Programs that cannot outlive us, however we end.
 *
 * The program runs in a process group of its own, beside a small watcher that reads a pipe whose other end only we hold.
 * When we are gone, even by SIGKILL, the pipe ends and the watcher kills the group. A group of its own also keeps Ctrl-C
 * away from the program, so that whoever uses it can finish first. The watcher names its own group and no process id: an
 * id may have been given to a stranger by then, a group exists as long as the watcher is in it.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

const LEASH = 'exec 3<&0 </dev/null; (read -r _ <&3; kill -KILL 0) & exec "$@" 3<&-';
const LINES_KEPT = 40;
const GRACE_MS = 5_000;
const STOPPED_WITHIN_MS = 200;

export interface Program {
  readonly file: string;
  readonly args?: readonly string[];
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number;
  /** Resolves when the program and its watcher are gone and all it said was read; never rejects. */
  readonly exited: Promise<Exit>;
  /** Its last lines, standard output and standard error together. */
  output(): string;
  /** The first line that matches, of those still kept or to come. Rejects when the program ends without it. */
  said(pattern: RegExp): Promise<string>;
  /** SIGTERM, and SIGKILL when the program is still there after `graceMs`. Wakes a paused program. */
  stop(graceMs?: number): Promise<Exit>;
  kill(): Promise<Exit>;
  pause(): void;
  resume(): void;
}

/**
 * A signal is sent at once and obeyed a moment later, by each thread for itself: whoever froze a server must not see it
 * answer once more. Where there is no /proc it is left at the moment.
 */
function untilStopped(pid: number): void {
  const deadline = performance.now() + STOPPED_WITHIN_MS;
  while (performance.now() < deadline && threadStates(pid).some((state) => state !== 'T')) {
    // Nothing but time helps, and whoever asked must not go on before.
  }
}

function threadStates(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return stat.charAt(stat.lastIndexOf(')') + 2);
    });
  } catch {
    return [];
  }
}

/** A program that cannot be found ends with code 127 and says so in its output. */
export function run(program: Program): Running {
  const child = spawn('/bin/sh', ['-c', LEASH, 'leash', program.file, ...(program.args ?? [])], {
    detached: true,
    env: { ...process.env, ...program.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.file} could not be started: no process`);
  child.stdin.on('error', () => {}); // the watcher's end goes first when the group is killed
  const lines = keepLines([child.stdout, child.stderr]);
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  const kill = () => {
    child.kill('SIGKILL');
    return exited;
  };
  return {
    pid,
    exited,
    output: () => lines.kept.join('\n'),
    said: async (pattern) => {
      const ended = exited.then((exit) => {
        throw new Error(`${program.file} ${describeExit(exit)} before it said ${pattern}: ${lines.kept.join('\n')}`);
      });
      return Promise.race([lines.first(pattern), ended]);
    },
    kill,
    pause: () => {
      child.kill('SIGSTOP');
      untilStopped(pid);
    },
    resume: () => void child.kill('SIGCONT'),
    stop: async (graceMs = GRACE_MS) => {
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      return (await within(exited, graceMs)) ?? kill();
    },
  };
}

export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
}

interface Lines {
  readonly kept: readonly string[];
  first(pattern: RegExp): Promise<string>;
}

function keepLines(inputs: readonly Readable[]): Lines {
  const kept: string[] = [];
  const watchers = new Set<(line: string) => void>();
  for (const input of inputs) {
    createInterface({ input }).on('line', (line) => {
      kept.push(line);
      if (kept.length > LINES_KEPT) kept.shift();
      for (const watcher of watchers) watcher(line);
    });
  }
  return {
    kept,
    first: (pattern) =>
      new Promise((resolve) => {
        const watcher = (line: string) => {
          if (!pattern.test(line)) return;
          watchers.delete(watcher);
          resolve(line);
        };
        watchers.add(watcher);
        for (const line of kept) watcher(line);
      }),
  };
}

/** What the promise gives, or undefined when it gives nothing within `ms`. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const done = new AbortController();
  const late = wait(ms, undefined, { signal: done.signal }).catch(() => undefined);
  const first = await Promise.race([promise, late]);
  done.abort();
  return first;
}
