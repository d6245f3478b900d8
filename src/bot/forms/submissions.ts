import type { ButtonDeps } from '../receive/buttons';
import { APPROVE, takeApprove } from './approve-form';
import { takeAsk, takePreview } from './ask';
import { ASK, PICK_CLUSTER, PICK_OPERATION } from './ask-form';
import { takeCode } from './code-form';
import { takeEnrolment } from './enrol-form';
import { DONE, notice, type Submission, type Submitted } from './modals';
import { PREVIEW } from './preview-form';
import { takeReason } from './reasons';
import { takeShare } from './share-form';

type Taker = (deps: ButtonDeps, submission: Submission) => Promise<Submitted>;

/** Who takes the answer of which form. */
const TAKERS: Readonly<Record<string, Taker>> = {
  deny: (deps, submission) => takeReason(deps, 'deny', submission),
  hold: (deps, submission) => takeReason(deps, 'hold', submission),
  share: takeShare,
  code: takeCode,
  [APPROVE]: takeApprove,
  enrol: takeEnrolment,
  [ASK]: takeAsk,
  [PREVIEW]: takePreview,
  notice: async () => DONE,
};

/** A form that was sent is never silent: it closes because what it asked for is stored, or says why not. */
export async function handleSubmission(deps: ButtonDeps, submission: Submission): Promise<Submitted> {
  const take = TAKERS[submission.callback];
  if (!take)
    return notice('Nothing was run', 'This version of the bot does not know this form. Type the command instead.');
  try {
    return await take(deps, submission);
  } catch (error) {
    deps.onError(error, submission.about);
    return notConfirmedIn(submission.values);
  }
}

/** Below what was typed, so that it need not be typed again. */
export function notConfirmedIn(values: Submission['values']): Submitted {
  const problem = 'Redis did not confirm this, so it was not counted as far as is known. Send it again in a moment.';
  // Slack shows problems below inputs alone.
  const field = Object.keys(values).find((block) => block !== PICK_CLUSTER && block !== PICK_OPERATION);
  return field === undefined ? notice('Not confirmed', problem) : { kind: 'wrong', problems: { [field]: problem } };
}
