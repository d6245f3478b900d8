import { requestIdPrefix } from '../../backends/openio/calls';
import type { Openio, PeerAnswer } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part } from '../view';
import { explain, took } from './codes';
import { baseForm, peersField } from './fields';
import { BASE_AND_PEERS, type BaseAndPeers, parseBaseAndPeers } from './names';
import { askShowing } from './progress';
import { labelOf } from './writes';

interface Found extends BaseAndPeers {
  readonly answers: readonly PeerAnswer[];
  readonly requestIds: string;
}

/** Reaches each peer and keeps the election awake, without waiting for its end. */
export function openioElectionPing(openio: Openio): Query {
  return defineQuery<BaseAndPeers, Found>({
    name: 'openio election ping',
    usage: BASE_AND_PEERS,
    summary: 'Reaches each peer of a base without waiting for an election. May start one.',
    examples: ['openio election ping meta2 FVE0'],
    form: baseForm(peersField(openio)),
    parse: (words) => parseBaseAndPeers(openio, words),
    read: async ({ base, only }, context) => {
      const asking = { openio, verb: 'ping', base, only, title: `Ping of ${labelOf(base)}`, draw: table } as const;
      return { base, only, answers: await askShowing(asking, context), requestIds: requestIdPrefix(context.request) };
    },
    render: ({ base, answers, requestIds }) => {
      const reached = answers.filter(({ status }) => status === 200).length;
      return {
        title: `${reached} of ${answers.length} peers of ${labelOf(base)} are reached`,
        tone: reached === answers.length && reached > 0 ? 'good' : 'warning',
        parts: [table(answers), { kind: 'facts', facts: [['request ids in the logs', `${requestIds}*`]] }],
      };
    },
  });
}

function table(answers: readonly PeerAnswer[]): Part {
  const rows = answers.map((answer) => {
    return [answer.id, String(answer.status), answer.message, explain('ping', answer).words, took(answer)];
  });
  return { kind: 'table', name: 'election-ping.csv', head: ['Id', 'Status', 'Message', 'Means', 'Took'], rows };
}
