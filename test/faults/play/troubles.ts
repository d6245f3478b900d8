import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Phase, Trouble } from '../schedule';
import type { Trap } from '../world/control';
import type { World } from '../world/world';
import type { Board } from './board';

const SLOW_MS = 15;
const LOSE_EVERY_MS = 40;
/** Until a connection that was ended under a process is there again. */
const NOTICED_MS = 200;

type Trapped = Extract<Trouble, { kind: 'kill at' | 'freeze at' | 'lose at' }>;
/** What is no trouble of processes and servers is not made here. */
type Timed = Exclude<Trouble, Trapped | { kind: 'registers meanwhile' }>;

/** Lets the troubles of a round happen. */
export interface Troublemaker {
  /** Resolves when the troubles that come at a time are over. */
  timed(): Promise<void>;
  reached(process: number, point: 'post' | 'edit', phase: Phase): void;
  fired(process: number, trap: number): void;
  /** Nothing more happens; what is still frozen goes on. */
  end(): Promise<void>;
}

export function createTroublemaker(world: World, board: Board, troubles: readonly Trouble[]): Troublemaker {
  const { control, programs, desk } = world;
  const all: readonly (Trap & { readonly trouble: Trapped })[] = troubles.flatMap((trouble) =>
    isTrapped(trouble) ? [{ ...trapOf(trouble), trouble }] : [],
  );
  let traps = all;
  let over = false;
  const everyone = Array.from({ length: programs.count }, (_, process) => process);
  const seen = new Map<number, number>();
  const frozen = new Set<number>();
  const lanes = new Map<string, Promise<void>>();
  control.arm(traps);

  const note = (kind: 'trouble' | 'mended', what: string, process: number | null = null) =>
    board.note({ kind, at: board.now(), what, process });

  async function during(what: string, process: number | null, act: () => Promise<void>): Promise<void> {
    note('trouble', what, process);
    try {
      await act();
    } finally {
      note('mended', what, process);
    }
  }

  function thaw(process: number): void {
    if (!frozen.delete(process)) return;
    programs.thaw(process);
    note('mended', 'freeze', process);
  }

  async function freeze(process: number, ms: number): Promise<void> {
    if (!programs.isUp(process)) return;
    frozen.add(process);
    note('trouble', 'freeze', process);
    programs.freeze(process);
    await wait(ms);
    thaw(process);
  }

  /** Two processes may get there at the same time: both have struck themselves then. */
  function spring(process: number, id: number): void {
    const trap = all.find((one) => one.id === id);
    // It stepped into a trap of the round before, which was about to be taken away.
    if (!trap) return programs.thaw(process);
    traps = traps.filter((one) => one !== trap);
    control.arm(traps);
    const { trouble } = trap;
    if (trouble.kind === 'lose at') return void during('redis lose answer', null, () => wait(NOTICED_MS));
    for (const struck of trouble.both ? everyone : [process]) {
      if (trouble.kind === 'kill at') programs.kill(struck, trouble.backAfter);
      else void freeze(struck, over ? 0 : trouble.ms);
    }
  }

  async function timedOne(trouble: Timed): Promise<void> {
    await wait(trouble.at);
    switch (trouble.kind) {
      case 'kill':
        return programs.kill(trouble.process % programs.count, trouble.backAfter);
      case 'freeze':
        return freeze(trouble.process % programs.count, trouble.ms);
      case 'redis':
      case 'etcd':
        return inLane(trouble.kind, () => during(`${trouble.kind} ${trouble.what}`, null, () => harm(world, trouble)));
      case 'lose answers':
        return inLane(trouble.of, () => during(`${trouble.of} lose answers`, null, () => loseAnswers(world, trouble)));
      case 'slack':
        return inLane('slack', () =>
          during(`slack ${trouble.what}`, null, async () => {
            desk.trouble = trouble.what;
            await wait(trouble.ms);
            desk.trouble = null;
          }),
        );
      case 'clock':
        note('trouble', `clock ${trouble.by}`, trouble.process);
        return control.clock(trouble.process, trouble.by);
    }
  }

  /** One trouble of a server at a time. */
  function inLane(name: string, act: () => Promise<void>): Promise<void> {
    const next = (lanes.get(name) ?? Promise.resolve()).then(act);
    lanes.set(name, next);
    return next;
  }

  return {
    timed: async () => {
      await Promise.all(troubles.filter(isTimed).map(timedOne));
    },
    reached: (process, point, phase) => {
      for (const trap of traps) {
        if (trap.point !== point || trap.phase !== phase) continue;
        seen.set(trap.id, (seen.get(trap.id) ?? 0) + 1);
        if (seen.get(trap.id) === trap.nth) spring(process, trap.id);
      }
    },
    fired: spring,
    end: async () => {
      over = true;
      traps = [];
      control.arm([]);
      for (const process of [...frozen]) thaw(process);
      for (const process of everyone) control.clock(process, 0);
      await programs.allUp();
    },
  };
}

function isTimed(trouble: Trouble): trouble is Timed {
  return !isTrapped(trouble) && trouble.kind !== 'registers meanwhile';
}

function isTrapped(trouble: Trouble): trouble is Trapped {
  return trouble.kind === 'kill at' || trouble.kind === 'freeze at' || trouble.kind === 'lose at';
}

const SIGNALS = { 'kill at': 'SIGKILL', 'freeze at': 'SIGSTOP', 'lose at': 'CUT' } as const;

let trapsLaid = 0;

/** No two traps have the same id, in whichever round. */
function trapOf(trouble: Trapped): Trap {
  const { point, phase, nth } = trouble;
  return { id: ++trapsLaid, point, phase, nth, signal: SIGNALS[trouble.kind] };
}

async function harm(world: World, { kind, what, ms }: Extract<Trouble, { kind: 'redis' | 'etcd' }>): Promise<void> {
  const server = world[kind];
  const wire = world.wires[kind];
  switch (what) {
    case 'restart':
      await server.kill();
      await wait(ms / 4);
      return server.restart();
    case 'freeze':
      server.pause();
      await wait(ms);
      return server.resume();
    case 'hold':
      wire.hold();
      await wait(ms);
      return wire.release();
    case 'cut':
      await wire.refuse();
      await wait(ms / 2);
      return wire.accept();
    case 'slow':
      wire.delay(SLOW_MS);
      await wait(ms);
      return wire.delay(0);
  }
}

async function loseAnswers({ wires }: World, { of, ms }: Extract<Trouble, { kind: 'lose answers' }>): Promise<void> {
  const wire = wires[of];
  const until = performance.now() + ms;
  while (performance.now() < until) {
    wire.cutNextAnswer();
    await wait(LOSE_EVERY_MS);
  }
  // The last one may still be armed: it must not hit the next round.
  await (of === 'etcd' ? asked(`${wire.url}/version`) : said(wire.url));
}

function asked(url: string): Promise<void> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (answer) => answer.resume().once('close', resolve)).once('error', () => resolve());
  });
}

/** A word of its own to Redis, answered or cut. */
function said(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write('PING\r\n'));
    socket.once('data', () => socket.destroy());
    socket.once('error', () => socket.destroy());
    socket.once('close', () => resolve());
  });
}
