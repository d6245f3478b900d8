import type { ActionsBlock, Button, HomeView, KnownBlock } from '@slack/types';
import type { ShownCluster } from '../../handlers/clusters';
import type { Piece, Text } from '../../handlers/view';
import { isAskedAtHome } from '../../jobs/request/places';
import { hasEnded, type Request, type Waiting } from '../../jobs/request/request';
import type { FreezeInSight } from '../../jobs/rules/freeze';
import type { Ruling } from '../../jobs/rules/rules';
import { stateWord } from '../../jobs/trail/ledger';
import { commandOf } from '../../jobs/work/answer';
import { paragraph } from '../forms/modals';
import { smallPrint } from '../message/footer';
import { clusterMark } from '../message/titles';
import { callOf, decisions, holdLines } from '../message/waiting';
import { waitingNow } from '../outbox/approvers';
import { outcomeView } from '../receive/outcomes';
import { MARKS } from '../view/blocks';
import { cut, section } from '../view/canvas';
import { button } from '../view/controls';
import { literalBlocks, richElements } from '../view/rich';

/** One person's Home tab, drawn from the records alone. Pure. Nobody can decide here without having seen the preview. */
export interface HomeModel {
  /** What waits for this person's decision, what ends first at the top. */
  readonly waiting: readonly WaitingNow[];
  /** What this person asked, the newest first. */
  readonly mine: readonly Listed[];
  /** Every system of every cluster, with the newest answer about its state. */
  readonly systems: readonly SystemState[];
  /** What holds changes back right now, and what will soon. */
  readonly freezes: readonly FreezeInSight[];
}

export interface Listed {
  readonly request: Request;
  /** Null: there is nothing to tell apart. */
  readonly cluster: ShownCluster | null;
  /** Of its message; null: it is not known yet. */
  readonly link: string | null;
}

export interface WaitingNow extends Listed {
  /** What the rules ask for by now. */
  readonly ruling: Ruling;
}

export interface SystemState {
  readonly cluster: ShownCluster;
  readonly system: string;
  /** The command that tells its state, as it means this cluster wherever it is typed. */
  readonly command: string;
  /** Whether the command is whole, or a form asks for the rest of it. */
  readonly isWhole: boolean;
  readonly last: Request | null;
}

const MOST_WAITING = 8;
const MOST_MINE = 8;
const MOST_SYSTEMS = 15;
const MOST_FREEZES = 8;

/** Blocks of each list. Slack refuses a tab of more than a hundred as a whole; headers, rests and buttons take twelve. */
const ROOM = { waiting: 36, mine: 16, systems: 28, freezes: 8 } as const;

export function drawHome(model: HomeModel): HomeView {
  return { type: 'home', callback_id: 'home', blocks: [...literalBlocks(blocksOf(model))] };
}

function blocksOf({ waiting, mine, systems, freezes }: HomeModel): readonly KnownBlock[] {
  return [
    header('Waiting for you'),
    ...listed(waiting, { most: MOST_WAITING, room: ROOM.waiting }, drawWaiting, {
      none: 'Nothing waits for your decision.',
      more: 'ops requests',
    }),
    { type: 'divider' },
    header('Your requests'),
    ...listed(mine, { most: MOST_MINE, room: ROOM.mine }, drawMine, {
      none: 'You have not asked for anything yet. Type /ops help, or /palm, /openio, /distkv.',
      more: 'ops requests',
    }),
    { type: 'divider' },
    header('Clusters'),
    ...listed(systems, { most: MOST_SYSTEMS, room: ROOM.systems }, drawSystem, {
      none: 'No system is configured.',
      more: 'ops help',
    }),
    { type: 'divider' },
    header('Freezes'),
    ...listed(freezes, { most: MOST_FREEZES, room: ROOM.freezes }, drawFreeze, {
      none: 'Nothing is frozen now or in the next 7 days.',
      more: 'ops rules',
    }),
    lookButtons(),
  ];
}

function header(text: string): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text, emoji: false } };
}

/** As many as there is room for, and how many there are besides. */
function listed<T>(
  all: readonly T[],
  { most, room }: { readonly most: number; readonly room: number },
  draw: (one: T, index: number) => readonly KnownBlock[],
  { none, more }: { readonly none: string; readonly more: string },
): readonly KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const blocks: KnownBlock[] = [];
  let shown = 0;
  for (const [index, one] of all.slice(0, most).entries()) {
    const drawn = draw(one, index);
    if (blocks.length + drawn.length > room) break;
    blocks.push(...drawn);
    shown += 1;
  }
  return shown < all.length ? [...blocks, smallPrint(`And ${all.length - shown} more: type /${more}.`)] : blocks;
}

function drawWaiting({ request, cluster, link, ruling }: WaitingNow): readonly KnownBlock[] {
  if (request.state.kind !== 'planned') return [];
  const state = waitingNow(request.state, ruling);
  const title = `${clusterMark(cluster)}${state.held ? 'HELD · ' : ''}${cut(state.proposed.preview.title, 200)}`;
  return [
    section(richElements(title, { bold: true })),
    paragraph(callOf(request, state)),
    ...holdLines(state).map(paragraph),
    smallPrint([cut(`/${commandOf(request)}`, 200), '. ', ...askedBy(request), ...linked(link)]),
    ownButtons(request, [button(request, 'look', 'Look at it'), ...decidingOf(request, state)], WANTED),
  ];
}

