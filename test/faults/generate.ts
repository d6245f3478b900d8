import { createRandom, type Random } from './random';
import {
  type Act,
  type Button,
  EXPIRES_AFTER_MS,
  MOVES,
  PHASES,
  type Phase,
  POINTS,
  type Point,
  type Schedule,
  type Story,
  type Trouble,
  type Who,
} from './schedule';

/** What was thought of later is drawn apart, so that a seed goes on meaning what it meant. */
const ANOTHER_STREAM = 1_000_003;
const YET_ANOTHER_STREAM = 2_000_003;

/** A round's schedule: nothing but the seed decides. `certain`: troubles that it has in any case. */
export function generate(seed: number, stories: number, certain: readonly Trouble[] = []): Schedule {
  const random = createRandom(seed);
  const needs = random.chance(0.5) ? 2 : 1;
  return {
    seed,
    needs,
    stories: withTyped(
      Array.from({ length: stories }, () => story(random, needs)),
      createRandom(seed + YET_ANOTHER_STREAM),
    ),
    troubles: [...certain, ...withMore(troubles(random), createRandom(seed + ANOTHER_STREAM))],
  };
}

/** Some decide in the console, most of them about what they asked for themselves: each is a process of its own. */
function withTyped(given: readonly Story[], random: Random): readonly Story[] {
  return given.map((one) => {
    const [first] = one.acts.filter((act) => act.kind === 'type');
    const votes = one.acts.filter((act) => act.kind === 'click' && act.button === 'approve');
    const own = votes.filter((act) => act.kind === 'click' && act.who === first?.who);
    const among = own.length > 0 ? own : votes;
    const isChosen = random.chance(own.length > 0 ? 0.4 : 0.03);
    const chosen = among[random.int(0, Math.max(0, among.length - 1))];
    if (!isChosen) return one;
    return { ...one, acts: one.acts.map((act) => (act === chosen ? { ...act, typed: true } : act)) };
  });
}

function story(random: Random, needs: 1 | 2): Story {
  const kind = random.weighted<(random: Random, needs: 1 | 2) => readonly Act[]>([
    [30, approved],
    [14, changedMeanwhile],
    [12, muddle],
    [14, tooLate],
    [10, twoAtOnce],
    [8, selfish],
    [8, deniedOrWithdrawn],
    [4, question],
    [8, undone],
  ]);
  return {
    targets: random.chance(0.2) ? 2 : 1,
    // Not all at once: a burst measures the machine.
    acts: [pass(random.int(0, 1_800)), ...kind(random, needs)],
    interferes: random.chance(0.12) ? random.pick<'rewrite' | 'change'>(['rewrite', 'change']) : null,
    registersAgain: random.chance(0.35) ? random.int(0, 250) : null,
  };
}

const APPROVERS = ['ben', 'cho', 'dee'] as const;
const ALL: readonly [Who, ...Who[]] = ['ana', 'ben', 'cho', 'dee', 'sam'];

function road(random: Random): 0 | 1 {
  return random.chance(0.5) ? 0 : 1;
}

function again(random: Random): number | null {
  return random.chance(0.2)
    ? random.weighted([
        [2, 0],
        [2, random.int(1, 60)],
        [1, random.int(100, 900)],
      ])
    : null;
}

/** Often somebody who may approve what others ask: then their own approval is the one to refuse. */
function type(random: Random, who: Who, more: Partial<Extract<Act, { kind: 'type' }>> = {}): Act {
  return { kind: 'type', who, command: 'purge', targets: [0], again: again(random), road: road(random), ...more };
}

function click(random: Random, who: Who, button: Button, request = 0): Act {
  const late = random.weighted([
    [6, 0],
    [2, random.int(1, 80)],
    [1, random.int(100, 900)],
  ]);
  return { kind: 'click', who, button, request, late, again: again(random), road: road(random) };
}

const pass = (ms: number): Act => ({ kind: 'pass', ms });
const waiting = (request = 0): Act => ({ kind: 'await', what: 'waiting', request, mostMs: 3_000 });
const ended = (request = 0): Act => ({ kind: 'await', what: 'ended', request, mostMs: 5_000 });

function requester(random: Random): Who {
  return random.pick<Who>(['ana', 'ben', 'cho', 'dee']);
}

