import type { Right } from '../../handlers/rulebook';
import type { SecondFactor } from '../second-factor/second-factor';
import { frozen } from './freeze';
import { isApprover, mayAsk, type Refusal, type Standing } from './policy';
import { groupsStoodFor } from './quorum';
import type { About, Rules } from './rules';
import { isAmong } from './who';

/** Whether somebody may ask and approve, judged by the very functions that admit and refuse, and with the rule that says so. */

interface Rightful {
  readonly place: Omit<About, 'danger'>;
  readonly user: string;
  /** If it can be undone, and if it cannot. */
  readonly both: readonly [Standing, Standing];
  /** Why no change at all may be asked and approved just now. */
  readonly unsafe: Refusal | null;
  readonly at: number;
}

interface RightsDeps {
  readonly rules: Rules;
  readonly secondFactor: Pick<SecondFactor, 'on' | 'prove'>;
}

type Judgement = Omit<Right, 'what'>;

export async function rightsOf(deps: RightsDeps, rightful: Rightful): Promise<readonly Right[]> {
  const { place, both, unsafe } = rightful;
  const [one, other] = both;
  if (place.kind === 'query') return [{ what: 'ask', ...askRight(rightful, one) }];
  const no: Judgement | null = unsafe && { may: false, why: unsafe.why };
  const approve = both.map((standing) => no ?? approveRight(deps, rightful, standing));
  return [
    ...byDanger('ask', no ?? askRight(rightful, one), no ?? askRight(rightful, other)),
    ...byDanger('approve', approve[0], await withCode(deps, rightful, approve[1])),
  ];
}

function byDanger(what: string, one: Judgement | undefined, other: Judgement | undefined): readonly Right[] {
  if (!one || !other) return [];
  if (JSON.stringify(one) === JSON.stringify(other)) return [{ what, ...one }];
  return [
    { what: `${what}, if it can be undone`, ...one },
    { what: `${what}, if it cannot be undone`, ...other },
  ];
}

function askRight({ place, user, at }: Rightful, standing: Standing): Judgement {
  const { kind, channel } = place;
  const refusal = mayAsk({ kind, road: 'slash', requester: user, channel }, { standing, at });
  if (refusal) return { may: false, why: refusal.why };
  const { ask } = standing.ruling;
  const rules = ask.map(({ rule }) => `“${rule}”`).join(' and ');
  return { may: true, why: ask.length === 0 ? 'No rule says who may ask.' : `On the list of the rule ${rules}.` };
}

function approveRight({ rules }: RightsDeps, { user, at }: Rightful, standing: Standing): Judgement {
  const { applied } = standing.ruling;
  const lists = [
    { rule: 'APPROVERS', who: rules.approvers },
    ...applied.flatMap(({ name, approve }) => (approve ? [{ rule: `“${name}”`, who: approve }] : [])),
  ];
  if (isApprover(user, standing) === 'yes') {
    // Who asks breaks the glass, not who approves: what was asked without it is not approved in a freeze.
    const now = frozen({ requester: '' }, standing, at);
    if (now) return { may: false, why: now.why };
    const names = lists.map(({ rule }) => rule).join(' and ');
    return {
      may: true,
      why: `On the list of ${names}.${quotaText(user, standing)} Never what they ask for themselves.`,
    };
  }
  const missing = lists.find(({ who }) => isAmong(user, who, standing.members) !== 'yes');
  const untold = missing && isAmong(user, missing.who, standing.members) === 'unknown';
  const why = untold ? 'Slack did not say who is on the list of' : 'Not on the list of';
  return { may: false, why: `${why} ${missing?.rule ?? 'approvers'}.` };
}

/** Such an approval is counted, but groups are missing for as long as nobody of them approves. */
function quotaText(user: string, { ruling, members }: Standing): string {
  const without = ruling.fromGroups.filter((quota) => groupsStoodFor(user, [quota], members).length === 0);
  const [least] = without.map((quota) => quota.least).toSorted((one, other) => other - one);
  if (least === undefined) return '';
  const untold = without.some(({ groups }) => groups.some((group) => !members.get(group)));
  const told = untold ? 'Slack did not say whether they are in any' : 'In none';
  return ` ${told} of the groups of which ${least} must approve, so others must approve as well.`;
}

/** What cannot be undone is approved with a one-time code, where there are any. */
async function withCode(
  { secondFactor }: RightsDeps,
  { user }: Rightful,
  right: Judgement | undefined,
): Promise<Judgement | undefined> {
  if (!right?.may || !secondFactor.on) return right;
  const refusal = await secondFactor.prove(user, undefined);
  if (!refusal || refusal.rule === 'second factor') return { ...right, why: `${right.why} With a one-time code.` };
  return { may: false, why: refusal.rule === 'locked out' ? LOCKED_OUT : NOT_ENROLLED };
}

const NOT_ENROLLED =
  'Not enrolled: approving it needs a one-time code. They enrol with /ops second-factor enroll, then they may.';
const LOCKED_OUT = 'They gave too many wrong one-time codes: for a while none of theirs is looked at.';
