import { renderUnicodeCompact } from 'uqr';
import type { Words } from '../../handlers/operation';
import { plain, type View } from '../../handlers/view';
import { requestId } from '../../jobs/request/id';
import { type Begun, ENROLMENT, type SecondFactor } from '../../jobs/second-factor/second-factor';
import { type ClickAnswer, whisper } from '../receive/clicks';
import { refusal } from '../receive/commands';
import { preformatted } from '../view/canvas';
import { codeField } from './code-form';
import { modal, notice, paragraph, type Submission, type Submitted } from './modals';

/**
 * `/ops second-factor enroll`, for one person alone: the secret is in the form and nowhere else. It takes no road, so no
 * record and no channel ever holds it.
 */
export interface EnrolDeps {
  readonly secondFactor: SecondFactor;
}

export function asksToEnrol(words: Words): boolean {
  return words.join(' ').toLowerCase() === ENROLMENT;
}

/** The same words, and the button that opens the form. */
export function withEnrolment(view: View): View {
  const offer = { kind: 'next', label: 'Enrol', words: ENROLMENT, why: 'opens a form that only you see' } as const;
  return { ...view, parts: [...view.parts, offer] };
}

export async function enrol(
  { secondFactor }: EnrolDeps,
  { user, channel }: { readonly user: string; readonly channel: string },
): Promise<ClickAnswer> {
  if (!secondFactor.on) return whisper(refusal('There is no second factor here: SECOND_FACTOR_KEY is not set.'));
  return { kind: 'form', form: enrolForm(await secondFactor.begin(user), channel) };
}

const CODE = 'code';
const OLD = 'old';

function enrolForm({ uri, secret, again }: Begun, channel: string) {
  return modal({
    callback: 'enrol',
    about: channel,
    title: 'Second factor',
    submit: 'Enrol',
    blocks: [
      paragraph('Only you see this. Scan it with an authenticator app, or add an entry by hand with the secret below.'),
      preformatted(renderUnicodeCompact(uri, { invert: true, border: 2 })),
      paragraph(`Secret: ${secret}`),
      preformatted(uri),
      codeField(CODE, 'Its first code', 'Six digits that your app shows now.'),
      ...(again
        ? [
            codeField(
              OLD,
              'A code of your present second factor',
              'It is replaced. Lost it? Ask for /ops second-factor reset.',
            ),
          ]
        : []),
    ],
  });
}

/** The first code came. */
export async function takeEnrolment({ secondFactor }: EnrolDeps, submission: Submission): Promise<Submitted> {
  const { user, values, about: channel, delivery } = submission;
  const refused = await secondFactor.confirm({
    user,
    code: values[CODE]?.[0] ?? '',
    old: values[OLD]?.[0],
    place: { channel },
    record: requestId(delivery),
  });
  if (!refused)
    return notice('Enrolled', 'From now on, approving what cannot be undone asks you for a code of this app.');
  if (refused.rule === 'second factor') return { kind: 'wrong', problems: { [CODE]: plain(refused.why) } };
  if (refused.rule === 'old code') return { kind: 'wrong', problems: { [OLD]: plain(refused.why) } };
  return notice('Not enrolled', refused.why);
}
