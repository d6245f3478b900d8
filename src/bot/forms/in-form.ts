import type { KnownBlock } from '@slack/types';
import { type Part, plain, type View } from '../../handlers/view';
import { cut, preformatted, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { richElements } from '../view/rich';

/** A view inside a form, which takes no tables and no files: what does not fit is said, and comes with the message. Pure. */

const MOST_CHARACTERS = 2_500;
const MOST_BLOCKS = LIMITS.view.blocks - 10;

export function drawInForm({ title, parts }: View): readonly KnownBlock[] {
  const heading: KnownBlock = {
    type: 'header',
    text: { type: 'plain_text', text: cut(title, LIMITS.header), emoji: false },
  };
  return [heading, ...parts.flatMap(drawPart)].slice(0, MOST_BLOCKS);
}

function drawPart(part: Part): readonly KnownBlock[] {
  switch (part.kind) {
    case 'text':
      return lines(plain(part.text).length > MOST_CHARACTERS ? plain(part.text) : part.text);
    case 'facts':
      return part.facts.length === 0
        ? []
        : lines(part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n'));
    case 'table':
      return asText(
        [part.head, ...part.rows].map((row) => row.map(plain).join('  ')),
        part.more ?? 0,
      );
    case 'raw':
      return asText(part.text.split('\n'), part.more ? 1 : 0);
    case 'picture':
      return lines(`A picture comes with the message: ${part.alt}`);
    case 'next':
      return part.fill ? [] : lines(`Next: /${part.words} ${part.why}`);
  }
}

function lines(text: Parameters<typeof richElements>[0]): readonly KnownBlock[] {
  const elements = richElements(typeof text === 'string' ? cut(text, MOST_CHARACTERS) : text);
  return elements.length === 0 ? [] : [section(elements)];
}

function asText(rows: readonly string[], more: number): readonly KnownBlock[] {
  const whole = rows.join('\n');
  if (whole.trim() === '') return [];
  const shown = preformatted(cut(whole, MOST_CHARACTERS));
  if (whole.length <= MOST_CHARACTERS && more === 0) return [shown];
  return [shown, ...lines('The rest of it comes with the message.')];
}
