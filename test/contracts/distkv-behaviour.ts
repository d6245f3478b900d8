import { type Connection, openConnection } from '../../src/backends/distkv/connection';
import { createDistkv, type Distkv } from '../../src/backends/distkv/distkv';
import { SECTIONS, type State, ticksIn } from '../../src/backends/distkv/state';
import { formatTicks, parseTicks, type TickSet } from '../../src/backends/distkv/ticks';
import type { Message } from '../../src/backends/distkv/wire';
import { BackendFailure } from '../../src/backends/failure';
import { distkvDiagnose } from '../../src/handlers/distkv/diagnose';
import { distkvMark } from '../../src/handlers/distkv/mark';
import { distkvWho } from '../../src/handlers/distkv/who';
import type { Context, Finding, Proposal, Step } from '../../src/handlers/operation';
import { splitWords } from '../../src/handlers/words';
import { noPlan } from '../support/planned';

/** A running network, real or pretended, whose servers miss nothing. */
export interface Network {
  readonly servers: readonly string[];
}

const signal = () => AbortSignal.timeout(15_000);
export const context = (): Context => ({ request: 'R1', signal: signal(), report: () => {} });

export function ticks(text: string): TickSet {
  const parsed = parseTicks([text]);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.args;
}

export function clientOf(network: Network): Distkv {
  return createDistkv({ servers: network.servers.map(addressOf) });
}

function addressOf(server: string): { host: string; port: number } {
  const [host = '', port] = server.split(':');
  return { host, port: Number(port) };
}

/** Sends what our client never would: the test's way to make servers miss something, and to clean up. */
export async function raw<T>(
  server: string,
  use: (ask: (message: Message) => Promise<Message>) => Promise<T>,
): Promise<T> {
  const doing = { doing: 'test', effect: 'none', signal: signal(), withinMs: 10_000 } as const;
  const connection: Connection = await openConnection(addressOf(server), null, doing);
  try {
    return await use((message) => connection.request(message, doing));
  } finally {
    connection.close();
  }
}

