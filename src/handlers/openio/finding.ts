import type { Base } from '../../backends/openio/openio';
import type { Part, Tone } from '../view';
import { baseWords, containerWords, type Defaults } from './names';
import type { Observed } from './observe';

/** The next command; the base is added behind the operation's name. */
export interface Advice {
  readonly label: string;
  readonly operation: string;
  readonly flags: string;
  readonly why: string;
}

export interface Finding {
  readonly tone: Tone;
  readonly text: string;
  readonly evidence: readonly string[];
  readonly next: Advice | null;
}

/** Null: nothing of this kind is wrong. */
export type Rule = (seen: Observed) => Finding | null;

export const DEBUG: Advice = {
  label: 'Debug',
  operation: 'election debug',
  flags: '',
  why: 'draws what the peers did',
};
export const STATUS: Advice = {
  label: 'Status',
  operation: 'election status',
  flags: '',
  why: 'elects, once the cause is mended',
};
export const SYNC: Advice = {
  label: 'Sync',
  operation: 'election sync',
  flags: '',
  why: "copies the master's good copy over it",
};
export const REFERENCE: Advice = {
  label: 'Reference',
  operation: 'reference list',
  flags: '',
  why: 'shows whom the directory names',
};
export const CHECK: Advice = {
  label: 'Check',
  operation: 'container check',
  flags: '',
  why: 'compares the copies row by row',
};

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `reference list` and `container check` take no type, `cluster list` nothing but the type. */
export function advised(defaults: Defaults, base: Base, { label, operation, flags, why }: Advice): Part {
  const what = /^(election|base)/.test(operation)
    ? baseWords(defaults, base)
    : operation === 'cluster list'
      ? base.type
      : containerWords(defaults, base.container);
  return { kind: 'next', label, words: ['openio', operation, flags, what].filter(Boolean).join(' '), why };
}
