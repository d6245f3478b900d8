import type { Text } from '../../handlers/view';
import { isGroup } from '../../jobs/rules/people';
import { isApprover, type Standing } from '../../jobs/rules/policy';
import type { Ruling, Who } from '../../jobs/rules/rules';

/** Who may decide on a request, for its message, which mentions them and nobody else. Pure. */
export function approversText(standing: Standing): Text {
  const all = approversOf(standing);
  if (all.length > 0) return ['May approve: ', ...people(all), '. The requester never counts.'];
  return approversRuled(standing.ruling);
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
export function approversOf(standing: Standing): Who {
  const { approve } = standing.ruling;
  const [only, ...more] = approve;
  if (only && more.length === 0) return only;
  const everybody = approve.flat().flatMap((id) => (isGroup(id) ? (standing.members.get(id) ?? []) : [id]));
  return [...new Set(everybody)].filter((user) => isApprover(user, standing) === 'yes');
}
