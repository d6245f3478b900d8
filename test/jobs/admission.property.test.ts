import fc from 'fast-check';
import type { Danger } from '../../src/handlers/operation';
import { ask, decide, expire, type Move, type Moved, plan, start } from '../../src/jobs/request/lifecycle';
import type { Decision, Request, Road } from '../../src/jobs/request/request';
import { parseWindow } from '../../src/jobs/rules/calendar';
import type { Members } from '../../src/jobs/rules/people';
import type { Standing } from '../../src/jobs/rules/policy';
import { DEFAULT_RULES, type Rule, type Rules, rulingOf, type Who } from '../../src/jobs/rules/rules';

/**
 * Generated rules, people, roads and orders of events. What must hold is written down a second time here, as naively as
 * possible, and compared with what admission does.
 */
const PEOPLE = ['UA', 'UB', 'UC', 'UD'];
const GROUPS = ['S1', 'S2', 'S3'];
const ROADS: readonly Road[] = ['slash', 'button', 'form', 'shortcut', 'console'];
const UNATTENDED: readonly Road[] = ['schedule', 'webhook'];
const CLUSTERS = ['default', 'prod'];
const CHANNELS = ['C1', 'C2'];
const OPERATIONS = ['palm purge', 'palm reset', 'distkv mark'];
const MINUTE = 60_000;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A Friday, 15:30 UTC. */
const BEGIN = Date.UTC(2026, 10, 27, 15, 30);

const VIEW = { title: 'v', tone: 'neutral', parts: [] } as const;

const some = <T>(items: readonly T[]) => fc.subarray([...items], { minLength: 1 });
const who = some([...PEOPLE, ...GROUPS]);
/** Around the beginning, so that freezes begin and end while a request lives. */
const edge = fc.record({ day: fc.integer({ min: 4, max: 5 }), hour: fc.integer({ min: 14, max: 17 }) });
const frozen = fc
  .tuple(edge, edge)
  .filter(([from, to]) => from.day !== to.day || from.hour !== to.hour)
  .map(([from, to]) => `${DAYS[from.day]} ${from.hour}:00 – ${DAYS[to.day]} ${to.hour}:00`)
  .map((text) => ({ zone: 'UTC', windows: [parseWindow(text)].flatMap((one) => one ?? []) }));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const rarely = <T>(value: fc.Arbitrary<T>, weight = 1) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight, arbitrary: value });

const match: fc.Arbitrary<Rule['match']> = fc.record(
  {
    system: some(['palm', 'distkv']),
    operation: some(OPERATIONS),
    kind: fc.constantFrom('query', 'change'),
    cluster: some(CLUSTERS),
    channel: some(CHANNELS),
    danger: fc.constantFrom('reversible', 'irreversible'),
  },
  { requiredKeys: [] },
);
const rule: fc.Arbitrary<Rule> = fc
  .record({
    match: maybe(match),
    ask: rarely(who),
    approve: rarely(who),
    needs: maybe(fc.integer({ min: 1, max: 3 })),
    fromGroups: rarely(fc.integer({ min: 1, max: 2 })),
    expires: maybe(fc.integer({ min: 1, max: 15 })),
    channels: rarely(some(CHANNELS)),
    frozen: rarely(frozen, 3),
    breakGlass: fc.oneof({ weight: 3, arbitrary: fc.constant(PEOPLE) }, { weight: 1, arbitrary: maybe(who) }),
  })
  .map(({ match, ask, approve, needs, fromGroups, expires, channels, frozen, breakGlass }) => {
    const groups = (approve ?? []).filter((id) => id.startsWith('S')).length;
    return {
      name: 'r',
      match: match ?? {},
      ...(ask && { ask }),
      ...(approve && { approve }),
      ...(needs !== undefined && { needs }),
      ...(fromGroups !== undefined && fromGroups <= groups && { fromGroups }),
      ...(expires !== undefined && { expiresAfterMs: expires * MINUTE }),
      ...(channels && { channels }),
      ...(frozen && { frozen }),
      ...(frozen && breakGlass && { breakGlass }),
    };
  });
