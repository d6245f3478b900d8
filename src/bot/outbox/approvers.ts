import type { Text } from '../../handlers/view';
import type { Request, Waiting } from '../../jobs/request/request';
import { isGroup } from '../../jobs/rules/people';
import { isApprover, type Standing } from '../../jobs/rules/policy';
import { neededNow } from '../../jobs/rules/quorum';
import type { Ruling, Who } from '../../jobs/rules/rules';
import type { Callable } from '../message/waiting';

/** Who may decide on a request, for its message, which mentions them and nobody else. Pure. */
export function approversText({ requester, state }: Request, standing: Standing): Text {
  if (state.kind !== 'planned') return '';
  // While it is held nobody can approve; the banner says who releases it.
  if (state.held) return '';
  const callable = callableOf(standing);
  if (callable.kind === 'untold' || callable.people.length === 0) return approversRuled(standing.ruling);
  const done = new Set([requester, ...state.approvals.map(({ by }) => by)]);
  const left = callable.people.filter((id) => !done.has(id));
  if (left.length === 0) return 'Nobody else may approve. /ops rules says who may. The requester never counts.';
  return ['May approve: ', ...people(left), '. The requester never counts.'];
}

/** The same as the rules say it, where it is not known who is in which group. */
export function approversRuled({ approve }: Ruling): Text {
  if (approve.some((who) => who.length === 0)) return 'Nobody may approve: the setting APPROVERS is empty.';
  const lists = approve.flatMap(
    (who, index): Exclude<Text, string> => [index === 0 ? 'May approve: ' : ', and of these only: ', ...people(who)],
  );
  return [...lists, '. The requester never counts.'];
}

function people(who: Who): Exclude<Text, string> {
  return who.flatMap((user, index) => (index === 0 ? [{ user }] : [', ', { user }]));
}

/** Whom to call: the list as it is configured, or of several lists the people who are on all of them. */
export function callableOf(standing: Standing): Callable {
  const { approve } = standing.ruling;
  const [only, ...more] = approve;
  if (only && more.length === 0) return { kind: 'people', people: only };
  const everybody = approve.flat().flatMap((id) => (isGroup(id) ? (standing.members.get(id) ?? []) : [id]));
  const sure = [...new Set(everybody)].filter((user) => isApprover(user, standing) === 'yes');
  const untold = [...new Set(approve.flat())].filter((id) => isGroup(id) && !standing.members.get(id));
  return sure.length === 0 && untold.length > 0 ? { kind: 'untold', groups: untold } : { kind: 'people', people: sure };
}

/** Those whom a card may mention so that Slack notifies them. */
export function mentionable(standing: Standing): readonly string[] {
  const callable = callableOf(standing);
  return callable.kind === 'people' ? callable.people : callable.groups;
}

/** A rule may ask for more by now than when the card was shown, and that is what counts, wherever it is told. */
export function ruledNow(request: Request, { ruling }: Pick<Standing, 'ruling'>): Request {
  const { state } = request;
  return state.kind === 'planned' ? { ...request, state: waitingNow(state, ruling) } : request;
}

export function waitingNow(state: Waiting, ruling: Ruling): Waiting {
  return { ...state, proposed: { ...state.proposed, ...neededNow(state.proposed, ruling) } };
}
