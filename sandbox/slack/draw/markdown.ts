/** The markdown block: the common subset of ordinary markdown. Entities are not decoded, mentions are not made. */
import { type Drawing, type Inline, type Look, text } from './drawing';
import { withEmoji } from './emoji';

const PIECE =
  /`([^`\n]+)`|\[([^\]\n]+)\]\((https?:\/\/[^)\s]+)\)|(\*\*|__|~~)(?=\S)(.+?\S|\S)\4|(?<!\w)([*_])(?=\S)(.+?\S|\S)\6(?!\w)/g;

function inlines(words: string, look: Look = {}): readonly Inline[] {
  const found: Inline[] = [];
  const styled = Object.keys(look).length > 0 ? look : undefined;
  let at = 0;
  for (const match of words.matchAll(PIECE)) {
    const [whole, code, label, url, strong, loud, , soft] = match;
    if (match.index > at) found.push(text(withEmoji(words.slice(at, match.index)), styled));
    at = match.index + whole.length;
    if (code !== undefined) found.push(text(code, { ...look, code: true }));
    else if (label !== undefined && url !== undefined) found.push({ kind: 'link', url, text: label, look: styled });
    else if (loud !== undefined) found.push(...inlines(loud, { ...look, [strong === '~~' ? 'strike' : 'bold']: true }));
    else if (soft !== undefined) found.push(...inlines(soft, { ...look, italic: true }));
  }
  if (at < words.length) found.push(text(withEmoji(words.slice(at)), styled));
  return found;
}

type LineKind = 'header' | 'quote' | 'bullet' | 'number' | 'blank' | 'text';

function read(line: string): { readonly kind: LineKind; readonly rest: string } {
  const patterns: readonly (readonly [LineKind, RegExp])[] = [
    ['header', /^#{1,6}\s+(.*)$/],
    ['quote', /^>\s?(.*)$/],
    ['bullet', /^\s*[-*+]\s+(.*)$/],
    ['number', /^\s*\d+[.)]\s+(.*)$/],
    ['blank', /^(\s*)$/],
  ];
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(line);
    if (match) return { kind, rest: match[1] ?? '' };
  }
  return { kind: 'text', rest: line };
}

function draw(kind: LineKind, lines: readonly string[]): readonly Drawing[] {
  if (kind === 'blank') return [];
  if (kind === 'bullet' || kind === 'number') {
    return [
      { kind: 'list', ordered: kind === 'number', indent: 0, start: 1, items: lines.map((line) => inlines(line)) },
    ];
  }
  if (kind === 'header') return lines.map((line) => ({ kind: 'header', inlines: inlines(line) }));
  return [{ kind, inlines: inlines(lines.join('\n')) }];
}

function blocks(words: string): readonly Drawing[] {
  const runs: { kind: LineKind; lines: string[] }[] = [];
  for (const line of words.split('\n')) {
    const { kind, rest } = read(line);
    const last = runs.at(-1);
    if (last?.kind === kind) last.lines.push(rest);
    else runs.push({ kind, lines: [rest] });
  }
  return runs.flatMap(({ kind, lines }) => draw(kind, lines));
}

export function drawMarkdown(words: string): readonly Drawing[] {
  return words.split(/^```\w*\n([\s\S]*?)\n?```$/m).flatMap((part, nth): readonly Drawing[] => {
    return nth % 2 === 1 ? [{ kind: 'code', inlines: [text(part)] }] : blocks(part);
  });
}
