import { z } from 'zod';
import type { Words } from '../../handlers/operation';
import { splitWords } from '../../handlers/words';

/** A webhook: whoever knows its secret may ask one query, with parameters that its patterns let through. */
export interface HookConfig {
  readonly name: string;
  readonly secret: string;
  readonly channel: string;
  /** The words of the command; `{name}` stands for a parameter. */
  readonly template: Words;
  /** By name, what each may look like. */
  readonly parameters: Readonly<Record<string, string>>;
}

const name = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be small letters, digits and dashes, a letter first');
const pattern = z.string().refine(isPattern, 'must be a regular expression');

const hookSchema = z.strictObject({
  /** Never in the file itself. */
  secret: z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable') }),
  channel: z.string().regex(/^[CG][A-Z0-9]+$/, 'must be a Slack channel id (C…)'),
  command: z.string().min(1).max(1_000),
  parameters: z.record(z.string().regex(/^\w{1,40}$/, 'must be letters, digits and underscores'), pattern).default({}),
});

/** The section `hooks` of the file. */
export const hooksSchema = z.record(name, hookSchema).default({});
type Sections = z.infer<typeof hooksSchema>;

const SHORTEST_SECRET = 32;

/** The webhooks of the file, or every problem that only shows together with the environment. */
export function hooksOf(
  sections: Sections,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly hooks: readonly HookConfig[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const hooks = Object.entries(sections).map(([name, { secret, channel, command, parameters }]): HookConfig => {
    const given = environment[secret.env] ?? '';
    const split = splitWords(command);
    const wrong = [
      given.length < SHORTEST_SECRET
        ? `secret: ${secret.env} must be set, with at least ${SHORTEST_SECRET} characters`
        : null,
      split.ok ? undeclared(split.args, parameters) : `command: ${split.problem}`,
    ];
    problems.push(...wrong.flatMap((problem) => (problem === null ? [] : [`hooks.${name}.${problem}`])));
    return { name, secret: given, channel, parameters, template: split.ok ? split.args : [] };
  });
  return { hooks, problems };
}

/** What `{name}` looks like in a template. */
export const PLACEHOLDER = /\{(\w{1,40})\}/g;

function undeclared([first = '', ...rest]: Words, parameters: Readonly<Record<string, string>>): string | null {
  if (first.includes('{')) return 'command: its first word cannot be a parameter';
  const used = rest.flatMap((word) => [...word.matchAll(PLACEHOLDER)].map(([, parameter = '']) => parameter));
  const unknown = used.find((parameter) => !Object.hasOwn(parameters, parameter));
  return unknown === undefined ? null : `command: {${unknown}} has no pattern among the parameters`;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
