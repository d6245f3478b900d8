import { looseToWire, PythonError } from './loose';
import type { Member } from './member';
import type { Entry } from './store';

export function find(members: readonly Member[], name: string): Member {
  const found = members.find((member) => member.name === name);
  if (!found) throw new Error(`no server ${name}`);
  return found;
}

/** What the broker carries. Messages reach the running servers a moment later; nobody confirms them. */
export function createBus({ eager }: { readonly eager: boolean }) {
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
      if (alive) return soon((member) => hear(member, message, eager));
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
export type Bus = ReturnType<typeof createBus>;

function hear(member: Member, message: Readonly<Record<string, unknown>>, eager: boolean): void {
  try {
    member.hear(message);
  } catch (error) {
    // The real server's listener dies of such a message. Here it only goes unheard.
    if (error instanceof PythonError) return;
    throw error;
  }
  if (eager && member.store.missing().size === 0) void member.open();
}

/**
 * What the servers do every few seconds: each asks for what it misses, those that hold it send it again, those that know
 * better say so. A server that waits to start opens its port once it misses nothing.
 */
export async function playRound(members: readonly Member[], bus: Bus): Promise<void> {
  const running = members.filter((member) => member.running());
  if (bus.alive()) {
    for (const member of running) ask(member, running);
    for (const member of running) answer(member, running, bus);
  }
  for (const member of running) if (member.store.missing().size === 0) await member.open();
}

function ask(member: Member, running: readonly Member[]): void {
  for (const [node, set] of member.store.missing()) {
    for (const other of running) if (other !== member) other.hear({ missing: { [node]: looseToWire(set) } });
  }
}

/** Records first: where one server sends a record and another says that it is deleted, the record is gone in the end. */
function answer(member: Member, running: readonly Member[], bus: Bus): void {
  const { entries, info } = member.store.answers();
  if (!bus.silenced.has(member.name)) {
    for (const entry of entries) for (const each of running) each.store.update(entry);
  }
  if (info) for (const each of running) each.hear(info);
}
