import type { Operation, Parsed, Words } from './operation';
import { shorten } from './words';

/** Who sees an answer: the channel it was asked in, another one as well, or only the one who asked. */
export interface Audience {
  readonly isPrivate: boolean;
  /** A channel's id, or its name with `#`. */
  readonly share: string | null;
}

interface Selected extends Audience {
  readonly words: Words;
}

/** Slack writes a channel in one of these ways, depending on how it was typed. */
const CHANNEL =
  /^(?:<#([CG][A-Z0-9]{1,20})(?:\|[^<>]*)?>|([CG][A-Z0-9]{5,20})|(#[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}._-]{1,80}))$/u;

/** Takes `--share CHANNEL` and `--private`, which every command understands, out of its words, wherever they stand. */
export function selectAudience(words: Words): Parsed<Selected> {
  const rest: string[] = [];
  let isPrivate = false;
  let share: string | null = null;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--private') {
      isPrivate = true;
    } else if (word === '--share' || word.startsWith('--share=')) {
      if (share !== null) return { ok: false, problem: '--share stands twice; share it again from its message' };
      const typed = word === '--share' ? (words[++at] ?? '') : word.slice('--share='.length);
      share = channelOf(typed);
      if (share === null) return { ok: false, problem: noChannel(typed) };
    } else {
      rest.push(word);
    }
  }
  if (isPrivate && share !== null)
    return { ok: false, problem: '--private and --share exclude each other; a private answer can be posted later' };
  return { ok: true, args: { words: rest, isPrivate, share } };
}

/** Why the answer of this operation cannot be for this audience, or null. The switches would hold for its first words alone. */
export function unfit({ name, postsLater }: Pick<Operation, 'name' | 'postsLater'>, audience: Audience): string | null {
  if (!postsLater || (!audience.isPrivate && audience.share === null)) return null;
  return `What ${name} finds is posted where it asks, for everybody there. Nothing was run. Ask in a channel, without --private and --share.`;
}

/** As Slack or a person writes a channel; null: it is none. */
export function channelOf(typed: string): string | null {
  const [, mentioned, id, name] = CHANNEL.exec(typed) ?? [];
  return mentioned ?? id ?? name ?? null;
}

function noChannel(typed: string): string {
  const example = 'such as --share #storage-ops';
  return typed === '' || typed.startsWith('-')
    ? `--share needs a channel, ${example}`
    : `--share needs a channel, ${example}; ${shorten(typed)} is none`;
}
