import type { ICompare, IRequestOp, IResponseOp, ITxnResponse } from 'etcd3';
import { BackendFailure } from '../failure';
import { matches, notApproved, receiptKey, revisionOf, serverKey } from './keys';
import type { Approved, Clearing, Entry, Guard, Receipt, Removal, Restoral, Written } from './palm';
import { type Clients, isNoSpace } from './v3-client';
import type { ReceiptLease } from './v3-lease';
import { ALL_SERVERS, entryOf } from './v3-read';

const DONE = 'done';
const SEALED = 'sealed';
/** Names newer than the listing that a refused `clear` brings back. */
const NEWCOMERS_SHOWN = 20;

/** What this request finds at one key. */
interface State {
  readonly entry: Entry | null;
  readonly receipt: Exclude<Receipt, 'unknown'>;
}

/** Everything a write needs besides what it writes. */
export interface WriteSource {
  readonly clients: Clients;
  readonly lease: ReceiptLease;
  readonly signal: AbortSignal;
}

/**
 * Looks first, because a guard holds the hash of the bytes and a transaction wants the bytes; then one transaction compares
 * revision and bytes, deletes and leaves the receipt. Whatever happens in between, the transaction alone decides.
 */
export async function removeV3(source: WriteSource, guard: Guard, request: string): Promise<Removal> {
  const key = Buffer.from(serverKey(guard.uuid));
  const receipt = Buffer.from(receiptKey(request, guard.uuid));
  const mod_revision = revisionOf(guard.revision);
  const look: IRequestOp[] = [{ request_range: { key } }, { request_range: { key: receipt } }];
  const before = stateIn(await source.clients.read('read a server', source.signal, (c) => c.kv.txn({ success: look })));
  if (before.receipt !== 'none' || !before.entry || !matches(before.entry, guard)) return untouched(before);
  const written = await commit(source, {
    doing: 'delete a server',
    compare: [
      { key, target: 'Mod', result: 'Equal', mod_revision },
      { key, target: 'Value', result: 'Equal', value: before.entry.bytes },
    ],
    success: [{ request_delete_range: { key } }],
    failure: look,
    receipt,
  });
  if (!written.answer.succeeded) return untouched(stateIn(written.answer));
  return { kind: 'removed', receipt: written.receipt };
}

function untouched({ entry, receipt }: State): Removal {
  if (receipt === 'sealed') return { kind: 'sealed' };
  if (entry) return { kind: 'changed', now: entry };
  return { kind: 'absent', by: receipt === 'done' ? 'this request' : 'unknown' };
}

/**
 * `rows` is what is there now. One transaction for all keys compares that nothing below `/servers/` is newer than the newest approved key. A key
 * that is older than that and was not approved cannot exist: it would have been in the listing.
 */
export async function clearV3(
  source: WriteSource,
  { approved, rows }: { readonly approved: readonly Approved[]; readonly rows: readonly Approved[] },
  request: string,
): Promise<Clearing> {
  const newcomers = notApproved(rows, approved);
  if (newcomers.length > 0) return { kind: 'stale', removed: 0, newcomers };
  const { start: key, end: range_end } = ALL_SERVERS;
  const receipt = Buffer.from(receiptKey(request, 'all'));
  const newer = String(newestOf(approved) + 1n);
  const { answer } = await commit(source, {
    doing: 'delete all servers',
    compare: [{ key, range_end, target: 'Mod', result: 'Less', mod_revision: newer }],
    success: [{ request_delete_range: { key, range_end } }],
    failure: [
      { request_range: { key, range_end, keys_only: true, min_mod_revision: newer, limit: NEWCOMERS_SHOWN } },
      { request_range: { key: receipt } },
    ],
    receipt,
  });
  if (answer.succeeded) return { kind: 'cleared', removed: deletedIn(answer), directory: 'none' };
  if (receiptIn(answer.responses[1]) === 'sealed') return { kind: 'sealed' };
  return { kind: 'stale', removed: 0, newcomers: entriesIn(answer.responses[0]).map((entry) => entry.id) };
}

