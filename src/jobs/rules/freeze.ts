import type { Piece, Text } from '../../handlers/view';
import { frozenAt, nextFreeze } from './calendar';
import type { Freeze, Rule, Rules, Ruling, Who } from './rules';
import type { Refusal, Standing } from './standing';
import { isAmong } from './who';

/** What freezes and breaking the glass mean for one request at one moment. Pure. */

export interface Asker {
  readonly requester: string;
  /** Why the freeze shall not hold; absent: it does. */
  readonly breakGlass?: string;
}

/** Why this may not be asked, approved or started in a freeze, or null. */
export function frozen({ requester, breakGlass }: Asker, { ruling, members }: Standing, at: number): Refusal | null {
  const now = freezesAt(ruling, at);
  if (now.length === 0) return null;
  if (breakGlass === undefined) return { rule: 'frozen', why: frozenText(now, at) };
  const on = now.map(({ breakGlass: who }) => isAmong(requester, who, members));
  if (on.every((among) => among === 'yes')) return null;
  const why = on.includes('no')
    ? 'is not among the people who may break the glass'
    : 'could not be found among the people who may break the glass: Slack did not say';
  return { rule: 'break-glass', why: [{ user: requester }, ` ${why}. `, ...pieces(frozenText(now, at))] };
}

export function freezesAt({ freezes }: Ruling, at: number): readonly Freeze[] {
  return freezes.filter(({ calendar }) => frozenAt([calendar], at) !== null);
}

export interface FreezeInSight {
  readonly rule: Rule;
  /** Null: it holds already. */
  readonly from: number | null;
  /** Null: its end is not within sight. */
  readonly until: number | null;
}

/** So far ahead people plan what a freeze would keep them from. */
const IN_SIGHT_MS = 7 * 24 * 3600_000;

/** Every freeze of the rules that holds at this moment, and then those that come, the soonest first. */
export function freezesInSight({ rules }: Pick<Rules, 'rules'>, at: number): readonly FreezeInSight[] {
  const inSight = rules.flatMap((rule) => freezeInSight(rule, at));
  return inSight.toSorted((one, other) => (one.from ?? at) - (other.from ?? at));
}

function freezeInSight(rule: Rule, at: number): readonly FreezeInSight[] {
  const { frozen: calendar } = rule;
  if (!calendar) return [];
  const now = frozenAt([calendar], at);
  if (now) return [{ rule, from: null, until: now.until }];
  const from = nextFreeze(calendar, at, IN_SIGHT_MS);
  return from === null ? [] : [{ rule, from, until: frozenAt([calendar], from)?.until ?? null }];
}

function frozenText(now: readonly Freeze[], at: number): Text {
  const end =
    frozenAt(
      now.map(({ calendar }) => calendar),
      at,
    )?.until ?? null;
  const rules = now.map(({ rule }) => `“${rule}”`).join(' and ');
  return [
    ...(end === null ? ['Frozen without an end in sight'] : ['Frozen until ', { at: end }]),
    ` by the rule ${rules}. Nothing was run. `,
    ...breakersText(now),
  ];
}

/** Who could ask all the same. */
function breakersText(now: readonly Freeze[]): readonly Piece[] {
  const [first, ...more] = now.map(({ breakGlass }) => breakGlass);
  const who: Who = (first ?? []).filter((id) => more.every((list) => list.includes(id)));
  if (who.length === 0) return ['Ask again after that.'];
  const people = who.flatMap((user, index): Piece[] => (index === 0 ? [{ user }] : [', ', { user }]));
  return ['In an emergency these may ask for it with --break-glass "why": ', ...people, '.'];
}

function pieces(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}
