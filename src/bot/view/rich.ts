import type { KnownBlock, MrkdwnElement, RichTextElement } from '@slack/types';
import { type Piece, type Text, utc } from '../../handlers/view';

/**
 * The one place where text becomes Slack's. Strings go into elements that Slack shows literally, or are escaped; only a
 * person, channel or time that the code meant becomes live.
 */

const USER_ID = /^[UW][A-Z0-9]{1,20}$/;
const GROUP_ID = /^S[A-Z0-9]{1,20}$/;
/** The only links that ever become live: to a message of Slack's, or of the pretended one on this machine. */
const PERMALINK =
  /^(?:https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*\.slack(?:-gov)?\.com|http:\/\/127\.0\.0\.1:\d{1,5})\/archives\/[CGD][A-Z0-9]{1,20}\/p\d{10,20}(?:\?thread_ts=\d{1,12}\.\d{1,8}&cid=[CGD][A-Z0-9]{1,20})?$/;
const CHANNEL_ID = /^[CGD][A-Z0-9]{1,20}$/;

/**
 * What cannot be seen can mislead: it reorders what is read (bidirectional controls), or hides in it (control characters),
 * and half a character is refused by Slack. Each becomes one visible mark, so that nothing gets longer.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant.
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/g;
const UNSEEN =
  /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function literal(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(UNSEEN, '\ufffd');
}

/** The same for everything in blocks, whoever made them. */
export function literalBlocks<Block extends KnownBlock>(blocks: readonly Block[]): readonly Block[] {
  const visible = (_key: string, value: unknown) => (typeof value === 'string' ? literal(value) : value);
  return JSON.parse(JSON.stringify(blocks), visible) as readonly Block[];
}

function piecesOf(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}

/** Elements of a rich_text_section. Slack refuses empty ones. */
export function richElements(text: Text, style?: { bold?: boolean; code?: boolean }): RichTextElement[] {
  return piecesOf(text).flatMap((piece) => richElement(piece, style));
}

function richElement(piece: Piece, style?: { bold?: boolean; code?: boolean }): RichTextElement[] {
  if (typeof piece === 'string') return piece === '' ? [] : [{ type: 'text', text: piece, ...(style && { style }) }];
  if ('user' in piece) return [richUser(piece.user)];
  if ('channel' in piece) {
    return CHANNEL_ID.test(piece.channel)
      ? [{ type: 'channel', channel_id: piece.channel }]
      : [{ type: 'text', text: `#${piece.channel}` }];
  }
  if ('message' in piece) {
    const text = piece.text === '' ? 'message' : piece.text;
    return PERMALINK.test(piece.message)
      ? [{ type: 'link', url: piece.message, text }]
      : [{ type: 'text', text, ...(style && { style }) }];
  }
  return [{ type: 'date', timestamp: seconds(piece.at), format: formatOf(piece), fallback: utc(piece.at) }];
}

/** A person, or a user group. */
function richUser(id: string): RichTextElement {
  if (USER_ID.test(id)) return { type: 'user', user_id: id };
  return GROUP_ID.test(id) ? { type: 'usergroup', usergroup_id: id } : { type: 'text', text: `@${id}` };
}

/** mrkdwn, for places that take nothing else (a context). */
export function mrkdwn(text: Text): string {
  return piecesOf(text).map(mrkdwnPiece).join('');
}

function mrkdwnPiece(piece: Piece): string {
  if (typeof piece === 'string') return inert(piece);
  if ('user' in piece) return mrkdwnUser(piece.user);
  if ('channel' in piece) return CHANNEL_ID.test(piece.channel) ? `<#${piece.channel}>` : inert(`#${piece.channel}`);
  if ('message' in piece) {
    const text = inert(piece.text).replaceAll('|', '¦');
    return PERMALINK.test(piece.message) ? `<${escapeMrkdwn(piece.message)}|${text || 'message'}>` : text;
  }
  return `<!date^${seconds(piece.at)}^${formatOf(piece)}|${utc(piece.at)}>`;
}

function mrkdwnUser(id: string): string {
  if (USER_ID.test(id)) return `<@${id}>`;
  return GROUP_ID.test(id) ? `<!subteam^${id}>` : inert(`@${id}`);
}

/** Slack's own rule: these three, and nothing else, make markup live. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A piece of markup where nothing else than markup is possible. Slack is told not to look for addresses and names in it. */
export function marked(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Slack may make a bare address in mrkdwn a link all the same. An invisible character keeps it text. */
function inert(text: string): string {
  return escapeMrkdwn(literal(text))
    .replace(/:\/\//g, ':\u2060//')
    .replace(/www\./gi, (www) => `${www.slice(0, -1)}\u2060.`)
    .replace(/mailto:/gi, (mailto) => `${mailto.slice(0, -1)}\u2060:`)
    .replace(/(?<=[^\s@])@(?=[^\s@.]+\.)/g, '\u2060@');
}

const DATE_FORMAT = '{date_num} {time_secs}';

function formatOf({ ago }: { readonly ago?: true }): string {
  return ago ? `${DATE_FORMAT} ({ago})` : DATE_FORMAT;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
