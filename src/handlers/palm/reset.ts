import type { Palm } from '../../backends/palm/palm';
import { UNITS, type Units } from '../../backends/units';
import { type Change, type Context, defineChange, type Parsed, type Planned, type Words } from '../operation';
import { parseFlags, shorten } from '../words';
import { poolOf } from './purge-plan';
import { execute, lookAgain, verify } from './reset-perform';
import { keyOf, type ResetPlan, resetPlan } from './reset-plan';
import { previewReset, renderReset, SERVERS_TARGET } from './reset-view';
import { cell, whyEmpty } from './text';
import { unitTarget } from './unit-state';

const MOST_KEYS = 5_000;
/** Characters of the stored plan, which holds every byte that will be deleted. */
const LARGEST_PLAN = 4_000_000;
/** Two cycles of PALM's registry, and something over. */
const RECHECK_MS = 25_000;

/**
 * Deletes everything below `/servers/` and restarts what watches it. A key that vanishes after the approval makes the plan
 * another one, so people are asked again; one that vanishes in the last moment, after that check, is simply gone.
 */
export function palmReset(palm: Palm, units: Units): Change {
  return defineChange<null, ResetPlan>({
    name: 'palm reset',
    usage: '',
    summary: 'Deletes every server record from etcd and restarts registry and pipeliner. Cannot be undone.',
    examples: ['palm reset'],
    schema: resetPlan,
    parse,
    danger: () => 'irreversible',
    plan: (_args, context) => plan(palm, units, context),
    targets: ({ keys }) => [
      { key: SERVERS_TARGET, label: `all ${keys.length} keys below /servers/` },
      ...UNITS.map((unit) => ({ key: unitTarget(unit), label: unit })),
    ],
    preview: previewReset,
    undo: () => 'The bot cannot put the records back; records.jsonl holds what was there.',
    execute: (plan, context) => execute({ palm, units, context }, plan),
    seal: (_plan, { request, signal }) => palm.seal(request, ['all'], signal),
    verify: (plan, context) => verify({ palm, units, context }, plan),
    render: renderReset,
    recheck: { afterMs: RECHECK_MS, look: (plan, context) => lookAgain(palm, plan, context) },
  });
}

function parse(words: Words): Parsed<null> {
  const flags = parseFlags(words, {});
  if (!flags.ok) return flags;
  const [word] = flags.args.positionals;
  if (word === undefined) return { ok: true, args: null };
  return {
    ok: false,
    problem: `palm reset takes no words, not even ${shorten(word)}; for single servers type palm purge UUID`,
  };
}

async function plan(palm: Palm, units: Units, { signal }: Context): Promise<Planned<ResetPlan>> {
  const size = { keys: 0, bytes: 0 };
  const { cluster, rows } = await palm.list((entry) => {
    size.keys += 1;
    size.bytes += entry.bytes.length;
    return size.keys <= MOST_KEYS && size.bytes <= LARGEST_PLAN
      ? { ...keyOf(entry), directory: entry.directory }
      : null;
  }, signal);
  if (size.keys === 0)
    return {
      kind: 'unchanged',
      why: `${await whyEmpty(palm, signal)} To restart the services type palm restart registry.`,
    };
  if (size.keys > MOST_KEYS)
    return tooMuch(`${size.keys} keys are below /servers/; at most ${MOST_KEYS} are deleted by one request`);
  const keys = rows.filter((row) => row !== null);
  const directories = keys.filter((row) => row.directory).map((row) => cell(row.id));
  if (directories.length > 0) {
    const why = `${directories.join(', ')} below /servers/ is a directory, and directories are never deleted unseen. Nothing was deleted. Look into it with etcdctl ls, then type palm reset again.`;
    return { kind: 'refused', why };
  }
  const plan: ResetPlan = {
    api: palm.api,
    cluster,
    hosts: palm.hosts,
    keys: keys.map(({ id, revision, value }) => ({ id, revision, value })),
    units: await unitsBefore(units, signal),
  };
  if (keys.length < size.keys || JSON.stringify(plan).length > LARGEST_PLAN) {
    return tooMuch(
      `the keys below /servers/ hold ${Math.ceil(size.bytes / 1_000)} kB, which is more than can be saved before deleting it`,
    );
  }
  return { kind: 'plan', plan, pool: poolOf(keys.length, 0) };
}

function tooMuch(what: string): Planned<ResetPlan> {
  return { kind: 'refused', why: `Nothing was deleted: ${what}. Type palm purge UUID for some of them first.` };
}

async function unitsBefore(units: Units, signal: AbortSignal): Promise<ResetPlan['units']> {
  if (units.where === null) return null;
  const before = await Promise.all(UNITS.map(async (unit) => ({ unit, state: await units.state(unit, signal) })));
  return { where: units.where, before };
}
