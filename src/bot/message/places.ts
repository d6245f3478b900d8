import type { ContextBlock } from '@slack/types';
import type { Piece } from '../../handlers/view';
import { isAskedAtHome } from '../../jobs/request/places';
import type { Request, Share } from '../../jobs/request/request';
import { ALREADY_THERE, sharesOf } from '../../jobs/request/sharing';
import type { Drawing } from '../view/canvas';
import { smallPrint } from './footer';
import { whyNot } from './slack-refusals';

/** This message is one that was shared: by whom, and the address of the one it was shared from. */
export interface Copy {
  readonly share: Share;
  readonly link: string | null;
}

/** Says, above the footer, where else a result is to be seen, or where it came from. */
export function withPlaces(drawing: Drawing, request: Request, copy: Copy | null): Drawing {
  const lines = copy ? [cameFrom(request, copy)] : goesTo(request);
  const footer = drawing.blocks.slice(-1);
  return { ...drawing, blocks: [...drawing.blocks.slice(0, -1), ...lines, ...footer] };
}

function cameFrom({ place, isPrivate }: Request, { share, link }: Copy): ContextBlock {
  const origin: readonly Piece[] = isPrivate ? [', asked privately'] : [' from ', { channel: place.channel }];
  const first: readonly Piece[] = link === null ? [] : [' ', { message: link, text: 'The first message' }];
  return smallPrint(['Shared by ', { user: share.by }, ...origin, '.', ...first]);
}

function goesTo(request: Request): readonly ContextBlock[] {
  const shares = sharesOf(request);
  const shown = shares.filter(({ refused }) => refused === undefined);
  const refused = shares.filter(({ refused }) => refused !== undefined && refused !== ALREADY_THERE);
  const only = request.isPrivate ? [onlyYou(request)] : [];
  return [
    ...only,
    ...(shown.length > 0 ? [sharedIn(shown)] : []),
    ...(refused.length > 0 ? [notSharedIn(refused)] : []),
  ];
}

function onlyYou(request: Request): ContextBlock {
  if (isAskedAtHome(request)) return smallPrint('Only you see this message. Asked in the Home tab.');
  return smallPrint(['Only you see this message. Asked in ', { channel: request.place.channel }, '.']);
}

function sharedIn(shares: readonly Share[]): ContextBlock {
  const places = shares.flatMap(({ channel, by }, index): readonly Piece[] => [
    index === 0 ? '' : ', ',
    { channel: named(channel) },
    ' by ',
    { user: by },
  ]);
  return smallPrint(['Shared in ', ...places, '.']);
}

function notSharedIn(shares: readonly Share[]): ContextBlock {
  const places = shares.flatMap(({ channel, refused = '' }): readonly Piece[] => [
    'Not shared in ',
    { channel: named(channel) },
    `: ${whyNot(refused)} `,
  ]);
  return smallPrint([...places, 'Then share it again.']);
}

/** As it was typed: a name has its `#` already. */
export function named(channel: string): string {
  return channel.replace(/^#/, '');
}
