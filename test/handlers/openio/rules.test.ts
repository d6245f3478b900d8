import type { Copies } from '../../../src/handlers/openio/copies';
import type { Observed } from '../../../src/handlers/openio/observe';
import { RULES } from '../../../src/handlers/openio/rules';
import { A, B, C, copy, log, remembers, said, seen, service, silent } from './observed';

/** The names of the rules that find something. */
function found(observed: Observed): readonly string[] {
  return RULES.flatMap(([name, rule]) => (rule(observed) ? [name] : []));
}

function finding(name: string, observed: Observed) {
  const rule = RULES.find(([each]) => each === name)?.[1];
  if (!rule) throw new Error(`no rule ${name}`);
  return rule(observed);
}

const STUCK = log('LISTING:LIST_OK:CHECKING_SLAVES', 'CHECKING_SLAVES:GETVERS_KO:DELAYED_CHECKING_SLAVES');
const BAD_COPIES: Copies = {
  kind: 'by peer',
  copies: [copy(A, 'good'), copy(B, 'bad', { faults: ['lacks sys.m2.ctime'] }), copy(C, 'good')],
};

test('nothing is wrong with a healthy base', () => {
  expect(found(seen())).toEqual([]);
});

/** One line per rule: what is seen, that this rule finds it, with which evidence and advice. */
const CASES: readonly [string, Partial<Observed>, string, string | null][] = [
  [
    'ZooKeeper in trouble',
    {
      debug: [A, B, C].map((id) =>
        remembers(id, { state: 'NONE', log: log('CREATING:CREATE_KO:FAILED', 'FAILED:NONE:NONE') }),
      ),
    },
    `${A}: CREATING --CREATE_KO--> FAILED`,
    'election status',
  ],
  [
    'peers that hang',
    {
      debug: [remembers(A, { state: 'MASTER' }), remembers(B, { state: 'SLAVE', master: A }), silent(C, 7, 'Timeout')],
    },
    `${C}: connected but silent: its process hangs (7 Timeout)`,
    'election status',
  ],
  [
    'peers that are dead',
    {
      debug: [remembers(A, { state: 'MASTER' }), remembers(B, { state: 'SLAVE', master: A }), silent(C, 2, 'refused')],
    },
    `${C}: refuses connections: its process is not running (2 refused)`,
    'election status',
  ],
  [
    'peers that are dead',
    {
      debug: [remembers(A, { state: 'MASTER' }), silent(C, 8, 'avoided')],
      services: [service(C, { up: false, score: 0 })],
    },
    `${C}: not asked: the proxy remembers it as down for some seconds (8 avoided)`,
    'election status',
  ],
  [
    'rogue master',
    { debug: [remembers(B, { state: 'SLAVE', master: 'old:1' }), remembers(C, { state: 'SLAVE', master: 'old:1' })] },
    `${B} follows it`,
    'election leave',
  ],
  [
    'rogue master',
    { debug: [remembers(A, { state: 'NONE', log: log('ASKING:MASTER_BAD:LEAVING_FAILING') })] },
    `${A}: ASKING --MASTER_BAD--> LEAVING_FAILING`,
    'election debug',
  ],
  [
    'several masters',
    { debug: [remembers(A, { state: 'MASTER' }), remembers(B, { state: 'MASTER' })] },
    `${B}: MASTER`,
    'election debug',
  ],
  [
    'stuck waiting for slaves',
    { debug: [remembers(A, { state: 'DELAYED_CHECKING_SLAVES', log: STUCK })], copies: null },
    `${A}: CHECKING_SLAVES --GETVERS_KO--> DELAYED_CHECKING_SLAVES; LISTING --LIST_OK--> CHECKING_SLAVES`,
    'election debug',
  ],
  [
    'stuck elsewhere',
    { debug: [remembers(A, { state: 'LISTING' })], copies: null },
    `${A}: LISTING, looks who is first in ZooKeeper; LISTING`,
    'election status',
  ],
  [
    'master has the bad copy',
    {
      copies: {
        kind: 'by peer',
        copies: [copy(A, 'bad', { faults: ['lacks sys.m2.ctime'] }), copy(B, 'good'), copy(C, 'good')],
      },
    },
    `the master ${A} is the one whose copy is bad (lacks sys.m2.ctime); a sync would copy it over the good ones`,
    'election leave',
  ],
  ['a copy differs', { copies: BAD_COPIES }, `${B}: lacks sys.m2.ctime`, 'election sync'],
  [
    'no file',
    { files: [said(A), said(B, 431, 'Container not found'), said(C)] },
    `${B}: Container not found`,
    'election sync',
  ],
  ['old peer still there', { directory: ['new:1', B, C] }, `${B} still counts on ${A}`, 'reference list'],
  [
    'a peer holds no election',
    { debug: [remembers(A, { state: 'MASTER' }), silent(B, 200, 'OK')] },
    `${B} holds no election for this base`,
    'election status',
  ],
  [
    'sys.peers disagrees with the directory',
    { directory: ['new:1', B, C] },
    `${A}: sys.peers is ${A},${B},${C}`,
    'reference list',
  ],
  [
    'base frozen or disabled',
    { copies: { kind: 'by peer', copies: [copy(A, 'x', { system: { 'sys.status': '4294967295' } })] } },
    'sys.status is 4294967295 (frozen)',
    null,
  ],
  ['service down', { services: [service(A, { score: 0, up: false })] }, `${A}: score 0, down`, 'cluster list'],
  ['service down', { services: [service(B, { locks: ['tag.lock'] })] }, `${B}: score 100, tag.lock`, 'cluster list'],
  [
    'peer avoided',
    { debug: [remembers(A, { state: 'MASTER' }), silent(C, 8, 'Request avoided')] },
    `${C}: not asked: the proxy remembers it as down for some seconds (8 Request avoided)`,
    'election status',
  ],
  [
    'peer with another trouble',
    { debug: [remembers(A, { state: 'MASTER' }), silent(C, 777, 'novel')] },
    `${C}: code 777 is not known to this bot (777 novel)`,
    'election status',
  ],
];

