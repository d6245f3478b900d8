import fc from 'fast-check';
import { createDistkvSandbox } from '../../sandbox/distkv/sandbox';
import { createOpenioSandbox } from '../../sandbox/openio/sandbox';
import { createPalmCluster } from '../../sandbox/palm/cluster';
import { startEtcd } from '../../sandbox/services/etcd';
import { checkMessage } from '../../sandbox/slack/check';
import { createDistkv } from '../../src/backends/distkv/distkv';
import { createOpenio } from '../../src/backends/openio/create';
import { createPalm } from '../../src/backends/palm/create';
import { createUnits } from '../../src/backends/units';
import { drawRequest } from '../../src/bot/message/message';
import { handleCommand } from '../../src/bot/receive/commands';
import { drawSaid } from '../../src/bot/view/blocks';
import type { Catalogue } from '../../src/handlers/catalogue';
import { createClusters } from '../../src/handlers/clusters';
import { catalogueOf } from '../../src/handlers/index';
import type { Ledger } from '../../src/handlers/ledger';
import type { Change, Context, Operation } from '../../src/handlers/operation';
import type { Rulebook } from '../../src/handlers/rulebook';
import type { Schedules } from '../../src/handlers/schedules';
import type { View } from '../../src/handlers/view';
import { splitWords } from '../../src/handlers/words';
import { spillView } from '../../src/jobs/store/attachments';
import { readFailed } from '../../src/jobs/work/failures';
import { dispenser, hostile } from '../support/hostile';
import { standing } from '../support/jobs';
import { drawnAlive, live, liveInMrkdwn } from '../support/live';
import { decided, finished, requestIn } from '../support/records';
import { tainted } from '../support/tainted';

/** Every operation, on far sides whose strings mean harm; and every word that is said to one person alone. */
const given = dispenser(fc.sample(hostile, { numRuns: 20_000, seed: 17 }));
const closing: (() => Promise<unknown>)[] = [];
let catalogue: Catalogue;

beforeAll(async () => {
  const [openioSandbox, distkvSandbox, etcd] = await Promise.all([
    createOpenioSandbox({ version: '2026.14.2' }),
    createDistkvSandbox(),
    startEtcd(),
  ]);
  const cluster = createPalmCluster(etcd);
  await cluster.seed();
  const { url: proxyUrl, namespace, account } = openioSandbox;
  const openio = createOpenio({ proxyUrl, namespace, account });
  const palm = createPalm({ api: 'v3', hosts: [etcd.url] });
  closing.push(openio.close, palm.close, cluster.close, openioSandbox.close, distkvSandbox.close, etcd.stop);
  const servers = distkvSandbox.servers.map((address) => {
    const [host = '', port = ''] = address.split(':');
    return { host, port: Number(port) };
  });
  const units = createUnits({ where: null, keyFile: '', knownHostsFile: '' });
  catalogue = catalogueOf({
    openio: tainted(openio, given, 3),
    distkv: tainted(createDistkv({ servers, login: null }), given, 3),
    palm: { etcd: tainted(palm, given, 3), units: tainted(units, given, 3) },
    ledger: tainted(ledger(), given, 1),
    rulebook: tainted(rulebook(), given, 1),
    factors: tainted({ on: true, enrolment: async () => ({ id: 'e', since: 1 }), reset: async () => true }, given, 1),
    schedules: tainted(schedules(), given, 1),
    doctor: tainted({ examine: async () => [{ tone: 'bad', what: 'w', found: 'f', why: 'y', todo: 't' }] }, given, 1),
  });
}, 30_000);
afterAll(async () => {
  for (const end of closing) await end();
});

/** Rules and breaks in which there is something of everything. */
function rulebook(): Rulebook {
  const facts = [['May ask', ['a', { user: 'U0ANA' }]]] as const;
  const right = { what: 'ask', may: false, why: ['by ', { channel: 'C1' }] };
  const broken = {
    request: 'R1',
    at: 1,
    by: 'U0ANA',
    command: 'c',
    reason: 'r',
    state: 's',
    broke: 'b',
    reviewed: null,
  };
  const reviewed = { ...broken, reviewed: { by: 'U0BEN', at: 2 } };
  return {
    list: () => [{ name: 'n', facts }],
    about: async () => ({ kind: 'found', command: 'palm purge', facts }),
    can: async () => ({ kind: 'found', command: 'palm purge', rights: [right, right] }),
    breaks: async () => [broken, reviewed],
    review: async () => ['no: ', { user: 'U0ANA' }],
  };
}

function schedules(): Schedules {
  const line = { id: 'E1', command: 'palm servers', by: 'U0ANA', channel: 'C1', everyMs: 60_000, until: 1, runs: 1 };
  const schedule = { ...line, changes: 1, skipped: 1, answeredAt: 1 };
  return {
    problem: () => null,
    start: async () => ({ ok: true, schedule }),
    list: async () => [schedule],
    stop: async () => schedule,
  };
}

