import { IN_CONSOLE, of } from '../history';
import { harnessWaited, wasBusy, wasTroubled } from './excuses';
import { type Asked, type Click, type Effect, type Facts, oldestAsking, type Violation } from './facts';
import { falselyRefused, TAKEN } from './told';

/** Slack's patience, and what the measuring itself costs. */
const ACK_MS = 3_000;
/** Between what a clock says and when something is seen. */
const NEARLY_MS = 60;
/** A process is dead a moment before the harness knows. */
const NOTICED_MS = 500;
/** The time written into a move may be this far from Redis' clock: once for the plan, once for the vote. */
const CLOCK_MS = 1_000;

/** No effect without as many valid approvals as are needed, given before it and in time. */
export function quorum(facts: Facts): readonly Violation[] {
  return facts.effects
    .filter((effect) => !effect.suspects.some((asked) => hadQuorum(facts, asked, effect)))
    .map((effect) => ({
      invariant: 'quorum',
      story: effect.story,
      what: `${effect.target} was ${effect.what} at ${effect.at} ms; ${because(facts, effect)}`,
    }));
}

function because(facts: Facts, effect: Effect): string {
  if (effect.suspects.length === 0) return 'no request that anybody saw can have done it';
  return effect.suspects
    .map((asked) => {
      const votes = validApprovals(facts, asked, effect.at).map(({ who }) => who);
      return `${asked.id} of ${asked.by} had ${votes.length} of ${facts.history.schedule.needs} valid approvals (${votes.join(', ')})`;
    })
    .join('; ');
}

function hadQuorum(facts: Facts, asked: Asked, { at }: Pick<Effect, 'at'>): boolean {
  const people = new Set(validApprovals(facts, asked, at).map(({ who }) => who));
  return people.size >= facts.history.schedule.needs;
}

/** Clicks that may have counted: a lost answer leaves that open, and then they did. */
export function validApprovals(facts: Facts, asked: Asked, before: number): readonly Click[] {
  const { history, clicks } = facts;
  if (asked.waitingAt === null) return [];
  const from = asked.waitingAt;
  const expired = from + history.expiresAfterMs + toleranceOf(facts, from);
  const closed = closedAt(facts, asked);
  return clicks.filter(
    ({ request, button, who, at }) =>
      request === asked.id &&
      button === 'approve' &&
      who !== asked.by &&
      history.approvers.includes(who) &&
      at < Math.min(before, expired, closed),
  );
}

/** A process takes the time from its last talk with Redis: what matters is what went wrong around these two moments. */
function toleranceOf({ history }: Facts, from: number): number {
  const until = from + history.expiresAfterMs;
  const isOff = (moment: number) =>
    wasTroubled(history, { what: /^(redis|down|freeze|starved for)/, from: moment - ACK_MS, until: moment });
  return isOff(from) || isOff(until + CLOCK_MS) ? CLOCK_MS : NEARLY_MS;
}

/** When somebody who may say no had certainly said it: the click was taken, and nobody was told otherwise. */
function closedAt({ history, clicks }: Facts, asked: Asked): number {
  const noes = clicks.filter(({ request, button, who, answer, told }) => {
    if (request !== asked.id || !answer?.ok || told) return false;
    return button === 'deny'
      ? who !== asked.by && history.approvers.includes(who)
      : button === 'withdraw' && who === asked.by;
  });
  return Math.min(Number.POSITIVE_INFINITY, ...noes.map(({ answer }) => answer?.at ?? Number.POSITIVE_INFINITY));
}

/** Every command and every click is answered in time, with words or with what it asked for. */
export function answered(facts: Facts): readonly Violation[] {
  return [
    ...unanswered(facts),
    ...silentClicks(facts),
    ...toldTooEarly(facts),
    ...falselyRefused(facts),
    ...commandsWithoutRequest(facts),
  ];
}

function unanswered({ history }: Facts): readonly Violation[] {
  const answers = of(history, 'answered');
  return [...of(history, 'typed'), ...of(history, 'clicked')].flatMap((delivered) => {
    const { delivery, copy, process, at, story } = delivered;
    const answer = answers.find((one) => one.delivery === delivery && one.copy === copy);
    const until = (answer?.at ?? at + ACK_MS) + NOTICED_MS;
    // The console has no three seconds: whoever typed sees it work.
    if (process === IN_CONSOLE) return [];
    const measured = harnessWaited(history, { from: at, until: answer?.at ?? until });
    if (answer?.ok && answer.at - at - measured <= ACK_MS + NEARLY_MS) return [];
    if (wasTroubled(history, { process, from: at, until }) || wasBusy(history, { from: at, until })) return [];
    const what = delivered.kind === 'typed' ? delivered.command : `${delivered.button} on ${delivered.request}`;
    return [
      {
        invariant: 'answered',
        story,
        what: `${delivered.who}: ${what} at ${at} ms got ${answer?.said ?? 'no answer'}`,
      } as const,
    ];
  });
}

