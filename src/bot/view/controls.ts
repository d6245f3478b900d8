import type { Button, ConfirmationDialog } from '@slack/types';
import type { Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';
import { cut } from './canvas';
import { LIMITS } from './limits';

/** A button of a request's message. Carries the request's id and nothing else. */
export function button(
  request: Request,
  action: string,
  label: string,
  more: Pick<Button, 'style' | 'confirm'> = {},
): Button {
  return {
    type: 'button',
    action_id: action,
    value: request.id,
    text: { type: 'plain_text', text: label, emoji: false },
    accessibility_label: cut(`${label} ${request.id}: /${commandOf(request)}`, LIMITS.button.accessibilityLabel),
    ...more,
  };
}

export function dialog(title: string, text: string, confirm: string): ConfirmationDialog {
  return {
    title: { type: 'plain_text', text: cut(title, LIMITS.confirm.title) },
    text: { type: 'plain_text', text: cut(text, LIMITS.confirm.text) },
    confirm: { type: 'plain_text', text: confirm },
    deny: { type: 'plain_text', text: 'Back' },
  };
}
