import { z } from 'zod';
import { type Clusters, clustersWith, DEFAULT_CLUSTER } from '../../handlers/clusters';
import { type Calendar, isZone, parseWindow } from '../../jobs/rules/calendar';
import { isGroup } from '../../jobs/rules/people';
import { DEFAULT_RULES, type Floors, type Rule, type Rules } from '../../jobs/rules/rules';
import { items } from './cluster-config';

/** The sections `approvals` and `rules` of the file. They can only make things stricter. Pure. */

const ids = (pattern: RegExp, what: string) =>
  items.pipe(z.array(z.string().regex(pattern, { error: (issue) => `${String(issue.input)} is not ${what}` })));
const WHO = /^[UWS][A-Z0-9]+$/;
const CHANNEL = /^[CGD][A-Z0-9]+$/;
export const who = ids(WHO, 'a Slack user id (U…) or user group id (S…)');
export const channels = ids(CHANNEL, 'a Slack channel id (C…)');
export const channelId = z.string().regex(CHANNEL, 'must be a Slack channel id (C…)');
const someWho = who.pipe(z.array(z.string()).min(1, 'must name somebody'));

const MINUTE_MS = 60_000;
const MOST_MINUTES = DEFAULT_RULES.expiresAfterMs / MINUTE_MS;
const minutes = z.number().positive().max(MOST_MINUTES, `must be at most ${MOST_MINUTES}: rules can only be stricter`);
const people = z.int().min(1).max(10);

/** Every slash command; a name that is none of them is a slip, which would leave its rule without effect. */
export const RULED_SYSTEMS = ['openio', 'distkv', 'palm', 'ops'] as const;
const system = z.enum(RULED_SYSTEMS, { error: (issue) => `${String(issue.input)} is no system` });
const operation = z
  .string()
  .refine((name) => system.safeParse(systemOf(name)).success && name.includes(' '), 'must be such as palm purge');

export const approvalsSchema = z.strictObject({
  expireAfter: minutes.optional(),
  reversible: people.optional(),
  irreversible: z.int().min(2).max(10).optional(),
  /** Stricter numbers by operation: `palm purge: 2`. */
  operations: z.record(operation, people).optional(),
});

const some = items.pipe(z.array(z.string()).min(1, 'must name something'));
const matchSchema = z.strictObject({
  system: some.pipe(z.array(system)).optional(),
  operation: some.pipe(z.array(operation)).optional(),
  kind: z.enum(['query', 'change'], { error: 'must be query or change' }).optional(),
  cluster: some.optional(),
  channel: channels.optional(),
  danger: z.enum(['reversible', 'irreversible'], { error: 'must be reversible or irreversible' }).optional(),
});

const windows = (what: string, kind: 'weekly' | 'dated') =>
  z.union([z.string().transform((text) => [text]), z.array(z.string())]).transform((texts, context) => {
    const parsed = texts.map((text) => parseWindow(text));
    for (const [at, window] of parsed.entries())
      if (window?.kind !== kind) context.addIssue(`${texts[at]} is not a time such as ${what}`);
    return parsed.filter((window) => window !== null);
  });

const frozenSchema = z
  .strictObject({
    zone: z.string().refine(isZone, 'must be a time zone such as Europe/Paris'),
    weekly: windows('fri 16:00 – mon 08:00', 'weekly').default([]),
    dates: windows('2026-12-20 – 2027-01-04 or 2026-12-24 12:00 – 2026-12-27 08:00', 'dated').default([]),
  })
  .refine(({ weekly, dates }) => weekly.length + dates.length > 0, 'needs weekly or dates');

const floorsSchema = z
  .strictObject({
    /** Never fewer registered PALM servers than this. */
    serversLeft: z.int().min(1).optional(),
    /** Never more of them purged by one request. */
    purgedAtOnce: z.int().min(1).optional(),
  })
  .refine(({ serversLeft, purgedAtOnce }) => serversLeft ?? purgedAtOnce, 'needs serversLeft or purgedAtOnce');

