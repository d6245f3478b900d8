import type { Palm, Removal } from '../../backends/palm/palm';
import { type Change, type Context, defineChange, type Finding, type Planned, type Step } from '../operation';
import { serversKnown } from './fields';
import { lookEach, stepOfFailure } from './outcome';
import {
  comparedPurge,
  guardOf,
  type PurgedServer,
  type PurgePlan,
  poolOf,
  purgePlan,
  recordOf,
  sha256,
  targetOf,
} from './purge-plan';
import { previewPurge, recheckView, renderPurge } from './purge-view';
import { type Match, parseUuids, type Survey, select, survey } from './selection';
import { briefly, cell, whyEmpty } from './text';

const MOST = 100;
/** The plan is stored with the request, and shown. */
const LARGEST_PLAN = 700_000;
const FOLLOWERS_KEPT = 20;
const REGISTRY_CYCLE_MS = 10_000;

interface PurgeOptions {
  /** How often PALM's registry goes over its servers. */
  readonly registryCycleMs?: number;
}

/** Deletes the records of servers, each only if it is still what people saw, and keeps its bytes for `palm undo`. */
export function palmPurge(palm: Palm, options: PurgeOptions = {}): Change {
  const recheckMs = 2 * (options.registryCycleMs ?? REGISTRY_CYCLE_MS) + 5_000;
  return defineChange<readonly string[], PurgePlan>({
    name: 'palm purge',
    usage: 'UUID…',
    summary: 'Deletes server records from etcd, each only if it is still the one that was approved.',
    examples: ['palm purge e5cd88f7-0f5c-4278-bcc9-fa8caefadbb4', 'palm purge e5cd88f7 9b1e0a52'],
    form: [
      {
        id: 'uuids',
        label: 'Servers',
        hint: 'Their uuids, or the first characters of them.',
        input: { kind: 'known', known: serversKnown(palm), many: true },
        as: { kind: 'words' },
      },
    ],
    schema: purgePlan,
    parse: (words) => parseUuids(words, { most: MOST, usage: 'palm purge UUID…' }),
    danger: () => 'reversible',
    plan: (prefixes, context) => plan(palm, prefixes, context),
    targets: ({ servers }) =>
      servers.map((server) => ({ key: targetOf(server), label: `${cell(recordOf(server).server)} ${server.uuid}` })),
    preview: (plan) => previewPurge(plan, recheckMs),
    undo: () => 'palm undo and the id of this request: it puts the same bytes back.',
    compared: comparedPurge,
    execute: (plan, context) => execute(palm, plan, context),
    seal: ({ servers }, { request, signal }) =>
      palm.seal(
        request,
        servers.map((server) => server.uuid),
        signal,
      ),
    verify: ({ servers }, context) => lookEach(servers, targetOf, (server) => lookAt(palm, server, context)),
    render: renderPurge,
    recheck: { afterMs: recheckMs, look: (plan, context) => recheck(palm, plan, context) },
  });
}

async function plan(palm: Palm, prefixes: readonly string[], { signal }: Context): Promise<Planned<PurgePlan>> {
  const found = await survey(palm, prefixes, signal);
  if (found.total === 0)
    return { kind: 'refused', why: `${await whyEmpty(palm, signal)} Type palm servers to look again.` };
  const chosen = new Map<string, PurgedServer>();
  for (const prefix of prefixes) {
    const selected = select(found, prefix);
    if (selected.kind !== 'one') return { kind: 'refused', why: selected.why, view: selected.view };
    const { entry, row } = selected.match;
    if (!row.ok) {
      const why = `The row ${entry.id} cannot be read as a server (${row.reason}), so it is not purged. Type palm show ${entry.id} to see it.`;
      return { kind: 'refused', why };
    }
    chosen.set(entry.id, frozen(selected.match, found));
  }
  const plan: PurgePlan = { api: palm.api, cluster: found.cluster, servers: [...chosen.values()] };
  const size = JSON.stringify(plan).length;
  const pool = poolOf(chosen.size, found.registered - chosen.size);
  if (size <= LARGEST_PLAN) return { kind: 'plan', plan, pool };
  const why = `These ${plan.servers.length} records are ${Math.ceil(size / 1_000)} kB together; at most ${LARGEST_PLAN / 1_000} kB are kept for undoing. Nothing was deleted. Purge fewer at once.`;
  return { kind: 'refused', why };
}

