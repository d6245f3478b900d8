import type { ModalView } from '@slack/types';
import { plain } from '../../handlers/view';
import { SHOWN } from '../../jobs/request/fingerprint';
import { decidedOf, type Request } from '../../jobs/request/request';
import type { Requests } from '../../jobs/requests';
import { DIGITS } from '../../jobs/second-factor/one-time';
import { commandOf } from '../../jobs/work/answer';
import { cut } from '../view/canvas';
import { DONE, modal, notice, paragraph, type Submission, type Submitted, textField } from './modals';

/** *Approve*, where it cannot be undone: asks for the one-time code before the vote counts. */
export function codeForm(request: Request): ModalView {
  const fingerprint = decidedOf(request.state)?.proposed.fingerprint.slice(0, SHOWN) ?? '';
  return modal({
    callback: 'code',
    about: request.id,
    title: `Approve ${request.id}`,
    submit: 'Approve',
    blocks: [
      paragraph(cut(`/${commandOf(request)}`, 500)),
      paragraph(`It cannot be undone. Fingerprint ${fingerprint}.`),
      codeField(FIELD, 'One-time code', 'From your authenticator app, for Quorumbot. Each code counts once.'),
    ],
  });
}

const FIELD = 'code';

/** Room for a space in the middle, as many apps show it. */
export function codeField(field: string, label: string, hint: string) {
  return textField({ field, label, hint, most: DIGITS + 2 });
}

/** The code came: now it is a vote like any other. What the next code may mend stays in the form. */
export async function takeCode(
  { requests }: { readonly requests: Requests },
  { about, user, values }: Submission,
): Promise<Submitted> {
  const code = values[FIELD]?.[0] ?? '';
  const decided = await requests.decide(about, { decision: 'approve', by: user, road: 'form', code });
  if (decided.ok) return DONE;
  const { rule, why } = decided.refusal;
  return rule === 'second factor' ? { kind: 'wrong', problems: { [FIELD]: plain(why) } } : notice('Not counted', why);
}
