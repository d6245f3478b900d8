import type { Openio, PeerDebug } from '../../../backends/openio/openio';
import type { Context } from '../../operation';
import type { Part, View } from '../../view';
import { lanesPicture, logPart } from '../lanes';
import { believed } from '../states';
import { labelOf } from '../writes';
import { lookAt } from './look';
import { sameSet } from './marker';
import type { MovePlan } from './plan';
import { debugOf } from './scene';
import { fileName } from './views';
import type { Moves } from './volume';

/** Pictures that fit below one message. */
const MOST_DRAWN = 3;

/** What the election did while the base was moved, and who counts on whom some seconds later. */
export async function moveLook(openio: Openio, { moves }: Moves, context: Context): Promise<View> {
  const looks = await Promise.all(moves.slice(0, MOST_DRAWN).map((move) => lookAgain(openio, move, context)));
  const said = looks.flatMap(({ strangers, unread, idle, notMoved }) => [
    ...strangers,
    ...unread,
    ...idle,
    ...notMoved,
  ]);
  const more = moves.length - looks.length;
  return {
    ...headOf(looks),
    parts: [
      ...said.map((text): Part => ({ kind: 'text', text })),
      ...looks.flatMap(({ parts }) => parts),
      ...(more > 0 ? [{ kind: 'text', text: `${more} more were not looked at.` } as const] : []),
    ],
  };
}

interface Looked {
  /** Who still counts on the old peer, or follows it. */
  readonly strangers: readonly string[];
  /** New peers that told nothing: whom they count on is not known. */
  readonly unread: readonly string[];
  /** New peers that are in no election, and so count on nobody. */
  readonly idle: readonly string[];
  /** Where the directory does not name the new peers, the old one is rightly there. */
  readonly notMoved: readonly string[];
  readonly parts: readonly Part[];
}

function headOf(looks: readonly Looked[]): Pick<View, 'title' | 'tone'> {
  if (looks.some(({ strangers }) => strangers.length > 0)) return { title: 'The old peer is still there', tone: 'bad' };
  if (looks.some(({ unread }) => unread.length > 0))
    return { title: 'Not every peer could be asked some seconds later', tone: 'warning' };
  if (looks.some(({ idle }) => idle.length > 0))
    return { title: 'Not every peer is in the election some seconds later', tone: 'warning' };
  const open = looks.filter(({ notMoved }) => notMoved.length > 0).length;
  if (open === 0) return { title: 'No trace of the old peer some seconds later', tone: 'good' };
  const isAll = open === looks.length;
  const title = isAll ? 'Not moved some seconds later' : `${open} of ${looks.length} bases looked at are not moved`;
  return { title, tone: 'neutral' };
}

async function lookAgain(openio: Openio, move: MovePlan, context: Context): Promise<Looked> {
  const { base, leaving, wanted } = move;
  const { debug, masters, directory } = await lookAt(openio, base, [leaving], context);
  const rows = debug.map((peer) => [
    peer.answer.id,
    directory.includes(peer.answer.id) ? 'yes' : 'no',
    peer.debug?.state ?? '-',
    believed(peer)?.join(', ') ?? '-',
  ]);
  const parts: readonly Part[] = [
    lanesPicture(`Election of ${labelOf(base)} during the move`, debug),
    { kind: 'table', name: 'peers.csv', head: ['Service', 'In the directory', 'State', 'Counts on'], rows },
    logPart(debug, `${fileName(base)}-election-log.txt`),
  ];
  if (!sameSet(directory, wanted)) {
    const text = `${labelOf(base)} is not moved: the directory names ${directory.join(', ') || 'nobody'}.`;
    return { strangers: [], unread: [], idle: [], notMoved: [text], parts };
  }
  return { ...traces(move, debug, masters), notMoved: [], parts };
}

function traces(
  { base, leaving, wanted }: MovePlan,
  debug: readonly PeerDebug[],
  masters: readonly string[],
): Pick<Looked, 'strangers' | 'unread' | 'idle'> {
  const peers = wanted.map((id) => ({ id, debug: debugOf({ debug }, id)?.debug ?? null }));
  const of = labelOf(base);
  return {
    strangers: [
      ...peers.flatMap(({ id, debug }) => (debug?.peers?.includes(leaving) ? [`${id} counts on ${leaving}.`] : [])),
      ...(masters.includes(leaving) ? [`${leaving} is master.`] : []),
    ],
    unread: peers.flatMap(({ id, debug }) => (debug ? [] : [`${id} does not say whom it counts on (${of}).`])),
    idle: peers.flatMap(({ id, debug }) =>
      debug && !debug.peers ? [`${id} counts on nobody: ${debug.state} (${of}).`] : [],
    ),
  };
}
