import { requestIdPrefix } from '../../backends/openio/calls';
import { baseName } from '../../backends/openio/naming';
import type { Base, Openio, PeerAnswer } from '../../backends/openio/openio';
import { defineQuery, type Query } from '../operation';
import type { Part, Tone, View } from '../view';
import { explain, masterOf, took } from './codes';
import { baseForm, peersField } from './fields';
import { BASE_AND_PEERS, type BaseAndPeers, baseWords, parseBaseAndPeers } from './names';
import { askShowing } from './progress';
import { labelOf } from './writes';

interface Found {
  readonly base: Base;
  readonly answers: readonly PeerAnswer[];
  readonly requestIds: string;
}

/** Who is master and who follows, peer by peer. Asking starts an election when there is none. */
export function openioElectionStatus(openio: Openio): Query {
  return defineQuery<BaseAndPeers, Found>({
    name: 'openio election status',
    usage: BASE_AND_PEERS,
    summary: 'Shows who is master of a base, peer by peer. Asking may start an election.',
    examples: [
      'openio election status meta2 FVE0',
      'openio election status meta2 --cid 697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605.1',
    ],
    form: baseForm(peersField(openio)),
    parse: (words) => parseBaseAndPeers(openio, words),
    read: async ({ base, only }, context) => {
      const requestIds = requestIdPrefix(context.request);
      const draw = (answers: readonly PeerAnswer[]) => table(answers);
      const asking = { openio, verb: 'status', base, only, title: `Election of ${labelOf(base)}`, draw } as const;
      return { base, answers: await askShowing(asking, context), requestIds };
    },
    render: (found) => view(openio, found),
  });
}

function table(answers: readonly PeerAnswer[]): Part {
  const rows = answers.map((answer) => {
    const { role, words } = explain('status', answer);
    return [answer.id, role, String(answer.status), answer.message, words, took(answer)];
  });
  return {
    kind: 'table',
    name: 'election-status.csv',
    head: ['Id', 'Role', 'Status', 'Message', 'Means', 'Took'],
    rows,
  };
}

function view(openio: Openio, { base, answers, requestIds }: Found): View {
  const words = baseWords(openio, base);
  const { tone, title } = judge(labelOf(base), answers);
  const next: readonly Part[] =
    tone === 'good'
      ? []
      : [
          {
            kind: 'next',
            label: 'Diagnose',
            words: `openio election diagnose ${words}`,
            why: 'says what keeps it from ending',
          },
          { kind: 'next', label: 'Debug', words: `openio election debug ${words}`, why: 'draws what the peers did' },
        ];
  return {
    title,
    tone,
    parts: [
      table(answers),
      { kind: 'text', text: 'Asking for the status starts an election where there was none.' },
      {
        kind: 'facts',
        facts: [
          ['base', baseName(base)],
          ['request ids in the logs', `${requestIds}*`],
        ],
      },
      ...next,
    ],
  };
}

function judge(name: string, answers: readonly PeerAnswer[]): { readonly tone: Tone; readonly title: string } {
  const well = answers.filter((answer) => explain('status', answer).health === 'well');
  const master = masterOf(answers);
  if (answers.length === 0) return { tone: 'bad', title: `Election of ${name}: no peer answered` };
  if (master === null && well.length > 0)
    return { tone: 'bad', title: `Election of ${name}: the peers name several masters` };
  if (master === null) return { tone: 'bad', title: `Election of ${name}: no master` };
  const missing = answers.length - well.length;
  if (missing === 0) return { tone: 'good', title: `Election of ${name}: ${master} is master` };
  return {
    tone: 'warning',
    title: `Election of ${name}: ${master} is master, ${missing} of ${answers.length} peers troubled`,
  };
}
