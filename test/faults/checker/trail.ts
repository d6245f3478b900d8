import { createHash } from 'node:crypto';
import { type History, of } from '../history';
import { harnessWaited, wasBusy, wasTroubled } from './excuses';
import type { Facts, Violation } from './facts';
import { stepProblems } from './steps';
import { type Entry, entriesOf } from './ways';

const chain = (what: string, story: number | null = null): Violation => ({ invariant: 'chain', story, what });

/** The trail is whole, each request took a way that exists, and both sides of the history tell the same. */
export function chained(facts: Facts): readonly Violation[] {
  if (!facts.history.left) return [];
  return [
    ...links(facts),
    ...timesOfNobody(facts.history),
    ...[...facts.ways].flatMap(([request, way]) => wayProblems(facts, request, way)),
    ...stepProblems(facts),
    ...untold(facts, facts.ways),
  ];
}

function links({ history: { left } }: Facts): readonly Violation[] {
  if (!left) return [];
  let { seq, hash } = left.before;
  for (const text of left.trail) {
    const entry = JSON.parse(text) as Entry;
    if (entry.seq !== seq + 1) return [chain(`entry ${entry.seq} stands after ${seq}`)];
    if (entry.prev !== hash) return [chain(`entry ${entry.seq} does not hold the hash of the one before`)];
    seq = entry.seq;
    hash = createHash('sha256').update(text).digest('hex');
  }
  return seq === left.head.seq && hash === left.head.hash
    ? []
    : [chain(`the head is ${left.head.seq}, the last entry ${seq}`)];
}

/** An entry may be this far from the clock of Redis, and it takes a moment until it is seen. */
const CLOCK_MS = 750;
/** Whoever looks on is connected again so long after a restart of Redis. */
const BACK_WITHIN_MS = 2_000;

/** A time in the trail is the time at which it was written, by the one clock there is. */
function timesOfNobody(history: History): readonly Violation[] {
  return of(history, 'stored').flatMap(({ seq, at, says }) => {
    const told = says - history.begunAt;
    const between = { from: Math.min(told, at), until: Math.max(told, at) };
    // Whoever looks on may see it late, and never early.
    const seenLate = at > told ? harnessWaited(history, between) : 0;
    if (Math.abs(at - told) - seenLate <= CLOCK_MS) return [];
    if (wasTroubled(history, { what: /^redis (restart|freeze)/, from: between.from - BACK_WITHIN_MS, until: at }))
      return [];
    return [chain(`entry ${seq} was there at ${at} ms, and says ${Math.round(told)} ms`)];
  });
}

const WAITING = ['planned', 'approval', 'held', 'release', 'released', 'reminded'];
const FROM_WAITING = [...WAITING.slice(1), 'approved', 'denied', 'withdrawn', 'expired'];

/** Which move may follow which. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  // What was refused never became a request.
  '': ['asked', 'refused'],
  asked: ['planned', 'finished'],
  ...Object.fromEntries(WAITING.map((event) => [event, FROM_WAITING])),
  approved: ['started', 'expired', 'finished'],
  started: ['step', 'finished'],
  step: ['step', 'finished'],
  finished: ['rechecked', 'cleared'],
  rechecked: ['cleared'],
  cleared: ['rechecked'],
};

function wayProblems(facts: Facts, request: string, way: readonly Entry[]): readonly Violation[] {
  const story = facts.requests.get(request)?.story ?? null;
  const events = way.map(({ event }) => event);
  const wrong = events.findIndex((event, at) => !AFTER[events[at - 1] ?? '']?.includes(event));
  const problems = wrong < 0 ? [] : [chain(`${request} went ${events.slice(0, wrong + 1).join(', ')}`, story)];
  return [
    ...problems,
    ...voteProblems(facts, request, way),
    ...heldAndApproved(request, way),
    ...lateStart(facts, request, way),
    ...lateVotes(facts, request, way),
    ...leftAlone(facts, request, way),
  ].map((one) => ({
    ...one,
    story,
  }));
}

const VOTES: Readonly<Record<string, string>> = {
  approval: 'approve',
  approved: 'approve',
  denied: 'deny',
  withdrawn: 'withdraw',
  held: 'hold',
  release: 'release',
  released: 'release',
};

/** Every vote in the trail is somebody's click, and enough different people approved. */
function voteProblems({ history, clicks }: Facts, request: string, way: readonly Entry[]): readonly Violation[] {
  const unclicked = way.filter(({ event, by }) => {
    const button = VOTES[event];
    return (
      button !== undefined &&
      !clicks.some((click) => click.request === request && click.who === by && click.button === button)
    );
  });
  const asker = way.find(({ event }) => event === 'asked')?.by;
  const votes = way.flatMap(({ event, by = '' }) => (VOTES[event] === 'approve' ? [by] : []));
  const valid = new Set(votes.filter((who) => who !== asker && history.approvers.includes(who)));
  const isApproved = way.some(({ event }) => event === 'approved');
  const isEnough = valid.size >= history.schedule.needs;
  return [
    ...unclicked.map(({ event, by, seq }) =>
      chain(`entry ${seq} says ${event} by ${by} on ${request}, who did not click that`),
    ),
    ...votes.flatMap((who, at) => {
      if (votes.indexOf(who) === at && valid.has(who)) return [];
      return [chain(`an approval of ${request} by ${who} was taken, which cannot count`)];
    }),
    ...(isApproved && !isEnough ? [chain(`${request} was approved by ${votes.join(', ')}, which is no quorum`)] : []),
    ...(isEnough && !isApproved ? [chain(`${valid.size} people approved ${request}, and it is not approved`)] : []),
  ];
}

