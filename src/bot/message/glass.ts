import type { KnownBlock } from '@slack/types';
import type { Request } from '../../jobs/request/request';
import { cut, type Drawing, section } from '../view/canvas';
import { LIMITS } from '../view/limits';
import { richElements } from '../view/rich';

const LOUD = '⚠ BREAK-GLASS · ';

/** Whoever breaks the glass is seen to do so: in the title, in the notification, and with the reason before anything else. */
export function withGlass(drawing: Drawing, { requester, breakGlass }: Request): Drawing {
  if (breakGlass === undefined) return drawing;
  const who = section(
    richElements(
      [
        'Asked by ',
        { user: requester },
        ` although it may be frozen. Reason: ${breakGlass}. /ops breaks lists it for review.`,
      ],
      { bold: true },
    ),
  );
  const [first, ...rest] = drawing.blocks;
  return { ...drawing, text: `${LOUD}${drawing.text}`, blocks: [...(first ? [loud(first)] : []), who, ...rest] };
}

function loud(block: KnownBlock): KnownBlock {
  if (block.type !== 'header') return block;
  return { ...block, text: { ...block.text, text: cut(`${LOUD}${block.text.text}`, LIMITS.header) } };
}
