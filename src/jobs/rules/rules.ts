import type { Danger, JudgedAs } from '../../handlers/operation';
import type { Calendar } from './calendar';
import { isGroup } from './people';

/** Slack user ids (U…, W…) and user group ids (S…). */
export type Who = readonly string[];

/** Rules about people, places and time, as the configuration has them. They can only be stricter than the defaults. */
export interface Rules {
  /** Everybody who may ever approve; empty: nobody may. */
  readonly approvers: Who;
  /** Channels where changes may be asked; empty: any. */
  readonly channels: readonly string[];
  /** How many others must approve, before an operation's own stricter rule. */
  readonly needs: Readonly<Record<Danger, number>>;
  /** Stricter numbers by operation name. A lower number than the default is ignored. */
  readonly stricter: Readonly<Record<string, number>>;
  /** How long a preview may wait for its approvals, and an approval for its start. Milliseconds. */
  readonly expiresAfterMs: number;
  /** Every rule that matches holds: a person must be on every list, the greatest number and the shortest time count. */
  readonly rules: readonly Rule[];
}

/** What a rule is about; a field that is left out matches everything. */
export interface Match {
  readonly system?: readonly string[];
  readonly operation?: readonly string[];
  readonly kind?: 'query' | 'change';
  readonly cluster?: readonly string[];
  readonly channel?: readonly string[];
  readonly danger?: Danger;
}

export interface Rule {
  readonly name: string;
  readonly match: Match;
  readonly ask?: Who;
  readonly approve?: Who;
  readonly needs?: number;
  /** From how many of the user groups of `approve` at least one each must approve, every person counting for one. */
  readonly fromGroups?: number;
  readonly expiresAfterMs?: number;
  /** Channels where changes may be asked. */
  readonly channels?: readonly string[];
  readonly frozen?: Calendar;
  /** Who may ask in a freeze all the same, with a reason. */
  readonly breakGlass?: Who;
  readonly floors?: Floors;
}

/** How much of a pool may be taken away. */
export interface Floors {
  /** So many must be left. */
  readonly left?: number;
  /** At most so many at once. */
  readonly atOnce?: number;
}

export const DEFAULT_RULES: Rules = {
  approvers: [],
  channels: [],
  needs: { reversible: 1, irreversible: 2 },
  stricter: {},
  expiresAfterMs: 15 * 60_000,
  rules: [],
};

/** What rules are chosen by. */
export interface About {
  readonly kind: 'query' | 'change';
  readonly operation: string;
  readonly cluster: string;
  readonly channel: string;
  /** Null: not known before there is a plan. What depends on it is judged then. */
  readonly danger: Danger | null;
  /** Whose rules hold as well. */
  readonly as?: JudgedAs;
}

/** At least so many of these groups must approve. */
export interface GroupQuota {
  readonly groups: Who;
  readonly least: number;
}

export interface Freeze {
  readonly rule: string;
  readonly calendar: Calendar;
  readonly breakGlass: Who;
}

/** What the rules say together about one operation at one place. */
export interface Ruling {
  /** The rules of the file that match. */
  readonly applied: readonly Rule[];
  /** Null: any channel. */
  readonly channels: readonly string[] | null;
  /** Whoever asks must be on every one of these lists. */
  readonly ask: readonly { readonly rule: string; readonly who: Who }[];
  /** Whoever approves must be on every one of these lists. */
  readonly approve: readonly Who[];
  readonly needs: number;
  readonly fromGroups: readonly GroupQuota[];
  readonly expiresAfterMs: number;
  readonly freezes: readonly Freeze[];
  readonly floors: readonly (Floors & { readonly rule: string })[];
}

export function rulingOf(rules: Rules, { as, ...about }: About): Ruling {
  const judged = as ? [about, { ...about, ...as }] : [about];
  const applied = rules.rules.filter(({ match }) => judged.some((one) => matches(match, one)));
  const { danger } = about;
  const fromGroups = applied.flatMap(quotasOf);
  const numbers = [
    rules.needs[danger ?? 'reversible'],
    ...judged.map(({ operation }) => rules.stricter[operation] ?? 0),
    ...applied.map(({ needs = 0 }) => needs),
    ...fromGroups.map(({ least }) => least),
  ];
  return {
    applied,
    channels: channelsOf([...(rules.channels.length > 0 ? [rules.channels] : []), ...given(applied, 'channels')]),
    ask: applied.flatMap(({ name, ask }) => (ask ? [{ rule: name, who: ask }] : [])),
    approve: [rules.approvers, ...given(applied, 'approve')],
    needs: Math.max(1, ...numbers),
    fromGroups,
    expiresAfterMs: Math.min(rules.expiresAfterMs, ...given(applied, 'expiresAfterMs')),
    freezes: applied.flatMap(({ name, frozen, breakGlass = [] }) =>
      frozen ? [{ rule: name, calendar: frozen, breakGlass }] : [],
    ),
    floors: applied.flatMap(({ name, floors }) => (floors ? [{ ...floors, rule: name }] : [])),
  };
}

function matches(match: Match, { kind, operation, cluster, channel, danger }: About): boolean {
  const has = (wanted: readonly string[] | undefined, value: string) => !wanted || wanted.includes(value);
  return (
    has(match.system, operation.split(' ')[0] ?? '') &&
    has(match.operation, operation) &&
    has(match.cluster, cluster) &&
    has(match.channel, channel) &&
    (!match.kind || match.kind === kind) &&
    (!match.danger || (kind === 'change' && match.danger === danger))
  );
}

function given<K extends 'channels' | 'approve' | 'expiresAfterMs'>(applied: readonly Rule[], key: K) {
  return applied.flatMap((rule): NonNullable<Rule[K]>[] => {
    const value = rule[key];
    return value === undefined ? [] : [value];
  });
}

function quotasOf({ approve = [], fromGroups }: Rule): readonly GroupQuota[] {
  return fromGroups === undefined ? [] : [{ groups: approve.filter(isGroup), least: fromGroups }];
}

/** The channels that are on every list. */
function channelsOf(lists: readonly (readonly string[])[]): readonly string[] | null {
  const [first, ...more] = lists;
  return first ? first.filter((channel) => more.every((list) => list.includes(channel))) : null;
}

/** The user groups whose members must be known to judge who may ask. */
export function askingGroups({ ask, freezes }: Ruling): Who {
  return groupsIn([...ask.map(({ who }) => who), ...freezes.map(({ breakGlass }) => breakGlass)]);
}

/** The user groups whose members must be known to judge anything. */
export function allGroups(ruling: Ruling): Who {
  const quotas = ruling.fromGroups.map(({ groups }) => groups);
  return groupsIn([askingGroups(ruling), ...ruling.approve, ...quotas]);
}

function groupsIn(lists: readonly Who[]): Who {
  return [...new Set(lists.flat().filter(isGroup))];
}