function frozen({ entry }: Match, { followers }: Survey): PurgedServer {
  const callers = followers.get(entry.id) ?? [];
  return {
    uuid: entry.id,
    revision: entry.revision,
    sha256: sha256(entry.bytes),
    base64: entry.bytes.toString('base64'),
    followers: {
      count: callers.length,
      first: callers.slice(0, FOLLOWERS_KEPT).map(({ uuid, server }) => ({ uuid, server })),
    },
  };
}

/** Stops at the first failure: the next key would wait as long, on an etcd in trouble. */
async function* execute(palm: Palm, { servers }: PurgePlan, context: Context): AsyncGenerator<Step> {
  let stopped = false;
  for (const server of servers) {
    const target = targetOf(server);
    if (stopped) {
      yield { target, status: 'failed', text: 'not tried after the failure before it' };
      continue;
    }
    try {
      yield { target, ...stepOf(await palm.remove(guardOf(server), context.request, context.signal)) };
    } catch (error) {
      stopped = true;
      await sealQuietly(palm, server.uuid, context);
      yield stepOfFailure(target, error);
    }
  }
}

/** So that a delete still under way is refused and reading back tells a truth that stays. It may fail: then doubt remains. */
async function sealQuietly(palm: Palm, uuid: string, { request }: Context): Promise<void> {
  const evenIfNobodyWaits = new AbortController().signal;
  await palm.seal(request, [uuid], evenIfNobodyWaits).catch(() => false);
}

function stepOf(removal: Removal): Omit<Step, 'target'> {
  switch (removal.kind) {
    case 'removed':
      return {
        status: 'done',
        text: removal.receipt === 'kept' ? 'deleted, with a receipt' : 'deleted; no receipt could be kept',
      };
    case 'changed':
      return {
        status: 'skipped',
        text: `not touched: it is not the record that was approved. Now ${briefly(removal.now)}`,
      };
    case 'absent':
      if (removal.by === 'this request') return { status: 'done', text: 'deleted by this request before' };
      return { status: 'skipped', text: 'it was gone already' };
    case 'sealed':
      return { status: 'skipped', text: 'not touched: this request had been closed' };
  }
}

/**
 * Key and receipt together tell the truth. A key that is still the approved one, without a seal on the request, proves
 * nothing: a delete that was given up may land yet.
 */
async function lookAt(
  palm: Palm,
  server: PurgedServer,
  { request, signal }: Context,
): Promise<Omit<Finding, 'target'>> {
  const entry = await palm.get(server.uuid, signal);
  const receipt = await palm.receipt(request, server.uuid, signal);
  if (entry === null) {
    const by =
      receipt === 'done'
        ? 'deleted by this request'
        : `no receipt says by whom${palm.api === 'v2' ? ' (v2 keeps none)' : ''}`;
    return { verdict: 'confirmed', text: `gone; ${by}` };
  }
  if (receipt === 'done')
    return { verdict: 'contradicted', acted: true, text: `deleted by this request, and there again ${briefly(entry)}` };
  const same = entry.revision === server.revision && sha256(entry.bytes) === server.sha256;
  if (!same)
    return { verdict: 'contradicted', text: `there, but not the record that was approved: now ${briefly(entry)}` };
  if (receipt === 'sealed')
    return { verdict: 'contradicted', text: 'still there, unchanged; this request cannot delete it any more' };
  return { verdict: 'unverifiable', text: 'still there, unchanged' };
}

async function recheck(palm: Palm, { servers }: PurgePlan, { signal }: Context) {
  const there = [];
  for (const server of servers) {
    const entry = await palm.get(server.uuid, signal);
    if (entry) there.push({ entry, untouched: entry.revision === server.revision });
  }
  return recheckView(there, servers.length);
}