/** As many different approvers as are needed, in some order, with or without a moment in between. */
function quorum(random: Random, by: Who, needs: number, request = 0): readonly Act[] {
  const others = APPROVERS.filter((who) => who !== by);
  const first = random.chance(0.5) ? others : [...others].reverse();
  return first
    .slice(0, needs)
    .flatMap((who) => [pass(random.chance(0.5) ? 0 : random.int(0, 120)), click(random, who, 'approve', request)]);
}

function approved(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const acts = [
    type(random, by, { targets: random.chance(0.2) ? [0, 1] : [0] }),
    waiting(),
    ...quorum(random, by, needs),
  ];
  if (random.chance(0.3))
    acts.push(
      pass(random.int(0, 40)),
      click(random, random.pick(ALL), random.pick<Button>(['approve', 'deny', 'withdraw'])),
    );
  if (random.chance(0.3))
    acts.push(ended(), click(random, random.pick(ALL), random.pick<Button>(['approve', 'deny', 'withdraw'])));
  return acts;
}

function write(random: Random): Act {
  return {
    kind: 'write',
    target: 0,
    what: random.pick<'rewrite' | 'change' | 'remove'>(['rewrite', 'change', 'remove']),
  };
}

/** Somewhere between the preview and the write. */
function changedMeanwhile(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const approvals = quorum(random, by, needs);
  const at = random.int(0, approvals.length);
  const acts = [type(random, by), waiting(), ...approvals.slice(0, at), write(random), ...approvals.slice(at)];
  if (at === approvals.length) acts.splice(-1, 0, pass(random.int(0, 25)));
  if (random.chance(0.4)) acts.push(ended(), click(random, random.pick(ALL), random.pick<Button>(['next', 'again'])));
  return acts;
}

/** Anybody presses anything. */
function muddle(random: Random): readonly Act[] {
  const acts = [type(random, requester(random)), waiting()];
  for (let left = random.int(2, 7); left > 0; left--) {
    const button = random.weighted<Button>([
      [6, 'approve'],
      [1, 'deny'],
      [1, 'hold'],
      [1, 'release'],
      [1, 'withdraw'],
    ]);
    acts.push(pass(random.chance(0.6) ? 0 : random.int(0, 300)), click(random, random.pick(ALL), button));
  }
  return acts;
}

/** The last approval comes around, or after, the end of its time. */
function tooLate(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const approvals = quorum(random, by, needs);
  const wait =
    EXPIRES_AFTER_MS +
    random.weighted([
      // Around it, and before the sweep has come by, which is when only a look at the clock can tell.
      [5, random.int(-80, 150)],
      [2, random.int(150, 700)],
    ]);
  return [type(random, by), waiting(), ...approvals.slice(0, -1), pass(wait), ...approvals.slice(-1)];
}

/** Two requests for one server: only one may have it, and the other must hear of it. */
function twoAtOnce(random: Random, needs: 1 | 2): readonly Act[] {
  const one = requester(random);
  const other = requester(random);
  const acts = [type(random, one), type(random, other), waiting(0), waiting(1)];
  const first = quorum(random, one, needs, 0);
  const second = quorum(random, other, needs, 1);
  return [...acts, ...first.slice(0, -2), ...second.slice(0, -2), ...first.slice(-2), ...second.slice(-2)];
}

/** The requester, a stranger, one approver again and again: together they are no quorum. */
function selfish(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const [approver = 'ben'] = APPROVERS.filter((who) => who !== by);
  const people: readonly [Who, ...Who[]] = needs === 2 ? [by, 'sam', approver] : [by, 'sam'];
  const acts = [type(random, by), waiting()];
  for (let left = random.int(2, 5); left > 0; left--)
    acts.push(pass(random.int(0, 60)), click(random, random.pick(people), 'approve'));
  return acts;
}

function deniedOrWithdrawn(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const no = random.chance(0.5)
    ? click(random, by, 'withdraw')
    : click(random, random.pick<Who>(['ben', 'cho', 'dee']), 'deny');
  const yes = quorum(random, by, needs);
  const at = random.int(0, yes.length);
  return [type(random, by), waiting(), ...yes.slice(0, at), no, ...yes.slice(at)];
}

function question(random: Random): readonly Act[] {
  return [type(random, random.pick(ALL), { command: 'show' }), ended()];
}

