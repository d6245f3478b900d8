/** Slack's own markup. The one place where entities are decoded and angle brackets mean something. */
import { formatDate } from './dates';
import { type Drawing, type Inline, type Look, type Names, text } from './drawing';
import { withEmoji } from './emoji';

function decode(words: string): string {
  return words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function literal(words: string, look?: Look): Inline {
  return text(look?.code ? decode(words) : withEmoji(decode(words)), look);
}

/** What stands between `<` and `>`, or undefined when it means nothing to Slack. */
function angle(inner: string, names: Names): Inline | undefined {
  const [body = '', label] = inner.split('|', 2);
  if (/^@[UW]\w+$/.test(body)) return { kind: 'mention', of: 'person', text: `@${names.person(body.slice(1))}` };
  if (/^#[CD]\w+$/.test(body)) return { kind: 'mention', of: 'channel', text: `#${names.channel(body.slice(1))}` };
  if (/^!(channel|here|everyone)$/.test(body)) return { kind: 'mention', of: 'everyone', text: `@${body.slice(1)}` };
  const group = /^!subteam\^(S\w+)$/.exec(body)?.[1];
  if (group) return { kind: 'mention', of: 'group', text: `@${names.group(group)}` };
  const [, seconds, format] = /^!date\^(-?\d+)\^([^^]+)/.exec(body) ?? [];
  if (seconds && format) return text(formatDate(Number(seconds), decode(format), names.now));
  if (/^(https?:\/\/|mailto:)/.test(body)) return { kind: 'link', url: decode(body), text: decode(label ?? body) };
  return undefined;
}

const MARKS: Readonly<Record<string, keyof Look>> = { '*': 'bold', _: 'italic', '~': 'strike' };

/** In this order: code hides everything, brackets hide marks, marks stand at the edges of words. */
const MARKED = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\3(?![\w*_~])/;
/** What Slack makes a link by itself: addresses of the web and of people, and names that look like hosts. */
const FOUND =
  /(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)]|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.@/-])(?:[a-z\d-]+\.)+(?:com|example|io|md|net|org|py|sh)\b)/;
const PIECE = new RegExp(`${MARKED.source}|${FOUND.source}`, 'gi');
const PIECE_VERBATIM = new RegExp(MARKED.source, 'g');

export interface MrkdwnOptions {
  /** Nothing becomes a link that was not written as one. */
  readonly verbatim?: boolean | undefined;
}

/** With the scheme that Slack would add. */
function addressOf(found: string): string {
  if (/^(https?:|mailto:)/i.test(found)) return decode(found);
  return decode(`${found.includes('@') ? 'mailto:' : 'http://'}${found}`);
}

function inlines(words: string, names: Names, how: MrkdwnOptions, look: Look = {}): readonly Inline[] {
  const found: Inline[] = [];
  const styled = Object.keys(look).length > 0 ? look : undefined;
  let at = 0;
  for (const match of words.matchAll(how.verbatim ? PIECE_VERBATIM : PIECE)) {
    const [whole, code, bracket, mark, marked, url] = match;
    if (match.index > at) found.push(literal(words.slice(at, match.index), styled));
    at = match.index + whole.length;
    const kind = mark ? MARKS[mark] : undefined;
    if (code !== undefined) found.push(literal(code, { ...look, code: true }));
    else if (bracket !== undefined) found.push(angle(bracket, names) ?? literal(whole, styled));
    else if (url !== undefined) found.push({ kind: 'link', url: addressOf(url), text: decode(url), look: styled });
    else if (kind && marked) found.push(...inlines(marked, names, how, { ...look, [kind]: true }));
  }
  if (at < words.length) found.push(literal(words.slice(at), styled));
  return found;
}

const QUOTE = /^(?:&gt;|>) ?/;

/** Runs of quoted and of ordinary lines. */
function paragraphs(words: string, names: Names, how: MrkdwnOptions): readonly Drawing[] {
  const runs: { quoted: boolean; lines: string[] }[] = [];
  for (const line of words.split('\n')) {
    const quoted = QUOTE.test(line);
    const last = runs.at(-1);
    if (last?.quoted === quoted) last.lines.push(line.replace(QUOTE, ''));
    else runs.push({ quoted, lines: [line.replace(QUOTE, '')] });
  }
  return runs.map(({ quoted, lines }) => ({
    kind: quoted ? 'quote' : 'text',
    inlines: inlines(lines.join('\n'), names, how),
  }));
}

export function drawMrkdwn(words: string, names: Names, how: MrkdwnOptions = {}): readonly Drawing[] {
  return words.split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((part, nth): readonly Drawing[] => {
    if (nth % 2 === 1) return [{ kind: 'code', inlines: [text(decode(part))] }];
    return part === '' ? [] : paragraphs(part.replace(/\n$/, ''), names, how);
  });
}
