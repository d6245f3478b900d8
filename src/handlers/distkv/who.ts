import type { Distkv } from '../../backends/distkv/distkv';
import type { StoredRecord } from '../../backends/distkv/record';
import { type State, ticksIn } from '../../backends/distkv/state';
import { intersect, parseTicks, type TickSet, tick } from '../../backends/distkv/ticks';
import { BackendFailure } from '../../backends/failure';
import { nearest } from '../near';
import { defineQuery, type Parsed, type Query, type Words } from '../operation';
import type { Part, View } from '../view';
import { parseFlags } from '../words';
import { whyOf } from './ask';
import { nodeField } from './fields';
import { counter, next, plural } from './show';

interface Args {
  readonly node: string;
  readonly tick: bigint;
}

type Seen =
  | { readonly kind: 'answered'; readonly state: State; readonly record: StoredRecord | null }
  | { readonly kind: 'silent'; readonly server: string; readonly why: string };

interface Found extends Args {
  readonly seen: readonly Seen[];
}

/** Which server still holds the record of a tick, and what it is: what would be lost if it were deleted. */
export function distkvWho(distkv: Distkv): Query {
  return defineQuery<Args, Found>({
    name: 'distkv who',
    usage: 'NODE TICK',
    summary: 'Shows which DistKV server still holds the record of a tick, and what it is.',
    examples: ['distkv who test1 2'],
    form: [
      nodeField(distkv),
      { id: 'tick', label: 'Tick', hint: 'One number.', input: { kind: 'text' }, as: { kind: 'word' } },
    ],
    parse,
    read: async (args, { signal }) => ({
      ...args,
      seen: await Promise.all(distkv.servers.map((server) => lookAt(distkv, server, args, signal))),
    }),
    render,
  });
}

function parse(words: Words): Parsed<Args> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  const [node, typed, ...rest] = flags.args.positionals;
  if (!node || typed === undefined || rest.length > 0)
    return { ok: false, problem: 'type one node and one tick: distkv who test1 2' };
  const ticks = parseTicks([typed]);
  if (!ticks.ok) return ticks;
  const [range] = ticks.args;
  if (!range || range[0] + 1n !== range[1]) return { ok: false, problem: 'one tick at a time: distkv who test1 2' };
  return { ok: true, args: { node, tick: range[0] } };
}

async function lookAt(distkv: Distkv, server: string, { node, tick: n }: Args, signal: AbortSignal): Promise<Seen> {
  try {
    const [state, records] = await Promise.all([
      distkv.state(server, ['nodes', 'deleted', 'missing', 'superseded', 'present'], signal),
      distkv.records(server, { node, ticks: [n] }, signal),
    ]);
    return { kind: 'answered', state, record: records[0] ?? null };
  } catch (error) {
    if (error instanceof BackendFailure) return { kind: 'silent', server, why: whyOf(error, server) };
    throw error;
  }
}

function render({ node, tick: n, seen }: Found): View {
  const answered = seen.filter((one) => one.kind === 'answered');
  const holders = answered.filter((one) => one.record !== null);
  const silent = seen.length - answered.length;
  const parts: Part[] = [
    {
      kind: 'table',
      name: 'distkv-who.csv',
      head: ['Server', 'Tick', 'Record', 'Value'],
      rows: seen.map((one) => row(one, node, n)),
    },
    { kind: 'text', text: advice({ node, holders: holders.length, silent }) },
  ];
  const known = new Set(answered.flatMap((one) => [...one.state.nodes.keys()]));
  if (!known.has(node)) {
    for (const near of nearest(node, known)) parts.push(next(['who', near, `${n}`], near, 'is known and looks alike'));
  }
  if (answered.some((one) => isMissing(one.state, node, tick(n)))) {
    parts.push(next(['diagnose'], 'Diagnose', 'says which ticks are missing where and what cures it'));
  }
  const title = `Tick ${n} of ${node}: ${holders.length === 0 ? 'no server that answers holds its record' : `held by ${plural(holders.length, 'server')}`}`;
  return {
    title,
    tone: silent > 0 ? 'warning' : 'neutral',
    parts,
    // A server that is silent may know it.
    ...(silent === 0 && !known.has(node) && { absent: true }),
  };
}

function row(one: Seen, node: string, n: bigint): readonly string[] {
  if (one.kind === 'silent') return [one.server, `does not answer: ${one.why}`, '', ''];
  const where = `${one.state.node} (${one.state.server})`;
  const { record } = one;
  if (!record) return [where, standing(one.state, node, n), '', ''];
  const history = record.current ? '' : ', changed since: this tick is only in its history';
  return [
    where,
    standing(one.state, node, n),
    `${record.path === '' ? 'the root entry' : record.path}${history}`,
    record.value,
  ];
}

/** How this server counts the tick. */
function standing(state: State, node: string, n: bigint): string {
  const known = state.nodes.get(node);
  if (isMissing(state, node, tick(n))) return 'missing';
  const words = (['present', 'deleted', 'superseded'] as const).filter(
    (section) => intersect(ticksIn(state, section, node), tick(n)).length > 0,
  );
  if (words.length > 0) return words.join(', ');
  if (known === undefined) return `has never heard of ${node}`;
  return n > (known ?? 0n) ? `does not exist yet: ${node} is at ${counter(known)}` : 'neither missing nor known';
}

function isMissing(state: State, node: string, ticks: TickSet): boolean {
  return intersect(ticksIn(state, 'missing', node), ticks).length > 0;
}

function advice({ node, holders, silent }: { node: string; holders: number; silent: number }): string {
  if (holders > 0)
    return `A server that holds the record sends it again once its link to the others works. Marking is not needed then.`;
  if (silent > 0) return `A server that does not answer may hold it. ${node} itself is the most likely one.`;
  return 'No configured server holds it. When no other one exists, the record is lost already and marking it loses nothing more.';
}