/** What was deleted is put back, by a button whose click Slack may deliver twice. */
function undone(random: Random, needs: 1 | 2): readonly Act[] {
  const by = requester(random);
  const next = requester(random);
  const acts = [type(random, by), waiting(), ...quorum(random, by, needs), ended(), click(random, next, 'next')];
  return [...acts, waiting(1), ...quorum(random, next, needs, 1)];
}

/** A fifth of the rounds are calm: then there is no excuse for anything. */
function troubles(random: Random): readonly Trouble[] {
  const count = random.weighted([
    [2, 0],
    [1, 1],
    [1, 2],
    [2, 3],
    [2, 4],
    [2, 5],
  ]);
  return Array.from({ length: count }, () => trouble(random));
}

/** Answers of Redis that are lost, and processes that are away for longer than the lock of a job lasts. */
function withMore(given: readonly Trouble[], random: Random): readonly Trouble[] {
  const longer = given.map((one) =>
    isAlone(one) && random.chance(0.3) ? { ...one, ms: random.int(2_000, 3_400) } : one,
  );
  // A calm round stays calm.
  if (given.length === 0) return longer;
  const lost = Array.from(
    {
      length: random.weighted([
        [3, 0],
        [2, 1],
        [1, 3],
      ]),
    },
    () => lostAnswer(random),
  );
  return [...longer, ...lost];
}

/** The other process goes on. */
function isAlone(trouble: Trouble): trouble is Extract<Trouble, { kind: 'freeze' | 'freeze at' }> {
  return trouble.kind === 'freeze' || (trouble.kind === 'freeze at' && !trouble.both);
}

function lostAnswer(random: Random): Trouble {
  const [at, ms] = [random.int(0, 2_600), random.int(20, 500)];
  const point = random.pick<Point>(random.chance(0.5) ? ['approval', 'approved', 'started', 'step'] : MOVES);
  return random.weighted<Trouble>([
    [3, { kind: 'lose at', point, phase: 'sent', nth: random.pick([1, 1, 2, 3, 5]) }],
    [1, { kind: 'lose answers', of: 'redis', at, ms }],
  ]);
}

/** What a process takes to be there again. */
const STARTS_WITHIN_MS = 1_000;

function trouble(random: Random): Trouble {
  const at = random.int(0, 2_600);
  const short = random.weighted([
    [3, random.int(20, 300)],
    [2, random.int(300, 1_200)],
  ]);
  // Longer than anybody waits for etcd, and than an approval waits for its start.
  const long = random.chance(0.25) ? random.int(1_200, EXPIRES_AFTER_MS + 1_100) : short;
  const process = road(random);
  const both = random.chance(0.3);
  // Both away for about as long as an approval waits for its start: then it must not be used any more.
  const away = EXPIRES_AFTER_MS + random.int(-1_500, 900);
  const isLong = both && random.chance(0.5);
  const backAfter = isLong ? away - STARTS_WITHIN_MS : random.int(0, 200);
  const there = {
    point: pointOf(random),
    phase: random.pick<Phase>(PHASES),
    nth: random.pick([1, 1, 1, 2, 2, 3]),
    both,
  };
  return random.weighted<Trouble>([
    [7, { kind: 'kill at', ...there, backAfter }],
    [5, { kind: 'freeze at', ...there, ms: isLong ? away : random.int(300, 1_800) }],
    [1, { kind: 'kill', at, process, backAfter }],
    [2, { kind: 'freeze', at, process, ms: random.int(300, 1_800) }],
    [3, { kind: 'redis', what: random.pick(['restart', 'freeze', 'hold', 'cut', 'slow']), at, ms: long }],
    [4, { kind: 'etcd', what: random.pick(['restart', 'freeze', 'freeze', 'hold', 'cut', 'slow']), at, ms: long }],
    [2, { kind: 'lose answers', of: 'etcd', at, ms: short }],
    [3, { kind: 'slack', what: random.pick(['too fast', 'lost answer', 'down']), at, ms: short }],
    // Long enough for what was known to be forgotten, and for somebody to press.
    [3, { kind: 'slack', what: 'groups unknown', at, ms: short + 600 }],
    [2, { kind: 'clock', at, process, by: random.pick([-240_000, -60_000, -1_000, 1_000, 60_000, 240_000]) }],
  ]);
}

/** Where it hurts most comes most often. */
function pointOf(random: Random): Point {
  return random.chance(0.6)
    ? random.pick<Point>(['approved', 'started', 'delete', 'step', 'finished', 'seal'])
    : random.pick<Point>(POINTS);
}
