import type { Distkv } from '../../backends/distkv/distkv';
import { parseTicks } from '../../backends/distkv/ticks';
import { type Change, defineChange, type Parsed, type Words } from '../operation';
import { parseFlags } from '../words';
import { chooseServer } from './ask';
import { nodeField, serverField } from './fields';
import {
  broadcastKey,
  executeMark,
  isBlind,
  nodeKey,
  readBack,
  serverKey,
  untracedBroadcast,
  verifyMark,
} from './mark-act';
import { type MarkArgs, type MarkPlan, markPlanSchema, planMark } from './mark-plan';
import { previewMark, recheckView, renderMark } from './mark-view';

/** Servers that wait for the ticks ask again only every few cycles of their pings. */
const RECHECK_MS = 60_000;

/** A broadcast takes milliseconds; a server busy with others answers later. */
const PATIENCE_MS = 5_000;

interface MarkOptions {
  /** How long a broadcast may take to reach the other servers before they are read back for good. */
  readonly patienceMs?: number;
}

/** Marks missing ticks, so that servers stop waiting for them. */
export function distkvMark(distkv: Distkv, { patienceMs = PATIENCE_MS }: MarkOptions = {}): Change {
  return defineChange<MarkArgs, MarkPlan>({
    name: 'distkv mark',
    usage: 'NODE [TICKS…] [--deleted] [--broadcast] [--server HOST:PORT]',
    summary: 'Marks missing ticks of a node as superseded (or deleted), so that servers stop waiting for them.',
    examples: ['distkv mark test1 2', 'distkv mark test1 2,5-9 --broadcast', 'distkv mark test1'],
    form: [
      nodeField(distkv),
      {
        id: 'ticks',
        label: 'Ticks',
        hint: 'For example 2,5-9. Left empty: all that are missing.',
        optional: true,
        input: { kind: 'text' },
        as: { kind: 'words' },
      },
      {
        id: 'deleted',
        label: 'As deleted, which destroys their records',
        optional: true,
        input: { kind: 'flag' },
        as: { kind: 'flag', flag: 'deleted' },
      },
      {
        id: 'broadcast',
        label: 'On all servers',
        optional: true,
        input: { kind: 'flag' },
        as: { kind: 'flag', flag: 'broadcast' },
      },
      serverField(distkv, 'Left empty: the first one.'),
    ],
    schema: markPlanSchema,
    parse: (words) => parse(distkv, words),
    danger: (plan) => (plan.deleted ? 'irreversible' : 'reversible'),
    plan: (args, { signal }) => planMark(distkv, args, signal),
    targets: (plan) => [{ key: nodeKey(plan), label: `ticks of ${plan.node}` }],
    preview: previewMark,
    undo: ({ deleted }) =>
      deleted
        ? 'Nothing brings back a record that was deleted for this mark.'
        : 'A server that holds the record sends it again, and the mark goes away by itself.',
    procedure: (plan) => (isBlind(plan) ? [`marking on ${plan.name}`, 'sending the mark to all servers'] : []),
    order: (plan) => (isBlind(plan) ? [serverKey(plan, plan.server), broadcastKey(plan)] : null),
    execute: (plan, context) => executeMark(distkv, plan, context),
    verify: (plan, { signal }) => verifyMark(distkv, plan, { signal, patienceMs }),
    untraced: untracedBroadcast,
    render: renderMark,
    recheck: {
      afterMs: RECHECK_MS,
      look: async (plan, { signal }) => recheckView(plan, await readBack(distkv, distkv.servers, signal)),
    },
  });
}

function parse(distkv: Distkv, words: Words): Parsed<MarkArgs> {
  const flags = parseFlags(words, {
    deleted: { type: 'boolean' },
    broadcast: { type: 'boolean' },
    server: { type: 'string' },
  });
  if (!flags.ok) return flags;
  const { values, positionals } = flags.args;
  const [node, ...typed] = positionals;
  if (!node) return { ok: false, problem: 'type the node whose ticks are missing: distkv mark test1 2' };
  const ticks = parseTicks(typed);
  if (!ticks.ok) return ticks;
  const server = chooseServer(distkv, values.server);
  if (!server.ok) return server;
  const { deleted = false, broadcast = false } = values;
  return {
    ok: true,
    args: { node, ticks: typed.length > 0 ? ticks.args : null, deleted, broadcast, server: server.server },
  };
}
