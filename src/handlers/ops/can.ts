import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { RightsFound, Rulebook } from '../rulebook';
import type { View } from '../view';
import { NOBODY, noPerson, personField, personIn } from './person';

interface Args {
  readonly user: string;
  readonly command: Words;
}

interface Found extends Args {
  readonly found: RightsFound;
}

/** Whether somebody may ask for a command and approve it, with the rule that says so. */
export function opsCan(rulebook: Rulebook): Query {
  return defineQuery<Args, Found>({
    name: 'ops can',
    usage: 'PERSON COMMAND',
    summary: 'Whether somebody may ask for a command in this channel, and approve it, and by which rule.',
    examples: [`ops can ${NOBODY} palm purge`],
    form: [
      personField('Person'),
      {
        id: 'command',
        label: 'Command',
        hint: 'For example: palm purge',
        input: { kind: 'text' },
        as: { kind: 'words', raw: true },
      },
    ],
    parse,
    read: async (args, { request }) => ({
      ...args,
      found: await rulebook.can({ request, words: args.command }, args.user),
    }),
    render,
  });
}

function parse([who, ...command]: Words): Parsed<Args> {
  if (who === undefined) return { ok: false, problem: 'a person and a command are needed: ops can PERSON COMMAND' };
  const user = personIn(who);
  if (user === null) return { ok: false, problem: noPerson(who) };
  if (command.length === 0) return { ok: false, problem: 'a command is needed: ops can PERSON COMMAND' };
  return { ok: true, args: { user, command } };
}

function render({ user, found }: Found): View {
  if (found.kind === 'said') return found.view;
  const { command, rights } = found;
  return {
    title: `Who may: /${command}`,
    tone: 'neutral',
    parts: [
      { kind: 'text', text: ['This is what ', { user }, ' may do here and now:'] },
      {
        kind: 'table',
        name: 'rights.csv',
        head: ['May', 'Answer', 'Why'],
        rows: rights.map(({ what, may, why }) => [what, may ? 'yes' : 'no', why]),
      },
      { kind: 'next', label: 'Rules', words: `ops rules ${command}`, why: 'says all that holds for it' },
    ],
  };
}
