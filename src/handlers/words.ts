import { type ParseArgsConfig, parseArgs, types } from 'node:util';
import type { Parsed, Words } from './operation';

/** Longest command text that is looked at, in characters. Slack itself allows about 4 000. */
const LONGEST_COMMAND = 8_000;

/**
 * Splits command text at spaces; quotes hold a word together. Phones and macOS turn `--` into a dash and straight quotes
 * into curly ones, so both are understood.
 */
export function splitWords(text: string): Parsed<Words> {
  if (text.length > LONGEST_COMMAND) {
    return { ok: false, problem: `the command is ${text.length} characters long; at most ${LONGEST_COMMAND} are read` };
  }
  const straight = text
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/(^|\s)[—–](?=\w)/g, '$1--');
  const words: string[] = [];
  const token = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/y;
  let at = 0;
  while (at < straight.trimEnd().length) {
    token.lastIndex = at;
    const match = token.exec(straight);
    if (!match) return { ok: false, problem: 'a quote is opened and not closed' };
    words.push(match[1] ?? match[2] ?? match[3] ?? '');
    at = token.lastIndex;
  }
  return { ok: true, args: words };
}

/** Writes words so that `splitWords` reads the same ones back. */
export function joinWords(words: Words): string {
  return words
    .map((word) => (/^[^\s"']+$/.test(word) ? word : word.includes('"') ? `'${word}'` : `"${word}"`))
    .join(' ');
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Flags and positionals by `node:util`'s parser, its complaints made into one sentence. */
export function parseFlags<const T extends Options>(words: Words, options: T) {
  type Flags = ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>>;
  try {
    const flags = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    return { ok: true, args: flags } as const satisfies Parsed<Flags>;
  } catch (error) {
    return { ok: false, problem: complaint(error, Object.keys(options)) } as const;
  }
}

function complaint(error: unknown, known: readonly string[]): string {
  const message = types.isNativeError(error) ? error.message : String(error);
  const valueless = /^Option '(-[^ '<,]+).*(?:argument missing|ambiguous)/.exec(message);
  if (valueless) return `${valueless[1]} needs a value`;
  const unknown = /^Unknown option '([^']*)'/.exec(message);
  if (!unknown) return message.split('. ')[0] ?? message;
  if (known.length === 0) return `there is no flag ${shorten(unknown[1] ?? '')}; this command takes none`;
  return `there is no flag ${shorten(unknown[1] ?? '')}; known: ${known.map((name) => `--${name}`).join(', ')}`;
}

/** At most `most` characters of something typed, for quoting it in an answer. */
export function shorten(text: string, most = 60): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
