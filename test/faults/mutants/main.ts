import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../../sandbox/pretend';
import { campaign } from '../campaign';
import type { Invariant } from '../checker/facts';
import type { Trouble } from '../schedule';
import { build } from '../subject/build';
import { MUTANTS, type Mutant } from './mutants';

/** Where each was caught last; the document's table is written from it. */
const CAUGHT = join(__dirname, 'caught.json');
const MOST_ROUNDS = 100;
const USAGE = 'npm run mutants -- [--sample 4] [--only NAME] [--worlds 4] [--rounds 100] [--write]';

interface Caught {
  readonly seed: number;
  readonly invariant: Invariant;
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
  if (values.write) writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, 'utf8')));
}

const DOCUMENT = join(ROOT, 'docs', 'faults.md');

/** The document's table, as it should be. */
export function withTable(document: string): string {
  const caught = readCaught();
  const rows = MUTANTS.map(({ name, mistake, patches, certain = [] }) => {
    const { seed, invariant } = caught[name] ?? { seed: '', invariant: 'not caught yet' };
    return `| ${name} | ${mistake}${patches.length > 1 ? ` (${patches.length} guards)` : ''} | ${certain.map(inWords).join(', ')} | ${seed} | ${invariant} |`;
  });
  const table = [
    '| planted | the mistake | each round has | seed | caught by |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  return document.replace(/<!-- mutants -->[\s\S]*<!-- \/mutants -->/, `<!-- mutants -->\n${table}\n<!-- /mutants -->`);
}

function inWords(trouble: Trouble): string {
  if ('point' in trouble) {
    const both = 'both' in trouble && trouble.both;
    return `${trouble.kind} ${trouble.point} ${trouble.phase}${both ? ', both' : ''}`;
  }
  if (trouble.kind === 'lose answers') return `${trouble.of} lose answers`;
  return 'what' in trouble ? `${trouble.kind} ${trouble.what}` : trouble.kind;
}

/** A sample must not depend on luck: of those that took longer, only a whole hunt can tell. */
const SURE_ROUNDS = 8;

/** Another few of those that were caught soon, each day, so that all of them come around. */
function sampled(sample: string | undefined): readonly Mutant[] {
  if (sample === undefined) return MUTANTS;
  const caught = readCaught();
  const known = MUTANTS.filter(({ name }) => (caught[name]?.rounds ?? SURE_ROUNDS + 1) <= SURE_ROUNDS);
  const count = Math.min(known.length, Math.max(1, Number(sample) || 1));
  const first = Math.floor(Date.now() / 86_400_000) * count;
  return Array.from({ length: count }, (_, n) => known[(first + n) % known.length]).flatMap((mutant) => mutant ?? []);
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
  for (let next = firstSeed, left = rounds; left > 0; ) {
    const found = await firstViolation(mutant, { home, firstSeed: next, rounds: left, worlds });
    if (!found) return null;
    console.log(`  ${found.invariant}: ${found.what}`);
    const { seed, invariant } = found;
    if (!(await alsoWithout(mutant, seed, invariant))) return { seed, invariant, rounds: rounds - left + found.rounds };
    console.log('  but so it is without the mistake');
    next = seed + 1;
    left -= found.rounds;
  }
  return null;
}

interface Found extends Caught {
  readonly what: string;
}

/** The first promise broken of those that this mistake breaks. */
async function firstViolation(
  { certain, breaks }: Mutant,
  options: Hunt & { readonly home: string },
): Promise<Found | null> {
  let played = 0;
  let found: Found | null = null;
  await campaign({
    ...{ ...options, certain },
    subject: 'quorumbot',
    onRound: ({ seed, violations }) => {
      played += 1;
      const first = violations.find((one) => breaks.includes(one.invariant));
      if (first && !found) found = { seed, invariant: first.invariant, what: first.what, rounds: played };
      return found !== null;
    },
  });
  return found;
}

/** What happens on a seed without any mistake depends on luck as well: so often it is looked. */
const LOOKS_WITHOUT = 3;

/** What each seed breaks without any mistake, as far as it was asked for. */
const unplanted = new Map<string, readonly Invariant[]>();
let clean: Promise<string> | null = null;

/** A machine that is too busy breaks promises as well: what the bot does without the mistake was not caught by it. */
async function alsoWithout({ certain }: Mutant, seed: number, invariant: Invariant): Promise<boolean> {
  clean ??= build(`without-mistake-${process.pid}`);
  const key = `${seed} ${JSON.stringify(certain)}`;
  const broken = unplanted.get(key) ?? (await brokenWithout(await clean, seed, certain));
  unplanted.set(key, broken);
  return broken.includes(invariant);
}

async function brokenWithout(home: string, seed: number, certain: Mutant['certain']): Promise<readonly Invariant[]> {
  const broken: Invariant[] = [];
  for (let look = 0; look < LOOKS_WITHOUT; look++) {
    await campaign({
      ...{ subject: 'quorumbot', home, firstSeed: seed, rounds: 1, worlds: 2, certain },
      onRound: ({ violations }) => {
        broken.push(...violations.map((one) => one.invariant));
        return true;
      },
    });
  }
  return broken;
}