const rules: fc.Arbitrary<Rules> = fc.record({
  approvers: fc.oneof({ weight: 5, arbitrary: fc.constant([...PEOPLE, ...GROUPS]) }, { weight: 2, arbitrary: who }),
  channels: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(CHANNELS) }),
  needs: fc.record({ reversible: fc.integer({ min: 1, max: 2 }), irreversible: fc.integer({ min: 2, max: 3 }) }),
  stricter: fc.dictionary(fc.constantFrom(...OPERATIONS), fc.integer({ min: 1, max: 3 })),
  expiresAfterMs: fc.integer({ min: 5, max: 15 }).map((minutes) => minutes * MINUTE),
  rules: fc.array(rule, { maxLength: 4 }),
});

const members: fc.Arbitrary<Members> = fc
  .tuple(...GROUPS.map(() => fc.option(fc.subarray(PEOPLE), { nil: null, freq: 8 })))
  .map((lists) => new Map(lists.map((list, at) => [GROUPS[at] ?? '', list])));

type Event =
  | {
      readonly kind: 'vote';
      readonly decision: Decision;
      readonly by: string;
      readonly road: Road;
      readonly other: Road;
    }
  | { readonly kind: 'members'; readonly members: Members }
  /** The bot is started again with another file. */
  | { readonly kind: 'rules'; readonly rules: Rules }
  | { readonly kind: 'later'; readonly ms: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'expire' };
/** Mostly one with a person at its end, or nothing would ever start. */
const road = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...ROADS) },
  { weight: 1, arbitrary: fc.constantFrom(...UNATTENDED) },
);
const vote = fc.record({
  kind: fc.constant('vote' as const),
  decision: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Decision>('approve') },
    { weight: 1, arbitrary: fc.constantFrom<Decision>('deny', 'withdraw') },
  ),
  other: fc.constantFrom(...ROADS),
  by: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PEOPLE) }, { weight: 1, arbitrary: fc.constant('UX') }),
  road,
});
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: vote },
  { weight: 3, arbitrary: fc.constant({ kind: 'start' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'expire' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('members' as const), members }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rules' as const), rules }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 12 * MINUTE }).map((ms) => ({ kind: 'later', ms }) as const) },
);
const asking = fc.record({
  requester: fc.constantFrom(...PEOPLE),
  road,
  cluster: fc.constantFrom(...CLUSTERS),
  channel: fc.constantFrom(...CHANNELS),
  operation: fc.constantFrom(...OPERATIONS),
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('change' as const) },
    { weight: 1, arbitrary: fc.constant('query' as const) },
  ),
  danger: fc.constantFrom<Danger>('reversible', 'irreversible'),
  breakGlass: maybe(fc.constant('why')),
});
type Asking = typeof asking extends fc.Arbitrary<infer T> ? T : never;

interface World {
  rules: Rules;
  members: Members;
  at: number;
}

const ok = (moved: Moved) => (moved.ok ? moved.request : null);
const verdict = (moved: Moved) => (moved.ok ? 'ok' : moved.refusal.rule);
const tick = ({ at }: World) => ({ at, seq: 1 });

function standing({ rules, members }: World, asked: Asking, danger: Danger | null): Standing {
  const ruling = rulingOf(rules, { ...asked, danger });
  return { ruling, members, secondFactor: 'off' };
}

function asked(world: World, { requester, road, cluster, channel, operation, kind, breakGlass, ...rest }: Asking) {
  const about = { requester, road, cluster, channel, operation, kind, breakGlass, ...rest };
  const glass = breakGlass === undefined ? {} : { breakGlass };
  const request = { id: 'R1', kind, operation, words: [], cluster, road, requester, place: { channel }, ...glass };
  return ask(request, standing(world, about, null), tick(world));
}

