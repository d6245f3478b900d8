import { defineQuery, type Query } from '../operation';
import type { ScheduleLine, Schedules } from '../schedules';
import { nothing } from './nothing';
import { spanText } from './since';

export function opsEveryList(schedules: Schedules): Query {
  return defineQuery<null, readonly ScheduleLine[]>({
    name: 'ops every list',
    usage: '',
    summary: 'What is asked again and again, by whom, and until when.',
    examples: ['ops every list'],
    form: [],
    parse: (words) => nothing(words, 'ops every list'),
    read: () => schedules.list(),
    render: (lines) => ({
      title: lines.length === 0 ? 'Nothing is asked again and again' : `${lines.length} asked again and again`,
      tone: 'neutral',
      parts:
        lines.length === 0
          ? []
          : [
              {
                kind: 'table',
                name: 'schedules.csv',
                head: ['Id', 'Command', 'Every', 'Where', 'By', 'Until', 'Runs', 'Changes', 'Left out', 'Last answer'],
                rows: lines.map((line) => [
                  line.id,
                  `/${line.command}`,
                  spanText(line.everyMs),
                  [{ channel: line.channel }],
                  [{ user: line.by }],
                  [{ at: line.until }],
                  String(line.runs),
                  String(line.changes),
                  String(line.skipped),
                  line.answeredAt === null ? 'none yet' : [{ at: line.answeredAt }],
                ]),
              },
            ],
    }),
  });
}
