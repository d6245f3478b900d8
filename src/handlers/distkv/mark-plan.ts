import { z } from 'zod';
import type { Distkv } from '../../backends/distkv/distkv';
import { type State, ticksIn } from '../../backends/distkv/state';
import {
  countTicks,
  firstTicks,
  formatTicks,
  intersect,
  parseTicks,
  subtract,
  type TickSet,
  union,
} from '../../backends/distkv/ticks';
import { nearest } from '../near';
import type { Planned } from '../operation';
import type { View } from '../view';
import { type Answer, askServers, statesOf } from './ask';
import { counter, named, namedTicks, next, plural, shortTicks } from './show';

export interface MarkArgs {
  readonly node: string;
  /** Null: everything of the node that is missing now. */
  readonly ticks: TickSet | null;
  readonly deleted: boolean;
  readonly broadcast: boolean;
  /** Null: the first configured server. */
  readonly server: string | null;
}

/** Ticks are written the way people read them (`2,5-9`). Holds no tock: it moves by itself. */
export const markPlanSchema = z.object({
  /** Which server is asked, and its own name. */
  server: z.string(),
  name: z.string(),
  node: z.string(),
  ticks: z.string(),
  deleted: z.boolean(),
  broadcast: z.boolean(),
  /** The other configured servers as they were seen, each in view of these ticks. */
  others: z.array(
    z.object({
      server: z.string(),
      /** Null: it does not answer. */
      name: z.string().nullable(),
      lacks: z.string(),
      holds: z.string(),
      /** Only for `--deleted`: the first records that would be destroyed there. */
      records: z.array(z.object({ tick: z.string(), path: z.string(), value: z.string() })),
    }),
  ),
});
export type MarkPlan = z.infer<typeof markPlanSchema>;
export type OtherServer = MarkPlan['others'][number];

/** A server destroys tick by tick and serves nobody meanwhile: a million ticks took it 0.37 s. */
const MOST_DELETED = 10_000n;
/** Marking as superseded costs by ranges; beyond this nobody can judge the list, and servers split long messages. */
const MOST_SUPERSEDED = 1_000_000n;
const MOST_RANGES = 1_000;
/** Records shown per server. */
const MOST_RECORDS = 10;
/** Known nodes listed when the typed one is not among them. */
const MOST_NODES = 20;

export async function planMark(distkv: Distkv, args: MarkArgs, signal: AbortSignal): Promise<Planned<MarkPlan>> {
  const server = args.server ?? distkv.servers[0];
  const asked = await distkv.state(server, ['nodes', 'deleted', 'missing', 'superseded', 'present'], signal);
  const objection = objectionTo(args, asked);
  if (objection) return objection;
  const ticks = args.ticks ?? ticksIn(asked, 'missing', args.node);
  const others = await askServers(distkv, {
    servers: distkv.servers.filter((other) => other !== server),
    sections: ['missing', 'present'],
    signal,
  });
  const seen = others.map((answer) => seenFrom(distkv, answer, { ...args, ticks }, signal));
  return {
    kind: 'plan',
    plan: {
      server,
      name: asked.node,
      node: args.node,
      ticks: formatTicks(ticks),
      deleted: args.deleted,
      broadcast: args.broadcast,
      others: await Promise.all(seen),
    },
  };
}

/** The ticks of a plan. */
export function plannedTicks(plan: MarkPlan): TickSet {
  const parsed = parseTicks([plan.ticks]);
  if (!parsed.ok) throw new Error(`the plan holds no ticks: ${parsed.problem}`);
  return parsed.args;
}

/** What must not be sent, since the server itself would accept anything. Null: all of it is missing there. */
function objectionTo(args: MarkArgs, asked: State): Planned<MarkPlan> | null {
  const { node } = args;
  if (!asked.nodes.has(node)) return refused(unknownNode(node, asked), nearestNodes(args, asked));
  const missing = ticksIn(asked, 'missing', node);
  const ticks = args.ticks ?? missing;
  if (ticks.length === 0) {
    return {
      kind: 'unchanged',
      why: `Nothing of ${node} is missing on ${named(asked)}. Type /distkv state to see all servers.`,
    };
  }
  const reasons = reasonsAgainst(args.ticks ?? [], asked, node);
  if (reasons.length === 0) return tooMany(args, ticks);
  const already = union(ticksIn(asked, 'deleted', node), args.deleted ? [] : ticksIn(asked, 'superseded', node));
  if (subtract(ticks, already).length === 0) {
    return {
      kind: 'unchanged',
      why: `On ${named(asked)} ${namedTicks(ticks)} of ${node} ${isAre(ticks)} marked already. Type /distkv state to see all servers.`,
    };
  }
  const why = `Not all of these ticks are missing on ${named(asked)}, and only missing ticks are marked. Nothing was sent; type the command again with the missing ones.`;
  return refused(why, againstView(args, reasons, intersect(ticks, missing)));
}

type Reason = readonly [ticks: TickSet, why: string];