/** Whoever clicks is told, or the click is in the trail. */
function silentClicks(facts: Facts): readonly Violation[] {
  const decisions = facts.clicks.filter(({ button }) => !isCommand(button));
  return decisions.flatMap((click) => {
    if (!click.answer?.ok || click.told || wasTaken(facts, click) || wasCutShort(facts, click)) return [];
    const what = `${click.who} pressed ${click.button} on ${click.request} at ${click.at} ms and never heard of it`;
    return [{ invariant: 'answered', story: click.story, what }];
  });
}

/** How much longer a decision may take that was answered before it was made. */
const DECIDED_WITHIN_MS = 2_000;

/** What takes longer than Slack waits is answered before it is known how it ends; then the process may be struck. */
function wasCutShort({ history }: Facts, { process, at, answer }: Click): boolean {
  return wasTroubled(history, { process, from: at, until: (answer?.at ?? at) + DECIDED_WITHIN_MS });
}

/** Who hears that time is over must not hear it before it is. */
function toldTooEarly({ history, clicks }: Facts): readonly Violation[] {
  const whispers = of(history, 'whispered').filter(({ said }) => /has expired|have expired/.test(said));
  return clicks.flatMap(({ delivery, story, who, request }) => {
    const told = whispers.find((one) => one.delivery === delivery);
    if (!told || told.at >= oldestAsking(history, story) + history.expiresAfterMs - NEARLY_MS) return [];
    return [
      { invariant: 'answered', story, what: `${who} was told at ${told.at} ms that ${request} had expired` } as const,
    ];
  });
}

function wasTaken({ history, requests }: Facts, { request, who, button, at }: Click): boolean {
  if (!history.left) return requests.get(request)?.shown.some((shown) => shown.at > at) ?? false;
  return history.left.trail.some((text) => {
    const entry = JSON.parse(text) as { event: string; request: string; by?: string };
    return entry.request === request && entry.by === who && TAKEN[button].test(entry.event);
  });
}

interface Count {
  /** Of these every one has a request. */
  sure: number;
  /** Of these any may have one. */
  most: number;
}

/** What was taken without a word is a request that people can see. */
function commandsWithoutRequest(facts: Facts): readonly Violation[] {
  return facts.history.stories.flatMap((_, story) => {
    const seen = requestsOf(facts, story);
    const { sure } = expected(facts, story);
    if (seen >= sure) return [];
    return [
      {
        invariant: 'answered',
        story,
        what: `${sure} commands were taken, and ${seen} requests were ever seen`,
      } as const,
    ];
  });
}

/** A command or a click is one request, however often it is delivered. */
export function oneRequest(facts: Facts): readonly Violation[] {
  return [...tooManyRequests(facts), ...tooManyMessages(facts)];
}

/** How long before a message something must have been going wrong to have a second one posted. */
const POSTING_MS = 1_500;

/** A bot that is struck while it posts may post again; otherwise a request is one message. */
function tooManyMessages({ history, requests }: Facts): readonly Violation[] {
  return [...requests.values()].flatMap(({ id, story, shown }) => {
    const posted = new Map([...shown].reverse().map(({ ts, at }) => [ts, at]));
    if (posted.size === 1) return [];
    const around = { from: Math.min(...posted.values()) - POSTING_MS, until: Math.max(...posted.values()) };
    if (wasTroubled(history, { what: /^(redis|slack|down|freeze|starved for)/, ...around }) || wasBusy(history, around))
      return [];
    return [{ invariant: 'one request', story, what: `${id} has ${posted.size} messages` } as const];
  });
}

function tooManyRequests(facts: Facts): readonly Violation[] {
  return facts.history.stories.flatMap((_, story) => {
    const seen = requestsOf(facts, story);
    const { most } = expected(facts, story);
    if (seen <= most) return [];
    return [{ invariant: 'one request', story, what: `${most} commands and clicks became ${seen} requests` } as const];
  });
}

function requestsOf({ requests }: Facts, story: number): number {
  return [...requests.values()].filter((asked) => asked.story === story).length;
}

function expected({ history, clicks }: Facts, story: number): Count {
  const count: Count = { sure: 0, most: 0 };
  const answers = of(history, 'answered');
  const typed = of(history, 'typed').filter((event) => event.story === story);
  for (const id of new Set(typed.map(({ delivery }) => delivery))) {
    const all = answers.filter(({ delivery }) => delivery === id);
    count.most += 1;
    if (all.some(({ ok, said }) => ok && said === '')) count.sure += 1;
  }
  const next = clicks.filter((click) => click.story === story && isCommand(click.button));
  for (const id of new Set(next.map(({ delivery }) => delivery))) {
    const all = next.filter(({ delivery }) => delivery === id);
    count.most += 1;
    if (all.some(({ answer, told }) => answer?.ok && !told)) count.sure += 1;
  }
  return count;
}

/** A button that stands for a command. */
function isCommand(button: Click['button']): boolean {
  return button === 'next' || button === 'again';
}
