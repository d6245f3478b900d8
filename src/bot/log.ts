import { type Logger, LogLevel } from '@slack/bolt';
import { type Logger as Pino, pino } from 'pino';

export type Log = Pino;

/** Whatever looks like one of Slack's or ours, wherever it stands. */
const SECRETS = /xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=:\/\/[^/\s:]*:)[^@/\s]+(?=@)|(?<=\/(?:commands|actions)\/)[\w/-]+/g;

export function redact(text: string): string {
  return text.replace(SECRETS, '[redacted]');
}

/** JSON lines on standard output; constant texts with fields. No secret is ever written. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: describe, err: describe },
    hooks: { streamWrite: redact },
  });
}

/** An error with its causes, without its whole inside. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? {} : { cause: describe(error.cause) };
  return { name: error.name, message: error.message, stack: error.stack?.split('\n').slice(1, 6), ...cause };
}

/** Bolt's logger on ours. Its debug lines hold raw payloads, so they go nowhere. */
export function boltLogger(log: Log): Logger {
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (...words: unknown[]) =>
      log[level]({ bolt: words.map(wordOf).join(' ') }, 'bolt');
  return {
    debug: () => undefined,
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function wordOf(word: unknown): string {
  return word instanceof Error ? word.message : String(word);
}
