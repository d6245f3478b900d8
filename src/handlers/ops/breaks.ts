import { defineQuery, type Query } from '../operation';
import type { Break, Rulebook } from '../rulebook';
import type { View } from '../view';
import { nothing } from './nothing';

/** Where a freeze was broken, so that somebody looks at it afterwards. */
export function opsBreaks(rulebook: Rulebook): Query {
  return defineQuery<null, readonly Break[]>({
    name: 'ops breaks',
    usage: '',
    summary: 'Every request of the last 90 days that was asked with --break-glass: who, why, and how it ended.',
    examples: ['ops breaks'],
    parse: (words) => nothing(words, 'ops breaks'),
    read: () => rulebook.breaks(),
    render,
  });
}

function render(breaks: readonly Break[]): View {
  if (breaks.length === 0) return { title: 'Nobody broke the glass in the last 90 days', tone: 'good', parts: [] };
  return {
    title: `${breaks.length} broken ${breaks.length === 1 ? 'glass' : 'glasses'} to review`,
    tone: 'warning',
    parts: [
      {
        kind: 'table',
        name: 'breaks.csv',
        head: ['Request', 'When', 'By', 'Reason', 'Command', 'Ended', 'Freeze broken'],
        rows: breaks.map(({ request, at, by, reason, command, state, broke }) => [
          request,
          [{ at }],
          [{ user: by }],
          reason,
          `/${command}`,
          state ?? 'not kept any more',
          broke ?? 'none',
        ]),
      },
    ],
  };
}
