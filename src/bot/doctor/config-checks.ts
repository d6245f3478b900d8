import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Check, judged, type Line } from '../../handlers/checkup';
import { isGroup, type Members } from '../../jobs/rules/people';
import type { Match, Rule, Rules, Who } from '../../jobs/rules/rules';
import { isAmongAll } from '../../jobs/rules/who';
import { HOME_OPENED, RUN_HERE } from '../app';
import { SCOPES, type Sent } from '../outbox/slack';
import { unanswered } from './slack-checks';

/** What the doctor looks at in the configuration: whether anybody can approve, and whether the manifest is the code's. */
export interface ConfigChecks {
  readonly rules: Rules;
  readonly members: (group: string) => Promise<Sent<readonly string[]>>;
  /** The slash commands that the code listens to, without their slash. */
  readonly commands: readonly string[];
}

export function configChecks(options: ConfigChecks): readonly Check[] {
  return [approverCheck(options), manifestCheck(options.commands)];
}

function approverCheck({ rules, members }: ConfigChecks): Check {
  const what = 'Approvers';
  const why = 'no change runs without the approval of others';
  return {
    what,
    why,
    todo: 'Look at APPROVERS, and whether Slack answers.',
    look: async () => {
      const { approvers } = rules;
      if (approvers.length === 0) {
        const todo = 'Set APPROVERS to the ids of people (U…) or user groups (S…).';
        return [{ tone: 'bad', what, why, found: 'there are none: nobody may approve', todo }];
      }
      const asked = await Promise.all(groupsOfAll(rules).map(async (group) => ({ group, sent: await members(group) })));
      const known = new Map(asked.map(({ group, sent }) => [group, sent.kind === 'ok' ? sent.value : null]));
      const people = peopleOn([approvers], known);
      return [
        ...asked.flatMap(({ group, sent }) => groupLines(group, sent)),
        enoughLine({ who: 'Approvers', people: people.length, needed: mostNeeded(rules, {}) }),
        ...rules.rules.flatMap((rule) => ruleLines(rule, rules, known)),
      ];
    },
  };
}

/** Every user group that anything depends on. */
function groupsOfAll({ approvers, rules }: Rules): readonly string[] {
  const named = rules.flatMap(({ ask = [], approve = [], breakGlass = [] }) => [...ask, ...approve, ...breakGlass]);
  return [...new Set([...approvers, ...named].filter(isGroup))];
}

/** Whoever is on every one of these lists, as far as Slack tells. */
function peopleOn(lists: readonly Who[], members: Members): readonly string[] {
  const all = lists.flat().flatMap((id) => (isGroup(id) ? (members.get(id) ?? []) : [id]));
  return [...new Set(all)].filter((user) => isAmongAll(user, lists, members) === 'yes');
}

/** One rule alone can already ask for more people than there are. */
function ruleLines(
  { name, approve, needs: own = 0, fromGroups = 0, match }: Rule,
  rules: Rules,
  members: Members,
): readonly Line[] {
  if (approve === undefined && own === 0 && fromGroups === 0) return [];
  const people = peopleOn([rules.approvers, ...(approve ? [approve] : [])], members);
  const needed = Math.max(own, fromGroups, mostNeeded(rules, match));
  return [enoughLine({ who: `Approvers by the rule “${name}”`, people: people.length, needed })];
}

/** What the numbers beside the rules of the file ask for, for the strictest operation that can match. */
function mostNeeded({ needs, stricter }: Pick<Rules, 'needs' | 'stricter'>, match: Match): number {
  const { danger, operation, system } = match;
  const own = Object.entries(stricter).filter(
    ([name]) =>
      (!operation || operation.includes(name)) && (!system || system.some((first) => name.startsWith(`${first} `))),
  );
  const usual = danger ? [needs[danger]] : [needs.reversible, needs.irreversible];
  return Math.max(1, ...usual, ...own.map(([, number]) => number));
}

