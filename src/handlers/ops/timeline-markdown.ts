import type { Chapter, Timeline, TimelineEvent } from '../ledger';
import { code, escapeMarkdown } from '../markdown';
import { plain, utc } from '../view';
import { outcomeOf, sentence, summaryOf, type Told, toldOf } from './timeline-events';
import { isPerson, whoDid } from './who';

/** The incident as one file, for the post-mortem. Times are UTC; everything that people or systems said is literal. */
export function timelineMarkdown(timeline: Timeline): string {
  const told = toldOf(timeline);
  const { begun, ended, lasted, people, outcomes } = summaryOf(timeline, told);
  return [
    `# Timeline from ${utc(begun)} to ${utc(ended)}`,
    '',
    `- Duration: ${lasted}`,
    `- People: ${people.map(person).join(', ') || 'nobody'}`,
    `- Requests: ${timeline.chapters.length} (${escapeMarkdown(outcomes)})`,
    `- Audit trail: entries ${told[0]?.event.seq ?? 0} to ${told.at(-1)?.event.seq ?? 0}`,
    ...(timeline.more > 0 ? [`- Left out, because it is too much: ${timeline.more} later moves`] : []),
    '',
    '## What happened',
    '',
    '| Time (UTC) | Who | What | Request |',
    '|---|---|---|---|',
    ...told.map(row),
    '',
    '## Request by request',
    ...timeline.chapters.flatMap(section),
    '',
    NOT_IN_IT,
    '',
  ].join('\n');
}

const NOT_IN_IT =
  'Queries that were refused, commands that were not understood, and clicks that counted for nothing are not in the audit trail.';

function row({ event, chapter }: Told): string {
  return `| ${utc(event.at).slice(0, -4)} | ${who(event)} | ${escapeMarkdown(sentence(event, chapter))} | ${linked(chapter)} |`;
}

function who({ by }: TimelineEvent): string {
  return by !== null && isPerson(by) ? person(by) : escapeMarkdown(plain(whoDid(by)));
}

function person(id: string): string {
  return escapeMarkdown(`@${id}`);
}

function linked({ request, link }: Chapter): string {
  return link === null ? escapeMarkdown(request) : `[${escapeMarkdown(request)}](${target(link)})`;
}

/** A link is ours, but its text has come through Redis. */
function target(link: string): string {
  return `<${encodeURI(decodable(link)).replace(/[<>\\]/g, '')}>`;
}

function decodable(link: string): string {
  return URL.canParse(link) ? new URL(link).href : '';
}

function section(chapter: Chapter): readonly string[] {
  const { channel, events, command, request } = chapter;
  const named = (...names: string[]) => events.filter(({ event }) => names.includes(event));
  const [asked] = named('asked', 'refused');
  return [
    '',
    `### ${escapeMarkdown(request)}: ${escapeMarkdown(outcomeOf(chapter))}`,
    '',
    `- Command: ${code(`/${command}`)}`,
    ...(asked ? [`- Asked by ${who(asked)} at ${utc(asked.at)}`] : []),
    ...(channel === null ? [] : [`- Where: channel ${escapeMarkdown(channel)}, ${seen(chapter)}`]),
    ...named(...DECISIONS).map(decision),
    ...lines('Second factor', named('wrong code', 'locked out'), chapter),
    ...lines('Steps', named('step'), chapter),
    ...lines('End', named('refused', 'finished', 'rechecked', 'cleared', 'reviewed'), chapter),
  ];
}

/** What people said to it, in the order in which they did. */
const DECISIONS = ['approval', 'approved', 'held', 'release', 'released', 'denied', 'withdrawn', 'expired'] as const;

function seen({ link, events }: Chapter): string {
  if (events.some(({ event }) => event === 'refused')) return 'told to that person alone';
  return link === null ? 'its message is not known any more' : `[message](${target(link)})`;
}

function decision(event: TimelineEvent): string {
  const { reason } = event.detail;
  const why = reason === undefined ? '' : `: ${escapeMarkdown(String(reason))}`;
  const did = event.event === 'approval' ? 'approved' : event.event;
  return `- ${did} by ${who(event)} at ${utc(event.at)}${why}`;
}

function lines(title: string, events: readonly TimelineEvent[], chapter: Chapter): readonly string[] {
  if (events.length === 0) return [];
  return [`- ${title}:`, ...events.map((event) => `  - ${utc(event.at)} ${escapeMarkdown(sentence(event, chapter))}`)];
}
