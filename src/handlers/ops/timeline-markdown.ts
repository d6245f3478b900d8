import type { Chapter, Timeline, TimelineEvent } from '../ledger';
import { code, escapeMarkdown } from '../markdown';
import { plain, utc } from '../view';
import { outcomeOf, sentence, summaryOf, type Told, toldOf } from './timeline-events';
import { isPerson, whoDid } from './who';

/** The incident as one file, for the post-mortem. Times are UTC; everything that people or systems said is literal. */
export function timelineMarkdown(timeline: Timeline): string {
  const told = toldOf(timeline);
  const names = new Map(Object.entries(timeline.names ?? {}));
  const { begun, ended, lasted, people, outcomes } = summaryOf(timeline, told);
  return [
    `# Timeline from ${utc(begun)} to ${utc(ended)}`,
    '',
    `- Duration: ${lasted}`,
    `- People: ${people.map((id) => personWithId(id, names)).join(', ') || 'nobody'}`,
    `- Requests: ${timeline.chapters.length} (${escapeMarkdown(outcomes)})`,
    `- Audit trail: entries ${told[0]?.event.seq ?? 0} to ${told.at(-1)?.event.seq ?? 0}`,
    ...(timeline.more > 0 ? [`- Left out, because it is too much: ${timeline.more} later moves`] : []),
    '',
    '## What happened',
    '',
    '| Time (UTC) | Who | What | Request |',
    '|---|---|---|---|',
    ...told.map((one) => row(one, names)),
    '',
    '## Request by request',
    ...timeline.chapters.flatMap((chapter) => section(chapter, names)),
    '',
    NOT_IN_IT,
    '',
  ].join('\n');
}

const NOT_IN_IT =
  'Queries that were refused, commands that were not understood, and clicks that counted for nothing are not in the audit trail.';

/** By id, as far as they are known. */
type Names = ReadonlyMap<string, string>;

function row({ event, chapter }: Told, names: Names): string {
  return `| ${utc(event.at).slice(0, -4)} | ${who(event, names)} | ${said(event, chapter, names)} | ${linked(chapter)} |`;
}

/** Ids say nothing to whoever reads it outside Slack. */
function said(event: TimelineEvent, chapter: Chapter, names: Names): string {
  return escapeMarkdown(sentence(event, chapter).replace(/\b[UWCG][A-Z0-9]{2,}\b/g, (id) => names.get(id) ?? id));
}

function who({ by }: TimelineEvent, names: Names): string {
  return by !== null && isPerson(by) ? escapeMarkdown(`@${names.get(by) ?? by}`) : escapeMarkdown(plain(whoDid(by)));
}

/** Once with the id, which tells people of the same name apart. */
function personWithId(id: string, names: Names): string {
  const name = names.get(id);
  return escapeMarkdown(name === undefined ? `@${id}` : `@${name} (${id})`);
}

function channelName(id: string, names: Names): string {
  const name = names.get(id);
  return escapeMarkdown(name === undefined ? id : `#${name} (${id})`);
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

function section(chapter: Chapter, names: Names): readonly string[] {
  const { channel, events, command, request } = chapter;
  const named = (...names: string[]) => events.filter(({ event }) => names.includes(event));
  const [asked] = named('asked', 'refused');
  const lines = (title: string, moves: readonly TimelineEvent[]) =>
    moves.length === 0
      ? []
      : [`- ${title}:`, ...moves.map((event) => `  - ${utc(event.at)} ${said(event, chapter, names)}`)];
  return [
    '',
    `### ${escapeMarkdown(request)}: ${escapeMarkdown(outcomeOf(chapter))}`,
    '',
    `- Command: ${code(`/${command}`)}`,
    ...(asked ? [`- Asked by ${who(asked, names)} at ${utc(asked.at)}`] : []),
    ...(channel === null ? [] : [`- Where: channel ${channelName(channel, names)}, ${seen(chapter)}`]),
    ...named(...DECISIONS).map((event) => decision(event, names)),
    ...lines('Second factor', named('wrong code', 'locked out')),
    ...lines('Steps', named('step')),
    ...lines('End', named('refused', 'finished', 'rechecked', 'cleared', 'reviewed')),
  ];
}

/** What people said to it, in the order in which they did. */
const DECISIONS = ['approval', 'approved', 'held', 'release', 'released', 'denied', 'withdrawn', 'expired'] as const;

function seen({ link, events }: Chapter): string {
  if (events.some(({ event }) => event === 'refused')) return 'told to that person alone';
  return link === null ? 'its message is not known any more' : `[message](${target(link)})`;
}

function decision(event: TimelineEvent, names: Names): string {
  const { reason } = event.detail;
  const why = reason === undefined ? '' : `: ${escapeMarkdown(String(reason))}`;
  const did = event.event === 'approval' ? 'approved' : event.event;
  return `- ${did} by ${who(event, names)} at ${utc(event.at)}${why}`;
}
