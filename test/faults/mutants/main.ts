import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaign } from '../campaign';
import { build } from '../subject/build';
import { MUTANTS, type Mutant } from './mutants';

/** Where each was caught last; the document's table is written from it. */
const CAUGHT = join(__dirname, 'caught.json');
const MOST_ROUNDS = 100;
const USAGE = 'npm run mutants -- [--sample 4] [--only NAME] [--worlds 4] [--rounds 100] [--write]';

export interface Caught {
  readonly seed: number;
  readonly invariant: string;
  readonly rounds: number;
}

/** `npm run mutants`: plants each mistake in a copy and plays runs until one is caught. Fails when one is not. */
export async function mutants(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sample: { type: 'string' },
      only: { type: 'string' },
      worlds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: String(MOST_ROUNDS) },
      write: { type: 'boolean', default: false },
    },
  });
  const chosen =
    values.only === undefined ? sampled(values.sample) : MUTANTS.filter(({ name }) => name === values.only);
  if (chosen.length === 0) {
    console.error(`there is no such mutant; there are ${MUTANTS.map(({ name }) => name).join(', ')}\n${USAGE}`);
    process.exitCode = 1;
    return;
  }
  const known = readCaught();
  for (const mutant of chosen) {
    const begun = performance.now();
    const before = known[mutant.name];
    const caught = await hunt(mutant, {
      firstSeed: before?.seed ?? 1,
      worlds: Number(values.worlds),
      rounds: Number(values.rounds),
    });
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    console.log(`${mutant.name}: ${caught ? `${caught.invariant}, seed ${caught.seed}` : 'NOT CAUGHT'}, ${seconds} s`);
    if (!caught) process.exitCode = 1;
    else if (values.write)
      writeFileSync(CAUGHT, `${JSON.stringify({ ...readCaught(), [mutant.name]: caught }, null, 2)}\n`);
  }
}

/** Another few each day, so that all of them come around. */
function sampled(sample: string | undefined): readonly Mutant[] {
  if (sample === undefined) return MUTANTS;
  const count = Math.max(1, Number(sample) || 1);
  const first = Math.floor(Date.now() / 86_400_000) * count;
  return Array.from(
    { length: Math.min(count, MUTANTS.length) },
    (_, n) => MUTANTS[(first + n) % MUTANTS.length],
  ).flatMap((mutant) => mutant ?? []);
}

export function readCaught(): Readonly<Record<string, Caught>> {
  return JSON.parse(readFileSync(CAUGHT, 'utf8')) as Record<string, Caught>;
}

interface Hunt {
  readonly firstSeed: number;
  readonly worlds: number;
  readonly rounds: number;
}

async function hunt(mutant: Mutant, { firstSeed, worlds, rounds }: Hunt): Promise<Caught | null> {
  const home = await build(`mutant-${mutant.name.replaceAll(' ', '-')}`, mutant.patches);
  let played = 0;
  let caught: Caught | null = null;
  await campaign({
    ...{ subject: 'quorumbot', home, firstSeed, rounds, worlds },
    onRound: ({ seed, violations }) => {
      played += 1;
      const [first] = violations;
      if (first && !caught) caught = { seed, invariant: first.invariant, rounds: played };
      return caught !== null;
    },
  });
  return caught;
}
