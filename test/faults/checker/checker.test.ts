import { createHash } from 'node:crypto';
import { generate } from '../generate';
import type { Event, History, Left, Reading } from '../history';
import { check } from './check';
import { INVARIANTS } from './facts';

/** One purge as it should go, by hand. Each test breaks it in one way, and must hear the name of what it broke. */
const ANA = 'U0ANA';
const BEN = 'U0BEN';
const CHO = 'U0CHO';
const SAM = 'U0SAM';
const TARGET = '11111111-1111-4111-8111-111111111111';
const ID = 'RAAAA1111';
const PATH = `default/palm/servers/${TARGET}`;

const FOOTER = `${TARGET} srv-v1 Revision 10\nAsked by <@${ANA}>. Request ${ID}\n/palm purge ${TARGET}`;
const reading = (state: Reading['state'], more: Partial<Reading> = {}): Reading => ({
  ...{ request: ID, by: ANA, state, word: null, buttons: [], versions: [1], text: FOOTER },
  ...more,
});
const shown = (at: number, state: Reading['state'], more: Partial<Reading> & { ts?: string } = {}): Event => {
  const { ts = '1.0', ...rest } = more;
  return { kind: 'shown', at, story: 0, ts, ...reading(state, rest) };
};
const answered = (at: number, delivery: string, said = '', ok = true): Event => ({
  ...{ kind: 'answered', at, delivery, copy: 0, ok, said },
});
const typed: Event = {
  ...{ kind: 'typed', at: 5, story: 0, delivery: 'd1', copy: 0, who: ANA, command: `purge ${TARGET}`, process: 0 },
};
const click = (
  at: number,
  delivery: string,
  who: string,
  button: 'approve' | 'deny' | 'withdraw' = 'approve',
): Event => ({
  ...{ kind: 'clicked', at, story: 0, delivery, copy: 0, who, button, request: ID, process: 0 },
});
const deleted: Event = {
  ...{
    kind: 'effect',
    at: 125,
    target: TARGET,
    revision: 11,
    what: 'deleted',
    before: 1,
    since: 10,
    version: null,
    receipt: ID,
  },
};
const attempt: Event = { kind: 'attempt', at: 120, target: TARGET, what: 'delete', request: ID, process: 0 };
const ended = (word: string) => shown(200, 'ended', { word });

const GOOD: readonly Event[] = [
  { kind: 'wrote', at: 0, target: TARGET, revision: 10, version: 1 },
  typed,
  answered(10, 'd1'),
  shown(50, 'waiting', { buttons: ['approve', 'deny', 'withdraw'] }),
  click(100, 'd2', BEN),
  answered(105, 'd2'),
  attempt,
  deleted,
  ended('succeeded'),
];

interface Told {
  readonly event: string;
  readonly request?: string;
  readonly by?: string;
  readonly at?: number;
  readonly detail?: Readonly<Record<string, string>>;
}

const WAY: readonly Told[] = [
  { event: 'asked', by: ANA, at: 10 },
  { event: 'planned', at: 40 },
  { event: 'approved', by: BEN, at: 104 },
  { event: 'started', at: 110 },
  { event: 'step', at: 130, detail: { target: PATH, status: 'done' } },
  { event: 'finished', at: 190, detail: { outcome: 'succeeded' } },
];
const finished = (outcome: string): Told => ({ event: 'finished', at: 190, detail: { outcome } });

const GENESIS = { seq: 0, hash: '0'.repeat(64) };

function left(way: readonly Told[], locks: Left['locks'] = []): Left {
  let head = GENESIS;
  const trail = way.map(({ at = 100, detail = {}, ...told }) => {
    const text = JSON.stringify({
      seq: head.seq + 1,
      at,
      prev: head.hash,
      request: ID,
      operation: 'palm purge',
      detail,
      ...told,
    });
    head = { seq: head.seq + 1, hash: createHash('sha256').update(text).digest('hex') };
    return text;
  });
  return { trail, before: GENESIS, head, locks };
}

interface Case {
  readonly events?: readonly Event[];
  readonly left?: Left | null;
  readonly needs?: 1 | 2;
  readonly targets?: readonly string[];
}

