import { nearest } from './near';
import type { Operation, Words } from './operation';

/** How many corrected commands are offered. */
const OFFERED = 3;
/** Words that are looked at: more cannot be a slip. */
const MOST_WORDS = 40;

/**
 * The same words with one of them replaced by the nearest flag or choice of the operation, where that makes them a command.
 * Only what the operation itself accepts is offered, so a suggestion never leads to the next complaint.
 */
export function corrections(operation: Operation, words: Words): readonly Words[] {
  if (words.length > MOST_WORDS) return [];
  const vocabulary = vocabularyOf(operation);
  const tried = words.flatMap((word, at) => {
    const [name = '', value] = /^--[^=]+=/.test(word)
      ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('='))]
      : [word];
    const kin = vocabulary.filter((known) => known.startsWith('-') === name.startsWith('-'));
    return nearest(name, kin).map((known) => words.with(at, `${known}${value ?? ''}`));
  });
  return tried.filter((each) => operation.check(each) === null).slice(0, OFFERED);
}

/** The words that mean something to it: its flags, and what can be chosen. */
function vocabularyOf({ form }: Operation): readonly string[] {
  return form.flatMap(({ input, as }) => [
    ...('flag' in as ? [`--${as.flag}`] : []),
    ...(input.kind === 'select' ? input.options : []),
  ]);
}