/** Approving is offered by the form alone, which shows the preview. */
const WANTED = ['look', 'release', 'deny', 'hold'];

function decidingOf(request: Request, state: Waiting): readonly Button[] {
  return decisions(request, state).elements.filter((one) => one.type === 'button');
}

function askedBy(request: Request): readonly Piece[] {
  const { place, requester } = request;
  const where: readonly Piece[] = isAskedAtHome(request) ? [] : [' in ', { channel: place.channel }];
  return ['Asked by ', { user: requester }, ...where, '.'];
}

function linked(link: string | null): readonly Piece[] {
  return link === null ? [] : [' ', { message: link, text: 'Its message' }];
}

function drawMine({ request, cluster, link }: Listed): readonly KnownBlock[] {
  const line: Text = [
    `${clusterMark(cluster)}${stateWord(request)}: `,
    cut(`/${commandOf(request)}`, 200),
    ', ',
    { at: request.askedAt, ago: true },
    ` (${request.id}).`,
    ...linked(link),
  ];
  const { state, kind } = request;
  if (state.kind === 'planned')
    return [smallPrint(line), ownButtons(request, decidingOf(request, state), ['withdraw'])];
  // A change is planned again where others see it: in its message.
  if (!hasEnded(state) || kind !== 'query') return [smallPrint(line)];
  const again = button(request, 'again', 'Run again');
  return [smallPrint(line), ownButtons(request, [again], ['again'])];
}

function drawSystem({ cluster, system, command, isWhole, last }: SystemState, index: number): readonly KnownBlock[] {
  const name = `${clusterMark(cluster)}${system}: `;
  if (last?.state.kind !== 'finished') {
    const look = typed(`${isWhole ? 'next' : 'fill'}_said_${index}${OF}look`, 'Look', command);
    const how = isWhole ? `Nobody has looked yet: /${command}` : 'Nobody has looked yet.';
    return [smallPrint(`${name}${how}`), { type: 'actions', block_id: `look ${index}`, elements: [look] }];
  }
  const { state } = last;
  const view = outcomeView(last, state.outcome);
  const text: Text = [`${name}${MARKS[view.tone]}${cut(view.title, 200)}, `, { at: state.at, ago: true }];
  // The same request may stand among those of its requester as well.
  const again = { ...button(last, 'again', 'Look again'), action_id: `again${OF}${last.id}${OF}system` };
  return [smallPrint(text), { type: 'actions', block_id: `look ${index}`, elements: [again] }];
}

function drawFreeze({ rule, from, until }: FreezeInSight): readonly KnownBlock[] {
  const { match, breakGlass = [] } = rule;
  const about = [match.cluster, match.system, match.operation].flatMap((names) => (names ? [names.join(', ')] : []));
  const text: readonly Piece[] = [
    `“${rule.name}”, ${about.length === 0 ? 'every change' : `changes of ${about.join('; ')}`}`,
    ...(from === null ? [] : [' from ', { at: from, ago: true } as const]),
    ...(until === null ? [', without an end in sight.'] : [' until ', { at: until, ago: true } as const, '.']),
    breakGlass.length === 0 ? '' : ' May break the glass: ',
    ...breakGlass.flatMap((user, index) => [index === 0 ? '' : ', ', { user }]),
  ];
  return [from === null ? paragraph(['Now: ', ...text]) : smallPrint(['Coming: ', ...text])];
}

/** Nobody else has to see these answers: they come as direct messages, from where they can be shared. */
const LOOKS: readonly (readonly [label: string, command: string])[] = [
  ['Show the rules', 'ops rules'],
  ['Who broke the glass', 'ops breaks'],
];

function lookButtons(): ActionsBlock {
  const elements = LOOKS.map(([label, command], index) => typed(`next_said_${index}${OF}rules`, label, command));
  return { type: 'actions', block_id: 'rules', elements };
}

/** A click is the same as typing the command. */
function typed(id: string, label: string, command: string): Button {
  return {
    type: 'button',
    action_id: id,
    value: `${command} --private`,
    text: { type: 'plain_text', text: label, emoji: false },
    accessibility_label: `${label}: /${command}`,
  };
}

/** Slack tells the buttons of a view apart by their ids: each has the id of its request behind its own. */
function ownButtons(request: Request, buttons: readonly Button[], wanted: readonly string[]): ActionsBlock {
  const elements = buttons.filter(({ action_id: id = '' }) => wanted.includes(id));
  return {
    type: 'actions',
    block_id: `${wanted[0] ?? ''} ${request.id}`,
    elements: elements.map((one) => ({ ...one, action_id: `${one.action_id}${OF}${request.id}` })),
  };
}

const OF = '~';

/** `approve~R7K2M9QF` is `approve`. */
export function actionOf(id: string): string {
  return id.split(OF)[0] ?? '';
}