function historyOf({ events = GOOD, left: found = left(WAY), needs = 1, targets = [TARGET] }: Case): History {
  return {
    subject: 'quorumbot',
    schedule: { ...generate(1, 1), needs, troubles: [] },
    stories: [{ channel: 'C1', targets }],
    approvers: [BEN, CHO],
    expiresAfterMs: 1_500,
    begunAt: 0,
    events: events.toSorted((one, other) => one.at - other.at),
    left: found,
  };
}

const without = (...events: readonly Event[]) => GOOD.filter((event) => !events.includes(event));
const instead = (kind: (event: Event) => boolean, ...events: readonly Event[]) => [
  ...GOOD.filter((event) => !kind(event)),
  ...events,
];
const isVote = (event: Event) => event.kind === 'clicked' || (event.kind === 'answered' && event.delivery === 'd2');
const isEnd = (event: Event) => event.kind === 'shown' && event.state === 'ended';
/** From `at` until `until`. */
const trouble = (
  what: string,
  at: number,
  { until = at + 50, process = null as number | null } = {},
): readonly Event[] => [
  { kind: 'trouble', at, what, process },
  { kind: 'mended', at: until, what, process },
];
const OTHER = '22222222-2222-4222-8222-222222222222';
const notDone = instead(
  (event) => isEnd(event) || event === deleted || event === attempt,
  shown(200, 'ended', { word: 'failed' }),
);
const FAILED = left([...WAY.slice(0, 4), finished('failed')]);
const table = (step: string, found: string) =>
  `${FOOTER}\nWhat was done\nWhat is there now\n${TARGET}\n${step}\n${found}`;
const whispered = (delivery: string, said: string): Event => ({ kind: 'whispered', at: 112, delivery, said });

test('what went well is not complained about', () => {
  expect(check(historyOf({}))).toEqual([]);
});

/** Doubt, and somebody else's request that clears it. */
const CLEARING = 'RBBBB2222';
const clearing = (at: number, state: Reading['state'], more: Partial<Reading> = {}): Event =>
  shown(at, state, { ts: '2.0', request: CLEARING, by: CHO, versions: [], text: `/ops clear ${ID}`, ...more });
const CLEARED: readonly Event[] = [
  ...instead(isEnd, ended('uncertain')),
  ...trouble('etcd freeze', 110),
  { ...click(210, 'd4', CHO), button: 'next' } as Event,
  answered(212, 'd4'),
  clearing(230, 'waiting', { buttons: ['approve', 'deny', 'withdraw'] }),
  { ...click(240, 'd5', BEN), request: CLEARING } as Event,
  answered(242, 'd5'),
  clearing(270, 'ended', { word: 'succeeded' }),
];
const clearedBy = (request: string) =>
  left([
    ...WAY.with(5, finished('uncertain')),
    { event: 'asked', request: CLEARING, by: CHO, at: 212 },
    { event: 'planned', request: CLEARING, at: 220 },
    { event: 'approved', request: CLEARING, by: BEN, at: 241 },
    { event: 'started', request: CLEARING, at: 245 },
    { event: 'cleared', at: 250, by: CHO, detail: { 'with request': request } },
    { event: 'step', request: CLEARING, at: 252, detail: { target: `ops/requests/${ID}`, status: 'done' } },
    { event: 'finished', request: CLEARING, at: 260, detail: { outcome: 'succeeded' } },
  ]);

