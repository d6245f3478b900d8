import type { TroubledSystem } from '../world';
import { createBus, find, playRound } from './bus';
import type { LoginRule } from './login';
import { createMember, type Member } from './member';
import type { Version } from './session';
import { historyOf, troublesOf } from './troubles';

export interface DistkvSandboxOptions {
  /**
   * Milliseconds between two rounds in which servers ask each other for what they miss. A server that a mark sets free
   * serves at once, where a real one takes a few rounds. Null: everything waits for `round()`.
   */
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
  const cycleMs = options.cycleMs === undefined ? CYCLE_MS : options.cycleMs;
  const bus = createBus({ eager: cycleMs !== null });
  const members: Member[] = [];
  for (const [i, name] of (options.names ?? ['test1', 'test2', 'test3']).entries()) {
    const tock = 80n - 13n * BigInt(i);
    const { version = '0.57.4', login = null } = options;
    members.push(await createMember({ name, version, login, tock, publish: bus.publish, spread: bus.spread }));
  }
  bus.join(members);
  const unwritten = Object.fromEntries(members.map(({ name }) => [name, 0]));
  for (const { store } of members) store.info({ ticks: unwritten });
  if (!options.empty) historyOf(members);
  const round = () => playRound(members, bus);
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
