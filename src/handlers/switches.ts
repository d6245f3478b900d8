import { selectAudience } from './audience';
import { selectCluster } from './clusters';
import { wordsOf } from './filling';
import type { Field, Filled, Form } from './form';
import { LONGEST_REASON, selectGlass } from './glass';
import type { Operation, Parsed, Words } from './operation';
import type { Part, View } from './view';
import { joinWords, shorten } from './words';

/** What every command takes, wherever it stands among its words: who sees the answer, and that a freeze shall not hold. */

const PRIVATE: Field = {
  id: 'private',
  label: 'Only I see the answer',
  optional: true,
  input: { kind: 'flag' },
  as: { kind: 'flag', flag: 'private' },
};

const SHARE: Field = {
  id: 'share',
  label: 'Also post the result in',
  hint: 'I must be in that channel.',
  optional: true,
  input: { kind: 'channel' },
  as: { kind: 'option', flag: 'share' },
};

/** Its field is there only while a freeze holds: anywhere else it would be taken for a duty. */
export const GLASS: Field = {
  id: 'break-glass',
  label: 'Break the glass: why can it not wait?',
  hint: 'A freeze holds now. Everybody sees the reason, and it is listed for review.',
  optional: true,
  input: { kind: 'text', most: LONGEST_REASON },
  as: { kind: 'option', flag: 'break-glass' },
};

const ALL: Form = [PRIVATE, SHARE, GLASS];

/** As inputs. A change is never private, and a query is never frozen. */
export function switchesOf({ kind, postsLater }: Pick<Operation, 'kind' | 'postsLater'>): Form {
  if (postsLater) return [];
  return kind === 'query' ? [PRIVATE, SHARE] : [SHARE, GLASS];
}

/** Who sees the answer: nothing to choose where that is settled. */
export function isAudience({ id }: Field): boolean {
  return id === PRIVATE.id || id === SHARE.id;
}

interface Selected {
  readonly words: Words;
  readonly filled: Filled;
}

/** Takes them out of a command, wherever they stand. */
export function selectSwitches(words: Words): Parsed<Selected> {
  const audience = selectAudience(words);
  if (!audience.ok) return audience;
  const { isPrivate, share } = audience.args;
  const glass = selectGlass(audience.args.words);
  if (!glass.ok) return glass;
  const { breakGlass } = glass.args;
  const filled: Filled = {
    ...(isPrivate && { [PRIVATE.id]: [PRIVATE.id] }),
    ...(share !== null && { [SHARE.id]: [share] }),
    ...(breakGlass !== null && { [GLASS.id]: [breakGlass] }),
  };
  return { ok: true, args: { words: glass.args.words, filled } };
}

/** Suggested commands are seen by whom the one that was typed is seen by. */
export function withSwitches(view: View, typed: Words): View {
  const selected = selectSwitches(typed);
  const switches = selected.ok ? wordsOf(ALL, selected.args.filled) : selected;
  if (!switches.ok || switches.args.length === 0) return view;
  const more = joinWords(switches.args);
  const parts = view.parts.map(
    (part): Part => (part.kind === 'next' ? { ...part, words: `${part.words} ${more}` } : part),
  );
  return { ...view, parts };
}

/**
 * Why these words of an operation would not be read as they stand, or null: a name that looks like one of the words that
 * every command takes would be taken for it. A form has to say so, since it has an input for each.
 */
export function misread(command: Words): string | null {
  const selected = selectSwitches(command);
  const words = selected.ok ? selectCluster(selected.args.words) : selected;
  if (words.ok && words.args.words.length === command.length) return null;
  const taken = command.find((word) => /^--(?:private|share|break-glass|on)(?:=|$)/.test(word)) ?? '';
  return `"${shorten(taken)}" means something to every command and cannot be a value`;
}
