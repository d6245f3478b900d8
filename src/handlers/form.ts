/**
 * An operation's words as inputs that a person fills in. Pure data beside the words, which stay the only stored form: a
 * form becomes words and goes the same road as if they had been typed, and typed words can be shown as a filled-in form.
 */
export interface Field {
  /** Unique within the form. */
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly input: Input;
  readonly as: Place;
}

export type Input =
  /** `most`: characters, where it is less than usual. */
  | { readonly kind: 'text'; readonly most?: number }
  | { readonly kind: 'select'; readonly options: readonly string[] }
  /** A name that may be known: offered while it is typed, and anything else can be typed too. */
  | { readonly kind: 'known'; readonly known: Known; readonly many?: boolean }
  /** Any channel, by its id, or by its name with `#`. */
  | { readonly kind: 'channel' }
  /** Any person, by their id. `example`: stands in examples and is nobody. */
  | { readonly kind: 'person'; readonly example: string }
  | { readonly kind: 'flag' };

/** Where names come from. Those of earlier requests for the same kind of thing are known as well. */
export interface Known {
  /** What they name: `container`, `PALM server`. Fields that mean the same share it. */
  readonly kind: string;
  /** Fields of the same form that say where the name holds, such as an account: with others it is another name. */
  readonly beside?: readonly string[];
  /** All of them, as far as they can be read at once. */
  readonly list?: (signal: AbortSignal) => Promise<readonly Choice[]>;
}

export interface Choice {
  readonly value: string;
  /** What else is known of it, in a few words. */
  readonly about?: string;
}

/** Where the value stands among the words. */
export type Place =
  /** The next word. */
  | { readonly kind: 'word' }
  /** The next two words: this one, and the value. */
  | { readonly kind: 'pair'; readonly word: string }
  /** All words that are left. `raw`: another command, whose flags are its own. */
  | { readonly kind: 'words'; readonly raw?: boolean }
  /** `--flag VALUE`; `many`: once for each value. */
  | { readonly kind: 'option'; readonly flag: string; readonly short?: string; readonly many?: boolean }
  | { readonly kind: 'flag'; readonly flag: string; readonly short?: string };

export type Form = readonly Field[];

/** By field; a flag that is set holds its own id. A field that is empty is not there. */
export type Filled = Readonly<Record<string, readonly string[]>>;
