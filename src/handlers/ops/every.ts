import { channelOf } from '../audience';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { ScheduleLine, Schedules, Started } from '../schedules';
import type { View } from '../view';
import { shorten } from '../words';
import { readSpan, spanText } from './since';

interface Args {
  readonly everyMs: number;
  readonly lastsMs: number;
  readonly channel: string | null;
  readonly command: Words;
}

const LEAST_MS = 60_000;
const MOST_MS = 24 * 3_600_000;
const USUAL_LASTS_MS = 2 * 3_600_000;
const MOST_LASTS_MS = 7 * 24 * 3_600_000;

/** A question asked again and again, for a while; only what changed is said. It can never ask for a change. */
export function opsEvery(schedules: Schedules): Query {
  return defineQuery<Args, Started>({
    name: 'ops every',
    usage: 'SPAN [in #CHANNEL] [for SPAN] COMMAND…',
    summary: 'Asks a query again and again, and posts the answer when it has changed. Ends by itself.',
    postsLater: true,
    examples: ['ops every 10m palm servers', 'ops every 10m for 4h openio election status meta2 FVE0'],
    form: [
      { id: 'every', label: 'How often', hint: '10m, 1h', input: { kind: 'text' }, as: { kind: 'word' } },
      {
        id: 'in',
        label: 'Where',
        hint: 'Left empty: here.',
        optional: true,
        input: { kind: 'channel' },
        as: { kind: 'pair', word: 'in' },
      },
      {
        id: 'for',
        label: 'How long',
        hint: 'Left empty: 2h.',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'pair', word: 'for' },
      },
      {
        id: 'command',
        label: 'Command',
        hint: 'For example: palm servers',
        input: { kind: 'text' },
        as: { kind: 'words', raw: true },
      },
    ],
    parse: (words) => parse(schedules, words),
    read: ({ everyMs, lastsMs, channel, command }, { request }) =>
      schedules.start({ request, everyMs, lastsMs, channel, command }),
    render: show,
  });
}

function parse(schedules: Schedules, [every = '', ...rest]: Words): Parsed<Args> {
  const everyMs = readSpan(every);
  if (everyMs === null)
    return problem(`first comes how often, such as 10m, not ${every === '' ? 'nothing' : shorten(every)}`);
  if (everyMs < LEAST_MS || everyMs > MOST_MS)
    return problem('it can be asked every 1m at most, and every 24h at least');
  const place = takeAfter(rest, 'in');
  const time = takeAfter(place.rest, 'for');
  const channel = place.value === null ? null : channelOf(place.value);
  if (place.value !== null && channel === null)
    return problem(`in takes a channel, such as #inc-42, not ${shorten(place.value)}`);
  if (channel?.startsWith('#')) return problem(unresolved(channel));
  const lastsMs = time.value === null ? USUAL_LASTS_MS : readSpan(time.value);
  if (lastsMs === null) return problem(`for takes how long, such as 2h, not ${shorten(time.value ?? '')}`);
  if (lastsMs < everyMs || lastsMs > MOST_LASTS_MS)
    return problem('it must last for one time at least, and for 7d at most');
  const command = unslashed(time.rest);
  if (command.length === 0) return problem('the command that shall be asked is missing');
  const wrong = schedules.problem(command);
  return wrong === null ? { ok: true, args: { everyMs, lastsMs, channel, command } } : problem(wrong);
}

/**
 * Slack writes the id behind a name that it knows, so this one came from somewhere else, or is of no channel. Clusters and
 * rules go by the id: a name would ask the wrong ones.
 */
function unresolved(name: string): string {
  return `only Slack knows which channel ${shorten(name)} is: type this in Slack, or write the channel’s id, which begins with C and stands in its details`;
}

/** The value behind this word, where it stands first. */
function takeAfter(words: Words, word: string): { readonly value: string | null; readonly rest: Words } {
  return words[0] === word ? { value: words[1] ?? '', rest: words.slice(2) } : { value: null, rest: words };
}

/** As in a channel, or without the slash. */
function unslashed(words: Words): Words {
  return words.map((word, at) => (at === 0 ? word.replace(/^\//, '') : word));
}

function problem(text: string): Parsed<Args> {
  return { ok: false, problem: text };
}

function show(started: Started): View {
  if (!started.ok) return { title: 'Nothing was begun', tone: 'warning', parts: [{ kind: 'text', text: started.why }] };
  const { schedule } = started;
  return {
    title: `Asked every ${spanText(schedule.everyMs)}: /${schedule.command}`,
    tone: 'neutral',
    parts: [
      {
        kind: 'text',
        text: [
          'The first answer comes now, further ones when something has changed, in ',
          { channel: schedule.channel },
          '. It ends by itself at ',
          { at: schedule.until },
          '.',
        ],
      },
      stopIt(schedule),
    ],
  };
}

function stopIt({ id }: ScheduleLine): View['parts'][number] {
  return { kind: 'next', label: 'Stop it', words: `ops every stop ${id}`, why: 'ends it now' };
}
