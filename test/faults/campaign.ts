import { check } from './checker/check';
import type { Invariant, Violation } from './checker/facts';
import { generate } from './generate';
import type { History } from './history';
import { playRound } from './play/round';
import type { Trouble } from './schedule';
import type { SubjectName } from './subject/kinds';
import { createWorld, type World } from './world/world';

/** Stories side by side in a round: each is a run. */
export const RUNS_PER_ROUND = 20;
/** Then a world is thrown away: it has no channels left, and its servers have grown. */
const ROUNDS_PER_WORLD = 55;

export interface Campaign {
  readonly subject: SubjectName;
  /** Where the program under test was built. */
  readonly home: string;
  readonly firstSeed: number;
  readonly rounds: number;
  /** Worlds at the same time, half of them for each number of approvals. */
  readonly worlds: number;
  readonly only?: Invariant | undefined;
  /** Troubles that every round has. */
  readonly certain?: readonly Trouble[] | undefined;
  /** Called after each round; true: enough. */
  readonly onRound: (played: Played) => boolean;
}

export interface Played {
  readonly seed: number;
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly ms: number;
  /** What the processes said. */
  readonly output: string;
}

/** Plays rounds, one seed after the other, in worlds that are used again as long as nothing went wrong in them. */
export async function campaign(options: Campaign): Promise<void> {
  const seeds = Array.from({ length: options.rounds }, (_, n) => options.firstSeed + n);
  const schedules = seeds.map((seed) => generate(seed, RUNS_PER_ROUND, options.certain));
  const stop = { asked: false };
  const lanes = Array.from({ length: Math.max(1, options.worlds / 2) }, () => [1, 2] as const).flat();
  const queues = {
    1: schedules.filter(({ needs }) => needs === 1).values(),
    2: schedules.filter(({ needs }) => needs === 2).values(),
  };
  const ended = await Promise.allSettled(
    lanes.map((needs) => lane({ ...options, needs, schedules: queues[needs], stop })),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

interface Lane extends Campaign {
  readonly needs: 1 | 2;
  /** Shared by lanes of the same kind. */
  readonly schedules: IterableIterator<ReturnType<typeof generate>>;
  readonly stop: { asked: boolean };
}

async function lane({ subject, home, needs, schedules, stop, only, onRound }: Lane): Promise<void> {
  let world: World | null = null;
  try {
    for (;;) {
      const next = stop.asked ? undefined : schedules.next();
      if (!next || next.done) return;
      world ??= await createWorld({ subject, home, needs });
      const begun = performance.now();
      const history = await playRound(world, next.value);
      const found = check(history).filter(({ invariant }) => only === undefined || invariant === only);
      const output = world.programs.outputs();
      const { seed } = next.value;
      if (onRound({ seed, history, violations: found, ms: performance.now() - begun, output })) stop.asked = true;
      // Whatever went wrong may go on: the next round must not suffer from it.
      const isSpoilt = found.length > 0 && subject === 'quorumbot';
      if (!isSpoilt && world.rounds < ROUNDS_PER_WORLD) continue;
      await world.close();
      world = null;
    }
  } catch (error) {
    stop.asked = true;
    throw error;
  } finally {
    await world?.close();
  }
}
