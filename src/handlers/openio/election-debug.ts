import { debugOf } from '../../backends/openio/answers';
import { requestIdPrefix } from '../../backends/openio/calls';
import type { Base, Openio, PeerAnswer, PeerDebug } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part, View } from '../view';
import { baseForm, peersField } from './fields';
import { lanesPicture, logPart, noteOf } from './lanes';
import { BASE_AND_PEERS, type BaseAndPeers, baseWords, parseBaseAndPeers } from './names';
import { askShowing } from './progress';
import { believed, mastersSeen, newest, stateWords, transitionText } from './states';
import { labelOf } from './writes';

interface Found {
  readonly base: Base;
  readonly peers: readonly PeerDebug[];
  readonly requestIds: string;
}

/** What each peer remembers of the election, as a picture and in words. A pure read: nothing is started. */
export function openioElectionDebug(openio: Openio): Query {
  return defineQuery<BaseAndPeers, Found>({
    name: 'openio election debug',
    usage: BASE_AND_PEERS,
    summary: 'Shows and draws what each peer remembers of the election. Starts nothing.',
    examples: ['openio election debug meta2 FVE0'],
    form: baseForm(peersField(openio)),
    parse: (words) => parseBaseAndPeers(openio, words),
    read: async ({ base, only }, context) => {
      const draw = (answers: readonly PeerAnswer[]) => table(answers.map(debugOf));
      const asking = { openio, verb: 'debug', base, only, title: `Debug of ${labelOf(base)}`, draw } as const;
      const peers = (await askShowing(asking, context)).map(debugOf);
      return { base, peers, requestIds: requestIdPrefix(context.request) };
    },
    render: (found) => view(openio, found),
  });
}

function view(openio: Openio, { base, peers, requestIds }: Found): View {
  const quarrels = [...quarrelsOf(peers), ...oddities(peers)];
  const silent = peers.some(({ answer }) => answer.status !== 200);
  const settled = peers.length > 0 && mastersSeen(peers).length === 1;
  const words = baseWords(openio, base);
  return {
    title: `Election of ${labelOf(base)}: ${summary(peers)}`,
    tone: quarrels.length > 0 || !settled ? 'bad' : silent ? 'warning' : 'good',
    parts: [
      ...quarrels.map((text): Part => ({ kind: 'text', text })),
      ...(peers.length > 0 ? [lanesPicture(`Election of ${labelOf(base)}`, peers)] : []),
      table(peers),
      logPart(peers, 'election-log.txt'),
      { kind: 'facts', facts: [['request ids in the logs', `${requestIds}*`]] },
      { kind: 'next', label: 'Diagnose', words: `openio election diagnose ${words}`, why: 'says what this means' },
    ],
  };
}

function summary(peers: readonly PeerDebug[]): string {
  const masters = mastersSeen(peers);
  if (masters.length === 1) return `${masters[0]} is master`;
  if (masters.length > 1) return `several masters (${masters.join(', ')})`;
  return peers.some(({ debug }) => debug) ? 'no master' : 'no peer remembers one';
}

/** Where peers contradict each other. */
function quarrelsOf(peers: readonly PeerDebug[]): readonly string[] {
  const masters = mastersSeen(peers);
  const lists = peers.flatMap((peer) => {
    const set = believed(peer);
    return set ? [{ id: peer.answer.id, set: set.join(', ') }] : [];
  });
  const quarrels: string[] = [];
  if (masters.length > 1) quarrels.push(`The peers do not agree on the master: ${masters.join(' and ')}.`);
  if (new Set(lists.map(({ set }) => set)).size > 1) {
    const each = lists.map(({ id, set }) => `${id} believes in ${set}`);
    quarrels.push(`The peers do not agree on who the peers are: ${each.join('; ')}.`);
  }
  return quarrels;
}

function oddities(peers: readonly PeerDebug[]): readonly string[] {
  return peers
    .filter(({ strange }) => strange)
    .map(({ answer }) => `${answer.id} answers in a shape that this bot does not know.`);
}

const LAST = 3;

function table(peers: readonly PeerDebug[]): Part {
  const rows = peers.map((peer) => {
    const { answer, debug } = peer;
    if (!debug) return [answer.id, '-', noteOf(peer), '-', '-', '-'];
    const last = newest(peer, LAST).toReversed().map(transitionText).join('; ');
    const master = debug.master ?? (debug.state === 'MASTER' ? 'itself' : '-');
    return [answer.id, debug.state, stateWords(debug.state), master, debug.peers?.join(', ') ?? '-', last || '-'];
  });
  const head = ['Id', 'State', 'Means', 'Master', 'Other peers', 'Newest changes'];
  return { kind: 'table', name: 'election-debug.csv', head, rows };
}
