import type { KnownBlock } from '@slack/types';
import { type Part, plain, type View } from '../../handlers/view';
import { cut, preformatted, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { richElements } from '../view/rich';

/** A view inside a form, which takes no tables and no files: what does not fit is said, and where it is. Pure. */

const MOST_CHARACTERS = 2_500;
const MOST_BLOCKS = LIMITS.view.blocks - 10;

const WITH_MESSAGE = 'comes with the message.';

/** `rest`: where the rest of it is. `most`: blocks. */
export function drawInForm({ title, parts }: View, rest = WITH_MESSAGE, most = MOST_BLOCKS): readonly KnownBlock[] {
  const whole = title.length > LIMITS.header ? lines(title, rest) : [];
  const blocks = [heading(title), ...whole, ...parts.flatMap((part) => drawPart(part, rest))];
  return blocks.length <= most ? blocks : [...blocks.slice(0, most - 1), ...left(rest)];
}

export function heading(title: string): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(title, LIMITS.header) || ' ', emoji: false } };
}

function drawPart(part: Part, rest: string): readonly KnownBlock[] {
  switch (part.kind) {
    case 'text':
      return lines(part.text, rest);
    case 'facts':
      return part.facts.length === 0
        ? []
        : lines(part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n'), rest);
    case 'table':
      return asText(
        { rows: [part.head, ...part.rows].map((row) => row.map(plain).join('  ')), more: part.more ?? 0 },
        rest,
      );
    case 'raw':
      return asText({ rows: part.text.split('\n'), more: part.more ? 1 : 0 }, rest);
    case 'picture':
      return lines(`A picture ${rest.replace(/\.$/, '')}: ${part.alt}`, rest);
    case 'next':
      return part.fill ? [] : lines(`Next: /${part.words} ${part.why}`, rest);
  }
}

function lines(text: Parameters<typeof richElements>[0], rest: string): readonly KnownBlock[] {
  const whole = plain(text);
  if (whole === '') return [];
  if (whole.length <= MOST_CHARACTERS) return [section(richElements(text))];
  return [section(richElements(cut(whole, MOST_CHARACTERS))), ...left(rest)];
}

function asText({ rows, more }: { readonly rows: readonly string[]; readonly more: number }, rest: string) {
  const whole = rows.join('\n');
  if (whole.trim() === '') return [];
  const shown = preformatted(cut(whole, MOST_CHARACTERS));
  if (whole.length <= MOST_CHARACTERS && more === 0) return [shown];
  return [shown, ...left(rest)];
}

function left(rest: string): readonly KnownBlock[] {
  return [section(richElements(`The rest of it ${rest}`))];
}