/** Reads until `good`, since servers tell each other in their own time. Fails with what was read last. */
export async function eventually(read: () => Promise<State>, good: (state: State) => boolean): Promise<State> {
  const until = performance.now() + 15_000;
  for (;;) {
    const state = await read();
    if (good(state)) return state;
    if (performance.now() > until) throw new Error(`it stayed so: ${JSON.stringify([...state.ticks.missing.keys()])}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function proposed(distkv: Distkv, command: string): Promise<Proposal> {
  const words = splitWords(command);
  if (!words.ok) throw new Error(words.problem);
  const planned = await distkvMark(distkv).propose(words.args, context());
  if (planned.kind !== 'plan') throw new Error(noPlan(planned));
  return planned.plan;
}

/** All of a change, as the job layer does it. */
export async function perform(
  distkv: Distkv,
  command: string,
): Promise<{ steps: Step[]; findings: readonly Finding[] }> {
  const proposal = await proposed(distkv, command);
  const restored = distkvMark(distkv).restore(JSON.parse(JSON.stringify(proposal.plan)));
  expect(restored.plan).toEqual(proposal.plan);
  const steps: Step[] = [];
  for await (const step of restored.execute(context())) steps.push(step);
  return { steps, findings: await restored.verify(context()) };
}

/** What holds on every DistKV server, asked through our client and our operations. */
export function behavesLikeDistkv(start: () => Promise<Network & { close(): Promise<void> }>): void {
  let network: Awaited<ReturnType<typeof start>>;
  let distkv: Distkv;
  let server: string;
  beforeAll(async () => {
    network = await start();
    distkv = clientOf(network);
    [server] = distkv.servers;
  });
  afterAll(() => network?.close());

  const state = (of = server) => distkv.state(of, SECTIONS, signal());
  const shown = async (node: string, section: 'missing' | 'superseded' | 'deleted' | 'present', of = server) =>
    formatTicks(ticksIn(await state(of), section, node));
  /** Makes `1…highest` of a node missing on one server, in the one way that needs no lost message. */
  const loseTicks = (node: string, highest: number, of = server) =>
    raw(of, (ask) => ask({ action: 'fake_info', ticks: { [node]: highest } }));
  const forget = (node: string, of = server) => raw(of, (ask) => ask({ action: 'kill_node', node }));

  it('raises its tock with every answer', async () => {
    const [first, second] = [await state(), await state()];
    expect(second.tock).toBeGreaterThan(first.tock);
    expect(second.earlier?.tock).toBeGreaterThanOrEqual(first.tock);
    expect(first.nodes.has(first.node)).toBe(true);
  });

  it('misses every tick up to a counter that it only heard of, until they are marked', async () => {
    await loseTicks('ghost', 12);
    expect(await shown('ghost', 'missing')).toBe('1-12');
    const mark = { node: 'ghost', ticks: ticks('1,3-7'), deleted: false };
    expect((await distkv.mark(server, mark, signal())).kind).toBe('marked');
    expect(await shown('ghost', 'missing')).toBe('2,8-12');
    expect(await shown('ghost', 'superseded')).toBe('1,3-7');
    expect(await distkv.mark(server, mark, signal())).toEqual({ kind: 'changed', gone: mark.ticks });
    expect((await distkv.mark(server, { node: 'ghost', ticks: ticks('8-9'), deleted: true }, signal())).kind).toBe(
      'marked',
    );
    expect(await shown('ghost', 'deleted')).toBe('8-9');
    expect(await shown('ghost', 'missing')).toBe('2,10-12');
    await forget('ghost');
    expect((await state()).nodes.has('ghost')).toBe(false);
  });

  it('takes every range of a mark as the half-open one it is, first and last tick included', async () => {
    await loseTicks('edges', 20);
    for (const range of ['1', '20', '4-6', '8,10,12-13']) {
      expect((await distkv.mark(server, { node: 'edges', ticks: ticks(range), deleted: false }, signal())).kind).toBe(
        'marked',
      );
    }
    expect(await shown('edges', 'missing')).toBe('2-3,7,9,11,14-19');
    await forget('edges');
  });

  it('tells what a tick holds, where it holds it', async () => {
    const path = ['bot', 'said'];
    await raw(server, (ask) => ask({ action: 'set_value', path, value: 'hello' }));
    const { node, nodes } = await state();
    const last = nodes.get(node) ?? 0n;
    expect(await distkv.records(server, { node, ticks: [last, last + 50n] }, signal())).toEqual([
      { tick: last, path: 'bot.said', value: 'hello', current: true },
    ]);
    expect(await distkv.records(server, { node: 'nobody', ticks: [1n] }, signal())).toEqual([]);
    const view = await distkvWho(distkv).answer([node, `${last}`], context());
    expect(JSON.stringify(view)).toContain('bot.said');
  });

  it.each<[string, Message, boolean]>([
    ['an inverted range', { superseded: { bad: [[10, 3]] } }, true],
    ['an empty range', { superseded: { bad: [[5, 5]] } }, true],
    ['a fraction', { superseded: { bad: [1.5] } }, true],
    ['negative ticks', { superseded: { bad: [-1, 0] } }, true],
    ['a truth value', { superseded: { bad: [true] } }, true],
    ['overlapping ranges', { superseded: { bad: [7, 3, [2, 9], 4] } }, true],
    ['ticks beyond 63 bits', { superseded: { bad: [9223372036854775807n, 18446744073709551615n] } }, true],
    ['an empty list', { superseded: { bad: [] } }, true],
    ['no ticks at all', {}, true],
    ['a node that nobody knows', { superseded: { bad: [1] } }, true],
    ['a list of one', { superseded: { bad: [[1]] } }, false],
    ['text', { superseded: { bad: ['x'] } }, false],
    ['nothing in a list', { superseded: { bad: [null] } }, false],
    ['a number for a list', { superseded: { bad: 3 } }, false],
    ['text for a map', { superseded: 'test2' }, false],
  ])('takes or refuses %s as recorded, and its state can still be read', async (_name, message, taken) => {
    const answer = await raw(server, (ask) =>
      ask({ ...message, action: 'fake_info' }).then(
        () => 'taken',
        (error: unknown) => error,
      ),
    );
    if (taken) expect(answer).toBe('taken');
    else expect(answer).toMatchObject({ kind: 'rejected' });
    expect((await state()).ticks.missing.has('bad')).toBe(false);
    await forget('bad').catch((error: unknown) =>
      expect(error).toMatchObject({ message: expect.stringContaining("'bad'") }),
    );
  });

  it('gives up the connection at an unknown action, and the other questions fail with its reason', async () => {
    const failures = await raw(server, async (ask) => {
      const both = [ask({ action: 'no_such_thing' }), ask({ action: 'get_tock' })];
      const settled = await Promise.allSettled(both);
      const after = await ask({ action: 'get_tock' }).catch((error: unknown) => error);
      return [settled[0]?.status === 'rejected' ? settled[0].reason : null, after];
    });
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(BackendFailure);
      expect(failure).toMatchObject({ kind: 'rejected', message: expect.stringContaining('gave up the connection') });
    }
  });

  it('is marked by the operation, step by step, and read back', async () => {
    await loseTicks('lost', 5);
    const { steps, findings } = await perform(distkv, 'lost 2,4-5');
    expect(steps.map(({ status }) => status)).toEqual(['done']);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['confirmed']);
    expect(findings[0]?.text).toMatch(/listed as superseded; tock \d+, higher than \d+ before/);
    expect(await shown('lost', 'missing')).toBe('1,3');
    const deleted = await perform(distkv, 'lost --deleted');
    expect(deleted.findings.map(({ verdict }) => verdict)).toEqual(['confirmed']);
    expect(await shown('lost', 'deleted')).toBe('1,3');
    await forget('lost');
  });

  it('is diagnosed', async () => {
    await loseTicks('gone', 3);
    const view = await distkvDiagnose(distkv).answer([], context());
    expect(JSON.stringify(view)).toContain('ticks 1-3 of gone: missing, and no server that answers holds it');
    await forget('gone');
  });
}

/** What holds for several servers of one network. */
export function spreadsLikeDistkv(start: () => Promise<Network & { close(): Promise<void> }>): void {
  let network: Awaited<ReturnType<typeof start>>;
  let distkv: Distkv;
  beforeAll(async () => {
    network = await start();
    distkv = clientOf(network);
  });
  afterAll(() => network?.close());

  const missing = (server: string) => distkv.state(server, SECTIONS, signal());

  it('carries a broadcast to every server that lacks the ticks, and verify waits for it', async () => {
    for (const server of distkv.servers) await raw(server, (ask) => ask({ action: 'fake_info', ticks: { lost: 9 } }));
    const { steps, findings } = await perform(distkv, 'lost 2-4 --broadcast');
    expect(new Set(steps.map(({ status }) => status))).toEqual(new Set(['done']));
    expect(findings).toHaveLength(distkv.servers.length);
    expect(findings.map(({ verdict }) => verdict)).toEqual(distkv.servers.map(() => 'confirmed'));
    for (const server of distkv.servers) {
      const state = await eventually(
        () => missing(server),
        (one) => !formatTicks(ticksIn(one, 'missing', 'lost')).includes('2'),
      );
      expect(formatTicks(ticksIn(state, 'missing', 'lost'))).toMatch(/^1,5-9$|^$/);
    }
    await raw(distkv.servers[0], (ask) => ask({ action: 'kill_node', node: 'lost' }));
  });

  it('carries 200 separate ticks in one broadcast', async () => {
    for (const server of distkv.servers) await raw(server, (ask) => ask({ action: 'fake_info', ticks: { many: 400 } }));
    const odd = Array.from({ length: 200 }, (_, i) => 2 * i + 1).join(',');
    const { findings } = await perform(distkv, `many ${odd} --broadcast`);
    expect(findings.map(({ verdict }) => verdict)).toEqual(distkv.servers.map(() => 'confirmed'));
    await raw(distkv.servers[0], (ask) => ask({ action: 'kill_node', node: 'many' }));
  });

  it('shares what is written on one server with all', async () => {
    const [first] = distkv.servers;
    await raw(first, (ask) => ask({ action: 'set_value', path: ['shared'], value: 'by the first' }));
    const { node, nodes } = await missing(first);
    const last = nodes.get(node) ?? 0n;
    for (const server of distkv.servers) {
      await eventually(
        () => missing(server),
        (state) => formatTicks(ticksIn(state, 'present', node)).length > 0 && (state.nodes.get(node) ?? 0n) >= last,
      );
      expect(await distkv.records(server, { node, ticks: [last] }, signal())).toMatchObject([
        { path: 'shared', value: 'by the first' },
      ]);
    }
  });
}
