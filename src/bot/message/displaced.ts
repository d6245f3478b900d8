import type { Text } from '../../handlers/view';
import { hasEnded, type Request } from '../../jobs/request/request';
import type { Drawing } from '../view/canvas';
import { withBanner } from './banner';
import { named } from './places';
import { whyNot } from './slack-refusals';

/**
 * Slack does not take the message where it belongs, so whoever asked has it as a direct message: it says why, and what to
 * do. `refused`: Slack's error. Pure.
 */
export function withDisplacement(drawing: Drawing, request: Request, refused: string | undefined): Drawing {
  if (refused === undefined) return drawing;
  const did: Text = ['I could not show this in ', { channel: named(request.place.channel) }, `: ${whyNot(refused)}`];
  return withBanner(drawing, request, { mark: 'Only you see this', did, follows: nextStep(request) });
}

function nextStep({ road, state }: Request): string {
  if (road === 'schedule') return 'It is not asked again. When that is mended, begin again with /ops every.';
  if (hasEnded(state)) return 'When that is mended, press Post it there, or share it in another channel.';
  if (state.kind === 'planned')
    return 'So nobody else can decide on it here. When that is mended, withdraw it and ask again.';
  return 'The result will come here, too.';
}

/** Said where it was asked, to the one who asked. */
export function elsewhereText(refused: string): string {
  return `I could not show the answer in this channel: ${whyNot(refused)} You have it as a direct message from me.`;
}

export function nowhereText(refused: string, id: string): string {
  return `I could not show the answer: ${whyNot(refused)} It is kept: /ops request ${id} shows it in another channel.`;
}
