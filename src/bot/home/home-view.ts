import type { ActionsBlock, Button, HomeView, KnownBlock } from '@slack/types';
import type { Piece, Text } from '../../handlers/view';
import type { Request } from '../../jobs/request/request';
import type { FreezeInSight } from '../../jobs/rules/freeze';
import { stateWord } from '../../jobs/trail/ledger';
import { commandOf } from '../../jobs/work/answer';
import { paragraph } from '../forms/modals';
import { smallPrint } from '../message/footer';
import { decisions, holdLines } from '../message/waiting';
import { outcomeView } from '../receive/outcomes';
import { MARKS } from '../view/blocks';
import { cut } from '../view/canvas';
import { button } from '../view/controls';

/** One person's Home tab, drawn from the records alone. Pure. Its buttons are those of the messages. */
export interface HomeModel {
  /** What waits for this person's decision, what ends first at the top. */
  readonly waiting: readonly Request[];
  /** What this person asked, the newest first. */
  readonly mine: readonly Request[];
  /** Every system of every cluster, with the newest answer about its state. */
  readonly systems: readonly SystemState[];
  /** What holds changes back right now, and what will soon. */
  readonly freezes: readonly FreezeInSight[];
}

export interface SystemState {
  readonly cluster: string;
  readonly production: boolean;
  readonly system: string;
  /** The command that tells its state. */
  readonly command: string;
  readonly last: Request | null;
}

const MOST_WAITING = 8;
const MOST_MINE = 8;
const MOST_SYSTEMS = 15;
const MOST_FREEZES = 8;

export function drawHome({ waiting, mine, systems, freezes }: HomeModel): HomeView {
  return {
    type: 'home',
    callback_id: 'home',
    blocks: [
      header('Waiting for you'),
      ...listed(waiting, MOST_WAITING, drawWaiting, { none: 'Nothing waits for your decision.', more: 'ops requests' }),
      { type: 'divider' },
      header('Your requests'),
      ...listed(mine, MOST_MINE, drawMine, {
        none: 'You have not asked for anything yet. Type /ops help, or /palm, /openio, /distkv.',
        more: 'ops requests',
      }),
      { type: 'divider' },
      header('Clusters'),
      ...listed(systems, MOST_SYSTEMS, drawSystem, { none: 'No system is configured.', more: 'ops help' }),
      { type: 'divider' },
      header('Freezes'),
      ...listed(freezes, MOST_FREEZES, drawFreeze, {
        none: 'Nothing is frozen now or in the next 7 days.',
        more: 'ops rules',
      }),
      lookButtons(),
    ],
  };
}

function header(text: string): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text, emoji: false } };
}

function listed<T>(
  all: readonly T[],
  most: number,
  draw: (one: T) => readonly KnownBlock[],
  { none, more }: { readonly none: string; readonly more: string },
): readonly KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const blocks = all.slice(0, most).flatMap(draw);
  return all.length > most ? [...blocks, smallPrint(`${all.length - most} more: type /${more}.`)] : blocks;
}

function drawWaiting(request: Request): readonly KnownBlock[] {
  const { state } = request;
  if (state.kind !== 'planned') return [];
  const { proposed, approvals, expiresAt } = state;
  const undone = proposed.danger === 'irreversible' ? 'Cannot be undone.' : 'Can be undone.';
  const how: Text = [
    `${undone} Needs ${proposed.needs - approvals.length} more, until `,
    { at: expiresAt, ago: true },
    '. Asked by ',
    { user: request.requester },
    ' in ',
    { channel: request.place.channel },
    '.',
  ];
  return [
    paragraph(cut(proposed.preview.title, 300)),
    ...holdLines(state).map(paragraph),
    smallPrint(how),
    smallPrint(`/${commandOf(request)}`),
    ownButtons(request, decisions(request, state), ['approve', 'release', 'deny', 'hold']),
  ];
}

function drawMine(request: Request): readonly KnownBlock[] {
  const line: Text = [
    `${stateWord(request)}: `,
    cut(`/${commandOf(request)}`, 200),
    ', ',
    { at: request.askedAt, ago: true },
    ` (${request.id})`,
  ];
  const { state } = request;
  if (state.kind === 'planned') return [smallPrint(line), ownButtons(request, decisions(request, state), ['withdraw'])];
  return [smallPrint(line)];
}

function drawSystem({ cluster, production, system, command, last }: SystemState): readonly KnownBlock[] {
  const name = `${production ? 'PRODUCTION ' : ''}${cluster}: ${system}`;
  if (!last) return [smallPrint(`${name}. Nobody has looked yet: /${command}`)];
  const { state } = last;
  if (state.kind !== 'finished') return [];
  const view = outcomeView(last, state.outcome);
  const text: Text = [`${name}. ${MARKS[view.tone]}${cut(view.title, 200)}, `, { at: state.at, ago: true }];
  return [
    smallPrint(text),
    ownButtons(last, { type: 'actions', elements: [button(last, 'again', 'Look again')] }, ['again']),
  ];
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
function ownButtons(request: Request, { elements }: ActionsBlock, wanted: readonly string[]): ActionsBlock {
  const buttons = elements.filter(
    (one): one is Button => one.type === 'button' && wanted.includes(one.action_id ?? ''),
  );
  return {
    type: 'actions',
    block_id: `${wanted[0] ?? ''} ${request.id}`,
    elements: buttons.map((one) => ({ ...one, action_id: `${one.action_id}${OF}${request.id}` })),
  };
}

const OF = '~';

/** `approve~R7K2M9QF` is `approve`. */
export function actionOf(id: string): string {
  return id.split(OF)[0] ?? '';
}
