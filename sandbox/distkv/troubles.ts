import type { Bus } from './bus';
import { holds } from './loose';
import type { Member } from './member';

export interface DistkvTrouble {
  readonly id: string;
  readonly label: string;
  on(): boolean;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** The record that gets lost in the story. */
const LOST = { node: 'test1', tick: 2n } as const;

/** What the servers know when the demo begins: test1 made twelve changes, the last one a deletion; nothing is missing. */
export function historyOf(members: readonly Member[]): void {
  for (const { store } of members) {
    store.info({
      ticks: { test1: 12, test2: 1 },
      deleted: { test1: [12] },
      superseded: { test1: [[1, 10]], test2: [1] },
    });
    store.update({ path: ['one'], value: 'hello', node: 'test1', tick: 10n, tock: 60n });
    store.update({ path: ['one', 'two'], value: { volume: 'v7', copies: 3 }, node: 'test1', tick: 11n, tock: 61n });
    store.update({ path: ['old'], value: undefined, node: 'test1', tick: 12n, tock: 62n });
  }
}

export function troublesOf(members: readonly Member[], bus: Bus, round: () => Promise<void>): readonly DistkvTrouble[] {
  const [, second, ...others] = members;
  const shared = [tickLost(members, round), brokerDead(bus)];
  if (!second) return shared;
  const downs = [second, ...others].map((member) => down(member, members));
  return [waiting(members, round), ...downs, linkLost(second, bus, round), ...shared];
}

function tickLost(members: readonly Member[], round: () => Promise<void>): DistkvTrouble {
  return {
    id: 'tick-lost',
    label: `the record of tick ${LOST.tick} of ${LOST.node} is lost on every server`,
    on: () => members.some((member) => misses(member)),
    begin: async () => {
      for (const { store } of members) store.lose(LOST.node, LOST.tick);
    },
    end: async () => {
      for (const member of members) member.hear({ superseded: { [LOST.node]: [Number(LOST.tick)] } });
      await round();
    },
  };
}

function misses(member: Member): boolean {
  return holds(member.store.missing().get(LOST.node) ?? [], LOST.tick);
}

/** The outage of the story: with a tick missing everywhere, nobody who restarts serves again. */
function waiting(members: readonly Member[], round: () => Promise<void>): DistkvTrouble {
  const lost = tickLost(members, round);
  const restarted = members.slice(1);
  return {
    id: 'waiting',
    label: `${restarted.map(({ name }) => name).join(' and ')} were restarted while tick ${LOST.tick} of ${LOST.node} is lost, and do not serve`,
    on: () => restarted.some((member) => member.running() && !member.serving()),
    begin: async () => {
      await lost.begin();
      for (const member of restarted) {
        await member.stop();
        await restart(member, members);
      }
    },
    end: lost.end,
  };
}

function down(member: Member, members: readonly Member[]): DistkvTrouble {
  return {
    id: `down-${member.name}`,
    label: `${member.name} is killed`,
    on: () => !member.running(),
    begin: () => member.stop(),
    end: () => restart(member, members),
  };
}

/** Takes over what a serving server knows; serves only when that leaves nothing missing. */
async function restart(member: Member, members: readonly Member[]): Promise<void> {
  const source = members.find((other) => other !== member && other.serving());
  if (source) member.store.copyFrom(source.store);
  member.start();
  if (member.store.missing().size === 0) await member.open();
}

function linkLost(holder: Member, bus: Bus, round: () => Promise<void>): DistkvTrouble {
  return {
    id: 'link-lost',
    label: `the newest change of ${holder.name} does not reach the others`,
    on: () => bus.silenced.has(holder.name),
    begin: async () => {
      bus.silenced.add(holder.name);
      holder.write(['one', 'three'], 'only here');
    },
    end: async () => {
      bus.silenced.delete(holder.name);
      await round();
    },
  };
}

function brokerDead(bus: Bus): DistkvTrouble {
  return {
    id: 'broker-dead',
    label: 'the broker between the servers is dead',
    on: () => !bus.alive(),
    begin: async () => bus.live(false),
    end: async () => bus.live(true),
  };
}
