import { startEtcd } from '../../../sandbox/services/etcd';
import type { Server } from '../../../sandbox/services/server';
import { createPalm } from '../../../src/backends/palm/create';
import type { Palm } from '../../../src/backends/palm/palm';
import type { Change, Context, Finding, Json, Proposal, Query, Step } from '../../../src/handlers/operation';
import { type Part, plain, type View } from '../../../src/handlers/view';
import { type Hand, handOf } from '../../contracts/palm-hand';
import { noPlan } from '../../support/planned';

export const PRINTF = 'e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4';
export const LEADER = '9b1e0a52-6f0c-4c1e-9d3a-2f4b6c8d0e1f';
export const WORKER = 'c77a3b10-1c2d-4e5f-8a9b-0c1d2e3f4a5b';
export const ORPHAN = '3f0d9c11-aaaa-4bbb-8ccc-dddddddddddd';
export const ABSENT = '00000000-1111-4222-8333-444444444444';

/** A record as PALM writes it, with Python's spaces. */
export function recordText(uuid: string, changes: Readonly<Record<string, Json>> = {}): string {
  const record = {
    host: '127.0.0.1',
    pid: 4749,
    when: '2016-02-16T11:28:59.088608',
    leader: uuid,
    server: 'printf',
    ports: [5555],
    kind: 'registered',
    functions: ['printf', '_ping', '_log_query', 'get', 'set', 'append', 'delete'],
    uuid,
    configured: true,
    ...changes,
  };
  return JSON.stringify(record).replaceAll('":', '": ').replaceAll(',"', ', "');
}

export interface Rig {
  readonly api: 'v2' | 'v3';
  readonly etcd: Server;
  readonly hand: Hand;
  readonly palm: Palm;
  /** Empties etcd and registers a lone server, a leader with one worker, and an orphan. */
  seed(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRig(api: 'v2' | 'v3'): Promise<Rig> {
  const etcd = await startEtcd();
  const hand = handOf(api, etcd.url);
  const palm = createPalm({ api, hosts: [etcd.url] });
  return {
    api,
    etcd,
    hand,
    palm,
    seed: async () => {
      await hand.wipe();
      const worker = { server: 'montecarlo', kind: 'butterfly', host: '10.0.0.11' };
      await hand.put(PRINTF, recordText(PRINTF));
      await hand.put(
        LEADER,
        recordText(LEADER, { ...worker, host: '127.0.0.1', pid: 6001, ports: [5556, 5557, 5558] }),
      );
      await hand.put(WORKER, recordText(WORKER, { ...worker, pid: 7001, ports: [], leader: LEADER }));
      await hand.put(ORPHAN, recordText(ORPHAN, { server: 'pricer', pid: 5120, leader: ABSENT, configured: false }));
    },
    stop: async () => {
      await palm.close();
      hand.close();
      await etcd.stop();
    },
  };
}

export function contextOf(request = 'R7K2M9QF'): Context {
  return { request, signal: new AbortController().signal, report: () => undefined };
}

export async function ask(query: Query, ...words: string[]): Promise<View> {
  expect(query.check(words)).toBeNull();
  return query.answer(words, contextOf());
}

/** The proposal of a change; through JSON and back, as the job layer stores it. */
export async function propose(change: Change, words: readonly string[], context = contextOf()): Promise<Proposal> {
  expect(change.check(words)).toBeNull();
  const planned = await change.propose(words, context);
  if (planned.kind !== 'plan') throw new Error(noPlan(planned));
  const restored = change.restore(JSON.parse(JSON.stringify(planned.plan.plan)));
  expect(restored.plan).toEqual(planned.plan.plan);
  return restored;
}

export async function refusal(change: Change, words: readonly string[]): Promise<string> {
  expect(change.check(words)).toBeNull();
  const planned = await change.propose(words, contextOf());
  if (planned.kind === 'plan') throw new Error('the test expected a refusal');
  const said = noPlan(planned);
  return planned.view ? `${said}\n${textOf(planned.view)}` : said;
}

export interface Performed {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly view: View;
}

export async function perform(proposal: Proposal, context = contextOf()): Promise<Performed> {
  const steps: Step[] = [];
  for await (const step of proposal.execute(context)) steps.push(step);
  const findings = await proposal.verify(context);
  const targets = proposal.targets.map((target) => target.key);
  expect(steps.map((step) => step.target)).toEqual(targets);
  expect(findings.map((finding) => finding.target)).toEqual(targets);
  return { steps, findings, view: proposal.render(steps, findings, context.request) };
}

/** Everything that a view says, as people would read it. */
export function textOf(view: View): string {
  return [view.title, ...view.parts.map(partText)].join('\n');
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'text':
      return plain(part.text);
    case 'facts':
      return part.facts.map(([label, value]) => `${label}: ${plain(value)}`).join('\n');
    case 'table':
      return [part.head, ...part.rows].map((row) => row.map(plain).join(' | ')).join('\n');
    case 'raw':
      return part.text;
    case 'picture':
      return part.alt;
    case 'next':
      return `[${part.label}] ${part.words}`;
  }
}
