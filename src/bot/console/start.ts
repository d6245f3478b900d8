import { loadConfig } from '../config/config';
import { redact } from '../log';
import { CODES } from './codes';
import { consoleMain } from './main';
import type { Terminal } from './terminal';

/** The program: `npm run ops -- …`. */
const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  raw: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(`${text}\n`),
};

consoleMain(process.argv.slice(2), { terminal, load: loadConfig }).then(
  (code) => {
    // Not exit(): what was written to a pipe must still leave.
    process.exitCode = code;
  },
  (error: unknown) => {
    terminal.err(error instanceof Error ? redact(error.message) : 'the console stumbled');
    process.exitCode = CODES.uncertain;
  },
);
