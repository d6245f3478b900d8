import type { Check, Line } from '../../handlers/checkup';
import type { Factors } from '../../handlers/factors';
import type { Text } from '../../handlers/view';
import { isGroup } from '../../jobs/rules/people';
import type { Rules } from '../../jobs/rules/rules';
import type { ConfigChecks } from './config-checks';

/** What the doctor looks at in second factors: whether those who may approve have one. */
export interface FactorChecks extends Pick<ConfigChecks, 'members'> {
  readonly rules: Pick<Rules, 'approvers' | 'needs'>;
  readonly factors: Factors;
}

export function factorCheck({ rules, members, factors }: FactorChecks): Check {
  const about = { what: 'Second factor', why: 'an approval of what cannot be undone counts only with a one-time code' };
  return {
    ...about,
    todo: 'Mend Slack and Redis first.',
    look: async () => {
      if (!factors.on) return [{ ...about, tone: 'ok', found: 'off, since SECOND_FACTOR_KEY is not set' }];
      const people = await everybody(rules.approvers, members);
      const asked = await Promise.all(
        people.map(async (user) => ({ user, has: (await factors.enrolment(user)) !== null })),
      );
      const without = asked.flatMap(({ user, has }) => (has ? [] : [user]));
      return [lineOf(about, { without, enrolled: people.length - without.length, needed: rules.needs.irreversible })];
    },
  };
}

/** Of a group that Slack does not tell, another line tells. */
async function everybody(approvers: readonly string[], members: FactorChecks['members']): Promise<readonly string[]> {
  const asked = await Promise.all(approvers.filter(isGroup).map(members));
  const known = asked.flatMap((sent) => (sent.kind === 'ok' ? sent.value : []));
  return [...new Set([...approvers.filter((id) => !isGroup(id)), ...known])];
}

interface Enrolled {
  readonly without: readonly string[];
  readonly enrolled: number;
  readonly needed: number;
}

function lineOf(about: Pick<Line, 'what' | 'why'>, { without, enrolled, needed }: Enrolled): Line {
  if (without.length === 0) return { ...about, tone: 'ok', found: `on; all ${enrolled} who may approve have enrolled` };
  const people = without.flatMap((user, at): Exclude<Text, string> => (at === 0 ? [{ user }] : [', ', { user }]));
  return {
    ...about,
    tone: enrolled < needed ? 'bad' : 'warning',
    found: [`on; ${enrolled} enrolled, and none yet of: `, ...people],
    todo: 'Let them type /ops second-factor enroll.',
  };
}
