import type { Parsed, Words } from './operation';

/** The longest reason that is kept, in characters. */
export const LONGEST_REASON = 300;

interface Selected {
  /** Why a freeze shall not hold; null: it does. */
  readonly breakGlass: string | null;
  readonly words: Words;
}

/** Takes `--break-glass "why"` out of a command, wherever it stands. */
export function selectGlass(words: Words): Parsed<Selected> {
  const rest: string[] = [];
  let breakGlass: string | null = null;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word !== '--break-glass' && !word.startsWith('--break-glass=')) {
      rest.push(word);
      continue;
    }
    const reason = (word === '--break-glass' ? (words[++at] ?? '') : word.slice('--break-glass='.length)).trim();
    if (reason === '' || reason.startsWith('--'))
      return { ok: false, problem: '--break-glass needs a reason: --break-glass "the registry is down"' };
    if (reason.length > LONGEST_REASON)
      return { ok: false, problem: `the reason is ${reason.length} characters long; at most ${LONGEST_REASON}` };
    if (breakGlass !== null) return { ok: false, problem: '--break-glass stands twice; give one reason' };
    breakGlass = reason;
  }
  return { ok: true, args: { breakGlass, words: rest } };
}
