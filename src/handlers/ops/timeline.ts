import type { Form } from '../form';
import type { Chapter, Ledger, Since, Timeline, TimelineAbout } from '../ledger';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, Text, View } from '../view';
import { joinWords, parseFlags, shorten } from '../words';
import { parseRequestId, requestField } from './request-id';
import { parseSince, sinceField, USUAL_SINCE } from './since';
import { sentence, summaryOf, type Told, toldOf } from './timeline-events';
import { timelineMarkdown } from './timeline-markdown';
import { whoDid } from './who';

interface Args {
  readonly about: TimelineAbout;
  readonly isExport: boolean;
  /** The same question as words, for the suggestion that exports it. */
  readonly asked: Words;
}

interface Found {
  readonly args: Args;
  readonly timeline: Timeline;
}

export function opsTimeline(ledger: Ledger): Query {
  return defineQuery<Args, Found>({
    name: 'ops timeline',
    usage: '[--since 2h] [--here] [--request REQUEST] [--export]',
    summary: 'An incident in order: who asked, decided, and what happened; --export posts it as a Markdown file.',
    examples: ['ops timeline', 'ops timeline --here --since 4h --export', 'ops timeline --request R7K2M9QF4'],
    form: formOf(ledger),
    parse,
    read: async (args, { request }) => ({
      args,
      timeline: withoutItself(await ledger.timeline(args.about, request), request),
    }),
    render: ({ args, timeline }) => show(args, timeline),
  });
}

function formOf(ledger: Ledger): Form {
  return [
    sinceField('the last two hours'),
    {
      ...requestField('Only this request', ledger),
      optional: true,
      as: { kind: 'option', flag: 'request' },
    },
    {
      id: 'here',
      label: 'Only what was asked in this channel',
      optional: true,
      input: { kind: 'flag' },
      as: { kind: 'flag', flag: 'here' },
    },
    {
      id: 'export',
      label: 'As a Markdown file',
      optional: true,
      input: { kind: 'flag' },
      as: { kind: 'flag', flag: 'export' },
    },
  ];
}

function parse(words: Words): Parsed<Args> {
  const flags = parseFlags(words, {
    since: { type: 'string' },
    request: { type: 'string' },
    here: { type: 'boolean' },
    export: { type: 'boolean' },
  });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  if (positionals.length > 0) return { ok: false, problem: `${shorten(positionals[0] ?? '')} is not understood here` };
  if (values.since !== undefined && values.request !== undefined)
    return { ok: false, problem: '--since and --request do not go together' };
  if (values.here && values.request !== undefined)
    return { ok: false, problem: '--here and --request do not go together' };
  const about = aboutOf(values);
  if (!about.ok) return about;
  const asked = words.filter((word) => word !== '--export');
  return { ok: true, args: { about: about.args, isExport: values.export ?? false, asked } };
}

function aboutOf({
  since,
  request,
  here = false,
}: {
  since?: string;
  request?: string;
  here?: boolean;
}): Parsed<TimelineAbout> {
  if (request !== undefined) {
    const id = parseRequestId([request], '--request REQUEST');
    return id.ok ? { ok: true, args: { request: id.args } } : id;
  }
  const parsed: Parsed<Since> = since === undefined ? { ok: true, args: USUAL_SINCE } : parseSince(since);
  return parsed.ok ? { ok: true, args: { since: parsed.args, here } } : parsed;
}

/** The question is not part of the incident. */
function withoutItself(timeline: Timeline, request: string): Timeline {
  return { ...timeline, chapters: timeline.chapters.filter((chapter) => chapter.request !== request) };
}

function show({ isExport, asked }: Args, timeline: Timeline): View {
  const told = toldOf(timeline);
  if (told.length === 0) {
    return { title: 'Nothing happened in this time', tone: 'neutral', parts: [{ kind: 'text', text: EMPTY }] };
  }
  const file = { kind: 'raw', name: 'timeline.md', text: timelineMarkdown(timeline), asFile: true } as const;
  const words = joinWords(['ops', 'timeline', ...asked, '--export']);
  const offer = { kind: 'next', label: 'Export', words, why: 'posts it as a Markdown file' } as const;
  return {
    title: `Timeline: ${counted(timeline.chapters.length, 'request')}, ${counted(told.length, 'move')}`,
    tone: 'neutral',
    parts: [facts(timeline, told), ...more(timeline), table(told), isExport ? file : offer],
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const EMPTY = 'No request was asked or moved. Look further back with --since 1d.';

function facts(timeline: Timeline, told: readonly Told[]): Part {
  const { begun, ended, lasted, people, outcomes } = summaryOf(timeline, told);
  return {
    kind: 'facts',
    facts: [
      ['From', [{ at: begun }, ' to ', { at: ended }, `, ${lasted}`]],
      ['People', people.flatMap((user, index): Exclude<Text, string> => (index === 0 ? [{ user }] : [', ', { user }]))],
      ['Outcomes', outcomes],
    ],
  };
}

function more({ more }: Timeline): readonly Part[] {
  return more === 0 ? [] : [{ kind: 'text', text: `${more} later moves are left out. Ask for a shorter time.` }];
}

function table(told: readonly Told[]): Part {
  return {
    kind: 'table',
    name: 'timeline.csv',
    head: ['When', 'Who', 'What', 'Request'],
    rows: told.map(({ event, chapter }) => [
      [{ at: event.at }],
      whoDid(event.by),
      sentence(event, chapter),
      requestCell(chapter),
    ]),
  };
}

function requestCell({ request, link }: Chapter): Text {
  return link === null ? request : [{ message: link, text: request }];
}
