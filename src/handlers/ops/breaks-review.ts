import { defineQuery, type Query } from '../operation';
import type { Break, Rulebook } from '../rulebook';
import type { Text, View } from '../view';
import { parseRequestId } from './request-id';

interface Found {
  readonly request: string;
  /** Null: it is written down. */
  readonly refused: Text | null;
}

/** Changes nothing but that somebody has looked, so nobody has to approve it. */
export function opsBreaksReview(rulebook: Rulebook): Query {
  return defineQuery<string, Found>({
    name: 'ops breaks review',
    usage: 'REQUEST',
    summary: 'Writes down that you have looked at a broken glass of somebody else.',
    examples: ['ops breaks review R7K2M9QF4'],
    form: [
      {
        id: 'request',
        label: 'Broken glass',
        input: { kind: 'known', known: { kind: 'request', list: () => offered(rulebook) } },
        as: { kind: 'word' },
      },
    ],
    parse: (words) => parseRequestId(words, 'ops breaks review REQUEST'),
    read: async (id, { request }) => ({ request: id, refused: await rulebook.review(id, request) }),
    render,
  });
}

async function offered(rulebook: Rulebook) {
  const open = (await rulebook.breaks()).filter(({ reviewed }) => reviewed === null);
  return open.map(({ request, command, reason }: Break) => ({ value: request, about: `/${command}: ${reason}` }));
}

function render({ request, refused }: Found): View {
  const list = { kind: 'next', label: 'List', words: 'ops breaks', why: 'shows what is still to be reviewed' } as const;
  if (refused !== null)
    return { title: 'Not reviewed', tone: 'warning', parts: [{ kind: 'text', text: refused }, list] };
  const text = 'It is in the audit trail, with who looked.';
  return { title: `Request ${request} is reviewed`, tone: 'good', parts: [{ kind: 'text', text }, list] };
}
