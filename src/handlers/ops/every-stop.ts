import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { ScheduleLine, Schedules } from '../schedules';
import type { View } from '../view';
import { shorten } from '../words';

const ID = /^E[0-9A-Z]{4,16}$/;

interface Found {
  readonly id: string;
  readonly stopped: ScheduleLine | null;
}

/** Changes nothing but the bot's own questions, so anybody may. */
export function opsEveryStop(schedules: Schedules): Query {
  return defineQuery<string, Found>({
    name: 'ops every stop',
    usage: 'ID',
    summary: 'Ends what is asked again and again.',
    examples: ['ops every stop E7K2M9QF4'],
    form: [
      {
        id: 'id',
        label: 'Which',
        input: {
          kind: 'known',
          known: {
            kind: 'schedule',
            list: async () => (await schedules.list()).map(({ id, command }) => ({ value: id, about: `/${command}` })),
          },
        },
        as: { kind: 'word' },
      },
    ],
    parse,
    read: async (id) => ({ id, stopped: await schedules.stop(id) }),
    render: show,
  });
}

function parse([typed = '', ...rest]: Words): Parsed<string> {
  const id = typed.toUpperCase();
  if (rest.length > 0 || !ID.test(id)) {
    return {
      ok: false,
      problem: `one id is needed, as ops every list shows it: E7K2M9QF4, not ${shorten(typed || 'nothing')}`,
    };
  }
  return { ok: true, args: id };
}

function show({ id, stopped }: Found): View {
  if (!stopped) {
    const list = { kind: 'next', label: 'List', words: 'ops every list', why: 'shows what there is' } as const;
    return { title: `There is no ${id} any more`, tone: 'neutral', parts: [list] };
  }
  return {
    title: `Stopped: /${stopped.command}`,
    tone: 'neutral',
    parts: [{ kind: 'text', text: `It was asked ${stopped.runs} times; the answer changed ${stopped.changes} times.` }],
  };
}
