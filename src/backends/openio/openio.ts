/**
 * OpenIO SDS through its proxy (oio-proxy): elections, copies of a base, directory, conscience, cache. Both generations of
 * servers are served. They are told apart by what they do, never by a version number: the older ones ignore `service_id`
 * in reads, so a peer cannot be asked alone.
 */

export const SERVICE_TYPES = ['meta0', 'meta1', 'meta2'] as const;
export type ServiceType = (typeof SERVICE_TYPES)[number];

/** A container, by account and name or by its cid (64 hexadecimal digits, `CID.1`, or the 1 to 4 digits of a meta1 base). */
export type Container =
  | { readonly by: 'name'; readonly namespace: string; readonly account: string; readonly name: string }
  | { readonly by: 'cid'; readonly namespace: string; readonly cid: string };

/** The database of a container (meta2), or of the part of the directory that it belongs to (meta0, meta1). */
export interface Base {
  readonly type: ServiceType;
  readonly container: Container;
}

/** Who asks: the request's id goes to the servers' logs, the signal ends every call. */
export interface Call {
  readonly request: string;
  readonly signal: AbortSignal;
}

/** One peer's answer. Codes and messages are kept as they came; unknown ones too. */
export interface PeerAnswer {
  readonly id: string;
  readonly status: number;
  readonly message: string;
  readonly body: unknown;
  /** How long this peer took. Null when all peers were asked in one call, which only tells the sum. */
  readonly ms: number | null;
}

/** `status` and `ping` may start an election; `sync` and `leave` write; the others only read. */
export type ElectionVerb = 'status' | 'ping' | 'debug' | 'has' | 'sync' | 'leave';

export interface Question {
  readonly base: Base;
  /** Only these peers. Servers that cannot ask a peer alone are asked for all and the rest is left out (not `leave`). */
  readonly only?: readonly string[];
  /** Called with each answer as it arrives. */
  readonly each?: (answer: PeerAnswer) => void;
}

export interface Peers {
  /** From the directory, sorted. Empty when the directory does not know the base under this name. */
  readonly ids: readonly string[];
  /** Whether the servers answer for one peer alone. */
  readonly alone: boolean;
}

export interface Transition {
  /** Milliseconds since 1970, by the peer's own clock. */
  readonly at: number;
  readonly from: string;
  readonly event: string;
  readonly to: string;
}

/** What a peer holds in memory of an election. States and events are names, known or not. */
export interface Debug {
  readonly state: string;
  /** Place in the queue of candidates; the lowest wins. Null without one. */
  readonly place: number | null;
  /** The master this peer follows; null on the master itself and while there is none. */
  readonly master: string | null;
  /** The other peers, or null while it has none. */
  readonly peers: readonly string[] | null;
  /** Oldest first. */
  readonly log: readonly Transition[];
  /** Log lines that could not be read, as they came. */
  readonly unread: readonly string[];
}

export interface PeerDebug {
  readonly answer: PeerAnswer;
  /** Null when the peer holds no election for this base, did not answer, or answered in another shape. */
  readonly debug: Debug | null;
  readonly strange: boolean;
}

/** The admin table of a base, as one peer has it. */
export interface AdminTable {
  readonly properties: Readonly<Record<string, string>>;
  readonly system: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly http: number;
  /** OpenIO's own code. */
  readonly code: number;
  readonly message: string;
}

/** A refusal is an answer too: newer servers hide a damaged copy behind one. */
export type Reading =
  | { readonly kind: 'read'; readonly table: AdminTable }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface Located {
  readonly seq: number;
  readonly type: string;
  readonly host: string;
  readonly args: string;
}

export interface Reference {
  /** Directory services: meta0 and meta1. */
  readonly directory: readonly Located[];
  /** Services of the container: meta2. Empty after an unlink. */
  readonly services: readonly Located[];
  /** Newer servers only. */
  readonly cid: string | null;
  readonly account: string | null;
  readonly name: string | null;
}

export interface Service {
  readonly address: string;
  readonly score: number;
  readonly up: boolean | null;
  readonly location: string;
  readonly volume: string;
  /** `tag.lock` and its kin that are true. */
  readonly locks: readonly string[];
}

/** What a proxy tells of itself and of what is behind it. */
export interface Probe {
  /** The meta2 services that its conscience lists. */
  readonly services: readonly Service[];
  /** Whether its servers answer for one peer alone, as newer ones do; null: could not be told. */
  readonly alone: boolean | null;
  /** What a meta2 service calls its version. Null: none said. */
  readonly version: string | null;
}

export type CacheLevel = 'low' | 'high';

