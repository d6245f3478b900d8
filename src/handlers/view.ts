/**
 * What an operation says, free of any chat system. Plain data: it is stored with the request and drawn again from there.
 * Every string is literal text. Nothing here is markup; `bot/blocks.ts` alone turns a view into Block Kit.
 */
export interface View {
  /** One line: what happened or what this is. */
  readonly title: string;
  readonly tone: Tone;
  readonly parts: readonly Part[];
  /** What was named is not there: the name is offered to nobody, and names that were found once may be offered instead. */
  readonly absent?: true;
}

/**
 * Text, literal, with people, channels and times in it where they are meant: only these become live in Slack, whatever
 * the strings around them hold.
 */
export type Text = string | readonly Piece[];
export type Piece =
  | string
  | { readonly user: string }
  | { readonly channel: string }
  /** Milliseconds since the epoch; shown in the reader's own time zone. `ago`: also how far away that is, as it is read. */
  | { readonly at: number; readonly ago?: true }
  /** The permanent link of one of Slack's messages; anything else is shown as `text` alone. */
  | { readonly message: string; readonly text: string };

export type Tone = 'good' | 'neutral' | 'warning' | 'bad';

export type Part =
  | { readonly kind: 'text'; readonly text: Text }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [label: string, value: Text])[] }
  /** A long table becomes its first rows and the whole as a CSV file called `name`. */
  | {
      readonly kind: 'table';
      readonly name: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly Text[])[];
      /** Set by the job layer alone: how many rows are only in the attachment `stored`. */
      readonly more?: number;
      readonly stored?: string;
    }
  /** Preformatted text. Becomes its first lines and a file called `name` when long. */
  | {
      readonly kind: 'raw';
      readonly name: string;
      readonly text: string;
      /** Only as a file, however short: the message says the same in a better form. */
      readonly asFile?: boolean;
      /** Set by the job layer alone: how many characters are only in the attachment `stored`. */
      readonly more?: number;
      readonly stored?: string;
    }
  /** Posted as a PNG file called `name`. */
  | { readonly kind: 'picture'; readonly name: string; readonly alt: string; readonly svg: string }
  /** A suggested command (without the slash: `palm show e5cd88f7`), offered as a button. */
  | {
      readonly kind: 'next';
      readonly label: string;
      readonly words: string;
      readonly why: string;
      /** Opens the form of the command with these words in it, instead of running it. */
      readonly fill?: true;
    };

export function piecesOf(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}

/** Text for where nothing is live: files, logs, notifications. */
export function plain(text: Text): string {
  if (typeof text === 'string') return text;
  return text.map(plainPiece).join('');
}

function plainPiece(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if ('user' in piece) return `@${piece.user}`;
  if ('channel' in piece) return `#${piece.channel}`;
  if ('message' in piece) return piece.text;
  return utc(piece.at);
}

/** A time as it is written where no time zone of the reader is known. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
