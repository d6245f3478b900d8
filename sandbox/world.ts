/**
 * The pretend world: its people and channels, the systems whose troubles can be switched on while it runs, and the
 * scenarios that play an incident. The page shows it, the script player plays it, tests use both.
 */

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

export const PEOPLE = {
  ana: { id: 'U0ANA', name: 'ana', role: 'on call, asks' },
  ben: { id: 'U0BEN', name: 'ben', role: 'may approve' },
  cho: { id: 'U0CHO', name: 'cho', role: 'may approve' },
  sam: { id: 'U0SAM', name: 'sam', role: 'stranger' },
} as const satisfies Record<string, Person>;
export type PersonName = keyof typeof PEOPLE;

export const CHANNELS = [
  { id: 'C0INC42', name: 'inc-42' },
  { id: 'C0STORAGE', name: 'storage-ops' },
] as const;

export interface Trouble {
  /** Unique within its system. */
  readonly id: string;
  readonly label: string;
  readonly on: boolean;
}

/** A part of the world that can be broken and mended while it runs. */
export interface TroubledSystem {
  readonly name: string;
  troubles(): readonly Trouble[];
  /** Throws when the system knows no trouble of this id. */
  switchTrouble(id: string, on: boolean): Promise<void>;
}

/** One line of a scenario. `press` names the button by its visible text, on the newest message that has it. */
export type Line =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'trouble'; readonly system: string; readonly id: string; readonly on: boolean }
  | { readonly kind: 'type'; readonly who: PersonName; readonly command: string }
  | { readonly kind: 'press'; readonly who: PersonName; readonly button: string }
  /** Fills in the form that this person has open, by the ids of its inputs, and sends it. */
  | { readonly kind: 'fill'; readonly who: PersonName; readonly values: Readonly<Record<string, string>> }
  /** Waits until the newest message since the last command (or what only `who` sees) holds this; fails after a minute. */
  | { readonly kind: 'expect'; readonly text: string; readonly who?: PersonName };

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is wrong and how the story ends. */
  readonly about: string;
  readonly lines: readonly Line[];
}