const ruleSchema = z
  .strictObject({
    name: z.string().min(1).max(80).optional(),
    match: matchSchema.default({}),
    ask: someWho.optional(),
    approve: someWho.optional(),
    needs: people.optional(),
    fromGroups: people.optional(),
    expireAfter: minutes.optional(),
    channels: channels.pipe(z.array(z.string()).min(1, 'must name a channel')).optional(),
    frozen: frozenSchema.optional(),
    breakGlass: someWho.optional(),
    floors: floorsSchema.optional(),
  })
  .superRefine(checkRule);
type RuleSection = z.infer<typeof ruleSchema>;

export const rulesSchema = z.array(ruleSchema);

/** What only shows when the fields of a rule are seen together. */
function checkRule(
  { match, approve = [], fromGroups, frozen, breakGlass, floors, ...rest }: RuleSection,
  context: z.RefinementCtx,
): void {
  // A field that is wrong by itself would look as if it were not there.
  if (context.issues.length > 0) return;
  const wrong = (field: string | null, message: string) =>
    context.addIssue({ code: 'custom', path: field === null ? [] : [field], message });
  const groups = approve.filter(isGroup).length;
  if (fromGroups !== undefined && fromGroups > groups)
    wrong('fromGroups', `needs at least ${fromGroups} user groups (S…) in approve; it has ${groups}`);
  if (breakGlass && !frozen) wrong('breakGlass', 'is only for a rule with frozen');
  const { ask, needs, expireAfter, channels } = rest;
  if (![ask, needs, expireAfter, channels, frozen, floors].some(Boolean) && approve.length === 0)
    wrong(null, 'asks for nothing: give ask, approve, needs, fromGroups, expireAfter, channels, frozen or floors');
  if (match.kind === 'query' && (match.danger ?? needs ?? expireAfter ?? channels ?? frozen ?? floors))
    wrong('match', 'matches queries only, of which a rule can only say who may ask');
  const elsewhere = [...(match.system ?? []), ...(match.operation ?? []).map(systemOf)].filter((one) => one !== 'palm');
  if (floors && elsewhere.length > 0) wrong('floors', `are for palm; the rule matches ${elsewhere.join(', ')}`);
}

function systemOf(operation: string): string {
  return operation.split(' ')[0] ?? '';
}

/** Rules as they are judged by; one without a name is called by its place. */
export function rulesOf(sections: readonly RuleSection[]): readonly Rule[] {
  return sections.map(({ name, match, expireAfter, frozen, floors, ...rest }, at) => ({
    ...definedOf(rest),
    name: name ?? `rule ${at + 1}`,
    match: definedOf(match),
    ...(expireAfter !== undefined && { expiresAfterMs: expireAfter * MINUTE_MS }),
    ...(frozen && { frozen: calendarOf(frozen) }),
    ...(floors && { floors: floorsOf(floors) }),
  }));
}

function calendarOf({ zone, weekly, dates }: z.infer<typeof frozenSchema>): Calendar {
  return { zone, windows: [...weekly, ...dates] };
}

function floorsOf({ serversLeft, purgedAtOnce }: z.infer<typeof floorsSchema>): Floors {
  return {
    ...(serversLeft !== undefined && { left: serversLeft }),
    ...(purgedAtOnce !== undefined && { atOnce: purgedAtOnce }),
  };
}

type Definite<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function definedOf<T extends object>(value: T): Definite<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Definite<T>;
}

/** Clusters that rules speak of and that there are not. */
export function unknownClusters(sections: readonly RuleSection[], known: ReadonlySet<string>): readonly string[] {
  return sections.flatMap(({ match }, at) =>
    (match.cluster ?? [])
      .filter((cluster) => cluster !== DEFAULT_CLUSTER && !known.has(cluster))
      .map((cluster) => `rules[${at}].match.cluster: there is no cluster ${cluster}`),
  );
}

/** Operations that rules speak of and that no cluster has, although it has their system: a rule without effect. */
export function unknownOperations({ stricter, rules }: Rules, clusters: Clusters): readonly string[] {
  const named = [...Object.keys(stricter), ...rules.flatMap(({ match }) => match.operation ?? [])];
  const isUnknown = (name: string) =>
    clustersWith(clusters, systemOf(name)).length > 0 &&
    clusters.all.every(({ catalogue }) => catalogue.byName(name) === null);
  return [...new Set(named)].filter(isUnknown);
}
