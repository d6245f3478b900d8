import { setTimeout as pause } from 'node:timers/promises';
import { type Base, type Openio, SERVICE_TYPES } from '../../backends/openio/openio';
import { type Change, type Context, defineChange, type Finding, type Planned, type Step } from '../operation';
import { parseFlags } from '../words';
import { masterOf } from './codes';
import { READS, readCopies } from './copies';
import { baseForm, servicesOf } from './fields';
import { baseFrom, NAMING, peersFrom } from './names';
import { mastersSeen } from './states';
import { judge, settled } from './sync-judgement';
import { nothing, type Plan, planShape, preview, refuse, render, states } from './sync-views';
import { orUnverifiable, performed, targetOf } from './writes';

export interface SyncOptions {
  /** How long to wait for the copies to agree, in milliseconds. The real servers copy a small base in less than a second. */
  readonly settleMs?: number;
  /** Between two looks, in milliseconds. */
  readonly pauseMs?: number;
}

interface Args {
  readonly base: Base;
  readonly damaged: readonly string[];
  readonly anyway: boolean;
}

/** Copies the master's database over damaged slaves. Refuses wherever the master's copy is not seen to be a good one. */
export function openioElectionSync(openio: Openio, options: SyncOptions = {}): Change {
  return defineChange<Args, Plan>({
    name: 'openio election sync',
    usage: 'TYPE NAME [--damaged ADDR]… [--anyway] [--cid] [--account ACCOUNT] [--ns NAMESPACE]',
    summary: "Copies the master's database over damaged slaves, after checking that the master's copy is a good one.",
    examples: ['openio election sync meta2 FVE0', 'openio election sync meta2 FVE0 --damaged 127.0.0.2:6024'],
    form: baseForm(
      {
        id: 'damaged',
        label: 'Damaged peers',
        hint: 'Left empty: those whose copies differ.',
        optional: true,
        input: { kind: 'known', known: servicesOf(openio, SERVICE_TYPES), many: true },
        as: { kind: 'option', flag: 'damaged', many: true },
      },
      {
        id: 'anyway',
        label: 'Even if it cannot be told which copies are damaged',
        optional: true,
        input: { kind: 'flag' },
        as: { kind: 'flag', flag: 'anyway' },
      },
    ),
    schema: planShape,
    parse: (words) => {
      const flags = parseFlags(words, {
        ...NAMING,
        damaged: { type: 'string', multiple: true },
        anyway: { type: 'boolean' },
      });
      if (!flags.ok) return flags;
      const base = baseFrom(openio, flags.args.values, flags.args.positionals);
      const damaged = peersFrom(flags.args.values.damaged);
      if (!base.ok) return base;
      if (!damaged.ok) return damaged;
      return {
        ok: true,
        args: { base: base.args, damaged: damaged.args ?? [], anyway: flags.args.values.anyway ?? false },
      };
    },
    danger: () => 'irreversible',
    plan: (args, context) => plan(openio, args, context),
    targets: ({ base }) => [targetOf(base)],
    preview: (planned) => preview(planned),
    undo: () => 'Nothing brings back what the overwritten copies hold.',
    execute: (planned, context) => execute(openio, planned, context),
    verify: async (planned, context) => [
      await orUnverifiable(planned.base, verify(openio, planned, { ...DEFAULTS, ...options }, context)),
    ],
    render: (planned, steps, findings) => render(openio, planned, { steps, findings }),
  });
}

const DEFAULTS = { settleMs: 20_000, pauseMs: 500 };

async function plan(openio: Openio, args: Args, context: Context): Promise<Planned<Plan>> {
  const { base } = args;
  const { ids: peers } = await openio.peers(base, context);
  const found = await findMaster(openio, base, context);
  if ('why' in found) return refuse(openio, base, { kind: 'refused', why: found.why, cure: 'diagnose' }, null);
  const { master } = found;
  if (peers.length > 0 && !peers.includes(master)) {
    const why = `the master ${master} is not one of the peers in the directory (${peers.join(', ')})`;
    return refuse(openio, base, { kind: 'refused', why, cure: 'diagnose' }, null);
  }
  const files = await openio.election('has', { base }, context);
  const copies = await readCopies(openio, base, { times: READS }, context);
  const withoutFile = files.filter(({ status }) => status === 431).map(({ id }) => id);
  const judgement = judge({ copies, master, peers: files.map(({ id }) => id), withoutFile, ...args });
  if (judgement.kind === 'refused') return refuse(openio, base, judgement, { copies, master });
  if (judgement.kind === 'nothing to do') return { kind: 'unchanged', why: judgement.why, view: nothing(base, copies) };
  return {
    kind: 'plan',
    plan: {
      base,
      master,
      peers: [...files.map(({ id }) => id)],
      destinations: [...judgement.destinations],
      how: copies.kind === 'by peer' ? 'each' : 'all',
      because: [...judgement.because],
      copies: [...states(copies)],
    },
  };
}

type Master = { readonly master: string } | { readonly why: string };

/** By a pure read where the peers remember; only otherwise by asking for the status, which elects. */
async function findMaster(openio: Openio, base: Base, context: Context): Promise<Master> {
  const masters = mastersSeen(await openio.debug({ base }, context));
  if (masters.length > 1) return { why: `the peers do not agree on the master (${masters.join(', ')})` };
  const master = masters[0] ?? masterOf(await openio.election('status', { base }, context));
  return master === null ? { why: 'there is no master to copy from: the election does not end' } : { master };
}

function execute(openio: Openio, { base, destinations, how }: Plan, context: Context): AsyncIterable<Step> {
  const only = how === 'each' ? { only: destinations } : {};
  return performed('sync', base, openio.election('sync', { base, ...only }, context));
}

/** The servers' 200 and the SYNC_OK in their logs prove nothing, so the copies themselves are compared until they agree. */
async function verify(
  openio: Openio,
  { base }: Plan,
  options: Required<SyncOptions>,
  context: Context,
): Promise<Finding> {
  const target = targetOf(base).key;
  const until = Date.now() + options.settleMs;
  for (;;) {
    const files = await openio.election('has', { base }, context);
    const missing = files.filter(({ status }) => status === 431).map(({ id }) => id);
    const seen = settled(await readCopies(openio, base, { times: READS }, context));
    if (seen.verdict === 'confirmed' && missing.length === 0) return { target, ...seen };
    if (Date.now() >= until) {
      if (missing.length === 0) return { target, ...seen };
      return { target, verdict: 'contradicted', text: `no file on ${missing.join(', ')}; ${seen.text}` };
    }
    await pause(options.pauseMs, undefined, { signal: context.signal });
  }
}
