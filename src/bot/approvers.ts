import type { Text } from '../handlers/view';
import type { Ruling, Who } from '../jobs/rules';

/** Who may decide on a request, for its message. Pure. */
export function approversText({ approve }: Ruling): Text {
  if (approve.some((who) => who.length === 0)) return 'Nobody may approve: the setting APPROVERS is empty.';
  const lists = approve.flatMap(
    (who, index): Exclude<Text, string> => [index === 0 ? 'May approve: ' : ', and of these only: ', ...people(who)],
  );
  return [...lists, '. The requester never counts.'];
}

function people(who: Who): Exclude<Text, string> {
  return who.flatMap((user, index) => (index === 0 ? [{ user }] : [', ', { user }]));
}