/** One HTTP call, as it is sent. */
export interface WireCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON text; null for an empty body. */
  readonly body: string | null;
}

/** A write that is described and not sent yet. Both members come from the same exchange, so a dry run cannot lie. */
export interface Write<T> {
  readonly wire: WireCall;
  /** Sends it once and never again. */
  send(call: Call): Promise<T>;
}

/** Everything that changes a base, a container or a cache. None of it is checked here: what is dangerous stays dangerous. */
export interface Writes {
  /** Through the master. Stops new objects; properties, elections, copies and syncs go on. */
  freeze(base: Base): Write<'changed' | 'already'>;
  enable(base: Base): Write<'changed' | 'already'>;
  /** `sys.peers` of the base, through the master to every peer. The elections under way keep their peers until they leave. */
  setPeers(base: Base, peers: readonly string[]): Write<void>;
  /**
   * `to` pulls the whole base from `from` and loses what it had. Newer servers refuse a copy onto the master (473) or from
   * another peer than the master (472); older ones do both without a word.
   */
  copy(base: Base, pair: { readonly from: string; readonly to: string }): Write<void>;
  /** The directory's list of a container, replaced in one transaction. Nobody checks that the hosts hold the base. */
  replaceReference(container: Container, hosts: readonly string[]): Write<void>;
  /** One peer, which the directory need not name any more; null: every peer that it names. */
  leave(base: Base, peer: string | null): Write<readonly PeerAnswer[]>;
  /** Deletes the file of this peer for ever, whether or not it is the last one. */
  remove(base: Base, peer: string): Write<'removed' | 'absent'>;
  /** An empty value deletes the key. */
  setProperties(container: Container, properties: Readonly<Record<string, string>>): Write<void>;
  /** Empties the cache of this one proxy. */
  flush(proxy: string, level: CacheLevel): Write<void>;
}

export interface HeldBase {
  /** 64 hexadecimal digits in upper case. */
  readonly cid: string;
  /** How the index calls the container (`OPENIO/myaccount/FVE0`); for showing only. */
  readonly url: string;
}

/** The bases of one service, by the index (rdir) that the servers keep. The index may be behind, and many namespaces have none. */
export type BasesOn =
  | {
      readonly kind: 'listed';
      readonly bases: readonly HeldBase[] /** False: there are more. */;
      readonly whole: boolean;
    }
  | { readonly kind: 'no index'; readonly why: string };

/** Every method throws `BackendFailure` and nothing else. Only `sync`, `leave`, `setProperties`, `flush` and `writes` write. */
export interface Openio {
  /** Defaults for commands. */
  readonly namespace: string;
  readonly account: string;
  /** `host:port` of every proxy; the first one is asked. */
  readonly proxies: readonly string[];
  /** Longest time, in milliseconds, that one peer that hangs holds up a call. */
  readonly hungPeerMs: number;
  /** Bases of one namespace that may be moved at the same time. */
  readonly movesAtOnce: number;
  peers(base: Base, call: Call): Promise<Peers>;
  /** Asks each peer alone and in parallel where the servers can, else all in one call. Sorted by id. */
  election(verb: ElectionVerb, question: Question, call: Call): Promise<readonly PeerAnswer[]>;
  debug(question: Question, call: Call): Promise<readonly PeerDebug[]>;
  /** The copy of this peer; null: of whichever peer the proxy chose. Servers that ignore the peer do not say so: call `provesPeerAlone` first. */
  adminTable(base: Base, peer: string | null, call: Call): Promise<Reading>;
  /** True only after a pure read has shown that the servers answer for exactly the peer that is named. */
  provesPeerAlone(base: Base, call: Call): Promise<boolean>;
  containerTable(container: Container, call: Call): Promise<Reading>;
  /** An empty value deletes the key. */
  setProperties(container: Container, properties: Readonly<Record<string, string>>, call: Call): Promise<void>;
  reference(container: Container, call: Call): Promise<Reference>;
  services(namespace: string, type: string, call: Call): Promise<readonly Service[]>;
  /** Empties the cache of this one proxy. */
  flush(proxy: string, level: CacheLevel, call: Call): Promise<void>;
  /** Whether the proxy gets an answer from this service, whatever it holds. */
  answers(service: string, call: Call): Promise<boolean>;
  readonly writes: Writes;
  basesOn(namespace: string, service: string, call: Call): Promise<BasesOn>;
  /** Looks at this one proxy and what is behind it, with pure reads of a few seconds. */
  probe(proxy: string, call: Call): Promise<Probe>;
  close(): Promise<void>;
}
