import { createHash } from 'node:crypto';
import type { PlainTextElement, PlainTextOption } from '@slack/types';
import type { Filled } from '../../handlers/form';
import type { Names } from '../../jobs/store/names';
import { cut } from '../view/canvas';
import { LIMITS } from '../view/limits';

/**
 * A menu of Slack holds 75 characters, and a container's name may be longer. Such a name stands in the menu as a key made
 * from it, and is found again by that key when the form is sent: in this process, or in Redis when another one offered it.
 */
export interface LongNames {
  /** Whoever offers names calls this, so that a choice can be understood. Never fails. */
  keep(names: Iterable<string>): void;
  /** What was chosen, by its names. Those that nobody kept any more are in `lost`, by field. */
  resolve(filled: Filled): Promise<{ readonly filled: Filled; readonly lost: readonly string[] }>;
}

interface LongNameDeps {
  readonly names: Names;
  readonly onError: (error: unknown, about: string) => void;
}

/** Of this process; the oldest one goes first. */
const MOST_KEPT = 1_000;
const KEY = /^~[\w-]{43}$/;

export function createLongNames({ names, onError }: LongNameDeps): LongNames {
  const own = new Map<string, string>();

  async function nameOf(value: string): Promise<string | null> {
    if (!KEY.test(value)) return value;
    const name = own.get(value) ?? (await names.recall(value).catch(() => null));
    // A key is made from its name, so whatever else is kept under it is not what was chosen.
    return name !== null && inMenu(name) === value ? name : null;
  }

  return {
    keep: (offered) => {
      for (const name of offered) {
        const value = inMenu(name);
        if (value === name || own.has(value)) continue;
        own.set(value, name);
        const [oldest] = own.keys();
        if (own.size > MOST_KEPT && oldest !== undefined) own.delete(oldest);
        names.remember(value, name).catch((error: unknown) => onError(error, 'a long name in a form'));
      }
    },
    resolve: async (filled) => {
      const fields = await Promise.all(
        Object.entries(filled).map(async ([id, values]) => [id, await Promise.all(values.map(nameOf))] as const),
      );
      return {
        filled: Object.fromEntries(fields.map(([id, found]) => [id, found.filter((name) => name !== null)])),
        lost: fields.flatMap(([id, found]) => (found.includes(null) ? [id] : [])),
      };
    },
  };
}

/** What stands for a name in a menu: the name itself, unless it is too long or looks like a key. */
export function inMenu(name: string): string {
  if (name.length <= LIMITS.option.value && !KEY.test(name)) return name;
  return `~${createHash('sha256').update(name).digest('base64url')}`;
}

/** How many characters of either end are shown. */
const END = 37;

/** A name in a menu. Of a long one both ends, and below them what is between, as far as Slack shows it. */
export function nameOption(name: string, about?: string): PlainTextOption {
  const value = inMenu(name);
  if (name.length <= LIMITS.option.text) return option(value, name, about);
  // Never half of a surrogate pair.
  const head = name.slice(0, END).replace(/[\uD800-\uDBFF]$/, '');
  const tail = name.slice(-END).replace(/^[\uDC00-\uDFFF]/, '');
  const between = name.slice(head.length, name.length - tail.length);
  return option(value, `${head}…${tail}`, `…${between}…`);
}

export function option(value: string, text = value, description?: string): PlainTextOption {
  return {
    text: words(cut(text, LIMITS.option.text)),
    value,
    ...(description !== undefined && { description: words(cut(description, LIMITS.option.text)) }),
  };
}

export function words(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
