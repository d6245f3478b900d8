import type { Parsed, Words } from '../operation';

/** For a command that takes no words. */
export function nothing(words: Words, command: string): Parsed<null> {
  return words.length === 0 ? { ok: true, args: null } : { ok: false, problem: `${command} takes no words` };
}