/** Nobody approves what somebody holds. */
function heldAndApproved(request: string, way: readonly Entry[]): readonly Violation[] {
  let held = false;
  return way.flatMap(({ event, seq }) => {
    if (event === 'held' || event === 'released') held = event === 'held';
    return held && VOTES[event] === 'approve' ? [chain(`entry ${seq} approves ${request}, which is held`)] : [];
  });
}

/** An approval may not be used after its time. */
function lateStart({ history }: Facts, request: string, way: readonly Entry[]): readonly Violation[] {
  const approved = way.find(({ event }) => event === 'approved');
  const started = way.find(({ event }) => event === 'started');
  if (!approved || !started || started.at <= approved.at + history.expiresAfterMs) return [];
  return [chain(`${request} was started ${started.at - approved.at} ms after its approval`)];
}

/** A preview may not be decided about after its time: both times are the trail's own. */
function lateVotes({ history }: Facts, request: string, way: readonly Entry[]): readonly Violation[] {
  const planned = way.find(({ event }) => event === 'planned');
  if (!planned) return [];
  const until = planned.at + history.expiresAfterMs;
  return way
    .filter(({ event, at }) => VOTES[event] === 'approve' && at > until)
    .map(({ seq, at }) => chain(`entry ${seq} approves ${request} ${at - until} ms after its time`));
}

/** What was approved is begun; a job that was lost is no excuse. This long, and the bot must have noticed. */
const NOTICED_MS = 1_200;

function leftAlone({ history }: Facts, request: string, way: readonly Entry[]): readonly Violation[] {
  const approved = way.find(({ event }) => event === 'approved');
  const expired = way.find(({ event }) => event === 'expired');
  if (!approved || !expired) return [];
  const until = approved.at + history.expiresAfterMs - history.begunAt;
  const excuse = { what: /^redis|^etcd|^down|^freeze|^starved for/, from: until - NOTICED_MS, until };
  if (wasTroubled(history, excuse) || wasBusy(history, excuse)) return [];
  return [chain(`${request} was approved and left alone until its time was over, and nothing had gone wrong by then`)];
}

/** What was done and said is in the trail. */
function untold(facts: Facts, ways: ReadonlyMap<string, readonly Entry[]>): readonly Violation[] {
  const effects = facts.effects.flatMap(({ receipt, target, story, suspects }) => {
    const by = receipt ?? (suspects.length === 1 ? suspects[0]?.id : undefined);
    const isTold = by === undefined || ways.get(by)?.some(({ event }) => event === 'started');
    return isTold ? [] : [chain(`${by} touched ${target}, and the trail does not say that it started`, story)];
  });
  const words = [...facts.requests.values()].flatMap(({ id, story, last }) => {
    const entry = ways.get(id)?.findLast(({ event }) => event !== 'rechecked' && event !== 'cleared');
    const told = entry?.event === 'finished' ? entry.detail.outcome : entry?.event;
    return last.state !== 'ended' || told === last.word
      ? []
      : [chain(`${id} is ${last.word} for people and ${told} in the trail`, story)];
  });
  const unseen = [...ways].flatMap(([request, way]) => {
    const isTold = facts.requests.has(request) || way.every(({ event }) => event === 'refused');
    return isTold ? [] : [request];
  });
  const asked = of(facts.history, 'typed').length > 0 ? unseen : [];
  return [...effects, ...words, ...asked.map((request) => chain(`${request} is in the trail, and nobody ever saw it`))];
}

/** Whatever has ended holds nothing, unless nobody knows how it ended: then it holds all that it touched. */
export function locks({ history, requests, ways }: Facts): readonly Violation[] {
  const { left } = history;
  if (!left) return [];
  /** People have looked, and said so. */
  const isCleared = (id: string) => ways.get(id)?.some(({ event }) => event === 'cleared') === true;
  const held = left.locks.flatMap(({ target, request }) => {
    const asked = requests.get(request);
    if (asked?.last.word === 'uncertain' && !isCleared(request)) return [];
    return [
      {
        invariant: 'locks',
        story: asked?.story ?? null,
        what: `${target} is still held by ${request}, which is ${asked?.last.word ?? 'unknown'}`,
      } as const,
    ];
  });
  const free = [...requests.values()].flatMap(({ id, story, targets, last }) => {
    if (last.word !== 'uncertain' || isCleared(id)) return [];
    const missing = targets.filter(
      (uuid) => !left.locks.some(({ target, request }) => request === id && target.endsWith(uuid)),
    );
    return missing.map(
      (uuid) => ({ invariant: 'locks', story, what: `${id} is uncertain, and ${uuid} is free` }) as const,
    );
  });
  return [...held, ...free, ...heldByTwo({ history, requests })];
}

/** From its start to its end a request has its records to itself. */
function heldByTwo({ history, requests }: Pick<Facts, 'history' | 'requests'>): readonly Violation[] {
  const holders = new Map<string, string>();
  return entriesOf(history).flatMap(({ event, request }) => {
    const asked = requests.get(request);
    if (!asked || (event !== 'started' && event !== 'finished' && event !== 'cleared')) return [];
    return asked.targets.flatMap((target) => {
      const holder = holders.get(target);
      if (event === 'started') holders.set(target, request);
      else if (holder === request && (event === 'cleared' || asked.last.word !== 'uncertain')) holders.delete(target);
      if (event !== 'started' || holder === undefined || holder === request) return [];
      return [
        {
          invariant: 'locks',
          story: asked.story,
          what: `${request} started on ${target} while ${holder} held it`,
        } as const,
      ];
    });
  });
}
