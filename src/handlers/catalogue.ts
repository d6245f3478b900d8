import type { Operation, Words } from './operation';

/** Everything the bot can do, and how a command finds it. */
export interface Catalogue {
  readonly operations: readonly Operation[];
  /** The first words of commands: `palm`, `ops`. Each is a slash command. */
  readonly systems: readonly string[];
  byName(name: string): Operation | null;
  /** The operation with the longest name that the words begin with, and the words after it. */
  match(words: Words): { readonly operation: Operation; readonly words: Words } | null;
  ofSystem(system: string): readonly Operation[];
}

export function createCatalogue(operations: readonly Operation[]): Catalogue {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  if (byName.size !== operations.length) throw new Error('two operations have the same name');
  const longest = Math.max(...operations.map((operation) => operation.name.split(' ').length));
  return {
    operations,
    systems: [...new Set(operations.map((operation) => systemOf(operation)))],
    byName: (name) => byName.get(name) ?? null,
    match: (words) => {
      for (let length = longest; length > 0; length--) {
        const operation = byName.get(words.slice(0, length).join(' ').toLowerCase());
        if (operation) return { operation, words: words.slice(length) };
      }
      return null;
    },
    ofSystem: (system) => operations.filter((operation) => systemOf(operation) === system),
  };
}

function systemOf(operation: Operation): string {
  return operation.name.split(' ')[0] ?? '';
}
