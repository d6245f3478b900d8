import { DEFAULT_CLUSTER } from '../clusters';
import { type Chapter, PRIVATELY, type Timeline, type TimelineEvent } from '../ledger';
import { isPerson } from './who';

/** One move, with the request that made it. */
export interface Told {
  readonly event: TimelineEvent;
  readonly chapter: Chapter;
}

/** Every move in the order in which they happened. */
export function toldOf({ chapters }: Timeline): readonly Told[] {
  return chapters
    .flatMap((chapter) => chapter.events.map((event) => ({ event, chapter })))
    .sort((one, other) => one.event.seq - other.event.seq);
}

/** How many characters of a fingerprint are shown to people. */
const SHOWN = 12;

/** What happened, in words. Events and details that this does not know are told as they are. */
export function sentence({ event, detail }: TimelineEvent, { command }: Pick<Chapter, 'command'>): string {
  const left = new Map(Object.entries(detail));
  const take = (key: string) => {
    const value = left.get(key);
    left.delete(key);
    return value === undefined ? '' : String(value);
  };
  const begun = begin(event, take, command);
  // What is usual needs no word: typed or pressed in Slack, on the only cluster.
  if (left.get('road') === 'slash' || left.get('road') === 'button') left.delete('road');
  if (left.get('cluster') === DEFAULT_CLUSTER) left.delete('cluster');
  const rest = [...left].filter(([, value]) => value !== '').map(([key, value]) => `${key} ${value}`);
  const told = [begun, ...rest].filter(Boolean).join('; ');
  // The command has them whole; in every row of a long procedure they would hide what happened.
  return event === 'asked' || event === 'refused' ? told : told.replace(LONG_ID, (id) => `${id.slice(0, SHOWN)}…`);
}

const LONG_ID = /\b[0-9a-f]{24,}\b/gi;

type Take = (key: string) => string;

function begin(event: string, take: Take, command: string): string {
  switch (event) {
    case 'asked':
      take('words');
      take('channel');
      return take('private') === '' || command.endsWith(PRIVATELY)
        ? `asked for /${command}`
        : `asked for /${command} ${PRIVATELY}`;
    case 'refused':
      take('words');
      take('channel');
      return `asked for /${command} and was refused (${take('rule')}): ${take('why')}`;
    case 'planned':
      return `the preview was shown: ${take('danger')}, needs ${take('needs')}, fingerprint ${print(take)}`;
    case 'approval':
      return `approved, others must too (fingerprint ${print(take)})`;
    case 'approved':
      return `approved, the last that was needed (fingerprint ${print(take)})`;
    case 'denied':
    case 'withdrawn':
    case 'expired':
    case 'held':
    case 'released':
      take('fingerprint');
      // Who held it stands in the row of the hold.
      take('holder');
      return [event, take('reason')].filter(Boolean).join(': ');
    case 'release':
      take('fingerprint');
      return 'wants it released, another must too';
    case 'started':
      return `started (fingerprint ${print(take)}, fence ${take('fence')})${brokenGlass(take)}`;
    case 'step':
      return `${take('target')}: ${take('status')}, ${take('text')}`;
    case 'finished':
      return [take('outcome'), take('title') || take('why')].filter(Boolean).join(': ');
    case 'rechecked':
      return `looked a second time: ${take('title')}`;
    default:
      return beside(event, take);
  }
}

/** What is said of a request without moving it on. */
function beside(event: string, take: Take): string {
  switch (event) {
    case 'wrong code':
      return 'wanted to approve with a wrong one-time code';
    case 'locked out':
      return 'gave too many wrong one-time codes and is locked out for a while';
    case 'reviewed':
      return 'looked at the broken glass afterwards';
    case 'shared':
      return `shared its result in channel ${take('channel')}`;
    case 'share refused':
      return `its result could not be shared in channel ${take('channel')}: Slack said ${take('why')}`;
    case 'reminded':
      return `those who can still approve were reminded, ${take('missing')} missing`;
    case 'cleared': {
      const request = take('with request');
      return request === '' ? 'freed what it had locked' : `freed what it had locked with request ${request}`;
    }
    case 'enrolled':
      take('channel');
      return 'enrolled a second factor';
    default:
      return event;
  }
}

function brokenGlass(take: Take): string {
  const rules = take('brokenFreeze');
  return rules === '' ? '' : ` although frozen by ${rules}, because: ${take('breakGlass')}`;
}

function print(take: Take): string {
  return take('fingerprint').slice(0, SHOWN);
}

export interface Summary {
  readonly begun: number;
  readonly ended: number;
  /** `1 h 12 min`. */
  readonly lasted: string;
  /** Everybody who asked or decided. */
  readonly people: readonly string[];
  readonly outcomes: string;
}

export function summaryOf({ chapters }: Timeline, told: readonly Told[]): Summary {
  const begun = told[0]?.event.at ?? 0;
  const ended = told.at(-1)?.event.at ?? begun;
  const counts = new Map<string, number>();
  for (const outcome of chapters.map(outcomeOf)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return {
    begun,
    ended,
    lasted: lasting(ended - begun),
    people: [...new Set(told.flatMap(({ event }) => event.by ?? []))].filter(isPerson),
    outcomes: [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', '),
  };
}

/** How far a request came within the timeline. */
export function outcomeOf({ events }: Chapter): string {
  const last = events.findLast(({ event }) => !BESIDE.has(event));
  // Only what has ended can be shared or reviewed.
  const isOver = events.some(({ event }) => event === 'shared' || event === 'reviewed');
  if (last === undefined) return isOver ? 'ended before' : 'under way';
  return String(last.detail.outcome ?? WORDS[last.event] ?? last.event);
}

/** What moves nothing on: a result that was shared is still what it was, a request that was held still waits. */
const BESIDE: ReadonlySet<string> = new Set([
  ...['held', 'release', 'released', 'reminded', 'wrong code', 'locked out', 'reviewed'],
  ...['step', 'rechecked', 'cleared', 'shared', 'share refused'],
]);

const WORDS: Readonly<Record<string, string>> = {
  asked: 'not read yet',
  planned: 'waiting for approval',
  approval: 'waiting for approval',
  started: 'running',
};

function lasting(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
