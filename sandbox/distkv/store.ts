import { nameOf } from '../../src/backends/distkv/wire';
import {
  add,
  common,
  holds,
  type LooseSet,
  looseFromWire,
  looseToWire,
  one,
  PythonError,
  quote,
  remove,
} from './loose';

/** One stored value and the change that made it. */
export interface Entry {
  readonly path: readonly unknown[];
  readonly value: unknown;
  readonly node: string;
  readonly tick: bigint;
  readonly tock: bigint;
}

interface NodeView {
  tick: bigint | null;
  superseded: LooseSet;
  deleted: LooseSet;
  /** Ticks of it that somebody else said to lack. */
  reported: LooseSet;
  readonly entries: Map<bigint, Entry>;
}

type Anything = Readonly<Record<string, unknown>>;

/** What one server knows: its nodes, and by them its entries. Nothing that arrives is checked, as on the real one. */
export interface Store {
  /** The message that servers and `fake_info` send: `ticks`, `missing`, `superseded` or `known`, `deleted`, `node_drop`. */
  info(message: Anything): void;
  /** Takes a change, even of a tick that is marked: nobody consults the marks. */
  update(entry: Entry): void;
  state(wanted: Anything): Record<string, unknown>;
  entry(node: unknown, tick: unknown): Entry;
  at(path: readonly unknown[]): Entry | null;
  own(node: unknown): readonly Entry[];
  drop(node: string): void;
  /** What this server would ask the others for. */
  missing(): ReadonlyMap<string, LooseSet>;
  /** What this server can tell those who asked: records to send again, and ticks to call known or deleted. */
  answers(): { readonly entries: readonly Entry[]; readonly info: Anything | null };
  tickOf(node: string): bigint | null;
  /** Forgets that it ever saw this tick. */
  lose(node: string, tick: bigint): void;
  /** A restarted server takes over what this one knows. */
  copyFrom(other: Store): void;
  export(): ReadonlyMap<string, Readonly<NodeView>>;
}

export function createStore(): Store {
  const nodes = new Map<string, NodeView>();
  const view = (name: string): NodeView => {
    const known = nodes.get(name);
    if (known) return known;
    const fresh: NodeView = { tick: null, superseded: [], deleted: [], reported: [], entries: new Map() };
    nodes.set(name, fresh);
    return fresh;
  };
  const existing = (name: unknown): NodeView => {
    const known = nodes.get(String(name));
    if (!known) throw new PythonError('KeyError', quote(String(name)), quote(String(name)));
    return known;
  };
  return {
    info: (message) => takeInfo(message, nodes, view),
    update: (entry) => takeUpdate(entry, nodes, view),
    state: (wanted) => stateOf(wanted, nodes),
    entry: (node, tick) => {
      const found = existing(node).entries.get(BigInt(Number(tick)));
      if (!found) throw new PythonError('KeyError', String(tick), String(tick));
      return found;
    },
    at: (path) =>
      [...nodes.values()].flatMap((node) => [...node.entries.values()]).find((entry) => samePath(entry.path, path)) ??
      null,
    own: (node) => [...existing(node).entries.values()],
    drop: (node) => void nodes.delete(node),
    missing: () =>
      new Map([...nodes].map(([name, node]) => [name, missingOf(node)] as const).filter(([, set]) => set.length > 0)),
    answers: () => answersOf(nodes),
    tickOf: (node) => nodes.get(node)?.tick ?? null,
    lose: (name, tick) => {
      const node = view(name);
      node.superseded = remove(node.superseded, one(tick));
      node.deleted = remove(node.deleted, one(tick));
      node.entries.delete(tick);
    },
    copyFrom: (other) => {
      nodes.clear();
      for (const [name, node] of other.export())
        nodes.set(name, { ...node, reported: [], entries: new Map(node.entries) });
    },
    export: () => nodes,
  };
}

function presentIn(node: NodeView): LooseSet {
  return [...node.entries.keys()].reduce<LooseSet>((set, tick) => add(set, one(tick)), []);
}

/** Everything up to the counter that is neither here nor known to be past. */
function missingOf(node: NodeView): LooseSet {
  if (node.tick === null || node.tick === 0n) return [];
  return remove(remove([[1n, node.tick + 1n]], presentIn(node)), node.superseded);
}

