import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from '../../handlers/operation';

/** Hash of cluster, operation and plan (RFC 8785 form, SHA-256, hexadecimal): the thing that is approved. */
export function fingerprintOf(
  { operation, cluster }: { readonly operation: string; readonly cluster: string },
  plan: Json,
): string {
  const text = canonicalize({ cluster, operation, plan });
  if (text === undefined) throw new Error(`the plan of ${operation} has no canonical form`);
  return createHash('sha256').update(text).digest('hex');
}

/** How many characters of a fingerprint are shown to people. */
export const SHOWN = 12;

/** One place where two plans differ. */
export interface Difference {
  readonly path: string;
  readonly approved: string;
  readonly now: string;
}

/** Every leaf in which two plans differ, in the order of the approved one. */
export function differences(approved: Json, now: Json, path = ''): readonly Difference[] {
  if (!isBranch(approved) || !isBranch(now)) {
    return approved === now ? [] : [{ path: path || 'plan', approved: show(approved), now: show(now) }];
  }
  const before = new Map(branches(approved));
  const after = new Map(branches(now));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
    differencesAt(before.get(key), after.get(key), path ? `${path} › ${key}` : key),
  );
}

function differencesAt(approved: Json | undefined, now: Json | undefined, path: string): readonly Difference[] {
  if (approved === undefined) return [{ path, approved: 'absent', now: show(now ?? null) }];
  if (now === undefined) return [{ path, approved: show(approved), now: 'absent' }];
  return differences(approved, now, path);
}

function isBranch(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

/** Lists are matched by the identity their items carry, so that one item more does not shift all the others. */
function branches(value: readonly Json[] | { readonly [key: string]: Json }): readonly (readonly [string, Json])[] {
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((item: Json, index) => [nameOf(item) ?? String(index + 1), item] as const);
}

function nameOf(item: Json): string | null {
  if (!isBranch(item) || Array.isArray(item)) return null;
  const named = new Map(Object.entries(item));
  for (const key of ['uuid', 'id', 'key', 'node', 'name']) {
    const name = named.get(key);
    if (typeof name === 'string') return name;
  }
  return null;
}

/** A row that came or went is read by people: its cells by their names. What is nested deeper stays data. */
function inWords(value: Json): string {
  if (typeof value === 'string') return value;
  if (!isBranch(value) || Array.isArray(value)) return JSON.stringify(value);
  const cells = Object.entries(value);
  return cells.some(([, cell]) => isBranch(cell))
    ? JSON.stringify(value)
    : cells.map(([name, cell]) => `${name} ${String(cell)}`).join(', ');
}

function show(value: Json): string {
  const text = inWords(value);
  return text.length <= 120 ? text : `${text.slice(0, 120)}… (${text.length} characters)`;
}