const broken: readonly (readonly [what: string, invariant: (typeof INVARIANTS)[number], history: Case])[] = [
  ['nobody approved', 'quorum', { events: instead(isVote) }],
  ['the requester approved', 'quorum', { events: instead(isVote, click(100, 'd2', ANA), answered(105, 'd2')) }],
  ['a stranger approved', 'quorum', { events: instead(isVote, click(100, 'd2', SAM), answered(105, 'd2')) }],
  ['one of two approved', 'quorum', { needs: 2 }],
  ['one approved twice', 'quorum', { needs: 2, events: [...GOOD, click(102, 'd3', BEN), answered(106, 'd3')] }],
  [
    'the approval came after the write',
    'quorum',
    { events: instead(isVote, click(130, 'd2', BEN), answered(135, 'd2')) },
  ],
  [
    'the approval came after its time',
    'quorum',
    {
      events: instead(
        (event) => event.at > 60,
        click(1_700, 'd2', BEN),
        answered(1_705, 'd2'),
        { ...deleted, at: 1_720 },
        shown(1_800, 'ended', { word: 'succeeded' }),
      ),
    },
  ],
  [
    'it was denied before it was approved',
    'quorum',
    { events: [...GOOD, click(80, 'd0', CHO, 'deny'), answered(85, 'd0')] },
  ],
  [
    'a request that nobody saw did it',
    'quorum',
    { events: instead((event) => event === deleted, { ...deleted, receipt: 'RZZZZ9999' }) },
  ],
  [
    'another version was deleted',
    'as approved',
    { events: instead((event) => event === deleted, { ...deleted, before: 2 }) },
  ],
  [
    'the same bytes, written again since',
    'as approved',
    { events: instead((event) => event === deleted, { ...deleted, since: 12 }) },
  ],
  ['it was deleted twice', 'once', { events: [...GOOD, { ...deleted, at: 150, revision: 14 }] }],
  ['it was tried twice', 'once', { events: [...GOOD, { ...attempt, at: 150 }] }],
  [
    'one command became two requests',
    'one request',
    { events: [...GOOD, shown(60, 'ended', { request: 'RBBBB2222', word: 'expired', ts: '2.0' })] },
  ],
  [
    'one request has two messages',
    'one request',
    { events: [...GOOD, shown(60, 'ended', { word: 'succeeded', ts: '2.0' })] },
  ],
  [
    'it was put back over another one',
    'as approved',
    { events: [...GOOD, { ...deleted, at: 150, what: 'put', before: 3, version: 1, receipt: null }] },
  ],
  ['it expired before its time', 'true last word', { events: instead(isEnd, ended('expired')) }],
  [
    'somebody is told too early that it expired',
    'answered',
    {
      events: [
        ...GOOD,
        click(110, 'd3', CHO),
        answered(115, 'd3'),
        { kind: 'whispered', at: 112, delivery: 'd3', said: 'has expired' },
      ],
    },
  ],
  [
    'it was approved and not done, for no reason',
    'works',
    {
      events: instead((event) => isEnd(event) || event === deleted, ended('failed')),
      left: left(WAY.with(5, finished('failed'))),
    },
  ],
  [
    'enough people approved, and that was forgotten',
    'chain',
    { left: left([...WAY.slice(0, 2), { event: 'approval', by: BEN }, { event: 'expired' }]) },
  ],
  [
    'two had it at the same time',
    'locks',
    {
      left: left([...WAY.slice(0, 4), { event: 'started', request: 'RBBBB2222' }, ...WAY.slice(4)]),
      events: [...GOOD, shown(61, 'ended', { request: 'RBBBB2222', word: 'succeeded', ts: '2.0' })],
    },
  ],
  [
    'the harness alone had to wait',
    'works',
    { events: [...notDone, ...trouble('starved for long', 100)], left: FAILED },
  ],
  [
    'something else went wrong long after',
    'works',
    { events: [...notDone, ...trouble('etcd freeze', 900)], left: FAILED },
  ],
  [
    'the clock of a process is no reason',
    'works',
    { events: [...notDone, ...trouble('clock 60000', 50, { process: 0 })], left: FAILED },
  ],
  [
    'a server that registered again after it was deleted is in nobody’s way',
    'works',
    {
      targets: [TARGET, OTHER],
      events: [
        ...instead(isEnd, shown(200, 'ended', { word: 'partial', text: `${FOOTER} ${OTHER}` })),
        { kind: 'wrote', at: 0, target: OTHER, revision: 9, version: 1 },
        { kind: 'wrote', at: 150, target: TARGET, revision: 12, version: 2 },
      ],
      left: left(WAY.with(5, finished('partial'))),
    },
  ],
  [
    'what was asked could not be read, for no reason',
    'works',
    {
      events: [...instead((event) => event.at > 20), shown(200, 'ended', { word: 'failed' })],
      left: left([...WAY.slice(0, 1), finished('failed')]),
    },
  ],
  ['it says partial, and all was done', 'true last word', { events: instead(isEnd, ended('partial')) }],
  [
    'it says partial, and nothing was done',
    'true last word',
    { events: [...without(deleted, attempt).filter((event) => !isEnd(event)), ended('partial')] },
  ],
  [
    'a row says deleted, and nothing was',
    'true last word',
    {
      events: instead(
        (event) => isEnd(event) || event === deleted,
        shown(200, 'ended', { word: 'uncertain', text: table('deleted, with a receipt', '–') }),
        ...trouble('etcd cut', 111),
      ),
    },
  ],
  [
    'a row says not touched, and it was',
    'true last word',
    {
      events: instead(
        isEnd,
        shown(200, 'ended', {
          word: 'succeeded',
          text: table('not touched: this request had been closed', 'gone; no receipt says by whom'),
        }),
      ),
    },
  ],
  [
    'a row says that it is there, and it was not',
    'true last word',
    {
      events: [
        ...instead(
          (event) => isEnd(event) || event === deleted || event.kind === 'wrote',
          shown(200, 'ended', { word: 'failed', text: table('not known: timeout', 'still there, unchanged') }),
        ),
      ],
      left: FAILED,
    },
  ],
  [
    'it doubts because another process than the one that wrote was frozen',
    'true last word',
    { events: [...instead(isEnd, ended('uncertain')), ...trouble('freeze', 115, { process: 1 })] },
  ],
  [
    'it doubts because the harness had to wait',
    'true last word',
    { events: [...instead(isEnd, ended('uncertain')), ...trouble('starved for long', 115)] },
  ],
  [
    'one request has two messages, and what went wrong came later',
    'one request',
    { events: [...GOOD, shown(60, 'ended', { word: 'succeeded', ts: '2.0' }), ...trouble('slack down', 900)] },
  ],
  [
    'a click is late while another process has to wait',
    'answered',
    {
      events: [
        ...instead((event) => event.kind === 'answered' && event.delivery === 'd2', answered(3_400, 'd2')),
        ...trouble('starved for long', 150, { until: 500, process: 1 }),
      ],
    },
  ],
  [
    'somebody is told that a vote counted for nothing, and it counts',
    'answered',
    {
      events: [...GOOD, whispered('d2', 'Request R is approved already and about to run. Your click changed nothing.')],
    },
  ],
  [
    'it was put back twice',
    'once',
    { events: [...GOOD, ...[150, 160].map((at): Event => ({ ...attempt, at, what: 'put', request: null }))] },
  ],
  [
    'a step tells of what was not done',
    'chain',
    { events: notDone, left: left([...WAY.slice(0, 5), finished('failed')]) },
  ],
  [
    'a step calls skipped what was done',
    'chain',
    { left: left(WAY.with(4, { ...WAY[4], event: 'step', detail: { target: PATH, status: 'skipped' } })) },
  ],
  ['a step is told twice', 'chain', { left: left(WAY.toSpliced(4, 0, WAY[4] ?? { event: 'step' })) }],
  ['no step tells of what was done', 'chain', { left: left(WAY.toSpliced(4, 1)) }],
  [
    'no step tells of it, and another process was frozen',
    'chain',
    { left: left(WAY.toSpliced(4, 1)), events: [...GOOD, ...trouble('freeze', 126, { process: 1 })] },
  ],
  [
    'a process that had to wait is no reason for another time',
    'chain',
    {
      events: [
        ...GOOD,
        { kind: 'stored', at: 1_000, seq: 3, says: 200 },
        ...trouble('starved for long', 250, { until: 700, process: 0 }),
      ],
    },
  ],
  ['it never ended', 'ends', { events: instead(isEnd, shown(200, 'running')) }],
  ['it says denied, and deleted', 'true last word', { events: instead(isEnd, ended('denied')) }],
  ['it says failed, and deleted', 'true last word', { events: instead(isEnd, ended('failed')) }],
  ['it says succeeded, and did nothing', 'true last word', { events: without(deleted, attempt) }],
  ['it doubts without a reason', 'true last word', { events: instead(isEnd, ended('uncertain')) }],
  [
    'a command was not answered',
    'answered',
    {
      events: instead(
        (event) => event.kind === 'answered' && event.delivery === 'd1',
        answered(3_010, 'd1', 'operation_timeout', false),
      ),
    },
  ],
  [
    'a click was not answered',
    'answered',
    {
      events: instead(
        (event) => event.kind === 'answered' && event.delivery === 'd2',
        answered(3_110, 'd2', 'operation_timeout', false),
      ),
    },
  ],
  [
    'a click was taken without a word and without effect',
    'answered',
    { events: [...GOOD, click(110, 'd3', SAM), answered(115, 'd3')] },
  ],
  [
    'a command was taken and never seen again',
    'answered',
    { events: [...GOOD, { ...typed, delivery: 'd9' }, answered(12, 'd9')] },
  ],
  [
    'a copy can still be pressed',
    'no live buttons',
    { events: [...GOOD, shown(55, 'waiting', { ts: '2.0', buttons: ['approve'] })] },
  ],
  [
    'an entry was edited',
    'chain',
    { left: { ...left(WAY), trail: left(WAY).trail.map((text) => text.replace(BEN, CHO)) } },
  ],
  ['an entry is missing', 'chain', { left: { ...left(WAY), trail: left(WAY).trail.toSpliced(2, 1) } }],
  ['the end was cut off', 'chain', { left: { ...left(WAY), trail: left(WAY).trail.slice(0, -1) } }],
  ['it started without an approval', 'chain', { left: left(WAY.toSpliced(2, 1)) }],
  ['it started twice', 'chain', { left: left(WAY.toSpliced(4, 0, { event: 'started' })) }],
  ['a vote is in the trail that nobody gave', 'chain', { left: left(WAY.with(2, { event: 'approved', by: CHO })) }],
  ['two were needed, one is in the trail', 'chain', { needs: 2 }],
  ['it started long after its approval', 'chain', { left: left(WAY.with(3, { event: 'started', at: 1_700 })) }],
  ['it was approved after its time', 'chain', { left: left(WAY.with(2, { event: 'approved', by: BEN, at: 1_601 })) }],
  [
    'an entry tells another time than the one it was written at',
    'chain',
    { events: [...GOOD, { kind: 'stored', at: 1_000, seq: 3, says: 200 }] },
  ],
  [
    'it was approved and left alone',
    'chain',
    { left: left([...WAY.slice(0, 3), { event: 'expired' }]), events: instead(isEnd, ended('expired')) },
  ],
  [
    'it was approved while it was held',
    'chain',
    { left: left(WAY.toSpliced(2, 0, { event: 'held', by: CHO })), events: [...GOOD] },
  ],
  ['it ran although it was refused', 'chain', { left: left(WAY.toSpliced(0, 0, { event: 'refused', by: ANA })) }],
  ['the trail knows nothing of a deletion', 'chain', { left: left(WAY.slice(0, 3)) }],
  ['the trail says something else than the message', 'chain', { left: left(WAY.with(5, finished('failed'))) }],
  [
    'a doubt was cleared, and its locks were left',
    'locks',
    {
      left: left(
        [...WAY.with(5, finished('uncertain')), { event: 'cleared', by: CHO }],
        [{ target: PATH, request: ID }],
      ),
      events: [...instead(isEnd, ended('uncertain')), { kind: 'trouble', at: 110, what: 'etcd freeze', process: null }],
    },
  ],
  [
    'what is said to have cleared a doubt is not what cleared it',
    'chain',
    { events: CLEARED, left: clearedBy('RCCCC3333') },
  ],
  ['a lock was left', 'locks', { left: left(WAY, [{ target: PATH, request: ID }]) }],
  [
    'doubt holds nothing',
    'locks',
    {
      left: left(WAY.with(5, finished('uncertain'))),
      events: [...instead(isEnd, ended('uncertain')), { kind: 'trouble', at: 110, what: 'etcd freeze', process: null }],
    },
  ],
];

