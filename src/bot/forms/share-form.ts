import type { ModalView } from '@slack/types';
import { plain } from '../../handlers/view';
import type { Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';
import { type SharingDeps, shareResult } from '../receive/sharing';
import { cut } from '../view/canvas';
import { DONE, modal, paragraph, type Submission, type Submitted } from './modals';

/** *Share*: asks where to. */
export function shareForm(request: Request): ModalView {
  return modal({
    callback: 'share',
    about: request.id,
    title: `Share ${request.id}`,
    submit: 'Share',
    blocks: [
      paragraph(cut(`/${commandOf(request)}`, 500)),
      paragraph('The result is posted there with its files, your name and a link to this message.'),
      {
        type: 'input',
        block_id: FIELD,
        label: { type: 'plain_text', text: 'Channel' },
        hint: { type: 'plain_text', text: 'I must be in it.' },
        element: {
          type: 'conversations_select',
          action_id: FIELD,
          placeholder: { type: 'plain_text', text: 'Choose a channel' },
          filter: { include: ['public', 'private'], exclude_bot_users: true },
        },
      },
    ],
  });
}

const FIELD = 'channel';

/** What cannot be shared stays in the form, with the reason below the channel. */
export async function takeShare(deps: SharingDeps, { about, user, values }: Submission): Promise<Submitted> {
  const channel = values[FIELD]?.[0];
  if (channel === undefined) return { kind: 'wrong', problems: { [FIELD]: 'Choose a channel.' } };
  const shared = await shareResult(deps, about, { by: user, place: { channel } });
  return shared.ok ? DONE : { kind: 'wrong', problems: { [FIELD]: plain(shared.refusal.why) } };
}
