import type { ContextBlock } from '@slack/types';
import { type Piece, plain, type Text } from '../../handlers/view';
import { shorten } from '../../handlers/words';
import { SHOWN } from '../../jobs/request/fingerprint';
import { type Approval, decidedOf, hasEnded, type Request } from '../../jobs/request/request';
import { commandOf } from '../../jobs/work/answer';
import { cut } from '../view/canvas';
import { marked, mrkdwn } from '../view/rich';

/** The last line of every message of a request, and below it what was typed. */
export function footer(request: Request): ContextBlock {
  return {
    type: 'context',
    elements: [
      marked(mrkdwn(footerText(request))),
      { type: 'plain_text', text: shorten(`/${commandOf(request)}`, COMMAND_CHARACTERS), emoji: false },
    ],
  };
}

const COMMAND_CHARACTERS = 500;

/** Who asked, who approved, how long it took, and where it can be found again. */
export function footerText(request: Request): Text {
  const took = tookMs(request);
  return [
    'Asked by ',
    asker(request),
    ...approvers(request),
    took === null ? '' : `, took ${duration(took)}`,
    `. Request ${request.id}${fingerprint(request)}${auditPlace(request)}`,
  ];
}

/** A webhook is nobody who could be mentioned. */
function asker({ road, requester }: Request): Piece {
  return road === 'webhook' ? requester : { user: requester };
}

/** While more are waited for, the message says so elsewhere, with how many are missing. */
function approvers({ state }: Request): readonly Piece[] {
  const approvals = state.kind === 'planned' ? [] : (decidedOf(state)?.approvals ?? []);
  return approvals.length === 0 ? [] : [', approved by ', ...people(approvals)];
}

/** `@ben`, `@ben and @cho`, `@ben, @cho and @dan`. */
export function people(approvals: readonly Pick<Approval, 'by'>[]): readonly Piece[] {
  return approvals.flatMap(({ by }, index): Piece[] => {
    if (index === 0) return [{ user: by }];
    return [index === approvals.length - 1 ? ' and ' : ', ', { user: by }];
  });
}

/** Reading counts from the question, performing from its start; null while it lasts, and where only people were waited for. */
function tookMs({ state, askedAt }: Request): number | null {
  if (state.kind !== 'finished') return null;
  if (state.startedAt !== null) return state.at - state.startedAt;
  return state.decided === null ? state.at - askedAt : null;
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
function duration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

function fingerprint({ state }: Request): string {
  const decided = decidedOf(state);
  return decided ? `, fingerprint ${decided.proposed.fingerprint.slice(0, SHOWN)}` : '';
}

/** Where the audit trail stood at the end: a place outside Redis that a rewritten trail must still agree with. */
function auditPlace({ state, audit }: Request): string {
  return audit && hasEnded(state) ? `, audit ${audit.seq} · ${audit.hash.slice(0, SHOWN)}` : '';
}

/** Characters of all the lines that say what state a request is in, together. */
const LINES_CHARACTERS = 1_600;

/** Lines of small print that share their room: what a person wrote there may be long, and must not push out the rest. */
export function smallPrints(lines: readonly Text[]): readonly ContextBlock[] {
  const shown = lines.filter((line) => plain(line) !== '');
  let room = LINES_CHARACTERS;
  return shown.map((line, index) => {
    const most = Math.max(room - (shown.length - index - 1) * LEAST_CHARACTERS, LEAST_CHARACTERS);
    const { block, characters } = measured(line, most);
    room -= characters;
    return block;
  });
}

const LEAST_CHARACTERS = 150;

/** One line of small print. Text alone is shown as it is; beside people and times, which need markup, it is escaped. */
export function smallPrint(line: Text, most = 800): ContextBlock {
  return measured(line, most).block;
}

function measured(line: Text, most: number): { readonly block: ContextBlock; readonly characters: number } {
  const markup = mrkdwn(line);
  const isLiteral = typeof line === 'string' || line.every((piece) => typeof piece === 'string');
  if (!isLiteral && markup.length <= most)
    return { block: { type: 'context', elements: [marked(markup)] }, characters: markup.length };
  const text = cut(plain(line), most);
  return {
    block: { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] },
    characters: text.length,
  };
}
