import { z } from 'zod';
import { decodeValue } from '../decode';
import { NO_TICKS, type TickSet, ticksFromWire } from './ticks';
import { type Message, nameOf } from './wire';

/** What can be asked of a server, by the names of its own request. */
export const SECTIONS = ['nodes', 'deleted', 'missing', 'remote_missing', 'superseded', 'present'] as const;
export type Section = (typeof SECTIONS)[number];
/** The sections that hold ticks. */
export type TickSection = Exclude<Section, 'nodes'>;

/** One server's view at one moment. Servers of one network may honestly disagree. */
export interface State {
  /** `host:port`, as it is configured. */
  readonly server: string;
  /** The server's own name. */
  readonly node: string;
  /** The server's counter of everything. Every answer raises it; those of different servers cannot be compared. */
  readonly tock: bigint;
  /** The highest one seen before this question was sent, in this process. */
  readonly earlier: Earlier | null;
  /** Number of the answer. The real command line prints it, so it is kept. */
  readonly seq: number;
  /** Only the sections that were asked for. */
  readonly asked: readonly Section[];
  /** The last known tick of every known node; null when none was ever heard of. */
  readonly nodes: ReadonlyMap<string, bigint | null>;
  readonly ticks: Readonly<Record<TickSection, ReadonlyMap<string, TickSet>>>;
  /** What was stored here and is no node or no tick; one short text each. */
  readonly oddities: readonly string[];
}

export interface Earlier {
  readonly node: string;
  readonly tock: bigint;
}

const integerSchema = z.union([z.bigint(), z.number().int()]).transform(BigInt);
const mapOfAnything = z.record(z.string(), z.unknown());

const replySchema = z.object({
  node: z.string(),
  tock: integerSchema,
  seq: z.number().int(),
  nodes: mapOfAnything.optional(),
  known: mapOfAnything.optional(),
  deleted: mapOfAnything.optional(),
  missing: mapOfAnything.optional(),
  remote_missing: mapOfAnything.optional(),
  present: mapOfAnything.optional(),
});

/** Every answer has it, but in the answer about an entry it is the entry's. */
export const tockSchema = z.object({ tock: integerSchema });
export const greetingSchema = z.object({ node: z.string(), tock: integerSchema });

/** The server's own name for a section in its answer, where it is another than in the question. */
const ANSWERED_AS = { superseded: 'known' } as const;

export interface StateReply {
  readonly server: string;
  readonly asked: readonly Section[];
  readonly earlier: Earlier | null;
  readonly reply: Message;
}

/** Throws when the answer as a whole has another shape; nonsense inside a section becomes an oddity. */
export function readState({ server, asked, earlier, reply }: StateReply): State {
  const parsed = decodeValue(reply, replySchema, {
    backend: 'distkv',
    doing: `read the state of ${server}`,
    effect: 'none',
  });
  const oddities: string[] = [];
  const section = (name: TickSection) =>
    tickMap(parsed[name === 'superseded' ? ANSWERED_AS[name] : name], name, oddities);
  return {
    server,
    asked,
    earlier,
    node: parsed.node,
    tock: parsed.tock,
    seq: parsed.seq,
    nodes: counters(parsed.nodes, oddities),
    ticks: {
      deleted: section('deleted'),
      missing: section('missing'),
      remote_missing: section('remote_missing'),
      superseded: section('superseded'),
      present: section('present'),
    },
    oddities,
  };
}

/** The ticks of one node in one section; none when the server lists none. */
export function ticksIn(state: State, section: TickSection, node: string): TickSet {
  return state.ticks[section].get(node) ?? NO_TICKS;
}

type Anything = Readonly<Record<string, unknown>>;

function counters(map: Anything | undefined, oddities: string[]): ReadonlyMap<string, bigint | null> {
  const nodes = new Map<string, bigint | null>();
  for (const [key, value] of Object.entries(map ?? {})) {
    const name = textName(key, 'nodes', oddities);
    if (name === null) continue;
    const counter = value === null ? null : integerSchema.safeParse(value).data;
    if (counter === undefined) oddities.push(`nodes: the counter of ${name} is no whole number`);
    else nodes.set(name, counter);
  }
  return nodes;
}

function tickMap(map: Anything | undefined, section: TickSection, oddities: string[]): ReadonlyMap<string, TickSet> {
  const sets = new Map<string, TickSet>();
  for (const [key, value] of Object.entries(map ?? {})) {
    const name = textName(key, section, oddities);
    if (name === null) continue;
    const { ticks, malformed } = ticksFromWire(value);
    for (const item of malformed) oddities.push(`${section}: ${name} holds ${item}, which is no tick`);
    if (ticks.length > 0) sets.set(name, ticks);
  }
  return sets;
}

function textName(key: string, section: Section, oddities: string[]): string | null {
  const { name, text } = nameOf(key);
  if (text) return name;
  oddities.push(`${section}: the node name ${name} is no text`);
  return null;
}
