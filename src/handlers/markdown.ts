/**
 * Text from outside as Markdown that shows it literally, and with nothing in it live. For use behind something else on
 * the line: what only means something at the beginning of one is left as it is.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>#|~&:@$^=!]/g, '\\$&')
    .replace(/(www)\./gi, '$1\\.');
}

/** As code, which is literal by itself; the fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}

/** Control characters, those that turn the direction of writing among them, would show another text than there is. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