/** A ledger in which there is something of everything. */
function ledger(): Ledger {
  const line = { id: 'R1', command: 'palm servers', requester: 'U0ANA', askedAt: 1, state: 'answered' };
  const entry = { seq: 1, at: 1, event: 'asked', request: 'R1', operation: 'x', by: 'U0ANA', detail: 'd' };
  const events = [{ seq: 1, at: 1, event: 'asked', by: 'U0ANA', detail: { words: 'w', count: 1 } }];
  const chapter = { request: 'R1', command: 'c', channel: 'C1', link: 'https://evil.example', events };
  const place = { seq: 1, hash: 'h', says: 'differs' } as const;
  return {
    performed: async () => null,
    newest: async () => [line, line],
    find: async () => ({
      ...line,
      rules: { operation: 'palm purge', cluster: 'default', channel: 'C1', danger: 'reversible' },
      ...{ uncertain: true, locked: ['a'], facts: [['a', 'b']], steps: [['a', 'done', 'b']], entries: [entry] },
    }),
    audit: async () => [entry, entry],
    verifyAudit: async () => {
      const anchors = { kind: 'read', where: 'w', places: [place] } as const;
      return { kind: 'broken', at: 1, why: 'w', anchors, typed: [place] };
    },
    exportAudit: async () => ({ lines: ['l'], entries: 1, head: place }),
    timeline: async () => ({ from: 0, to: 9, more: 1, chapters: [chapter, chapter] }),
    locks: async () => [{ target: 'a', request: 'R1', requester: 'U0ANA', since: 1 }],
    clear: async () => true,
  };
}

function expectHarmless(what: { readonly blocks: readonly unknown[]; readonly text: string }): void {
  expect(checkMessage(what.blocks, what.text)).toEqual([]);
  // Whom an example names by id is meant: /ops second-factor reset.
  const ours = /^@?@?U0(ANA|BEN|CHO|12AB3CD)$|^#?C1$/;
  expect([...live(what.blocks), ...drawnAlive(what.blocks)].filter((one) => !ours.test(one))).toEqual([]);
  expect(liveInMrkdwn(what.text)).toEqual([]);
}

function expectDrawn(view: View): void {
  const { view: kept } = spillView(view);
  const extra = { partial: kept, approvers: 'nobody', cluster: null };
  expectHarmless(drawRequest(requestIn({ kind: 'queued' }), extra));
  expectHarmless(drawRequest(requestIn({ kind: 'planned', expiresAt: 5, ...decided(kept) }), extra));
  expectHarmless(drawRequest(requestIn(finished({ kind: 'answered', view: kept })), extra));
  expectHarmless(drawSaid(view));
}

const context = (): Context => ({ request: 'R1', signal: AbortSignal.timeout(10_000), report: expectDrawn });

async function viewsOf(operation: Operation, words: readonly string[]): Promise<readonly View[]> {
  try {
    return operation.kind === 'query'
      ? [await operation.answer(words, context())]
      : await viewsOfChange(operation, words);
  } catch (error) {
    // Strings that no far side could send are refused by the backend's own checks, or by the operation's: told like this.
    return [readFailed(`${operation.name} ${given.next()}`, error), readFailed('x', new Error(given.next()))];
  }
}

async function viewsOfChange(change: Change, words: readonly string[]): Promise<readonly View[]> {
  const planned = await change.propose(words, context());
  if (planned.kind !== 'plan') {
    const why: View = {
      title: 't',
      tone: 'neutral',
      parts: 'why' in planned ? [{ kind: 'text', text: planned.why }] : [],
    };
    return planned.view ? [planned.view, why] : [why];
  }
  const { preview, targets, render } = planned.plan;
  const keys = [...targets.map(({ key }) => key), given.next()];
  const steps = keys.map((target) => ({ target, status: 'done', text: given.next() }) as const);
  const findings = keys.map((target) => ({ target, verdict: 'confirmed', text: given.next() }) as const);
  return [preview, render(steps, findings, 'R1'), render([], [], given.next())];
}

test('whatever the far sides say, no operation makes anything live', async () => {
  for (let round = 0; round < 6; round++) {
    for (const operation of catalogue.operations) {
      for (const example of operation.examples) {
        const split = splitWords(example);
        const matched = split.ok && catalogue.match(split.args);
        if (!matched) throw new Error(`not a command: ${example}`);
        for (const view of await viewsOf(operation, matched.words)) expectDrawn(view);
      }
    }
  }
}, 300_000);

test('what is said about words that mean harm is harmless', async () => {
  const clusters = createClusters([{ name: 'default', production: false, catalogue }]);
  const refusing = () => Promise.resolve({ ok: false, refusal: { rule: 'gone', why: given.next() } } as const);
  const requests = {
    open: refusing,
    decide: refusing,
    share: refusing,
    refusal: async () => null,
    objection: async () => null,
    frozen: () => false,
    rulingOf: () => standing().ruling,
  };
  const deps = { clusters, requests, onError: () => undefined };
  const names = catalogue.operations.map(({ name }) => name.split(' '));
  for (let round = 0; round < 4_000; round++) {
    const [system = '', ...verb] = names[round % names.length] ?? [];
    const text = [...verb.slice(0, round % 4), ...given.many(1 + (round % 3))].join(' ');
    const delivery = `d${round}`;
    const reply = await handleCommand(deps, { system, text, user: 'U0ANA', channel: 'C1', delivery });
    if (reply.kind !== 'whisper') throw new Error(`${text} was asked`);
    expectHarmless(drawSaid(reply.view));
  }
}, 300_000);
