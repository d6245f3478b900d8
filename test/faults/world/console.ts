import { execFile } from 'node:child_process';
import type { Program } from '../../../sandbox/services/process';

/** Longer than the console waits for Redis. */
const PATIENCE_MS = 15_000;

/** Runs a program that ends by itself. `code` is null for one that did not. */
export function runToEnd({
  file,
  args,
  env,
}: Program): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const;
    const child = execFile(file, [...(args ?? [])], options, (_error, out, err) => {
      resolve({ code: child.exitCode, said: `${err}\n${out}` });
    });
  });
}