function newestOf(approved: readonly Approved[]): bigint {
  let newest = 0n;
  for (const row of approved) {
    const revision = BigInt(revisionOf(row.revision));
    if (revision > newest) newest = revision;
  }
  return newest;
}

export async function restoreV3(
  source: WriteSource,
  record: { readonly uuid: string; readonly bytes: Buffer },
): Promise<Restoral> {
  const key = Buffer.from(serverKey(record.uuid));
  const answer = await source.clients.write('put back a server', source.signal, (client) =>
    client.kv.txn({
      compare: [absent(key)],
      success: [{ request_put: { key, value: record.bytes } }],
      failure: [{ request_range: { key } }],
    }),
  );
  const [now] = answer.succeeded ? [] : entriesIn(answer.responses[0]);
  return now ? { kind: 'present', now } : { kind: 'restored' };
}

export async function receiptV3(
  clients: Clients,
  { request, uuid }: { readonly request: string; readonly uuid: string },
  signal: AbortSignal,
): Promise<Receipt> {
  const key = Buffer.from(receiptKey(request, uuid));
  const answer = await clients.read('read a receipt', signal, (client) =>
    client.kv.txn({ success: [{ request_range: { key } }] }),
  );
  return receiptIn(answer.responses[0]);
}

/** A receipt that says `sealed` where there is none: the transaction of a lost performer finds it and is refused. */
export async function sealV3(source: WriteSource, request: string, uuids: readonly string[]): Promise<void> {
  for (const uuid of uuids) {
    const key = Buffer.from(receiptKey(request, uuid));
    await source.lease.used((lease) =>
      source.clients.write('seal a request', source.signal, (client) =>
        client.kv.txn({
          compare: [absent(key)],
          success: [{ request_put: { key, value: Buffer.from(SEALED), lease } }],
        }),
      ),
    );
  }
}

interface Commit {
  readonly doing: string;
  readonly compare: readonly ICompare[];
  readonly success: readonly IRequestOp[];
  readonly failure: readonly IRequestOp[];
  readonly receipt: Buffer;
}

/**
 * Commits with a receipt, unless there is one. An etcd out of space deletes but writes nothing, and deleting is what it
 * needs most: then it goes without a receipt, and the answer says so.
 */
async function commit(
  { clients, lease, signal }: WriteSource,
  { doing, compare, success, failure, receipt }: Commit,
): Promise<{ readonly answer: ITxnResponse; readonly receipt: Written }> {
  const txn = { compare: [...compare, absent(receipt)], failure: [...failure] };
  try {
    const answer = await lease.used((id) => {
      const put = { request_put: { key: receipt, value: Buffer.from(DONE), lease: id } };
      return clients.write(doing, signal, (client) => client.kv.txn({ ...txn, success: [...success, put] }));
    });
    return { answer, receipt: 'kept' };
  } catch (error) {
    if (!(error instanceof BackendFailure) || !isNoSpace(error.cause)) throw error;
    const answer = await clients.write(doing, signal, (client) => client.kv.txn({ ...txn, success: [...success] }));
    return { answer, receipt: 'none' };
  }
}

function absent(key: Buffer): ICompare {
  return { key, target: 'Version', result: 'Equal', version: '0' };
}

function stateIn(answer: ITxnResponse): State {
  const [entry] = entriesIn(answer.responses[0]);
  return { entry: entry ?? null, receipt: receiptIn(answer.responses[1]) };
}

function entriesIn(response: IResponseOp | undefined): readonly Entry[] {
  return (response?.response_range?.kvs ?? []).map(entryOf);
}

function receiptIn(response: IResponseOp | undefined): State['receipt'] {
  const [kv] = response?.response_range?.kvs ?? [];
  if (!kv) return 'none';
  return kv.value.toString() === DONE ? 'done' : 'sealed';
}

function deletedIn(answer: ITxnResponse): number {
  return Number(answer.responses[0]?.response_delete_range?.deleted ?? 0);
}
