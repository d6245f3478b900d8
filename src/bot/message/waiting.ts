import type { ActionsBlock } from '@slack/types';
import type { Piece, Text } from '../../handlers/view';
import { OVERRULES } from '../../jobs/request/opinion';
import type { Hold, Request, Waiting } from '../../jobs/request/request';
import { missingApprovals } from '../../jobs/rules/quorum';
import { commandOf } from '../../jobs/work/answer';
import type { Drawing } from '../view/canvas';
import { cut } from '../view/canvas';
import { button, dialog } from '../view/controls';
import { withBanner } from './banner';

/** What a waiting request says to those who may decide, and their buttons. Pure. */

export function callOf(request: Request, { proposed, approvals, expiresAt }: Waiting): Text {
  const missing = missingApprovals(proposed, approvals);
  const reach = proposed.danger === 'irreversible' ? 'Cannot be undone.' : 'Can be undone.';
  return [
    `Nothing has been changed yet. ${reach} Needs ${missing} ${missing === 1 ? 'approval' : 'approvals'} by somebody other than `,
    { user: request.requester },
    ' until ',
    { at: expiresAt, ago: true },
    '.',
  ];
}

/** What undoes it. */
export function undoLines({ proposed }: Waiting): readonly Text[] {
  return proposed.undo === undefined ? [] : [`Undo: ${proposed.undo}`];
}

/** From which user groups the approvals must come. */
export function quotaLines({ proposed: { fromGroups = [] } }: Waiting): readonly Text[] {
  return fromGroups.map(({ groups, least }) => [
    `From at least ${least} of these groups somebody must approve, each person for one: `,
    ...groups.flatMap((user, index): Exclude<Text, string> => (index === 0 ? [{ user }] : [', ', { user }])),
    '.',
  ]);
}

/** Who doubts it and why, and what ends that. */
export function holdLines({ held }: Waiting): readonly Text[] {
  if (!held) return [];
  return [[...heldBy(held), `: ${held.why}`], untilReleased(held)];
}

/** The same for the top of the card, where nobody overlooks it. */
export function withHold(drawing: Drawing, request: Request, { held }: Waiting): Drawing {
  if (!held) return drawing;
  const did = [...heldBy(held), '. What looks wrong:'];
  return withBanner(drawing, request, { mark: 'HELD', did, words: held.why, follows: untilReleased(held) });
}

function heldBy({ by, at }: Hold): readonly Piece[] {
  return ['Held by ', { user: by }, ' since ', { at }];
}

function untilReleased({ by, releases }: Hold): Text {
  const others = OVERRULES - releases.length;
  return [
    'Nobody can approve it until ',
    { user: by },
    ` releases it, or ${others === 1 ? 'one more approver does' : `${others} other approvers do`}.`,
  ];
}

/** Names the block of the buttons that decide. */
const DECISIONS = 'decisions';

export function hasDecisions({ blocks }: Drawing): boolean {
  return blocks.some(isDecisions);
}

export function withoutDecisions(drawing: Drawing): Drawing {
  return { ...drawing, blocks: drawing.blocks.filter((block) => !isDecisions(block)) };
}

/** What a copy says that nobody will draw again. */
export function leftBehind(id: string): Pick<Drawing, 'text' | 'blocks'> {
  return { text: `Request ${id} goes on in its other message. This copy was left behind.`, blocks: [] };
}

function isDecisions(block: Drawing['blocks'][number]): boolean {
  return block.type === 'actions' && block.block_id === DECISIONS;
}

export function decisions(request: Request, { proposed, held }: Waiting): ActionsBlock {
  const what = cut(`/${commandOf(request)}`, 180);
  const warning = proposed.danger === 'irreversible' ? 'It cannot be undone.' : 'It can be undone.';
  const approve = button(request, 'approve', 'Approve', {
    style: 'primary',
    confirm: dialog(
      `Approve ${request.id}?`,
      `${what}\n${warning} It runs as soon as enough people have approved.`,
      'Approve',
    ),
  });
  const release = button(request, 'release', 'Release', {
    confirm: dialog(`Release ${request.id}?`, `${what}\nIt can be approved again after that.`, 'Release'),
  });
  return {
    type: 'actions',
    block_id: DECISIONS,
    elements: [
      held ? release : approve,
      button(request, 'deny', 'Deny', { style: 'danger' }),
      ...(held ? [] : [button(request, 'hold', 'Looks wrong to me')]),
      button(request, 'withdraw', 'Withdraw'),
    ],
  };
}

/** Which of the messages below a waiting card is meant: they exist to reach people, which an edit of the card does not. */
export type NoticeKind = 'call' | 'reminder';

/** Whom a message may call. `untold`: several lists hold, and Slack does not tell who is in these groups. */
export type Callable =
  | { readonly kind: 'people'; readonly people: readonly string[] }
  | { readonly kind: 'untold'; readonly groups: readonly string[] };

/** What it is about, and a mention of those who can still do something. `mark`: the cluster, as in titles. */
export function noticeText(
  request: Request,
  { held, proposed, approvals, expiresAt }: Waiting,
  { kind, callable, mark }: { readonly kind: NoticeKind; readonly callable: Callable; readonly mark: string },
): Text {
  const what = kind === 'call' ? 'Waiting for approval' : 'Still waiting for approval';
  const missing = missingApprovals(proposed, approvals);
  const done = new Set([request.requester, ...approvals.map(({ by }) => by)]);
  const reach = proposed.danger === 'irreversible' ? 'It cannot be undone.' : 'It can be undone.';
  const about = `${mark}${cut(proposed.preview.title, 200)} (${cut(`/${commandOf(request)}`, 120)})`;
  return [
    `${what}: ${about}. ${reach} Request ${request.id} needs ${missing} more, until `,
    { at: expiresAt, ago: true },
    ...(held ? ['. It is held by', ...mentions([held.by])] : called(callable, done)),
  ];
}

function called(callable: Callable, done: ReadonlySet<string>): readonly Piece[] {
  if (callable.kind === 'untold')
    return ['. Slack did not say who is in', ...mentions(callable.groups), ': whoever is on every list may approve.'];
  const people = callable.people.filter((id) => !done.has(id));
  return people.length === 0
    ? ['. Nobody else may approve it: /ops rules says who may']
    : ['. May approve:', ...mentions(people)];
}

function mentions(people: readonly string[]): readonly Piece[] {
  return people.flatMap((user): Piece[] => [' ', { user }]);
}
