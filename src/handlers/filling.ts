import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Field, Filled, Form, Place } from './form';
import type { Parsed, Words } from './operation';
import { joinWords, splitWords } from './words';

/** From a filled-in form to words, and back. Pure. */

/** The words that a filled-in form stands for. Text for several words is split as a command is. */
export function wordsOf(form: Form, filled: Filled): Parsed<Words> {
  const positionals: string[] = [];
  const options: string[] = [];
  for (const field of form) {
    const values = filled[field.id] ?? [];
    if (values.length === 0) continue;
    if (field.as.kind === 'word') positionals.push(values[0] ?? '');
    else if (field.as.kind === 'pair') positionals.push(field.as.word, values[0] ?? '');
    else if (field.as.kind === 'words') {
      const split = field.input.kind === 'text' ? splitWords(values.join(' ')) : { ok: true as const, args: values };
      if (!split.ok) return split;
      positionals.push(...split.args);
    } else options.push(...optionWords(field.as, values));
  }
  const isFlagLike = !isRaw(form) && positionals.some((word) => word.startsWith('-'));
  return { ok: true, args: isFlagLike ? [...options, '--', ...positionals] : [...positionals, ...options] };
}

/** Whether its words hold another command: nothing among them is a flag of this one. */
function isRaw(form: Form): boolean {
  return form.some(({ as }) => as.kind === 'words' && as.raw);
}

function optionWords(as: Extract<Place, { kind: 'option' | 'flag' }>, values: readonly string[]): readonly string[] {
  const flag = as.short === undefined ? `--${as.flag}` : `-${as.short}`;
  if (as.kind === 'flag') return [flag];
  const given = as.many ? values : values.slice(0, 1);
  // With `=` a value that begins with a dash is still a value.
  return given.flatMap((value) => (value.startsWith('-') ? [`--${as.flag}=${value}`] : [flag, value]));
}

/** Typed words as a filled-in form: as far as they can be understood, for showing them. */
export function filledFrom(form: Form, words: Words): Filled {
  const { values, positionals } = isRaw(form) ? { values: {}, positionals: words } : looselyParsed(form, words);
  const filled: Record<string, readonly string[]> = {};
  let at = 0;
  for (const field of form) {
    const held = heldBy(field, { values, rest: positionals.slice(at) });
    if (field.as.kind === 'word') at += 1;
    if (field.as.kind === 'pair' && held.length > 0) at += 2;
    if (field.as.kind === 'words') at = positionals.length;
    if (held.length > 0) filled[field.id] = held;
  }
  return filled;
}

interface Loose {
  readonly values: Readonly<Record<string, unknown>>;
  readonly rest: readonly string[];
}

function heldBy({ id, input, as }: Field, { values, rest }: Loose): readonly string[] {
  if (as.kind === 'word') return rest.slice(0, 1);
  if (as.kind === 'pair') return rest[0] === as.word ? rest.slice(1, 2) : [];
  if (as.kind === 'words') return input.kind === 'text' && rest.length > 0 ? [joinWords(rest)] : rest;
  const value = values[as.flag];
  if (as.kind === 'flag') return value === true ? [id] : [];
  return [value ?? []].flat().filter((one) => typeof one === 'string');
}

function looselyParsed(form: Form, words: Words) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const { as } of form) {
    if (as.kind !== 'option' && as.kind !== 'flag') continue;
    const short = as.short === undefined ? {} : { short: as.short };
    if (as.kind === 'flag') options[as.flag] = { type: 'boolean', ...short };
    else options[as.flag] = { type: 'string', multiple: as.many ?? false, ...short };
  }
  return parseArgs({ args: [...words], options, allowPositionals: true, strict: false });
}
