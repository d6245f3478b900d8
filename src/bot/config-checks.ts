import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Check, judged, type Line } from '../handlers/checkup';
import { isGroup } from '../jobs/people';
import type { Rules } from '../jobs/rules';
import { SCOPES, type Sent } from './slack';
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

function approverCheck({ rules: { approvers, needs }, members }: ConfigChecks): Check {
  const what = 'Approvers';
  const why = 'no change runs without the approval of others';
  return {
    what,
    why,
    todo: 'Look at APPROVERS, and whether Slack answers.',
    look: async () => {
      if (approvers.length === 0) {
        const todo = 'Set APPROVERS to the ids of people (U…) or user groups (S…).';
        return [{ tone: 'bad', what, why, found: 'there are none: nobody may approve', todo }];
      }
      const groups = approvers.filter(isGroup);
      const asked = await Promise.all(groups.map(async (group) => ({ group, sent: await members(group) })));
      const known = asked.flatMap(({ sent }) => (sent.kind === 'ok' ? sent.value : []));
      const people = new Set([...approvers.filter((id) => !isGroup(id)), ...known]);
      return [
        ...asked.flatMap(({ group, sent }) => groupLines(group, sent)),
        enoughLine(people.size, needs.irreversible),
      ];
    },
  };
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

/** The requester never counts, so with just enough approvers nobody of them can ask. */
function enoughLine(people: number, needed: number): Line {
  const about = {
    what: 'Approvers: enough of them',
    found: `${people} ${people === 1 ? 'person' : 'people'}; a change that cannot be undone needs ${needed}`,
    why: 'an approval by the one who asks never counts',
  };
  if (people < needed)
    return { ...about, tone: 'bad', todo: `Add approvers: with ${people} such a change can never be approved.` };
  return judged(
    about,
    people > needed
      ? null
      : { tone: 'warning', todo: 'Add one more: what one of them asks for, the others cannot approve alone.' },
  );
}

const manifestSchema = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string() })).default([]) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ interactivity: z.object({ is_enabled: z.boolean() }) }),
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