/** The rules that hold, found anew. */
function holding(world: World, { kind, operation, cluster, channel, danger }: Asking): readonly Rule[] {
  return world.rules.rules.filter(
    ({ match }) =>
      (!match.system || match.system.includes(operation.split(' ')[0] ?? '')) &&
      (!match.operation || match.operation.includes(operation)) &&
      (!match.kind || match.kind === kind) &&
      (!match.cluster || match.cluster.includes(cluster)) &&
      (!match.channel || match.channel.includes(channel)) &&
      (!match.danger || (kind === 'change' && match.danger === danger)),
  );
}

function isOn(user: string, who: Who, members: Members): boolean {
  return who.includes(user) || who.some((group) => members.get(group)?.includes(user));
}

/** By minutes of the week, without any calendar. */
function isFrozen({ frozen }: Rule, at: number): boolean {
  const date = new Date(at);
  const now = (((date.getUTCDay() + 6) % 7) * 24 + date.getUTCHours()) * 60 + date.getUTCMinutes();
  return (frozen?.windows ?? []).some((window) => {
    if (window.kind !== 'weekly') throw new Error('only weekly ones are generated');
    const [from, to] = [window.from, window.to].map((time) => ((time.weekday - 1) * 24 + time.hour) * 60 + time.minute);
    if (from === undefined || to === undefined) throw new Error('two ends');
    return from < to ? from <= now && now < to : now >= from || now < to;
  });
}

/** From how many groups, by trying every way in which people can stand for groups. */
function mostGroups(people: readonly string[], groups: readonly string[], members: Members): number {
  const [first, ...others] = people;
  if (first === undefined) return 0;
  const choices = groups.filter((group) => members.get(group)?.includes(first));
  const standing = choices.map(
    (group) =>
      1 +
      mostGroups(
        others,
        groups.filter((one) => one !== group),
        members,
      ),
  );
  return Math.max(mostGroups(others, groups, members), ...standing);
}

/** What must be true of a request that starts now, whatever happened before. */
function expectRightfulStart(world: World, about: Asking, started: Request, voters: ReadonlySet<string>): void {
  if (started.state.kind !== 'running') throw new Error('it did not start');
  const { approvals, proposed } = started.state;
  const held = holding(world, about);
  const { approvers, channels, needs, stricter } = world.rules;
  const counted = [...new Set(approvals.map(({ by }) => by))].filter(
    (by) =>
      by !== about.requester &&
      voters.has(by) &&
      [approvers, ...held.flatMap(({ approve }) => (approve ? [approve] : []))].every((list) =>
        isOn(by, list, world.members),
      ),
  );
  const needed = Math.max(
    needs[about.danger],
    stricter[about.operation] ?? 0,
    ...held.map((one) => Math.max(one.needs ?? 0, one.fromGroups ?? 0)),
  );
  expect(counted.length).toBeGreaterThanOrEqual(needed);
  expect(counted.length).toBeGreaterThanOrEqual(DEFAULT_RULES.needs[about.danger]);
  // Nor fewer than people were shown, whatever the rules say by now.
  expect(counted.length).toBeGreaterThanOrEqual(proposed.needs);
  for (const { approve = [], fromGroups = 0 } of held)
    expect(
      mostGroups(
        counted,
        approve.filter((id) => id.startsWith('S')),
        world.members,
      ),
    ).toBeGreaterThanOrEqual(fromGroups);
  for (const one of held) {
    if (one.ask) expect(isOn(about.requester, one.ask, world.members)).toBe(true);
    if (one.channels) expect(one.channels).toContain(about.channel);
    if (!isFrozen(one, world.at)) continue;
    expect(about.breakGlass).toBeDefined();
    expect(isOn(about.requester, one.breakGlass ?? [], world.members)).toBe(true);
  }
  if (channels.length > 0) expect(channels).toContain(about.channel);
  expect(UNATTENDED).not.toContain(started.road);
  const newest = Math.max(...approvals.map(({ at }) => at));
  expect(world.at - newest).toBeLessThanOrEqual(DEFAULT_RULES.expiresAfterMs);
}

