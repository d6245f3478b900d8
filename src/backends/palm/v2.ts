import { BackendFailure } from '../failure';
import { approvedForm, matches, notApproved, revisionOf, serverKey } from './keys';
import type { Approved, Clearing, Entry, Guard, KeySpace, Listing, Removal, Restoral } from './palm';
import { callV2, entryOfNode, pathOf, type V2Source } from './v2-client';

/** How many guarded deletes of a `clear` are under way at once. */
const AT_ONCE = 16;

/** etcd's own v2 key space, which is what PALM was written for. It has no transactions, hence no receipts. */
export function openV2(source: V2Source): KeySpace {
  return {
    api: 'v2',
    list: (map, signal) => list(source, map, signal),
    get: (uuid, signal) => get(source, uuid, signal),
    remove: (guard, _request, signal) => remove(source, guard, signal),
    restore: (record, signal) => restore(source, record, signal),
    clear: (approved, _request, signal) => clear(source, approved, signal),
    receipt: async () => 'unknown',
    seal: async () => false,
    close: async () => {},
  };
}

/**
 * Not recursive: PALM's directory is flat, a foreign sub-directory is shown as one row, and a narrower right suffices.
 * `quorum`, because any other read may be of the past. Names that begin with `_` are hidden by etcd and cannot be listed.
 */
async function list<T>(source: V2Source, map: (entry: Entry) => T, signal: AbortSignal): Promise<Listing<T>> {
  const answer = await callV2(source, {
    method: 'GET',
    doing: 'list the servers',
    path: '',
    query: { quorum: 'true', sorted: 'true' },
    signal,
    expected: [100],
  });
  const { headers } = answer.http;
  const nodes = answer.ok ? (answer.node.nodes ?? []) : [];
  return {
    cluster: String(headers['x-etcd-cluster-id'] ?? ''),
    revision: String(headers['x-etcd-index'] ?? ''),
    rows: nodes.map((node) => map(entryOfNode(node))),
  };
}

async function get(source: V2Source, uuid: string, signal: AbortSignal): Promise<Entry | null> {
  serverKey(uuid);
  const query = { quorum: 'true' };
  const path = pathOf(uuid);
  const answer = await callV2(source, { method: 'GET', doing: 'read a server', path, query, signal, expected: [100] });
  return answer.ok ? entryOfNode(answer.node) : null;
}

/** Looks first, because the guard holds a hash; then the index alone decides, in the delete itself. */
async function remove(source: V2Source, guard: Guard, signal: AbortSignal): Promise<Removal> {
  const revision = revisionOf(guard.revision);
  const before = await get(source, guard.uuid, signal);
  if (!before) return { kind: 'absent', by: 'unknown' };
  if (!matches(before, guard)) return { kind: 'changed', now: before };
  const outcome = await compareAndDelete(source, { id: guard.uuid, revision }, signal);
  if (outcome === 'removed') return { kind: 'removed', receipt: 'none' };
  const now = outcome === 'changed' ? await get(source, guard.uuid, signal) : null;
  return now ? { kind: 'changed', now } : { kind: 'absent', by: 'unknown' };
}

/** A misspelt condition is no condition in v2: the number is checked before, the answer's action after. */
async function compareAndDelete(
  source: V2Source,
  { id, revision }: Pick<Approved, 'id' | 'revision'>,
  signal: AbortSignal,
): Promise<'removed' | 'changed' | 'absent'> {
  const answer = await callV2(source, {
    method: 'DELETE',
    doing: 'delete a server',
    path: pathOf(id),
    query: { prevIndex: revisionOf(revision) },
    signal,
    expected: [100, 101, 102],
  });
  if (!answer.ok) return answer.code === 100 ? 'absent' : 'changed';
  if (answer.action === 'compareAndDelete') return 'removed';
  throw new BackendFailure(`delete a server: etcd did ${answer.action} where compareAndDelete was asked for`, {
    backend: 'palm',
    kind: 'malformed',
    effect: 'possible',
  });
}

async function restore(
  source: V2Source,
  { uuid, bytes }: { readonly uuid: string; readonly bytes: Buffer },
  signal: AbortSignal,
): Promise<Restoral> {
  serverKey(uuid);
  const value = bytes.toString();
  if (!Buffer.from(value).equals(bytes)) throw refused('put back a server: v2 cannot hold bytes that are not UTF-8');
  const answer = await callV2(source, {
    method: 'PUT',
    doing: 'put back a server',
    path: pathOf(uuid),
    query: { prevExist: 'false' },
    form: new URLSearchParams({ value }),
    signal,
    expected: [105],
  });
  if (answer.ok) return { kind: 'restored' };
  const now = await get(source, uuid, signal);
  if (now) return { kind: 'present', now };
  throw refused('put back a server: the key was there and is gone again; ask once more');
}

/** Never recursive: that takes no condition and destroys what nobody saw. */
async function clear(source: V2Source, approved: readonly Approved[], signal: AbortSignal): Promise<Clearing> {
  const { rows } = await list(source, approvedForm, signal);
  const newcomers = notApproved(rows, approved);
  if (newcomers.length > 0) return { kind: 'stale', removed: 0, newcomers };
  const { removed, changed, failure } = await deleteAll(source, approved, signal);
  if (failure) throw removed > 0 ? halfDone(failure, removed) : failure;
  if (changed.length > 0) return { kind: 'stale', removed, newcomers: changed };
  try {
    return await removeDirectory(source, removed, signal);
  } catch (error) {
    throw error instanceof BackendFailure && removed > 0 ? halfDone(error, removed) : error;
  }
}

interface Deleted {
  removed: number;
  readonly changed: string[];
  failure: BackendFailure | null;
}

/** Stops at the first key that is not what was approved, and at the first failure. */
async function deleteAll(source: V2Source, approved: readonly Approved[], signal: AbortSignal): Promise<Deleted> {
  const so: Deleted = { removed: 0, changed: [], failure: null };
  const queue = approved.values();
  const work = async () => {
    for (const row of queue) {
      if (so.failure || so.changed.length > 0) return;
      const outcome = await compareAndDelete(source, row, signal);
      if (outcome === 'removed') so.removed += 1;
      if (outcome === 'changed') so.changed.push(row.id);
    }
  };
  const failed = (error: unknown) => {
    if (!(error instanceof BackendFailure)) throw error;
    if (so.failure?.effect !== 'possible') so.failure = error;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch(failed)));
  return so;
}

async function removeDirectory(source: V2Source, removed: number, signal: AbortSignal): Promise<Clearing> {
  const answer = await callV2(source, {
    method: 'DELETE',
    doing: 'delete the empty directory',
    path: '',
    query: { dir: 'true' },
    signal,
    expected: [100, 108],
  });
  if (answer.ok) return { kind: 'cleared', removed, directory: 'removed' };
  if (answer.code === 100) return { kind: 'cleared', removed, directory: 'none' };
  const { rows: newcomers } = await list(source, (entry) => entry.id, signal);
  if (newcomers.length > 0) return { kind: 'stale', removed, newcomers };
  return { kind: 'cleared', removed, directory: 'kept' };
}

function halfDone(failure: BackendFailure, removed: number): BackendFailure {
  const message = `${failure.message}; ${removed} keys were deleted before that`;
  return new BackendFailure(message, { backend: 'palm', kind: failure.kind, effect: 'possible', cause: failure });
}

function refused(message: string): BackendFailure {
  return new BackendFailure(message, { backend: 'palm', kind: 'rejected', effect: 'none' });
}
