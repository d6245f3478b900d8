import type { Words } from './operation';
import type { Text, View } from './view';

/** What operations may know of the rules about people. Implemented by the job layer. */
export interface Rulebook {
  /** What holds for everything, then every rule of the file, in words. */
  list(): readonly RuleInWords[];
  /** What holds for a command where this request was asked. */
  about(asked: RulesAsked): Promise<RulesFound>;
  /** Whether somebody may ask for a command there, and approve it. */
  can(asked: RulesAsked, user: string): Promise<RightsFound>;
  /** Requests for which a freeze was to be broken, newest first. */
  breaks(): Promise<readonly Break[]>;
  /** Somebody has looked at one of them; `asking` is the request that says so. Null: written down. */
  review(request: string, asking: string): Promise<Text | null>;
}

export interface RulesAsked {
  /** The request that asks: its channel counts. */
  readonly request: string;
  /** A command: its system first, and as much of the rest as there is. */
  readonly words: Words;
}

export type Facts = readonly (readonly [label: string, value: Text])[];

export interface RuleInWords {
  readonly name: string;
  readonly facts: Facts;
}

/** `said`: the words name no operation, and why. */
type NotFound = { readonly kind: 'said'; readonly view: View };

export type RulesFound =
  | NotFound
  | {
      readonly kind: 'found';
      /** The operation and its cluster. */
      readonly command: string;
      readonly facts: Facts;
    };

export type RightsFound =
  | NotFound
  | { readonly kind: 'found'; readonly command: string; readonly rights: readonly Right[] };

export interface Right {
  /** `ask`, `approve if it cannot be undone`. */
  readonly what: string;
  readonly may: boolean;
  /** The rule that says so. */
  readonly why: Text;
}

export interface Break {
  readonly request: string;
  readonly at: number;
  readonly by: string;
  readonly command: string;
  readonly reason: string;
  /** How it ended, or where it is; null: the record is not kept any more. */
  readonly state: string | null;
  /** The rules whose freeze was broken when it started; null: it did not start in a freeze. */
  readonly broke: string | null;
  /** Who looked at it afterwards; null: nobody yet. */
  readonly reviewed: { readonly by: string; readonly at: number } | null;
}
