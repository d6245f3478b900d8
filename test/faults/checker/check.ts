import type { History } from '../history';
import { asApproved, once } from './effects';
import { type Facts, factsOf, type Invariant, type Violation } from './facts';
import { answered, oneRequest, quorum } from './people';
import { chained, locks } from './trail';
import { ends, noLiveButtons, trueLastWord } from './words';
import { works } from './works';

/** Each promise by its name; pure, over what was seen. */
const CHECKS: Readonly<Record<Invariant, (facts: Facts) => readonly Violation[]>> = {
  quorum,
  'as approved': asApproved,
  once,
  'one request': oneRequest,
  ends,
  'true last word': trueLastWord,
  works,
  answered,
  'no live buttons': noLiveButtons,
  chain: chained,
  locks,
};

export function check(history: History): readonly Violation[] {
  const facts = factsOf(history);
  return Object.values(CHECKS).flatMap((judge) => judge(facts));
}
