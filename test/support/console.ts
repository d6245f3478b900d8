import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PEOPLE, type PersonName } from '../../sandbox/world';
import { loadConfig } from '../../src/bot/config/config';
import { newKey } from '../../src/bot/console/key';
import { consoleMain } from '../../src/bot/console/main';
import { script } from './processes';

const PROGRAM = join(__dirname, '../../src/bot/console/start.ts');

/** A file of the bot with the section console, and the keys of two people. */
export interface Keyring {
  readonly file: string;
  readonly folder: string;
  readonly keys: Readonly<Record<'ana' | 'ben', string>>;
  remove(): void;
}

export function createKeyring(channel: string, more: readonly string[] = []): Keyring {
  const folder = mkdtempSync(join(tmpdir(), 'console-'));
  const file = join(folder, 'quorumbot.yaml');
  const ana = newKey();
  const ben = newKey();
  const person = (name: PersonName, hash: string) => `    - { user: ${PEOPLE[name].id}, keyHash: '${hash}' }`;
  const people = [person('ana', ana.keyHash), person('ben', ben.keyHash)];
  writeFileSync(file, ['console:', `  channel: ${channel}`, '  people:', ...people, ...more, ''].join('\n'));
  const remove = () => rmSync(folder, { recursive: true });
  return { file, folder, keys: { ana: ana.key, ben: ben.key }, remove };
}

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What is typed with exactly this environment, in this process: a program of its own takes seconds to start. */
export async function typeInConsole(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (text: string) => void out.push(`${text}\n`),
    raw: (text: string) => void out.push(text),
    err: (text: string) => void err.push(`${text}\n`),
  };
  const code = await consoleMain(argv, { terminal, load: () => loadConfig(env) });
  return { code, out: out.join(''), err: err.join('') };
}

/** The real program. */
export async function startConsole(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Said> {
  const { file, args } = script(PROGRAM, argv);
  const child = spawn(file, args ?? [], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}
