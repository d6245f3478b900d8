/**
 * PALM's server records in etcd, behind one interface for both key spaces. A record is `/servers/<uuid>`; nothing else
 * is ever touched but the receipts below `/palm-bot/`.
 */

/** One key below `/servers/`, exactly as etcd holds it. */
export interface Entry {
  /** The part of the key after `/servers/`. May be any text: only `readServer` says whether it is a uuid. */
  readonly id: string;
  /** `mod_revision` (v3) or `modifiedIndex` (v2), decimal, at least 1. */
  readonly revision: string;
  readonly bytes: Buffer;
  /** A v2 sub-directory: it has no value. */
  readonly directory: boolean;
}

export interface Listing<T> {
  /** etcd's cluster id, hexadecimal. It survives a rebuild with the same names, so it never stands alone as a guard. */
  readonly cluster: string;
  /** The revision (v3) or index (v2) that the whole listing shows. */
  readonly revision: string;
  readonly rows: readonly T[];
}

/** What must still be true of a key for it to be deleted: its revision and the SHA-256 (hex) of its bytes. */
export interface Guard {
  readonly uuid: string;
  readonly revision: string;
  readonly sha256: string;
}

/** One key that `clear` may delete. Its id may be any text: rows that nobody can read are reset as well. */
export interface Approved {
  readonly id: string;
  readonly revision: string;
  readonly sha256: string;
}

/** `none`: v2 keeps no receipts, and a v3 etcd out of space deletes but cannot write one. */
export type Written = 'kept' | 'none';

export type Removal =
  | { readonly kind: 'removed'; readonly receipt: Written }
  /** The key is there but is not what was approved; it was not touched. */
  | { readonly kind: 'changed'; readonly now: Entry }
  /** The key is gone. `by`: whether this request's receipt says that this request did it (v2 keeps no receipts). */
  | { readonly kind: 'absent'; readonly by: 'this request' | 'unknown' }
  /** This request was sealed before the write reached etcd; nothing was touched. */
  | { readonly kind: 'sealed' };

export type Restoral = { readonly kind: 'restored' } | { readonly kind: 'present'; readonly now: Entry };

export type Clearing =
  /** Keys that vanished by themselves are not counted in `removed`. `kept`: hidden v2 keys hold the directory open. */
  | { readonly kind: 'cleared'; readonly removed: number; readonly directory: 'removed' | 'kept' | 'none' }
  /** Something registered or was rewritten since the listing. v3: nothing was deleted. v2: `removed` keys were. */
  | { readonly kind: 'stale'; readonly removed: number; readonly newcomers: readonly string[] }
  | { readonly kind: 'sealed' };

/** `unknown`: the store keeps no receipts (v2). */
export type Receipt = 'done' | 'sealed' | 'none' | 'unknown';

/** `off`: this etcd does not serve that key space. */
export type Holding = 'holds servers' | 'empty' | 'off' | 'unknown';

/** One configured host. */
export type Member =
  | {
      readonly kind: 'answers';
      readonly host: string;
      readonly version: string;
      /** What the member itself says: whether it has a leader and no alarm. */
      readonly healthy: boolean;
      /** The cluster's id, decimal; null: it does not tell. */
      readonly cluster: string | null;
      /** Alarms of the whole cluster by their names, such as `NOSPACE`; null: it does not tell. */
      readonly alarms: readonly string[] | null;
    }
  | { readonly kind: 'silent'; readonly host: string; readonly why: string };

export interface PalmLimits {
  /** One attempt of a read, in milliseconds. */
  readonly readMs: number;
  /** One write, in milliseconds. When it runs out, whether etcd wrote is not known. */
  readonly writeMs: number;
  /** A whole listing, in milliseconds. */
  readonly listMs: number;
  /** Keys read at once (v3). */
  readonly pageSize: number;
}

/** Every method throws `BackendFailure` and nothing else. Only a write may fail with effect `possible`. */
export interface Palm {
  readonly api: 'v2' | 'v3';
  /** The hosts, without credentials, for messages. */
  readonly hosts: string;
  /** Reads every key below `/servers/` page by page at one revision, each passed to `map` at once, so that bytes need not be kept. */
  list<T>(map: (entry: Entry) => T, signal: AbortSignal): Promise<Listing<T>>;
  get(uuid: string, signal: AbortSignal): Promise<Entry | null>;
  /** Deletes one key only if it is still what the guard says, and leaves a receipt (v3) in the same transaction. */
  remove(guard: Guard, request: string, signal: AbortSignal): Promise<Removal>;
  /** Creates the key with these bytes only if it is absent. */
  restore(record: { readonly uuid: string; readonly bytes: Buffer }, signal: AbortSignal): Promise<Restoral>;
  /**
   * Deletes every approved key, unless anything else is below `/servers/` by now. v3: in one transaction. v2: one key
   * after the other, each guarded, then the directory, which a newcomer keeps open.
   */
  clear(approved: readonly Approved[], request: string, signal: AbortSignal): Promise<Clearing>;
  /** What the receipt of this request for this uuid (or `all`, for `clear`) says. */
  receipt(request: string, uuid: string, signal: AbortSignal): Promise<Receipt>;
  /**
   * Makes sure that a write of this request for these uuids (or `all`) that is still under way is refused. False: v2
   * cannot do that, and such a write may still land.
   */
  seal(request: string, uuids: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Whether the key space that is *not* configured holds `/servers`. */
  otherKeySpace(signal: AbortSignal): Promise<Holding>;
  /** What each key space holds below `/servers`. */
  keySpaces(signal: AbortSignal): Promise<{ readonly v2: Holding; readonly v3: Holding }>;
  /** etcd's version, for the start-up log. */
  version(signal: AbortSignal): Promise<string>;
  /** Every configured host, in their order. One that does not answer is told, not thrown. */
  members(signal: AbortSignal): Promise<readonly Member[]>;
  close(): Promise<void>;
}

/** What differs between the key spaces. */
export type KeySpace = Omit<Palm, 'hosts' | 'otherKeySpace' | 'keySpaces' | 'version' | 'members'>;