function takeInfo(message: Anything, nodes: Map<string, NodeView>, view: (name: string) => NodeView): void {
  for (const [name, tick] of items(message.ticks)) {
    const node = view(name);
    if (typeof tick === 'number' || typeof tick === 'bigint') node.tick = higher(node.tick, BigInt(tick));
  }
  for (const [name, ticks] of items(message.missing))
    view(name).reported = add(view(name).reported, looseFromWire(ticks));
  for (const [name, ticks] of items(message.superseded ?? message.known)) {
    const node = view(name);
    const set = remove(looseFromWire(ticks), presentIn(node));
    node.superseded = add(node.superseded, set);
    node.reported = remove(node.reported, set);
  }
  for (const [name, ticks] of items(message.deleted)) takeDeleted(view(name), looseFromWire(ticks));
  for (const name of Array.isArray(message.node_drop) ? message.node_drop : []) {
    if ((nodes.get(String(name))?.entries.size ?? 0) === 0) nodes.delete(String(name));
  }
}

/** A held record is destroyed at once, and then no longer listed as deleted: the reply does not show that it happened. */
function takeDeleted(node: NodeView, set: LooseSet): void {
  const held = common(presentIn(node), set);
  node.deleted = remove(add(node.deleted, set), held);
  node.superseded = add(node.superseded, set);
  node.reported = remove(node.reported, set);
  for (const tick of [...node.entries.keys()]) if (holds(held, tick)) node.entries.delete(tick);
}

function takeUpdate(entry: Entry, nodes: Map<string, NodeView>, view: (name: string) => NodeView): void {
  for (const node of nodes.values()) {
    for (const [tick, old] of node.entries) {
      if (!samePath(old.path, entry.path) || old.tock >= entry.tock) continue;
      node.entries.delete(tick);
      node.superseded = add(node.superseded, one(tick));
    }
  }
  const node = view(entry.node);
  node.tick = higher(node.tick, entry.tick);
  node.entries.set(entry.tick, entry);
  node.superseded = remove(node.superseded, one(entry.tick));
  node.reported = remove(node.reported, one(entry.tick));
}

/** A section that is asked for is there even when empty; a node without ticks in it is not. */
function stateOf(wanted: Anything, nodes: ReadonlyMap<string, NodeView>): Record<string, unknown> {
  const section = (of: (node: NodeView) => LooseSet) =>
    Object.fromEntries(
      [...nodes]
        .map(([name, node]) => [name, of(node)] as const)
        .filter(([, set]) => set.length > 0)
        .map(([name, set]) => [name, looseToWire(set)]),
    );
  return {
    ...(wanted.nodes ? { nodes: Object.fromEntries([...nodes].map(([name, { tick }]) => [name, tick])) } : {}),
    ...(wanted.superseded || wanted.known ? { known: section((node) => node.superseded) } : {}),
    ...(wanted.present ? { present: section(presentIn) } : {}),
    ...(wanted.deleted ? { deleted: section((node) => node.deleted) } : {}),
    ...(wanted.missing ? { missing: section(missingOf) } : {}),
    ...(wanted.remote_missing ? { remote_missing: section((node) => node.reported) } : {}),
    ...(wanted.node_drop ? { node_drop: [] } : {}),
    ...(wanted.debug ? { debug: {} } : {}),
  };
}

function answersOf(nodes: ReadonlyMap<string, NodeView>): ReturnType<Store['answers']> {
  const entries: Entry[] = [];
  const known: Record<string, unknown> = {};
  const deleted: Record<string, unknown> = {};
  for (const [name, node] of nodes) {
    const asked = node.reported;
    entries.push(...[...node.entries.values()].filter((entry) => holds(asked, entry.tick)));
    const past = common(asked, node.superseded);
    const gone = common(asked, node.deleted);
    if (past.length > 0) known[name] = looseToWire(past);
    if (gone.length > 0) deleted[name] = looseToWire(gone);
  }
  const info = {
    ...(Object.keys(known).length > 0 ? { known } : {}),
    ...(Object.keys(deleted).length > 0 ? { deleted } : {}),
  };
  return { entries, info: Object.keys(info).length > 0 ? info : null };
}

function items(value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object')
    throw new PythonError(
      'AttributeError',
      `'${typeof value === 'string' ? 'str' : 'int'}' object has no attribute 'items'`,
    );
  // The integer 5 as a name becomes the text 5: nothing here could send an integer key back.
  return Object.entries(value).map(([key, inner]) => [nameOf(key).name, inner]);
}

function higher(a: bigint | null, b: bigint): bigint {
  return a !== null && a > b ? a : b;
}

function samePath(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}
