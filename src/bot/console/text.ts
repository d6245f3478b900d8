import { type Part, plain, type Tone, type View } from '../../handlers/view';
import { splitWords } from '../../handlers/words';

/** A view for the terminal: everything is shown, nothing is cut. Pure. */

const MARKS: Readonly<Record<Tone, string>> = { good: '✔ ', neutral: '', warning: '⚠ ', bad: '✖ ' };

/** How a suggested command is typed in a terminal. */
export const TYPED = 'npm run ops --';

export interface TextOptions {
  /** Before the title. */
  readonly mark?: string;
  /** A suggested command as it must be typed here. */
  readonly command?: (words: string) => string;
  /** How the file of this name is had. */
  readonly file?: (name: string) => string;
}

export function viewText(view: View, options: TextOptions = {}): string {
  const { mark = '', command = (words) => words, file = (name) => name } = options;
  const title = line(`${mark}${MARKS[view.tone]}${view.title}`);
  const parts = view.parts.map((part) => (part.kind === 'next' ? nextText(part, command) : partText(part, file)));
  return [title, ...parts].filter(Boolean).join('\n\n');
}

type Next = Extract<Part, { kind: 'next' }>;

function nextText({ words, why }: Next, command: (words: string) => string): string {
  return `Next: ${TYPED} ${forShell(command(words))}\n      ${line(why)}`;
}

/** The same words for a shell, which takes far more for its own than a command does. */
export function forShell(command: string): string {
  const split = splitWords(command);
  return (split.ok ? split.args : [command]).map(shellWord).join(' ');
}

function shellWord(word: string): string {
  const shown = line(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

function partText(part: Exclude<Part, Next>, file: (name: string) => string): string {
  switch (part.kind) {
    case 'text':
      return lines(plain(part.text));
    case 'facts':
      return factsText(part.facts.map(([label, value]) => [label, plain(value)]));
    case 'table':
      return tableText([part.head, ...part.rows.map((row) => row.map(plain))]) + moreText(part.more, 'rows');
    case 'raw':
      return part.asFile
        ? `File of ${part.text.length + (part.more ?? 0)} characters: ${line(file(part.name))}`
        : lines(part.text) + moreText(part.more, 'characters');
    case 'picture':
      return `Picture: ${line(part.alt)}`;
  }
}

/** What is only in an attachment that is not kept any more. */
function moreText(more: number | undefined, what: string): string {
  return more === undefined ? '' : `\n… and ${more} more ${what}, which are not kept any more`;
}

function factsText(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...facts.map(([label]) => line(label).length));
  const indent = `\n${' '.repeat(width + 2)}`;
  return facts
    .map(([label, value]) => `${`${line(label)}:`.padEnd(width + 2)}${lines(value).replaceAll('\n', indent)}`)
    .join('\n');
}

function tableText(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(line));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const drawn = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [drawn[0] ?? '', rule, ...drawn.slice(1)].join('\n');
}

/**
 * Text from outside must not move the cursor, change colours or turn the direction of writing: what would is shown as
 * what it is.
 */
export function lines(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\t]/gu, shown)
    .replace(/[\p{Zl}\p{Zp}]/gu, shown);
}

export function line(text: string): string {
  return lines(text).replace(/[\n\t]/g, shown);
}

function shown(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