/** The same wish on every road: those with a person at their end get one answer, those without may only look. */
function expectSameOnEveryRoad(of: (road: Road) => Moved, changes: boolean, roads = ROADS): void {
  const answers = roads.map((road) => verdict(of(road)));
  expect(new Set(answers).size).toBe(1);
  for (const road of UNATTENDED) {
    const answer = verdict(of(road));
    if (changes) expect(answer).not.toBe('ok');
    else expect(answer).toBe(answers[0]);
  }
}

function planned(world: World, about: Asking, request: Request): Request | null {
  const us = standing(world, about, about.danger);
  const proposed = {
    ...{ plan: {}, targets: [], slots: [], procedure: [], recheckAfterMs: null, danger: about.danger },
    ...{
      preview: VIEW,
      needs: us.ruling.needs,
      fromGroups: us.ruling.fromGroups,
    },
  } as const;
  return ok(plan(proposed, us)(request, tick(world)));
}

function moveOf(event: Exclude<Event, { kind: 'members' | 'rules' | 'later' }>, us: Standing): Move {
  if (event.kind === 'start') return start(us);
  if (event.kind === 'expire') return expire;
  const { decision, by, road } = event;
  return decide({ decision, by, road, reason: 'r' }, us);
}

const counts = { started: 0, refused: 0, glass: 0 };

test('no road admits what another refuses, the requester never counts, and nothing starts without its quorum', () => {
  fc.assert(
    fc.property(
      rules,
      members,
      asking,
      fc.array(event, { minLength: 4, maxLength: 24 }),
      (rules, members, about, events) => {
        const world: World = { rules, members, at: BEGIN };
        expectSameOnEveryRoad((road) => asked(world, { ...about, road }), about.kind === 'change');
        const opened = ok(asked(world, about));
        if (!opened || about.kind === 'query') return;
        const waiting = planned(world, about, opened);
        if (!waiting) return;
        let request = waiting;
        const voters = new Set<string>();
        for (const event of events) {
          if (event.kind === 'members') world.members = event.members;
          else if (event.kind === 'rules') world.rules = event.rules;
          else if (event.kind === 'later') world.at += event.ms;
          else {
            const us = standing(world, about, about.danger);
            if (event.kind === 'vote')
              expectSameOnEveryRoad((road) => decide({ ...event, road, reason: 'r' }, us)(request, tick(world)), true, [
                event.other,
                'button',
              ]);
            const moved = moveOf(event, us)(request, tick(world));
            if (!moved.ok) {
              counts.refused += 1;
              continue;
            }
            request = moved.request;
            if (event.kind === 'vote') {
              expect([event.decision, event.by === about.requester]).not.toEqual(['approve', true]);
              if (event.decision === 'approve') voters.add(event.by);
            }
            if (event.kind !== 'start') continue;
            counts.started += 1;
            if (about.breakGlass !== undefined && holding(world, about).some((one) => isFrozen(one, world.at)))
              counts.glass += 1;
            expectRightfulStart(world, about, request, voters);
          }
        }
      },
    ),
    { numRuns: 1_500 },
  );
  console.info(counts);
  // A property that never meets the case it is about says nothing.
  expect(counts.started).toBeGreaterThan(40);
  expect(counts.refused).toBeGreaterThan(1_000);
  expect(counts.glass).toBeGreaterThan(0);
}, 60_000);

test('whatever the configuration: it is never weaker than the default', () => {
  fc.assert(
    fc.property(rules, asking, (rules, about) => {
      const ruling = rulingOf(rules, about);
      const usual = rulingOf({ ...DEFAULT_RULES, approvers: rules.approvers }, about);
      expect(ruling.needs).toBeGreaterThanOrEqual(usual.needs);
      expect(ruling.expiresAfterMs).toBeLessThanOrEqual(usual.expiresAfterMs);
      expect(ruling.approve).toEqual(expect.arrayContaining([...usual.approve]));
    }),
    { numRuns: 2_000 },
  );
});
