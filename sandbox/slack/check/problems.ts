/** Says zod's issues in Slack's words. */
import type { z } from 'zod';

type Refusal =
  | 'invalid_blocks'
  | 'invalid_arguments'
  | 'msg_blocks_too_long'
  | 'msg_too_long'
  | 'no_text'
  | 'only_one_table_allowed'
  | 'view_too_large';

/** One thing that Slack would refuse. `error` is the answer's `error`, `pointer` a JSON pointer to the place. */
export interface Problem {
  readonly error: Refusal;
  readonly text: string;
  readonly pointer: string;
}

type Issue = z.core.$ZodIssue;

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  if (issue.origin === 'string') return `must be less than ${Number(issue.maximum) + 1} characters`;
  if (issue.origin === 'array') return `no more than ${issue.maximum} items allowed`;
  return `must be at most ${issue.maximum}`;
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (issue.origin === 'string') return `must be more than ${Number(issue.minimum) - 1} characters`;
  if (issue.origin === 'array') return `must have at least ${issue.minimum} items`;
  return `must be at least ${issue.minimum}`;
}

function textOf(issue: Issue): string {
  if (issue.code === 'too_big') return tooBig(issue);
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'unrecognized_keys') return `invalid additional property: ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_union' && 'discriminator' in issue) return 'unsupported type, or not allowed here';
  if (issue.code === 'invalid_union') return 'failed to match all allowed schemas';
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `missing required field: ${String(issue.path.at(-1))}`;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format') return `must be a valid ${issue.format}`;
  return issue.message;
}

function pointerOf(root: string, path: readonly PropertyKey[]): string {
  const steps = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return root + steps.join('');
}

export function problemsOf(issues: readonly Issue[], root: string): readonly Problem[] {
  return issues.map((issue) => ({
    error: 'invalid_blocks',
    text: textOf(issue),
    pointer: pointerOf(root, issue.path),
  }));
}

/** As Slack writes one in the `errors` of its answer. */
export function describeProblem(problem: Problem): string {
  return `${problem.text} [json-pointer:${problem.pointer}]`;
}
