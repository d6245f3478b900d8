import { isDeepStrictEqual } from 'node:util';
import { filledFrom, wordsOf } from '../../handlers/filling';
import type { Field, Filled } from '../../handlers/form';
import { nearest } from '../../handlers/near';
import type { Operation } from '../../handlers/operation';
import type { Part, View } from '../../handlers/view';
import { joinWords } from '../../handlers/words';
import type { Request } from '../request/request';
import { only, type RecentDeps, recentUses, type Use } from '../store/recent';

type Suggested = Extract<Part, { kind: 'next' }>;

const OFFERED = 3;

/** What was asked for, as far as it tells which names may have been meant. */
export type Asked = Pick<Request, 'operation' | 'words' | 'cluster' | 'requester' | 'isPrivate'>;

/** An answer that says that what was named is not there: with what may have been meant, as far as it does not say so itself. */
export async function withMeant(deps: RecentDeps, asked: Asked, view: View): Promise<View> {
  if (!view.absent) return view;
  const meant = await meantInstead(deps, asked).catch(() => []);
  const known = new Set(view.parts.flatMap((part) => (part.kind === 'next' ? [part.words] : [])));
  return { ...view, parts: [...view.parts, ...meant.filter(({ words }) => !known.has(words))] };
}

/**
 * The same command with the nearest names that earlier requests found, each where it was
 * found. A courtesy: where it cannot be told, nothing is offered.
 */
export async function meantInstead(deps: RecentDeps, asked: Asked): Promise<readonly Suggested[]> {
  const operation = deps.operation(asked.operation, asked.cluster);
  if (!operation) return [];
  const filled = filledFrom(operation.form, asked.words);
  const offers = operation.form.map((field) => offersFor(deps, asked, { operation, field, filled }));
  return (await Promise.all(offers)).flat().slice(0, OFFERED);
}

interface Place {
  readonly operation: Operation;
  readonly field: Field;
  readonly filled: Filled;
}

async function offersFor(deps: RecentDeps, asked: Asked, place: Place): Promise<readonly Suggested[]> {
  const { operation, field, filled } = place;
  const { id, input } = field;
  const [typed, ...more] = filled[id] ?? [];
  if (input.kind !== 'known' || typed === undefined || more.length > 0) return [];
  const { kind, beside = [] } = input.known;
  // What somebody asked privately is offered to that person, where nobody else looks.
  const to = asked.isPrivate ? { to: asked.requester } : {};
  const uses = await recentUses(deps, { cluster: asked.cluster, kind, ...to });
  const here: Use = { name: typed, beside: only(filled, beside) };
  // It was found under this very name: something else is wrong.
  if (uses.some((use) => isDeepStrictEqual(use, here))) return [];
  const elsewhere = without(filled, [id, ...beside]);
  return likely(uses, here).flatMap((use) => {
    const words = wordsOf(operation.form, { ...elsewhere, ...use.beside, [id]: [use.name] });
    return offer(operation, labelOf(use, here), words);
  });
}

/** The same name elsewhere first, then those that look alike. */
function likely(uses: readonly Use[], { name }: Use): readonly Use[] {
  const names = [
    name,
    ...nearest(
      name,
      uses.map((use) => use.name),
    ),
  ];
  const sorted = names.flatMap((near) => uses.filter((use) => use.name === near));
  return sorted.filter((use, at) => sorted.findIndex((other) => isDeepStrictEqual(other, use)) === at);
}

function labelOf({ name, beside }: Use, here: Use): string {
  const where = isDeepStrictEqual(beside, here.beside) ? [] : Object.values(beside).flat();
  return where.length === 0 ? name : `${name} (${where.join(', ')})`;
}

function without(filled: Filled, ids: readonly string[]): Filled {
  return Object.fromEntries(Object.entries(filled).filter(([id]) => !ids.includes(id)));
}

function offer(operation: Operation, label: string, words: ReturnType<typeof wordsOf>): readonly Suggested[] {
  if (!words.ok || operation.check(words.args) !== null) return [];
  const command = joinWords([...operation.name.split(' '), ...words.args]);
  return [{ kind: 'next', label, words: command, why: 'was found before and may be what you meant' }];
}
