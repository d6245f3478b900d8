import { type Check, createDoctor, type Line } from '../../src/handlers/checkup';
import { plain } from '../../src/handlers/view';

/** What the doctor says of these checks; a check that fails for a reason of its own fails the test. */
export async function examine(checks: readonly Check[], mostMs?: number): Promise<readonly Line[]> {
  const errors: unknown[] = [];
  const doctor = createDoctor(checks, {
    ...(mostMs !== undefined && { mostMs }),
    onError: (error) => errors.push(error),
  });
  const lines = await doctor.examine(new AbortController().signal);
  expect(errors).toEqual([]);
  return lines;
}

/** Tone and what was found, by what was looked at. */
export function found(lines: readonly Line[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map(({ what, tone, found: text }) => [what, `${tone}: ${plain(text)}`]));
}

/** Only what is wrong. */
export function troubles(lines: readonly Line[]): Readonly<Record<string, string>> {
  return found(lines.filter(({ tone }) => tone !== 'ok'));
}

/** Whatever is wrong says why it matters and what to do. */
export function allExplain(lines: readonly Line[]): boolean {
  return lines.every((line) => line.why !== '' && (line.tone === 'ok' || line.todo.endsWith('.')));
}
