import type { Openio } from '../../../backends/openio/openio';
import type { Context } from '../../operation';
import type { Part, View } from '../../view';
import { lanesPicture, logPart } from '../lanes';
import { believed } from '../states';
import { labelOf } from '../writes';
import { lookAt } from './look';
import type { MovePlan } from './plan';
import { fileName } from './views';
import type { Moves } from './volume';

/** Pictures that fit below one message. */
const MOST_DRAWN = 3;

/** What the election did while the base was moved, and who counts on whom some seconds later. */
export async function moveLook(openio: Openio, { moves }: Moves, context: Context): Promise<View> {
  const looks = await Promise.all(moves.slice(0, MOST_DRAWN).map((move) => lookAgain(openio, move, context)));
  const odd = looks.flatMap(({ strangers }) => strangers);
  const more = moves.length - looks.length;
  return {
    title: odd.length === 0 ? 'No trace of the old peer some seconds later' : 'The old peer is still there',
    tone: odd.length === 0 ? 'good' : 'bad',
    parts: [
      ...odd.map((text): Part => ({ kind: 'text', text })),
      ...looks.flatMap(({ parts }) => parts),
      ...(more > 0 ? [{ kind: 'text', text: `${more} more were not drawn.` } as const] : []),
    ],
  };
}

async function lookAgain(openio: Openio, move: MovePlan, context: Context) {
  const { base, leaving, wanted } = move;
  const { debug, masters, directory } = await lookAt(openio, base, [leaving], context);
  const strangers = debug.flatMap((peer) => {
    const { id } = peer.answer;
    const counted = believed(peer) ?? [];
    if (wanted.includes(id) && counted.includes(leaving)) return [`${id} counts on ${leaving}.`];
    return [];
  });
  const trouble = masters.includes(leaving) ? [`${leaving} is master.`] : [];
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
  return { strangers: [...strangers, ...trouble], parts };
}