test.each(CASES)('the rule "%s" finds it, with evidence and advice', (name, more, evidence, advice) => {
  const told = finding(name, seen(more));
  expect(told?.evidence).toContain(evidence);
  expect(told?.next?.operation ?? null).toBe(advice);
});

test('a base that nobody has used is no trouble', () => {
  const idle = [silent(A, 200, 'OK'), silent(B, 200, 'OK')];
  expect(finding('nobody remembers an election', seen({ debug: idle }))).toMatchObject({
    tone: 'neutral',
    evidence: [],
  });
});

test('every rule has a case of its own, and no two have the same name', () => {
  const names = RULES.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set([...CASES.map(([name]) => name), 'nobody remembers an election'])).toEqual(new Set(names));
});

test('a service down that is no peer of this base is left out', () => {
  expect(found(seen({ services: [service('other:1', { score: 0 })] }))).toEqual([]);
});

test('a damaged copy on the master is told before the copies that differ, and never with a sync', () => {
  const copies: Copies = {
    kind: 'by peer',
    copies: [copy(A, 'bad', { faults: ['lacks x'] }), copy(B, 'good'), copy(C, 'good')],
  };
  expect(found(seen({ copies }))).toEqual(['master has the bad copy', 'a copy differs']);
  expect(finding('a copy differs', seen({ copies }))?.next?.operation).toBe('container check');
});

test('ZooKeeper trouble that is over is no trouble', () => {
  const [first, ...rest] = seen().debug;
  const recovered = remembers(first?.answer.id ?? A, {
    state: 'MASTER',
    log: log('CREATING:CREATE_KO:FAILED', 'CHECKING_SLAVES:GETVERS_OK:MASTER'),
  });
  expect(found(seen({ debug: [recovered, ...rest] }))).toEqual([]);
});
