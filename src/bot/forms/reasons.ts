import type { ModalView } from '@slack/types';
import type { Request } from '../../jobs/request/request';
import type { Requests } from '../../jobs/requests';
import { commandOf } from '../../jobs/work/answer';
import { cut } from '../view/canvas';
import { DONE, modal, notice, paragraph, type Submission, type Submitted, textField } from './modals';

/** Deny, and *Looks wrong to me*: both ask why before they count. */
export type Reasoned = 'deny' | 'hold';

const MOST_CHARACTERS = 500;

const FORMS: Readonly<Record<Reasoned, { title: string; submit: string; label: string; hint: string; what: string }>> =
  {
    deny: {
      title: 'Deny',
      submit: 'Deny',
      label: 'Why is it denied?',
      hint: 'Everybody sees this, and it stays in the audit trail.',
      what: 'It ends here: nothing will be run.',
    },
    hold: {
      title: 'Hold',
      submit: 'Hold',
      label: 'What looks wrong?',
      hint: 'Everybody sees this. You can release it again; two others can, too.',
      what: 'It is held: nothing is decided, but nobody can approve it until it is released.',
    },
  };

export function reasonForm(request: Request, decision: Reasoned): ModalView {
  const { title, submit, label, hint, what } = FORMS[decision];
  return modal({
    callback: decision,
    about: request.id,
    title: `${title} ${request.id}`,
    submit,
    blocks: [
      paragraph(cut(`/${commandOf(request)}`, 500)),
      paragraph(what),
      textField({ field: 'reason', label, hint, most: MOST_CHARACTERS, lines: 'several' }),
    ],
  });
}

interface VoteDeps {
  readonly requests: Requests;
}

/** The reason came: now it is a vote like any other. */
export async function takeReason(deps: VoteDeps, decision: Reasoned, submission: Submission): Promise<Submitted> {
  const reason = submission.values.reason?.[0]?.trim() ?? '';
  const vote = { decision, by: submission.user, road: 'form', reason } as const;
  const decided = await deps.requests.decide(submission.about, vote);
  if (decided.ok) return DONE;
  if (decided.refusal.rule === 'no reason') return { kind: 'wrong', problems: { reason: 'Say why in a few words.' } };
  return notice('Not counted', decided.refusal.why);
}
