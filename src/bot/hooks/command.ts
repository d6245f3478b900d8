import type { Parsed, Words } from '../../handlers/operation';
import { type HookConfig, PLACEHOLDER } from '../config/hook-config';

/**
 * The words of a webhook's command. A parameter fills its place inside one word and can never become another word, a flag
 * or a command.
 */
export function commandFor(
  { template, parameters }: Pick<HookConfig, 'template' | 'parameters'>,
  given: Readonly<Record<string, string>>,
): Parsed<Words> {
  const surplus = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (surplus !== undefined) return { ok: false, problem: 'a parameter is not one of this hook' };
  for (const [name, pattern] of Object.entries(parameters)) {
    const value = given[name];
    if (value === undefined) return { ok: false, problem: `the parameter ${name} is missing` };
    if (!new RegExp(`^(?:${pattern})$`, 'u').test(value) || value.startsWith('-')) {
      return { ok: false, problem: `the parameter ${name} is not what its pattern allows` };
    }
  }
  const words = template.map((word) => word.replace(PLACEHOLDER, (_all, name: string) => given[name] ?? ''));
  return { ok: true, args: words };
}
