/** What every picture is drawn with. Nothing here refers to anything outside. */

export function patterns(): string {
  const stroke = 'stroke="#000000" stroke-opacity="0.35" stroke-width="1.5"';
  const tile = (id: string, inside: string): string =>
    `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse">${inside}</pattern>`;
  return [
    '<defs>',
    tile('rising', `<path d="M-1 9L9 -1" ${stroke}/>`),
    tile('falling', `<path d="M-1 -1L9 9" ${stroke}/>`),
    tile('upright', `<path d="M4 0V8" ${stroke}/>`),
    tile('crossed', `<path d="M-1 9L9 -1M-1 -1L9 9" ${stroke}/>`),
    tile('dots', '<circle cx="4" cy="4" r="1.5" fill="#000000" fill-opacity="0.4"/>'),
    '</defs>',
  ].join('');
}

interface Type {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight?: 'bold';
}

export function text(words: string, { x, y, size, weight }: Type): string {
  const bold = weight === undefined ? '' : ' font-weight="bold"';
  return `<text x="${x}" y="${y}" font-size="${size}"${bold}>${escapeXml(words)}</text>`;
}

export function shorten(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}

/** XML allows no control characters, not even escaped. */
export function escapeXml(words: string): string {
  return words
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '?')
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
