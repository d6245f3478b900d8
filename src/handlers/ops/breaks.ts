import { defineQuery, type Query } from '../operation';
import type { Break, Rulebook } from '../rulebook';
import type { Part, View } from '../view';
import { nothing } from './nothing';

/** Where a freeze was broken, so that somebody looks at it afterwards. */
export function opsBreaks(rulebook: Rulebook): Query {
  return defineQuery<null, readonly Break[]>({
    name: 'ops breaks',
    usage: '',
    summary:
      'Every request of the last 90 days that was asked with --break-glass: who, why, how it ended, and who looked at it since.',
    examples: ['ops breaks'],
    parse: (words) => nothing(words, 'ops breaks'),
    read: () => rulebook.breaks(),
    render,
  });
}

function render(breaks: readonly Break[]): View {
  if (breaks.length === 0) return { title: 'Nobody broke the glass in the last 90 days', tone: 'good', parts: [] };
  const open = breaks.filter(({ reviewed }) => reviewed === null);
  return {
    title: open.length === 0 ? 'Every broken glass is reviewed' : `${glasses(open.length)} to review`,
    tone: open.length === 0 ? 'good' : 'warning',
    parts: [
      {
        kind: 'table',
        name: 'breaks.csv',
        head: ['Request', 'When', 'By', 'Reason', 'Command', 'Ended', 'Freeze broken', 'Reviewed'],
        rows: breaks.map(({ request, at, by, reason, command, state, broke, reviewed }) => [
          request,
          [{ at }],
          [{ user: by }],
          reason,
          `/${command}`,
          state ?? 'not kept any more',
          broke ?? 'none',
          reviewed === null ? 'not yet' : ['by ', { user: reviewed.by }, ' ', { at: reviewed.at }],
        ]),
      },
      ...open.slice(0, MOST_OFFERED).map(offer),
    ],
  };
}

/** More buttons than these hide the list. */
const MOST_OFFERED = 3;

function offer({ request }: Break): Part {
  const words = `ops breaks review ${request}`;
  return { kind: 'next', label: `Reviewed ${request}`, words, why: 'writes down that you looked at it' };
}

function glasses(count: number): string {
  return `${count} broken ${count === 1 ? 'glass' : 'glasses'}`;
}
