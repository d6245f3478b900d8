import type { Chapter, Timeline, TimelineAbout, TimelineEvent } from '../../handlers/ledger';
import type { Request } from '../request/request';
import type { Directory } from '../store/directory';
import type { Store } from '../store/store';
import { type Entry, readEntry } from './audit';
import { type AuditDeps, timeOf } from './ledger-audit';
import type { Links } from './links';
import { commandToldOf, isToldHidden, type Viewer, viewerOf, withoutWords } from './privacy';

/** So many moves are told at most; an incident has tens. */
const MOST_EVENTS = 5_000;

export interface TimelineDeps extends AuditDeps {
  readonly store: Store;
  readonly links: Links;
  readonly directory: Pick<Directory, 'namesOf'>;
}

/** What happened, from the audit trail: the records add what a trail does not hold, where they are still kept. */
export async function timeline(deps: TimelineDeps, about: TimelineAbout, asking?: string): Promise<Timeline> {
  const { trail, store } = deps;
  const [from, to, viewer] = await Promise.all([beginning(deps, about), deps.now(), viewerOf(store, asking)]);
  const head = await trail.head();
  const first = await trail.firstSince(from);
  const entries: Entry[] = [];
  let more = 0;
  for await (const text of trail.all(head, first)) {
    const entry = readEntry(text);
    if (!entry || ('request' in about && entry.request !== about.request)) continue;
    if (entries.length < MOST_EVENTS) entries.push(entry);
    else more += 1;
  }
  const chapters = await Promise.all(
    [...byRequest(entries)].map(([id, events]) => chapterOf(deps, { id, entries: events }, viewer)),
  );
  const shown = await fitting(store, about, asking, chapters);
  return { from, to, more, chapters: shown, names: await deps.directory.namesOf(idsIn(shown)) };
}

/** People, channels, and whoever else is named like them: those that are not are simply not known. */
const ID = /^[UWCG][A-Z0-9]+$/;

function idsIn(chapters: readonly Chapter[]): readonly string[] {
  const said = chapters.flatMap(({ channel, events }) => [
    channel,
    ...events.flatMap(({ by, detail }) => [by, ...Object.values(detail)]),
  ]);
  return said.filter((one): one is string => typeof one === 'string' && ID.test(one));
}

async function fitting(
  store: Store,
  about: TimelineAbout,
  asking: string | undefined,
  chapters: readonly Chapter[],
): Promise<readonly Chapter[]> {
  if (!('here' in about && about.here)) return chapters;
  const here = asking === undefined ? undefined : (await store.load(asking))?.place.channel;
  return chapters.filter(({ channel }) => channel === here);
}

async function beginning(deps: TimelineDeps, about: TimelineAbout): Promise<number> {
  if ('since' in about) return timeOf(deps, about.since);
  return (await deps.store.load(about.request))?.askedAt ?? 0;
}

function byRequest(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const chapters = new Map<string, Entry[]>();
  for (const entry of entries) {
    const events = chapters.get(entry.request);
    if (events) events.push(entry);
    else chapters.set(entry.request, [entry]);
  }
  return chapters;
}

async function chapterOf(
  { store, links }: TimelineDeps,
  { id, entries }: { readonly id: string; readonly entries: readonly Entry[] },
  viewer: Viewer,
): Promise<Chapter> {
  const request = await store.load(id);
  const told = { request, entries };
  // The message of a private request is nobody else's to open.
  const link = request && !request.isPrivate ? await links.of(request) : null;
  const isHidden = isToldHidden(told, viewer);
  return {
    request: id,
    command: commandToldOf(told, viewer),
    channel: channelOf(request, entries),
    link,
    events: entries.map((entry) => eventOf(isHidden ? { ...entry, detail: withoutWords(entry) } : entry)),
  };
}

function channelOf(request: Request | null, entries: readonly Entry[]): string | null {
  if (request) return request.place.channel;
  const channel = entries.find(isQuestion)?.detail.channel;
  return channel === undefined ? null : String(channel);
}

function isQuestion({ event }: Entry): boolean {
  return event === 'asked' || event === 'refused';
}

function eventOf({ seq, at, event, by, detail }: Entry): TimelineEvent {
  return { seq, at, event, by: by ?? null, detail };
}