test.each(broken)('%s: %s', (_what, invariant, history) => {
  expect(check(historyOf(history)).map((violation) => violation.invariant)).toContain(invariant);
});

test('every invariant is broken by one of these', () => {
  expect(new Set(broken.map(([, invariant]) => invariant))).toEqual(new Set(INVARIANTS));
});

test.each<[string, Case]>([
  [
    'what was refused is in the trail alone',
    { left: left([...WAY, { event: 'refused', request: 'RZZZZZZZZ', by: SAM }]) },
  ],
  [
    'a wrong code moves nothing',
    {
      left: left([
        ...WAY.toSpliced(2, 0, { event: 'wrong code', by: BEN }),
        { event: 'locked out', by: CHO },
        { event: 'rechecked' },
      ]),
    },
  ],
  [
    'a click on a process that was killed may stay unanswered',
    {
      events: [
        ...GOOD,
        click(110, 'd3', CHO),
        answered(112, 'd3', 'dispatch_failed', false),
        { kind: 'trouble', at: 115, what: 'down', process: 0 },
      ],
    },
  ],
  [
    'a lost answer may have counted',
    {
      events: [
        ...instead(isVote, click(100, 'd2', BEN), answered(105, 'd2', 'dispatch_failed', false)),
        { kind: 'trouble', at: 105, what: 'down', process: 0 },
      ],
    },
  ],
  [
    'doubt is allowed while etcd is in trouble, and holds its target',
    {
      left: left(WAY.with(5, finished('uncertain')), [{ target: PATH, request: ID }]),
      events: [...instead(isEnd, ended('uncertain')), { kind: 'trouble', at: 110, what: 'etcd freeze', process: null }],
    },
  ],
  [
    'a click that was answered in the nick of time, by a process that was killed then',
    {
      events: [
        ...GOOD,
        click(110, 'd3', CHO),
        answered(115, 'd3'),
        { kind: 'trouble', at: 400, what: 'down', process: 0 },
      ],
    },
  ],
  [
    'a machine that is busy with other things begins late what was approved',
    {
      left: left([...WAY.slice(0, 3), { event: 'expired' }]),
      events: [
        ...instead(
          (event) => isEnd(event) || event === deleted || event === attempt,
          shown(1_650, 'ended', { word: 'expired' }),
        ),
        { kind: 'trouble', at: 700, what: 'starved', process: 1 },
        { kind: 'trouble', at: 1_149, what: 'starved', process: 1 },
        { kind: 'mended', at: 1_150, what: 'starved', process: 1 },
        { kind: 'mended', at: 1_600, what: 'starved', process: 1 },
      ],
    },
  ],
  [
    'whoever was frozen between a deletion and its step cannot tell of it',
    { left: left(WAY.toSpliced(4, 1)), events: [...GOOD, ...trouble('freeze', 126, { process: 0 })] },
  ],
  ['etcd was away', { events: [...notDone, ...trouble('etcd freeze', 90)], left: FAILED }],
  [
    'of two copies of a click one counts and one changes nothing',
    {
      events: [
        ...GOOD,
        { ...click(101, 'd2', BEN), copy: 1 } as Event,
        { ...answered(106, 'd2'), copy: 1 } as Event,
        whispered('d2', 'Your click changed nothing.'),
      ],
    },
  ],
  [
    'the harness stood still nearly all the time, and so did the machine',
    {
      events: [
        ...instead((event) => event.kind === 'answered' && event.delivery === 'd2', answered(3_400, 'd2')),
        ...trouble('starved for long', 150, { until: 1_500 }),
        ...trouble('starved for long', 1_600, { until: 3_000 }),
      ],
    },
  ],
  [
    'who looks on may see an entry late',
    {
      events: [
        ...GOOD,
        { kind: 'stored', at: 1_000, seq: 3, says: 200 },
        ...trouble('starved for long', 250, { until: 700 }),
      ],
    },
  ],
  [
    'a doubt that people have cleared holds nothing any more',
    {
      left: left([...WAY.with(5, finished('uncertain')), { event: 'cleared', by: CHO }]),
      events: [...instead(isEnd, ended('uncertain')), { kind: 'trouble', at: 110, what: 'etcd freeze', process: null }],
    },
  ],
  [
    'who looks on may see a deletion after the registration that followed it',
    {
      left: left(WAY.with(5, finished('partial'))),
      events: [
        ...instead(isEnd, ended('partial')),
        { kind: 'wrote', at: 124, target: TARGET, revision: 12, version: 2 },
      ],
    },
  ],
  ['a request that clears a doubt touches no record', { events: CLEARED, left: clearedBy(CLEARING) }],
  [
    'whoever was frozen while it posted posts again, and that becomes a copy',
    {
      events: [
        ...GOOD,
        ...trouble('freeze', 20, { until: 210, process: 1 }),
        shown(215, 'waiting', { ts: '2.0' }),
        shown(220, 'copy', { ts: '2.0', versions: [], text: 'goes on in its other message' }),
      ],
    },
  ],
  [
    'somebody else may have removed it first',
    {
      left: left(WAY.with(4, { event: 'step', at: 130, detail: { target: PATH, status: 'skipped' } })),
      events: [...without(deleted, attempt), { kind: 'wrote', at: 120, target: TARGET, revision: 11, version: null }],
    },
  ],
])('%s', (_what, history) => {
  expect(check(historyOf(history))).toEqual([]);
});