function groupLines(group: string, sent: Sent<readonly string[]>): readonly Line[] {
  const about = {
    what: `Approvers: user group ${group}`,
    why: 'of a group that Slack does not tell, nobody may approve',
  };
  if (sent.kind !== 'ok')
    return [
      {
        ...about,
        tone: 'bad',
        found: unanswered(sent),
        todo: 'Mend the id in APPROVERS, and look at the scope usergroups:read.',
      },
    ];
  const count = sent.value.length;
  return [
    judged(
      { ...about, found: `${count} ${count === 1 ? 'member' : 'members'}` },
      count > 0 ? null : { tone: 'warning', todo: 'Add people to it in Slack, or leave it out of APPROVERS.' },
    ),
  ];
}

interface Enough {
  readonly who: string;
  readonly people: number;
  readonly needed: number;
}

/** The requester never counts, so with just enough approvers nobody of them can ask. */
function enoughLine({ who, people, needed }: Enough): Line {
  const about = {
    what: `${who}: enough of them`,
    found: `${people} ${people === 1 ? 'person' : 'people'}; up to ${needed} must approve`,
    why: 'an approval by the one who asks never counts',
  };
  if (people < needed)
    return { ...about, tone: 'bad', todo: `Add approvers: with ${people} such a change can never be approved.` };
  const todo = 'Add one more: what one of them asks for, the others cannot approve alone.';
  return judged(about, people > needed ? null : { tone: 'warning', todo });
}

const manifestSchema = z.object({
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string() })).default([]),
    shortcuts: z.array(z.object({ callback_id: z.string() })).default([]),
    app_home: z.object({ home_tab_enabled: z.boolean().default(false) }).default({ home_tab_enabled: false }),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    interactivity: z.object({ is_enabled: z.boolean() }),
    event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).default({ bot_events: [] }),
  }),
});

function manifestCheck(commands: readonly string[]): Check {
  const what = 'Slack: manifest.json';
  const why = 'an app that was made from another one misses commands or scopes';
  return {
    what,
    why,
    todo: 'Take manifest.json from the same version as the program.',
    look: async () => {
      const path = findUp(__dirname, 'manifest.json');
      const todo = 'Take manifest.json from the same version as the program, and make the app from it again.';
      if (path === null) return [{ tone: 'warning', what, why, found: 'it does not lie beside the program', todo }];
      const problems = manifestProblems(JSON.parse(readFileSync(path, 'utf8')), commands);
      return [
        judged(
          { what, why, found: problems.length === 0 ? 'it asks for what the code needs' : problems.join('; ') },
          problems.length === 0 ? null : { tone: 'bad', todo },
        ),
      ];
    },
  };
}

/** How a manifest differs from the code. Pure. */
export function manifestProblems(manifest: unknown, commands: readonly string[]): readonly string[] {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) return ['it is no manifest of a Slack app'];
  const { features, oauth_config, settings } = parsed.data;
  const offered = features.slash_commands.map(({ command }) => command.replace(/^\//, ''));
  return [
    ...differing('commands', commands, offered),
    ...differing('scopes', [...SCOPES.keys()], oauth_config.scopes.bot),
    ...differing(
      'shortcuts',
      [RUN_HERE],
      features.shortcuts.map(({ callback_id }) => callback_id),
    ),
    ...differing('events', [HOME_OPENED], settings.event_subscriptions.bot_events),
    ...(features.app_home.home_tab_enabled ? [] : ['the Home tab is off: nobody sees there what waits for them']),
    ...(settings.interactivity.is_enabled ? [] : ['interactivity is off: no button works']),
  ];
}

function differing(what: string, needed: readonly string[], found: readonly string[]): readonly string[] {
  const missing = needed.filter((one) => !found.includes(one));
  const extra = found.filter((one) => !needed.includes(one));
  return [
    ...(missing.length > 0 ? [`${what} missing: ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`${what} not needed: ${extra.join(', ')}`] : []),
  ];
}

/** The program lies at another depth in dist/ than in src/. */
function findUp(folder: string, name: string): string | null {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? null : findUp(dirname(folder), name);
}
