import { dangerOf, decidedOf, type Request } from '../request/request';
import type { Durability } from '../store/durability';
import { freezesAt } from './freeze';
import { createMembers, type People } from './people';
import type { Refusal, Standing } from './policy';
import { type About, allGroups, askingGroups, type Rules, type Ruling, rulingOf } from './rules';

/**
 * What every road is judged by, in one place: whoever opens, decides or starts a request gets its rules and its people
 * from here, and brings none of its own. `policy.ts` judges, inside the move and by the clock of Redis.
 */
export interface Admission {
  /** Enough to judge who may ask. */
  standing(about: About): Promise<Standing>;
  /** Enough to judge anything. */
  standingAbout(about: About): Promise<Standing>;
  /** The rules and people of a stored request, as they are now. */
  standingOf(request: Request): Promise<Standing>;
  /** The rules alone, for showing them. */
  rulingOf(request: Request): Ruling;
  /** Whether a freeze may hold for this at that time, whatever its danger: enough to offer the way around it, not to judge. */
  frozen(about: Omit<About, 'danger'>, at: number): boolean;
  /** Why no change may be asked, approved or started at all, or null. */
  unsafe(): Promise<Refusal | null>;
}

export interface AdmissionDeps {
  readonly rules: Rules;
  readonly people: People;
  readonly durability: Durability;
  /** Whether approving what cannot be undone asks for a one-time code. */
  readonly secondFactor: boolean;
}

const DANGERS: readonly About['danger'][] = [null, 'reversible', 'irreversible'];

export function createAdmission({ rules, people, durability, secondFactor }: AdmissionDeps): Admission {
  const membersOf = createMembers(people);

  async function standingBy(ruling: Ruling, groups: readonly string[]): Promise<Standing> {
    const members = await membersOf([...new Set(groups)]);
    // Only `requests.ts` turns it into `given`, and only after a code was proved.
    return { ruling, members, secondFactor: secondFactor ? 'missing' : 'off' };
  }

  async function standing(about: About): Promise<Standing> {
    const ruling = rulingOf(rules, about);
    return standingBy(ruling, askingGroups(ruling));
  }

  async function standingOf(request: Request): Promise<Standing> {
    const ruling = rulingOf(rules, aboutOf(request));
    // Groups that were asked for when the plan was shown are asked for still, whatever the rules say by now.
    const quotas = decidedOf(request.state)?.proposed.fromGroups ?? [];
    return standingBy(ruling, [...allGroups(ruling), ...quotas.flatMap((quota) => quota.groups)]);
  }

  return {
    standing,
    standingAbout: (about) => {
      const ruling = rulingOf(rules, about);
      return standingBy(ruling, allGroups(ruling));
    },
    standingOf,
    rulingOf: (request) => rulingOf(rules, aboutOf(request)),
    frozen: (about, at) => DANGERS.some((danger) => freezesAt(rulingOf(rules, { ...about, danger }), at).length > 0),
    unsafe: async () => {
      const problem = await durability.problem();
      if (problem === null) return null;
      const why = `${problem} Changes are off until that is mended; queries work. Nothing was run.`;
      return { rule: 'durability', why };
    },
  };
}

export function aboutOf({ kind, operation, cluster, place, state }: Request): About {
  const as = decidedOf(state)?.proposed.judgedAs;
  return { kind, operation, cluster, channel: place.channel, danger: dangerOf({ state }), ...(as && { as }) };
}
