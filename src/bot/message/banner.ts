import type { KnownBlock } from '@slack/types';
import type { Text } from '../../handlers/view';
import type { Request } from '../../jobs/request/request';
import { cut, type Drawing, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { richElements } from '../view/rich';

/** What matters more than the rest of the card: said in the title, and in full size right below it. Pure. */
export interface Banner {
  /** The first word of the title and of the notification. */
  readonly mark: string;
  /** What somebody did. */
  readonly did: Text;
  /** Their own words, as they wrote them. */
  readonly words?: string;
  /** What follows from it. */
  readonly follows?: Text;
}

export function withBanner(
  drawing: Drawing,
  { id }: Pick<Request, 'id'>,
  { mark, did, words, follows }: Banner,
): Drawing {
  const [first, ...rest] = drawing.blocks;
  const said: readonly KnownBlock[] = [
    section(richElements(did, { bold: true })),
    ...(words === undefined || words === '' ? [] : [quoted(words, id)]),
    ...(follows === undefined ? [] : [section(richElements(follows))]),
  ];
  return withMark({ ...drawing, blocks: [...(first ? [first] : []), ...said, ...rest] }, mark);
}

/** In the title and in the notification. */
export function withMark(drawing: Drawing, mark: string): Drawing {
  const [first, ...rest] = drawing.blocks;
  const title = first ? [marked(first, mark)] : [];
  return { ...drawing, text: `${mark} · ${drawing.text}`, blocks: [...title, ...rest] };
}

/** The form takes 500; the console takes more. */
const WORDS_CHARACTERS = 800;

function quoted(words: string, id: string): KnownBlock {
  const rest = words.length > WORDS_CHARACTERS ? `\nAll of it: /ops request ${id}` : '';
  const text = `${cut(words, WORDS_CHARACTERS)}${rest}`;
  return { type: 'rich_text', elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text }] }] };
}

function marked(block: KnownBlock, mark: string): KnownBlock {
  if (block.type !== 'header') return block;
  return { ...block, text: { ...block.text, text: cut(`${mark} · ${block.text.text}`, LIMITS.header) } };
}
