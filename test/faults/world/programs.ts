import { setTimeout as wait } from 'node:timers/promises';
import { type Program, type Running, run } from '../../../sandbox/services/process';

/** The processes of the program under test: whatever kills one, it is started again. */
export interface Programs {
  readonly count: number;
  isUp(index: number): boolean;
  /** Where Slack reaches it. */
  port(index: number): number;
  kill(index: number, backAfter: number): void;
  freeze(index: number): void;
  thaw(index: number): void;
  /** How soon a process that kills itself is started again. */
  backAfter: number;
  allUp(): Promise<void>;
  /** What all of them said last. */
  outputs(): string;
  stop(): Promise<void>;
}

/**
 * A process that stops itself says so first, and may be stopped by the harness in between: woken up, it then does what it
 * had said, and would sleep for ever.
 */
const STILL_STOPPING_MS = [50, 200, 1_000];

export interface Watched {
  up(index: number): void;
  down(index: number): void;
}

interface Slot {
  running: Running | null;
  port: number;
  up: boolean;
  frozen: boolean;
  /** Lines of the ones before. */
  said: string;
  ready: Promise<void>;
}

export async function startPrograms(programs: readonly Program[], watched: Watched): Promise<Programs> {
  let stopping = false;
  let broken: string | null = null;
  const slots: Slot[] = programs.map(() => ({
    running: null,
    port: 0,
    up: false,
    frozen: false,
    said: '',
    ready: Promise.resolve(),
  }));

  function slotOf(index: number): Slot {
    const slot = slots[index];
    if (!slot) throw new Error(`there is no process ${index}`);
    return slot;
  }

  async function start(index: number): Promise<void> {
    const slot = slotOf(index);
    const program = programs[index];
    if (!program || stopping || broken !== null) return;
    const running = run(program);
    slot.running = running;
    void running.exited.then(() => gone(index, running));
    try {
      slot.port = portIn(await running.said(/"msg":"ready"/));
    } catch (error) {
      // Killed while it started: `gone` starts it again. One that ends by itself would do so again.
      if (!stopping && !/SIGKILL/.test(String(error))) broken = String(error).slice(0, 2_000);
      return;
    }
    slot.up = true;
    watched.up(index);
  }

  async function gone(index: number, running: Running): Promise<void> {
    const slot = slotOf(index);
    if (slot.running !== running) return;
    slot.said = `${slot.said.slice(-4_000)}\n${running.output()}`;
    slot.up = false;
    slot.frozen = false;
    if (stopping || broken !== null) return;
    watched.down(index);
    slot.ready = wait(api.backAfter).then(() => start(index));
  }

  const api: Programs = {
    count: programs.length,
    isUp: (index) => slotOf(index).up,
    port: (index) => slotOf(index).port,
    kill: (index, backAfter) => {
      const slot = slotOf(index);
      if (!slot.up) return;
      api.backAfter = backAfter;
      slot.up = false;
      void slot.running?.kill();
    },
    freeze: (index) => {
      const slot = slotOf(index);
      if (!slot.up) return;
      slot.frozen = true;
      slot.running?.pause();
    },
    thaw: (index) => {
      const slot = slotOf(index);
      const { running } = slot;
      slot.frozen = false;
      running?.resume();
      for (const ms of STILL_STOPPING_MS) {
        setTimeout(() => {
          if (slot.running === running && !slot.frozen) running?.resume();
        }, ms).unref();
      }
    },
    backAfter: 0,
    allUp: async () => {
      const deadline = performance.now() + 20_000;
      while (slots.some((slot) => !slot.up)) {
        if (broken !== null) throw new Error(broken);
        if (performance.now() > deadline) throw new Error(`a process did not start: ${api.outputs()}`);
        await Promise.race([Promise.all(slots.map((slot) => slot.ready)), wait(50)]);
        await wait(5);
      }
    },
    outputs: () => slots.map(({ said, running }) => `${said}\n${running?.output() ?? ''}`).join('\n=====\n'),
    stop: async () => {
      stopping = true;
      await Promise.all(slots.map(async ({ running }) => running?.kill()));
    },
  };
  for (const [index] of programs.entries()) slotOf(index).ready = start(index);
  await api.allUp();
  return api;
}

function portIn(line: string): number {
  const said: unknown = JSON.parse(line);
  return typeof said === 'object' && said !== null && 'port' in said ? Number(said.port) : 0;
}
