import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../sandbox/pretend';
import { campaign, type Played, RUNS_PER_ROUND } from './campaign';
import { factsOf, INVARIANTS, type Invariant, type Violation } from './checker/facts';
import { type Harm, harmOf } from './checker/harm';
import { of } from './history';
import { build } from './subject/build';
import { SUBJECTS, type SubjectName } from './subject/kinds';

const HISTORIES = join(ROOT, '.cache', 'faults', 'histories');
const USAGE = `npm run faults -- [--runs 300] [--seed 1] [--subject ${SUBJECTS.join('|')}] [--only INVARIANT] [--worlds 2] [--minutes 600] [--again 0] [--verbose]`;

interface Settings {
  readonly runs: number;
  readonly seed: number;
  readonly worlds: number;
  /** Then no further round is begun. */
  readonly minutes: number;
  /** How often a round is played again, alone, that only was late. It counts when it is late again. */
  readonly again: number;
  readonly subject: SubjectName;
  readonly only: Invariant | undefined;
  readonly verbose: boolean;
}

/** `npm run faults`: plays runs, prints every violation with the seed that plays it again, and fails when there was one. */
export async function faults(args: readonly string[]): Promise<void> {
  const settings = settingsOf(args);
  if (typeof settings === 'string') {
    console.error(`${settings}\n${USAGE}`);
    process.exitCode = 1;
    return;
  }
  const { subject, seed, runs } = settings;
  const begun = performance.now();
  const home = await build(subject);
  const tally = createTally();
  const late: number[] = [];
  await campaign({
    ...settings,
    home,
    firstSeed: seed,
    rounds: Math.ceil(runs / RUNS_PER_ROUND),
    onRound: (played) => {
      const isLate = settings.again > 0 && played.violations.length > 0 && played.violations.every(isOfTime);
      if (isLate) late.push(played.seed);
      tally.count(isLate ? { ...played, violations: [] } : played);
      if (settings.verbose)
        console.log(
          `seed ${played.seed}, ${Math.round(played.ms)} ms: ${JSON.stringify(played.history.schedule.troubles)}`,
        );
      if (played.violations.length > 0 || process.env.KEEP) report(played, subject);
      return performance.now() - begun > settings.minutes * 60_000;
    },
  });
  for (const one of late) tally.broken(await playedAgain(settings, home, one));
  console.log(`${tally.text()}; ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  console.log(`| program | runs | ${Object.keys(harmless).join(' | ')} |`);
  console.log(tally.row(subject));
  if (tally.violations() > 0) process.exitCode = 1;
}

/** What another program on the machine can break as well: that things are done soon. All else holds however slow it is. */
function isOfTime({ invariant }: Violation): boolean {
  return invariant === 'works';
}

/** What it breaks when the machine has nothing else to play; nothing when it is clean each time. */
async function playedAgain(settings: Settings, home: string, seed: number): Promise<readonly Violation[]> {
  for (let time = 0; time < settings.again; time++) {
    const found: Violation[] = [];
    const onRound = (played: Played) => {
      found.push(...played.violations);
      if (played.violations.length > 0) report(played, settings.subject);
      return true;
    };
    await campaign({ ...settings, home, firstSeed: seed, rounds: 1, onRound });
    if (found.length > 0) return found;
  }
  console.log(`seed ${seed}: late once, and clean when it was played ${settings.again} times more, alone`);
  return [];
}

function settingsOf(args: readonly string[]): Settings | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        runs: { type: 'string', default: '300' },
        seed: { type: 'string', default: '1' },
        worlds: { type: 'string', default: '2' },
        minutes: { type: 'string', default: '600' },
        again: { type: 'string', default: '0' },
        subject: { type: 'string', default: 'quorumbot' },
        only: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    const given = [values.runs, values.seed, values.worlds, values.minutes];
    const [runs = 0, seed = 0, worlds = 0, minutes = 0] = given.map(Number);
    if (![runs, seed, worlds, minutes].every((number) => Number.isInteger(number) && number > 0))
      return '--runs, --seed, --worlds and --minutes are whole numbers from 1';
    const again = Number(values.again);
    if (!Number.isInteger(again) || again < 0) return '--again is a whole number from 0';
    const subject = SUBJECTS.find((name) => name === values.subject);
    if (!subject) return `there is no subject ${values.subject}`;
    const only = INVARIANTS.find((name) => name === values.only);
    if (values.only !== undefined && !only)
      return `there is no invariant ${values.only}; there are ${INVARIANTS.join(', ')}`;
    return { runs, seed, worlds, minutes, again, subject, only, verbose: values.verbose };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What to do next stands beside what was found. */
function report({ seed, history, violations, output }: Played, subject: SubjectName): void {
  mkdirSync(HISTORIES, { recursive: true });
  const file = join(HISTORIES, `${subject}-${seed}.json`);
  writeFileSync(file, JSON.stringify({ ...history, violations, output: output.split('\n') }, null, 1));
  console.log(`seed ${seed}, troubles ${JSON.stringify(history.schedule.troubles)}`);
  for (const { invariant, story, what } of violations) console.log(`  ${invariant}: ${what} (run ${story ?? '?'})`);
  console.log(
    `  again: npm run faults -- --subject ${subject} --seed ${seed} --runs ${RUNS_PER_ROUND}; what was seen: ${file}`,
  );
}

const harmless: Harm = {
  ...{ approved: 0, effects: 0, unapproved: 0, unseen: 0, double: 0, lost: 0, untrue: 0, silent: 0 },
};

function createTally() {
  const counts = {
    ...{ rounds: 0, effects: 0, commands: 0, clicks: 0 },
    ...{ kills: 0, freezes: 0, troubles: 0, stalls: 0, violations: 0 },
  };
  const broken = new Map<string, number>();
  const ended = new Map<string, number>();
  const harm: Record<keyof Harm, number> = { ...harmless };
  const breaks = (violations: readonly Violation[]) => {
    counts.violations += violations.length;
    for (const { invariant } of violations) broken.set(invariant, (broken.get(invariant) ?? 0) + 1);
  };
  return {
    broken: breaks,
    violations: () => counts.violations,
    count: ({ history, violations }: Played) => {
      const troubles = of(history, 'trouble');
      counts.rounds += 1;
      counts.effects += of(history, 'effect').length;
      counts.commands += of(history, 'typed').length;
      counts.clicks += of(history, 'clicked').length;
      counts.kills += troubles.filter(({ what }) => what === 'down').length;
      counts.freezes += troubles.filter(({ what }) => what === 'freeze').length;
      counts.stalls += troubles.filter(({ what }) => what.endsWith(' stalled')).length;
      counts.troubles += troubles.filter(({ what }) => !/^(down|freeze|starved.*|.* stalled)$/.test(what)).length;
      for (const { last } of factsOf(history).requests.values()) {
        const word = last.word ?? last.state;
        ended.set(word, (ended.get(word) ?? 0) + 1);
      }
      for (const [what, count] of Object.entries(harmOf(history))) harm[what as keyof Harm] += count;
      breaks(violations);
    },
    /** A row of the comparison in the document. */
    row: (subject: SubjectName) =>
      `| ${subject} | ${[counts.rounds * RUNS_PER_ROUND, ...Object.values(harm)].join(' | ')} |`,
    text: () => {
      const { rounds, commands, clicks, effects, kills, freezes, troubles, stalls, violations } = counts;
      const ends = [...ended].map(([word, count]) => `${count} ${word}`).join(', ');
      const what = [...broken].map(([invariant, count]) => `${count} ${invariant}`).join(', ');
      return `${rounds * RUNS_PER_ROUND} runs in ${rounds} rounds: ${commands} commands, ${clicks} clicks, ${effects} effects, ${kills} kills, ${freezes} freezes, ${troubles} other troubles, ${stalls} stalls of Redis and etcd; ended: ${ends}; ${violations} violations${what ? ` (${what})` : ''}`;
    },
  };
}
