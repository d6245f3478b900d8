import type { Trouble, TroubledSystem } from '../world';
import type { LoginRule } from './login';
import { holds, one, PythonError } from './loose';
import { createMember, type Member } from './member';
import { aDayInTheLife, LOST } from './scenarios';
import type { Version } from './session';
import type { Entry } from './store';

export interface DistkvSandboxOptions {
  /** Milliseconds between two rounds in which servers ask each other for what they miss. Null: only `round()` does it. */
  readonly cycleMs?: number | null;
  readonly version?: Version;
  readonly login?: LoginRule;
  /** Three by default. */
  readonly names?: readonly string[];
  /** Starts without the story of the demo: no nodes but its own. */
  readonly empty?: boolean;
}

export interface DistkvSandbox extends TroubledSystem {
  /** `host:port`, in the order of the names. */
  readonly servers: readonly string[];
  member(name: string): Member;
  /** One round of questions and answers among the servers; those that miss nothing any more open their port. */
  round(): Promise<void>;
  close(): Promise<void>;
}

const CYCLE_MS = 4_000;

/** Three pretend DistKV servers on loopback: the real wire, the real carelessness, and troubles that can be switched. */
export async function createDistkvSandbox(options: DistkvSandboxOptions = {}): Promise<DistkvSandbox> {
  const bus = createBus();
  const members: Member[] = [];
  for (const [i, name] of (options.names ?? ['test1', 'test2', 'test3']).entries()) {
    const tock = 80n - 13n * BigInt(i);
    const { version = '0.57.4', login = null } = options;
    members.push(await createMember({ name, version, login, tock, publish: bus.publish, spread: bus.spread }));
  }
  bus.join(members);
  if (!options.empty) aDayInTheLife(members);
  const round = () => playRound(members, bus);
  const cycleMs = options.cycleMs === undefined ? CYCLE_MS : options.cycleMs;
  const timer = cycleMs === null ? null : setInterval(() => void round(), cycleMs);
  const member = (name: string) => find(members, name);
  const troubles = troublesOf(members, bus, round);
  return {
    name: 'distkv',
    servers: members.map(({ address }) => address),
    member,
    round,
    troubles: () => troubles.map(({ id, label, on }) => ({ id, label, on: on() })),
    switchTrouble: async (id, on) => {
      const trouble = troubles.find((one) => one.id === id);
      if (!trouble) throw new Error(`distkv knows no trouble ${id}`);
      await (on ? trouble.begin() : trouble.end());
    },
    close: async () => {
      if (timer) clearInterval(timer);
      await Promise.all(members.map((one) => one.stop()));
    },
  };
}

function find(members: readonly Member[], name: string): Member {
  const found = members.find((member) => member.name === name);
  if (!found) throw new Error(`no server ${name}`);
  return found;
}

/** What the broker carries. Messages reach the running servers a moment later; nobody confirms them. */
function createBus() {
  let members: readonly Member[] = [];
  let alive = true;
  const silenced = new Set<string>();
  const soon = (act: (member: Member) => void) => {
    for (const member of members) setImmediate(() => member.running() && act(member));
  };
  return {
    join: (all: readonly Member[]) => {
      members = all;
    },
    /** A server whose changes get lost while its other messages pass. */
    silenced,
    alive: () => alive,
    live: (on: boolean) => {
      alive = on;
    },
    publish: (from: string, message: Readonly<Record<string, unknown>>) => {
      if (alive) return soon((member) => member.hear(message));
      setImmediate(() => find(members, from).hangUp('None'));
      throw new PythonError('RuntimeError', 'Will not reconnect');
    },
    spread: (from: string, entry: Entry) => {
      if (!alive) return;
      if (!silenced.has(from)) soon((member) => member.name !== from && member.store.update(entry));
      soon((member) => member.hear({ ticks: { [entry.node]: entry.tick } }));
    },
  };
}
type Bus = ReturnType<typeof createBus>;

async function playRound(members: readonly Member[], bus: Bus): Promise<void> {
  const running = members.filter((member) => member.running());
  if (bus.alive()) {
    for (const member of running) {
      for (const [node, set] of member.store.missing()) {
        for (const other of running) if (other !== member) other.hear({ missing: { [node]: wire(set) } });
      }
    }
    for (const member of running) answer(member, running, bus);
  }
  for (const member of running) if (member.store.missing().size === 0) await member.open();
}