/** Why ticks of these must not be marked there, each tick under one reason. */
function reasonsAgainst(ticks: TickSet, asked: State, node: string): readonly Reason[] {
  const last = asked.nodes.get(node) ?? 0n;
  const reasons: Reason[] = [];
  let left = subtract(ticks, ticksIn(asked, 'missing', node));
  const sort = (found: TickSet, why: string) => {
    if (found.length > 0) reasons.push([found, why]);
    left = subtract(left, found);
  };
  const at = last === 0n ? 'no change of it is known' : `its last known tick is ${counter(last)}`;
  sort(subtract(left, [[1n, last + 1n]]), `does not exist yet: ${at}`);
  sort(intersect(left, ticksIn(asked, 'deleted', node)), 'is known as deleted already');
  sort(
    intersect(left, ticksIn(asked, 'present', node)),
    'is present there: nothing is lost, and --deleted would destroy the record',
  );
  sort(intersect(left, ticksIn(asked, 'superseded', node)), 'is known as superseded already');
  sort(left, 'is not missing there');
  return reasons;
}

function againstView(args: MarkArgs, reasons: readonly Reason[], missing: TickSet): View {
  const rows = reasons.map(([ticks, why]) => [shortTicks(ticks), why]);
  const words = ['mark', args.node, formatTicks(missing), ...flagsOf(args)];
  return {
    title: 'These ticks were not marked',
    tone: 'warning',
    parts: [
      { kind: 'table', name: 'distkv-refused.csv', head: ['Ticks', 'Why not'], rows },
      ...(missing.length > 0
        ? [next(words, 'Only the missing ones', 'marks those of your ticks that are missing')]
        : []),
    ],
  };
}

/** The flags that lead to the same plan again. */
export function flagsOf(args: Pick<MarkArgs, 'deleted' | 'broadcast' | 'server'>): readonly string[] {
  return [
    ...(args.deleted ? ['--deleted'] : []),
    ...(args.broadcast ? ['--broadcast'] : []),
    ...(args.server === null ? [] : ['--server', args.server]),
  ];
}

function tooMany({ deleted }: MarkArgs, ticks: TickSet): Planned<MarkPlan> | null {
  const most = deleted ? MOST_DELETED : MOST_SUPERSEDED;
  if (countTicks(ticks) > most) {
    const reason = deleted
      ? 'a server answers nobody while it destroys records one by one'
      : 'nobody can judge so many at once';
    return refused(
      `These are ${countTicks(ticks)} ticks, and at most ${most} are marked at once, because ${reason}. Nothing was sent; type fewer, for example ${exampleOf(ticks, most)}.`,
    );
  }
  if (ticks.length <= MOST_RANGES) return null;
  return refused(
    `These ticks are ${ticks.length} separate ranges, and at most ${MOST_RANGES} are marked at once, because nobody can judge more and servers cut long messages into pieces. Nothing was sent; type fewer, for example ${exampleOf(ticks, most)}.`,
  );
}

function exampleOf(ticks: TickSet, most: bigint): string {
  const [first] = ticks;
  if (!first) return 'one tick';
  return formatTicks([[first[0], first[1] - first[0] > most ? first[0] + most : first[1]]]);
}

function unknownNode(node: string, asked: State): string {
  const known = [...asked.nodes.keys()].sort();
  const rest = known.length > MOST_NODES ? ` and ${plural(known.length - MOST_NODES, 'more node')}` : '';
  return `${named(asked)} knows no node ${node}, and would make one up. It knows ${known.slice(0, MOST_NODES).join(', ')}${rest}. Nothing was sent; type one of these names.`;
}

function nearestNodes(args: MarkArgs, asked: State): View {
  const ticks = args.ticks ? [formatTicks(args.ticks)] : [];
  const meant = nearest(args.node, asked.nodes.keys()).map((node) =>
    next(['mark', node, ...ticks, ...flagsOf(args)], node, 'is known and looks alike'),
  );
  return { title: `No node ${args.node}`, tone: 'warning', parts: meant };
}

function isAre(ticks: TickSet): string {
  return countTicks(ticks) === 1n ? 'is' : 'are';
}

function refused(why: string, view?: View): Planned<MarkPlan> {
  return view ? { kind: 'refused', why, view } : { kind: 'refused', why };
}

/** What another server has to do with these ticks. */
async function seenFrom(
  distkv: Distkv,
  answer: Answer,
  { node, ticks, deleted }: MarkArgs & { readonly ticks: TickSet },
  signal: AbortSignal,
): Promise<OtherServer> {
  const [state] = statesOf([answer]);
  if (!state) return { server: answer.server, name: null, lacks: '', holds: '', records: [] };
  const holds = intersect(ticks, ticksIn(state, 'present', node));
  const wanted = { node, ticks: deleted ? firstTicks(holds, MOST_RECORDS) : [] };
  const records = wanted.ticks.length > 0 ? await distkv.records(state.server, wanted, signal) : [];
  return {
    server: state.server,
    name: state.node,
    lacks: formatTicks(intersect(ticks, ticksIn(state, 'missing', node))),
    holds: formatTicks(holds),
    records: records.map(({ tick, path, value }) => ({ tick: `${tick}`, path, value })),
  };
}
