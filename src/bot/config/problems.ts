import type { z } from 'zod';

/** Every problem of a configuration, each with its path: `rules[2].needs must be at least 1`. Never the value itself. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.flatMap((issue) => {
    const messages = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
    return messages.map((message) => [pathOf(issue.path), message].filter(Boolean).join(' '));
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
